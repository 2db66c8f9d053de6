"""Transport-wide feedback, built and parsed."""

import contextlib
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media.transport_cc import MAX_STATUSES, Arrivals, Feedback, TransportCcError, parse


def take(arrivals: Arrivals) -> list[Feedback]:
    return [parse(body) for body in arrivals.take_feedback()]


def test_nothing_to_report_is_no_feedback() -> None:
    assert Arrivals().take_feedback() == []


def test_what_arrived_and_what_did_not_is_told() -> None:
    arrivals = Arrivals()
    arrivals.pending.update({10: 1.0, 11: 1.001, 14: 1.1})
    (feedback,) = take(arrivals)
    assert (feedback.base, feedback.count) == (10, 5)
    assert [number for number, _ in feedback.received] == [10, 11, 14]
    times = [time for _, time in feedback.received]
    assert times[1] - times[0] == pytest.approx(0.001, abs=0.0003)
    assert times[2] - times[0] == pytest.approx(0.1, abs=0.0003)


def test_the_next_feedback_begins_where_the_last_ended() -> None:
    arrivals = Arrivals()
    arrivals.pending.update({10: 1.0})
    take(arrivals)
    arrivals.pending.update({13: 1.1})
    (feedback,) = take(arrivals)
    assert (feedback.base, feedback.count, feedback.number) == (11, 3, 1)


def test_a_packet_that_comes_after_its_feedback_is_reported_late() -> None:
    arrivals = Arrivals()
    arrivals.pending.update({10: 1.0, 12: 1.0})
    take(arrivals)
    arrivals.pending.update({11: 1.1})
    (feedback,) = take(arrivals)
    assert [number for number, _ in feedback.received] == [11]
    arrivals.pending.update({13: 1.2})
    assert take(arrivals)[0].base == 13


def test_a_packet_that_is_far_too_late_is_left_out() -> None:
    arrivals = Arrivals()
    arrivals.pending.update({2000: 1.0})
    take(arrivals)
    arrivals.pending.update({100: 1.1})
    assert arrivals.take_feedback() == []


def test_a_jump_does_not_list_all_that_lies_between() -> None:
    arrivals = Arrivals()
    arrivals.pending.update({10: 1.0, 30000: 1.1})
    assert sum(feedback.count for feedback in take(arrivals)) <= 2 * MAX_STATUSES


def test_a_great_loss_ends_a_feedback_and_begins_another() -> None:
    arrivals = Arrivals()
    arrivals.pending.update({10: 1.0, 10 + 2 * MAX_STATUSES: 1.1})
    assert [(f.base, f.count) for f in take(arrivals)] == [(10, 1), (10 + 2 * MAX_STATUSES, 1)]


def test_a_long_pause_is_split() -> None:
    arrivals = Arrivals()
    arrivals.pending.update({10: 1.0, 11: 60.0})
    assert [feedback.base for feedback in take(arrivals)] == [10, 11]


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.tuples(st.integers(0, 40), st.floats(-0.05, 0.3)), min_size=1, max_size=300),
)
@example(first=0xFFF0, steps=[(1, 0.001)] * 300)
def test_every_arrival_is_reported_once_at_its_time(
    first: int, steps: list[tuple[int, float]]
) -> None:
    arrivals = Arrivals()
    sent: dict[int, float] = {}
    number, time = first, 1000.0
    for index, (step, wait) in enumerate(steps):
        number, time = number + step, max(1000.0, time + wait)
        arrivals.pending[number & 0xFFFF] = time
        sent[number & 0xFFFF] = time
        if index % 50 == 49:
            check(arrivals, sent)
    check(arrivals, sent)


def check(arrivals: Arrivals, sent: dict[int, float]) -> None:
    bodies = arrivals.take_feedback()
    assert all(len(body) < 1200 for body in bodies)
    for body in bodies:
        for number, time in parse(body).received:
            assert sent.pop(number) == pytest.approx(time, abs=0.0002)
    assert not sent


@pytest.mark.parametrize(
    ("chunks", "deltas", "numbers"),
    [
        (struct.pack("!H", 0x2003), b"\x01\x02\x03", [5, 6, 7]),
        (struct.pack("!H", 0x8000 | 0b10100000000000), b"\x01\x02", [5, 7]),
        (struct.pack("!H", 0xC000 | 0b01001000000000), b"\x01\x00\x02", [5, 7]),
        (struct.pack("!HH", 0x0002, 0x2001), b"\x01", [7]),
    ],
    ids=["run", "one bit each", "two bits each", "two chunks"],
)
def test_each_form_of_chunk_is_read(chunks: bytes, deltas: bytes, numbers: list[int]) -> None:
    feedback = parse(struct.pack("!HHI", 5, 3, 0x00000100) + chunks + deltas)
    assert [number for number, _ in feedback.received] == numbers


@pytest.mark.parametrize(
    "tail",
    [
        b"",
        b"\x20",
        b"\x20\x03\x01",
        b"\x40\x01\x01",
        b"\x00\x00",
        b"\x3f\xff\x01",
    ],
    ids=[
        "no chunk",
        "half a chunk",
        "no delta",
        "half a delta",
        "empty run",
        "more packets than bytes",
    ],
)
def test_what_does_not_fit_is_refused(tail: bytes) -> None:
    with pytest.raises(TransportCcError) as caught:
        parse(struct.pack("!HHI", 5, 0xFFFF, 0) + tail)
    assert caught.value.code == "transport_cc_malformed"


def test_a_reserved_status_is_refused() -> None:
    with pytest.raises(TransportCcError):
        parse(struct.pack("!HHIH", 5, 1, 0, 0x6001) + b"\x01\x01")


@given(st.binary(max_size=60))
def test_any_bytes_give_feedback_or_the_error(body: bytes) -> None:
    with contextlib.suppress(TransportCcError):
        assert len(parse(body).received) <= len(body)
