"""RTP timestamps and time."""

import pytest

from media.rtcp import ntp_time
from media.timeline import SenderClock, Timeline


def test_all_streams_of_a_sender_share_one_offset() -> None:
    clock = SenderClock()
    first = clock.ours(ntp_time(500.0), 1000.0)
    later = clock.ours(ntp_time(501.0), 1001.3)  # this report took 0.3 s longer
    assert later - first == pytest.approx(1.0, abs=1e-5)


def test_a_clock_that_was_set_is_learned_anew() -> None:
    clock = SenderClock()
    clock.ours(ntp_time(500.0), 1000.0)
    assert clock.ours(ntp_time(900.0), 1001.0) == pytest.approx(1001.0, abs=1e-5)


def test_timestamps_and_times_map_both_ways_across_the_wrap() -> None:
    timeline = Timeline()
    assert not timeline.is_known
    timeline.report(ntp_time(7.0), 0xFFFFFF00, 1000.0, 5.0)
    assert timeline.is_known
    assert timeline.wall_of(0x100, 90000) == pytest.approx(1000.0 + 512 / 90000)
    assert timeline.timestamp_at(1000.0 + 512 / 90000, 90000) == 0x100
    assert timeline.timestamp_at(999.0, 90000) == 0xFFFFFF00 - 90000
