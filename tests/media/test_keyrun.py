"""Which packets a key frame and what followed it are, and when they may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.history import VIDEO_AGE_S, VIDEO_PACKETS, History
from media.keyrun import MAX_AGE_S, MAX_BYTES, MAX_PACKETS, KeyRun
from media.packet import Packet

ALWAYS = float("-inf")


class Kept:
    """A run and the history it points into, one packet every 10 ms from number 100 on."""

    def __init__(self, *, is_kept: bool = True) -> None:
        self.history = History(VIDEO_PACKETS, VIDEO_AGE_S)
        self.run = KeyRun(is_kept=is_kept)
        self.highest = 99
        self.now = 0.0

    def send(self, *, is_key: bool = False, size: int = 10, is_lost: bool = False) -> None:
        self.highest += 1
        self.now += 0.01
        if is_lost:
            return
        packet = Packet(self.highest, self.highest, 0, bytes(size), None, -1, self.now)
        self.history.ring[self.highest & self.history.mask] = packet
        if is_key:
            self.run.note(self.highest, self.highest)

    def numbers(self, since: float = ALWAYS) -> list[int] | None:
        found = self.run.packets(self.history, self.highest, since, self.now)
        return None if found is None else [packet.sequence for packet in found]


def test_a_run_is_the_last_key_frame_and_what_followed() -> None:
    kept = Kept()
    for is_key in (False, True, False, True, False, False):
        kept.send(is_key=is_key)
    assert kept.numbers() == [103, 104, 105]


def test_parts_of_one_key_frame_begin_one_run_and_an_older_one_begins_none() -> None:
    kept = Kept()
    kept.send(is_key=True)
    kept.send()
    kept.run.note(101, 100)
    kept.run.note(99, 98)
    assert kept.numbers() == [100, 101]


def test_where_nothing_is_kept_there_is_no_run() -> None:
    kept = Kept(is_kept=False)
    kept.send(is_key=True)
    assert kept.numbers() is None


def test_a_run_with_a_hole_is_not_shown() -> None:
    kept = Kept()
    kept.send(is_key=True)
    kept.send(is_lost=True)
    kept.send()
    assert kept.numbers() is None


def test_a_run_grows_old() -> None:
    kept = Kept()
    kept.send(is_key=True)
    kept.now += MAX_AGE_S - 0.001
    assert kept.numbers() == [100]
    kept.now += 0.002
    assert kept.numbers() is None


def test_nothing_is_shown_that_came_too_soon() -> None:
    kept = Kept()
    kept.send(is_key=True)
    first = kept.now
    kept.send()
    assert kept.numbers(first) == [100, 101]
    assert kept.numbers(first + 0.001) is None


@pytest.mark.parametrize(
    ("packets", "size", "is_shown"),
    [
        (MAX_PACKETS, 10, True),
        (MAX_PACKETS + 1, 10, False),
        (100, MAX_BYTES // 100, True),
        (101, MAX_BYTES // 100, False),
    ],
)
def test_a_run_is_bounded(packets: int, size: int, is_shown: bool) -> None:
    kept = Kept()
    for number in range(packets):
        kept.send(is_key=number == 0, size=size)
    kept.now -= packets * 0.01 - 0.5  # as if all had come within half a second
    assert (kept.numbers() is not None) == is_shown


def test_a_flush_hides_a_key_frame_that_is_recovered_after_it() -> None:
    kept = Kept()
    kept.send(is_key=True)
    kept.run.flush(kept.highest)
    assert kept.numbers() is None
    kept.run.note(100, 100)
    assert kept.numbers() is None
    kept.send(is_key=True)
    assert kept.numbers() == [101]


@given(steps=st.lists(st.sampled_from(["key", "more", "lost", "flush", "off", "on"]), max_size=60))
def test_no_run_ever_holds_a_packet_from_before_a_flush_or_while_nothing_was_kept(
    steps: list[str],
) -> None:
    kept = Kept()
    barrier = 0
    for step in steps:
        if step in ("flush", "off", "on"):
            barrier = kept.highest + 1
            kept.run.flush(kept.highest)
            kept.run.is_kept = step != "off"
        else:
            kept.send(is_key=step == "key", is_lost=step == "lost")
        numbers = kept.numbers()
        assert numbers is None or (kept.run.is_kept and min(numbers) >= barrier)
