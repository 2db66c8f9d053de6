"""Charts and files of a report: bars that fit, cells that no spreadsheet runs."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalling.bookings.charts import bars
from signalling.bookings.report_figures import EVERY, FAIRNESS, fairness_csv, harmless, report_csv
from tests.vmr.bookings.made import LONDON
from tests.vmr.bookings.test_reports import MONTHS, ROOMS, row
from vmr.bookings.outcomes import CausedBy, Outcome
from vmr.bookings.reports import GroupBy, Report, report
from vmr.record_times import Cause

values_st = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1e9)), max_size=4)


def read(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def made(by: GroupBy = GroupBy.ROOM) -> Report:
    rows = [
        row(talked_s=3_000, lost={Cause.PAUSED: 90.0}),
        row(outcome=Outcome.CANCELLED, cause=CausedBy.COURT),
        row(room=ROOMS[1], outcome=None),
    ]
    return report(rows, by, months=MONTHS, zone=LONDON, rooms=ROOMS)


def test_the_longest_bar_takes_all_the_room_and_its_pieces_follow_each_other() -> None:
    first, second = bars([("A", "4", [("x", 1.0), ("y", 3.0)]), ("B", "2", [("x", 2.0)])])
    assert [(one.series, one.at, one.width) for one in first.pieces] == [
        ("x", "0.00%", "25.00%"), ("y", "25.00%", "75.00%"),
    ]  # fmt: skip
    assert [(one.at, one.width) for one in second.pieces] == [("0.00%", "50.00%")]


def test_what_is_nothing_has_no_piece() -> None:
    (only,) = bars([("A", "0", [("x", 0.0)])])
    assert only.pieces == ()
    assert bars([]) == ()


@given(st.lists(values_st, max_size=5))
def test_no_piece_leaves_the_chart(rows: list[list[tuple[str, float]]]) -> None:
    for bar in bars([("a", "b", values) for values in rows]):
        for piece in bar.pieces:
            at, width = float(piece.at[:-1]), float(piece.width[:-1])
            assert at >= 0
            assert at + width <= 100.02


def test_a_file_has_a_line_for_each_group_and_one_for_the_whole() -> None:
    first, second, whole = read(report_csv(made(), str, str, "All"))
    assert [one["group"] for one in (first, second, whole)] == ["r1", "r2", "All"]
    assert (whole["slots"], whole["held"], whole["cancelled_court"], whole["open"]) == (
        "3", "1", "1", "1",
    )  # fmt: skip
    assert (first["talked"], first["lost_paused"], first["lost"]) == ("50", "1.5", "1.5")
    assert (first["late_min"], second["asked_before_days"]) == ("", ""), "there is none"
    assert set(whole) == {"group", *(one.key for one in EVERY)}


def test_the_file_of_fairness_has_a_line_for_each_purpose_and_no_name_of_anybody() -> None:
    body = fairness_csv(made(), str, str, "All")
    one, whole = read(body)
    assert (one["purpose"], one["prisoners"], one["most_share"]) == ("consultation", "1", "100")
    assert set(whole) == {"purpose", *(column.key for column in FAIRNESS)}
    assert b"A1" not in body


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_a_room_whose_name_is_a_formula_is_only_text_in_a_file(text: str) -> None:
    assert harmless(text) == f"'{text}"
    body = report_csv(made(), lambda _: text, str, "All")
    assert all(line["group"] in (f"'{text}", "All") for line in read(body))


def test_other_text_stands_as_it_is() -> None:
    assert harmless("Legal 1 = two") == "Legal 1 = two"
