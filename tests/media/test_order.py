"""A packet's place in its stream: next, late, repaired, a duplicate, or a leap."""

import pytest

from media.nack import MAX_MISSING, Missing
from media.order import UNKNOWN, Order, Turn
from media.reception import Reception

EVENTS = ("recovered_in", "dropped_duplicate", "dropped_jump")


class Line:
    """An order, fed as the stream feeds it."""

    def __init__(self) -> None:
        self.events = dict.fromkeys(EVENTS, 0)
        self.missing = Missing(2.0)
        self.reception = Reception()
        self.order = Order(self.missing, self.reception, self.events)

    def take(self, sequence: int, *, is_repair: bool = False) -> tuple[int, Turn]:
        return self.order.place(sequence, 0, 0.0, is_repair)


@pytest.fixture
def line() -> Line:
    line = Line()
    assert line.take(65534) == (65534, Turn.FRESH)
    return line


def test_the_first_packet_begins_the_count(line: Line) -> None:
    assert (line.order.highest, line.order.next) == (65534, 65535)
    assert line.reception.first == 65534


def test_numbers_go_on_behind_a_wrap(line: Line) -> None:
    assert line.take(1) == (65537, Turn.FRESH)
    assert list(line.missing.gaps) == [65535, 65536]


def test_what_was_missing_is_taken_once_late_or_repaired(line: Line) -> None:
    line.take(1)
    assert line.take(65535) == (65535, Turn.LATE)
    assert line.take(0, is_repair=True) == (65536, Turn.LATE)
    assert line.take(65535)[1] is Turn.DROP
    assert line.take(0, is_repair=True)[1] is Turn.DROP
    assert line.events == {"recovered_in": 2, "dropped_duplicate": 2, "dropped_jump": 0}


def test_a_repair_never_leads(line: Line) -> None:
    assert line.take(65535, is_repair=True)[1] is Turn.DROP
    assert line.order.highest == 65534


def test_a_gap_too_long_to_ask_for_says_so(line: Line) -> None:
    extended, turn = line.take((65534 + MAX_MISSING + 2) & 0xFFFF)
    assert turn is Turn.AFTER_LOSS
    assert extended == line.order.highest == 65534 + MAX_MISSING + 2
    assert not line.missing.gaps


def test_a_leap_is_believed_when_a_second_packet_confirms_it(line: Line) -> None:
    assert line.take(20_000)[1] is Turn.DROP
    assert line.take(30_000)[1] is Turn.DROP
    extended, turn = line.take(30_001)
    assert turn is Turn.LEAP
    assert extended & 0xFFFF == 30_001
    assert extended > line.order.highest
    assert line.events["dropped_jump"] == 2
    line.order.restart(extended, 0, 0.0)
    assert line.order.next == 30_002


def test_nothing_the_gate_kept_out_is_taken_later() -> None:
    line = Line()
    for sequence in (10, 12, 11):
        line.order.ignore(sequence)
    assert line.take(13, is_repair=True)[1] is Turn.DROP
    assert line.take(12)[1] is Turn.DROP
    assert line.take(13) == (13, Turn.FRESH)


def test_after_forgetting_the_next_packet_is_the_first_and_nothing_older(line: Line) -> None:
    line.take(1)
    line.order.forget()
    assert line.order.next == UNKNOWN
    assert line.take(65535)[1] is Turn.DROP
    assert line.take(40_000)[1] is Turn.DROP
    assert line.take(5) == (65541, Turn.FRESH)
    assert not line.missing.gaps


class TestExpecting:
    def test_what_is_before_an_expected_number_is_missing_and_it_is_the_next(
        self, line: Line
    ) -> None:
        line.order.expect(1, 0.0)
        assert list(line.missing.gaps) == [65535, 65536]
        assert line.order.lacks(0)
        assert not line.order.lacks(1)
        assert line.take(65535, is_repair=True) == (65535, Turn.LATE)
        assert (line.order.highest, line.order.next) == (65536, 1)
        assert line.take(1) == (65537, Turn.FRESH)

    @pytest.mark.parametrize("sequence", [65535, 65534, 65000, 30000])
    def test_the_next_an_old_and_a_far_number_change_nothing(
        self, line: Line, sequence: int
    ) -> None:
        line.order.expect(sequence, 0.0)
        assert (line.order.highest, line.order.next, line.missing.gaps) == (65534, 65535, {})

    def test_nothing_is_expected_before_the_first_packet_and_behind_a_shut_gate(self) -> None:
        line = Line()
        line.order.expect(100, 0.0)
        assert (line.order.next, line.missing.gaps) == (UNKNOWN, {})
        line.take(100)
        line.order.forget()
        line.order.expect(110, 0.0)
        assert (line.order.next, line.missing.gaps) == (UNKNOWN, {})

    def test_too_many_missing_are_left_to_the_packet_itself(self, line: Line) -> None:
        line.order.expect((65535 + MAX_MISSING + 1) & 0xFFFF, 0.0)
        assert (line.order.highest, line.missing.gaps) == (65534, {})
