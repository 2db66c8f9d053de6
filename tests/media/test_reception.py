"""Receiver statistics."""

from media.reception import Reception
from media.rtcp import ReportBlock


def block(reception: Reception, highest: int) -> ReportBlock:
    found = reception.block(42, highest, None, 0.0)
    assert found is not None
    return found


def test_nothing_is_reported_before_the_first_packet() -> None:
    assert Reception().block(42, 0, None, 0.0) is None


def test_loss_is_counted_whole_and_since_the_last_report() -> None:
    reception = Reception()
    reception.start(100, 0, 0.0)
    reception.received = 75
    first = block(reception, 199)
    assert (first.packets_lost, first.fraction_lost) == (25, 64)
    reception.received = 175
    second = block(reception, 299)
    assert (second.packets_lost, second.fraction_lost) == (25, 0)
    assert block(reception, 299).fraction_lost == 0


def test_more_received_than_expected_is_a_negative_loss() -> None:
    reception = Reception()
    reception.start(100, 0, 0.0)
    reception.received = 12
    assert block(reception, 109).packets_lost == -2


def test_everything_lost_is_the_largest_fraction() -> None:
    reception = Reception()
    reception.start(100, 0, 0.0)
    assert block(reception, 10_000).fraction_lost == 255


def test_even_arrivals_have_no_jitter_and_uneven_ones_do() -> None:
    even, uneven = Reception(), Reception()
    for reception, swing in ((even, 0.0), (uneven, 0.01)):
        reception.start(0, 0, 0.0)
        for index in range(1, 200):
            arrival = index * 0.02 + (swing if index % 2 else 0.0)
            reception.time(index * 960, arrival, 48000)
    assert block(even, 200).jitter == 0
    assert 400 < block(uneven, 200).jitter < 500


def test_a_pause_is_not_jitter() -> None:
    reception = Reception()
    reception.start(0, 0, 0.0)
    reception.time(960, 10.0, 48000)
    assert block(reception, 1).jitter == 0


def test_the_last_sender_report_is_echoed_with_its_age() -> None:
    reception = Reception()
    reception.start(0, 0, 0.0)
    found = reception.block(42, 1, 0x1122334455667788, 0.5)
    assert found is not None
    assert (found.last_sr, found.delay) == (0x33445566, 0x8000)
    assert (block(reception, 1).last_sr, block(reception, 1).delay) == (0, 0)
