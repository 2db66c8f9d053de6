"""Reports: each figure, and that the parts always add up to the whole."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vmr.bookings.made import LONDON, at
from vmr.bookings.booking import BookingState
from vmr.bookings.outcomes import TOOK_PLACE, CausedBy, Outcome
from vmr.bookings.purposes import Purpose
from vmr.bookings.reports import (
    DAY_S,
    Fairness,
    GroupBy,
    Report,
    Row,
    Tally,
    months_of,
    report,
    span_of,
)
from vmr.ids import RoomId
from vmr.record_times import Cause

MONTHS = months_of(date(2027, 1, 1), date(2027, 6, 1))
SPAN = span_of(MONTHS[0], MONTHS[-1], LONDON)
ROOMS = (RoomId("r1"), RoomId("r2"))
HOUR = 3_600.0


def row(**values: object) -> Row:
    given = {
        "room": ROOMS[0], "purpose": Purpose.CONSULTATION, "state": BookingState.CONFIRMED,
        "was_requested": False, "made_at": at(1, 9), "starts_at": at(4, 10),
        "ends_at": at(4, 10) + HOUR, "prisoner": "A1", "outcome": Outcome.HELD,
        "is_settled": True, **values,
    }  # fmt: skip
    return Row(**given)  # type: ignore[arg-type]


def of(*rows: Row, by: GroupBy = GroupBy.MONTH) -> Report:
    return report(rows, by, months=MONTHS, zone=LONDON, rooms=ROOMS)


def whole(*rows: Row) -> Tally:
    return of(*rows).whole


def group(found: Report, key: str) -> Tally:
    return dict(found.groups)[key]


# -- what each figure counts ----------------------------------------------------------------------


def test_outcomes_are_counted_and_what_has_none_is_open() -> None:
    found = whole(*(row(outcome=one) for one in Outcome), row(outcome=None, is_settled=False))
    assert found.outcomes == dict.fromkeys(Outcome, 1)
    assert (found.slots, found.open, found.unsettled) == (6, 1, 0)


def test_a_proposal_counts_and_is_said_to_be_one() -> None:
    found = whole(row(is_settled=False), row())
    assert (found.outcomes[Outcome.HELD], found.unsettled) == (2, 1)


def test_booked_time_is_of_slots_that_were_not_cancelled() -> None:
    gone = row(outcome=Outcome.CANCELLED, cause=CausedBy.COURT, state=BookingState.CANCELLED)
    found = whole(row(talked_s=900), row(outcome=Outcome.DID_NOT_ATTEND), gone)
    assert (found.booked_s, found.talked_s) == (2 * HOUR, 900)
    assert found.cancelled_by == {CausedBy.COURT: 1}


def test_lost_time_is_counted_by_its_cause() -> None:
    first = row(lost={Cause.PAUSED: 60.0, Cause.GUEST_CONNECTION: 5.0})
    found = whole(first, row(lost={Cause.PAUSED: 30.0}))
    assert found.lost == {Cause.PAUSED: 90.0, Cause.GUEST_CONNECTION: 5.0}
    assert found.lost_s == 95.0


def test_the_median_delay_is_of_slots_that_were_late_and_of_no_other() -> None:
    assert whole(row(began_at=at(4, 11))).late_min is None
    late = [row(outcome=Outcome.LATE, began_at=at(4, 10) + 60 * n) for n in (6, 10, 50)]
    early = row(outcome=Outcome.LATE, began_at=at(4, 9))
    assert whole(*late).late_min == 10
    assert whole(*late, early).late_min == 8


def test_knocks_and_refusals_at_the_door_are_added_up() -> None:
    found = whole(row(knocks_after_lock=2, refusals=1), row(knocks_after_lock=1))
    assert (found.knocks_after_lock, found.refusals) == (3, 1)


def test_requests_count_whatever_became_of_them_and_wait_from_asking_to_the_slot() -> None:
    asked = {"was_requested": True, "outcome": None}
    found = whole(
        row(**asked, made_at=at(4, 10) - 2 * DAY_S),
        row(**asked, made_at=at(4, 10) - 6 * DAY_S),
        row(**asked, room=None, state=BookingState.REFUSED),
        row(**asked, room=None, state=BookingState.REQUESTED),
        row(**asked, room=None, state=BookingState.CANCELLED),
        row(),
    )
    assert (found.requests, found.requests_refused, found.slots) == (5, 1, 3)
    assert found.asked_before_days == 4
    assert whole(row()).asked_before_days is None


def test_a_slot_counts_in_the_month_it_began_by_the_clock_of_the_establishment() -> None:
    last_of_march = at(31, 23, 30)  # summer time: 22:30 in UTC
    found = of(row(starts_at=last_of_march, ends_at=last_of_march + HOUR))
    assert group(found, "2027-03").slots == 1
    assert [key for key, _ in found.groups] == [f"2027-0{n}" for n in range(1, 7)]
    found = of(row(starts_at=at(31, 23, 59) + 60, ends_at=at(31, 23, 59) + HOUR))
    assert group(found, "2027-04").slots == 1


def test_rooms_and_purposes_are_groups_of_their_own_and_empty_ones_are_left_out() -> None:
    asked = row(room=None, state=BookingState.REFUSED, was_requested=True, outcome=None)
    found = of(row(room=ROOMS[1]), asked, row(room=RoomId("gone")), by=GroupBy.ROOM)
    assert [key for key, _ in found.groups] == ["r2", "", "gone"]
    found = of(row(purpose=Purpose.HEARING), row(), by=GroupBy.PURPOSE)
    assert [key for key, _ in found.groups] == ["consultation", "hearing"]


# -- fairness -------------------------------------------------------------------------------------


def test_fairness_counts_calls_that_took_place_by_prisoner() -> None:
    rows = [row(prisoner="A1")] * 6 + [row(prisoner=" a 1")] * 2 + [row(prisoner="B2")] * 2
    rows += [row(prisoner="C3", outcome=Outcome.DID_NOT_ATTEND)]
    found = of(*rows).fairness_whole
    assert (found.prisoners, found.calls, found.calls_median) == (2, 10, 5)
    assert found.most_share == 0.8, "one of two is the tenth with the most"


def test_the_tenth_with_the_most_is_a_tenth_of_many() -> None:
    rows = [row(prisoner=f"P{n}") for n in range(20)] + [row(prisoner="P0")] * 20
    found = of(*rows).fairness_whole
    assert found.prisoners == 20
    assert found.most_share == pytest.approx((21 + 1) / 40)


def test_fairness_tells_what_the_establishment_refused_and_cancelled_for_each_purpose() -> None:
    refused = row(
        purpose=Purpose.SOCIAL, room=None, state=BookingState.REFUSED, was_requested=True,
        outcome=None,
    )  # fmt: skip
    ours = row(outcome=Outcome.CANCELLED, cause=CausedBy.ESTABLISHMENT)
    theirs = row(outcome=Outcome.CANCELLED, cause=CausedBy.GUEST)
    found = dict(of(refused, ours, theirs).fairness)
    nobody = Fairness(
        prisoners=0, calls=0, calls_median=None, most_share=None, refused=1, cancelled=0
    )
    assert found[Purpose.SOCIAL] == nobody
    assert (found[Purpose.CONSULTATION].refused, found[Purpose.CONSULTATION].cancelled) == (0, 1)
    assert set(found) == {Purpose.SOCIAL, Purpose.CONSULTATION}


def test_months_and_spans_follow_the_calendar() -> None:
    across = months_of(date(2026, 11, 30), date(2027, 2, 1))
    assert across == (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1))
    assert months_of(date(2027, 2, 1), date(2027, 1, 1)) == ()
    march = span_of(date(2027, 3, 1), date(2027, 3, 1), LONDON)
    assert (march.ends_at - march.starts_at) / HOUR == 31 * 24 - 1, "the clocks change"


# -- whatever the rows ----------------------------------------------------------------------------

seconds = st.floats(0, 10_000).map(round)
rows_st = st.lists(
    st.builds(
        Row,
        room=st.sampled_from([*ROOMS, RoomId("r3"), None]),
        purpose=st.sampled_from(Purpose),
        state=st.sampled_from(BookingState),
        was_requested=st.booleans(),
        made_at=st.floats(SPAN.starts_at - 90 * DAY_S, SPAN.starts_at),
        starts_at=st.floats(SPAN.starts_at, SPAN.ends_at - 1),
        ends_at=st.just(SPAN.ends_at),
        prisoner=st.sampled_from([f"P{n}" for n in range(15)]),
        outcome=st.none() | st.sampled_from(Outcome),
        cause=st.none() | st.sampled_from(CausedBy),
        is_settled=st.booleans(),
        began_at=st.none() | st.floats(SPAN.starts_at, SPAN.ends_at),
        talked_s=seconds,
        lost=st.dictionaries(st.sampled_from(Cause), seconds),
        knocks_after_lock=st.integers(0, 5),
        refusals=st.integers(0, 5),
    ),
    max_size=40,
)


@given(rows_st, st.sampled_from(GroupBy))
def test_the_groups_add_up_to_the_whole_whatever_they_are_by(rows: list[Row], by: GroupBy) -> None:
    found = of(*rows, by=by)
    parts = [one for _, one in found.groups]
    slots = [one for one in rows if one.is_slot]
    every = found.whole
    assert every.slots == sum(one.slots for one in parts) == len(slots)
    assert every.slots == every.open + sum(every.outcomes.values())
    assert every.outcomes == Counter(one.outcome for one in slots if one.outcome)
    assert every.outcomes[Outcome.CANCELLED] == sum(every.cancelled_by.values())
    assert every.talked_s == sum(one.talked_s for one in parts)
    assert every.talked_s == sum(one.talked_s for one in slots if one.outcome)
    assert every.lost_s == sum(one.lost_s for one in parts)
    assert every.booked_s == pytest.approx(sum(one.booked_s for one in parts))
    assert every.requests == sum(one.was_requested for one in rows)
    assert sorted(every.late_s) == sorted(one for part in parts for one in part.late_s)
    assert len(every.late_s) <= every.outcomes[Outcome.LATE]
    assert every.requests_refused == sum(one.requests_refused for one in parts) <= every.requests
    assert every.unsettled <= every.slots - every.open
    for part in (*parts, every):
        assert part.slots == part.open + sum(part.outcomes.values())


@given(rows_st)
def test_every_grouping_has_the_same_whole_and_the_same_fairness(rows: list[Row]) -> None:
    first, second, third = (of(*rows, by=one) for one in GroupBy)
    for other in (second, third):
        assert other.whole.outcomes == first.whole.outcomes
        assert other.whole.lost_s == first.whole.lost_s
        assert other.fairness == first.fairness
    shares = [one for _, one in first.fairness]
    every = first.fairness_whole
    assert every.calls == sum(one.calls for one in shares)
    assert every.calls == sum(one.is_slot and one.outcome in TOOK_PLACE for one in rows)
    assert every.refused == sum(one.refused for one in shares)
    assert every.cancelled == sum(one.cancelled for one in shares)
    assert every.prisoners <= sum(one.prisoners for one in shares)
    for one in (*shares, every):
        assert (one.most_share is None) == (one.calls == 0)
        assert one.most_share is None or 0.1 <= one.most_share <= 1
