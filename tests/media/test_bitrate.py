"""The measured rate of a stream."""

import pytest

from media.bitrate import HEADER_BYTES, Bitrate


def measure(bitrate: Bitrate, seconds: float, bps: float, start: float = 0.0) -> None:
    octets = packets = 0
    for step in range(round(seconds / 0.2) + 1):
        bitrate.measure(octets, packets, start + step * 0.2)
        packets += 10
        octets += round(bps / 8 * 0.2) - 10 * HEADER_BYTES


def test_the_rate_is_measured_with_headers() -> None:
    bitrate = Bitrate()
    measure(bitrate, 1.0, 500_000)
    assert bitrate.bps == pytest.approx(500_000, rel=0.01)


def test_nothing_is_known_of_a_stream_before_time_has_passed() -> None:
    bitrate = Bitrate()
    bitrate.measure(1000, 1, 0.0)
    bitrate.measure(2000, 2, 0.0)
    assert bitrate.bps == 0


def test_a_silent_stream_is_known_by_the_rate_it_had() -> None:
    bitrate = Bitrate()
    measure(bitrate, 1.0, 500_000)
    known = bitrate.bps
    bitrate.measure(10, 1, 9.0)  # counted anew
    bitrate.measure(10, 1, 9.2)
    assert bitrate.bps == known


def test_a_change_is_followed_within_a_few_seconds() -> None:
    bitrate = Bitrate()
    measure(bitrate, 3.0, 500_000)
    measure(bitrate, 6.0, 1_000_000, start=3.2)
    assert bitrate.bps == pytest.approx(1_000_000, rel=0.1)
