"""The packets kept for resending."""

from media.history import History
from media.packet import Packet


def store(history: History, sequence: int, now: float) -> Packet:
    packet = Packet(sequence, 0, 0, b"payload", None, -1, now)
    history.ring[sequence & history.mask] = packet
    return packet


def test_a_packet_is_found_by_its_number_until_it_is_too_old() -> None:
    history = History(8, 2.0)
    packet = store(history, 20, 1.0)
    assert history.get(20, 3.0) is packet
    assert history.get(20, 3.1) is None
    assert history.get(12, 1.0) is None
    assert history.get(21, 1.0) is None


def test_trimming_lets_go_of_what_is_too_old_and_keeps_the_rest() -> None:
    history = History(8, 2.0)
    for sequence in range(20, 26):
        store(history, sequence, float(sequence))
    history.trim(25, 25.5)
    kept = [packet.sequence for packet in history.ring if packet is not None]
    assert sorted(kept) == [24, 25]
    history.trim(25, 26.5)
    history.trim(25, 30.0)
    assert history.ring == [None] * 8


def test_the_ring_holds_no_more_than_its_size() -> None:
    history = History(8, 2.0)
    for sequence in range(100):
        store(history, sequence, 1.0)
        history.trim(sequence, 1.0)
    assert len(history.ring) == 8
    assert history.get(91, 1.0) is None
    assert history.get(92, 1.0) is not None


def test_clearing_forgets_at_once() -> None:
    history = History(8, 2.0)
    store(history, 20, 1.0)
    history.trim(20, 1.0)
    history.clear()
    assert history.get(20, 1.0) is None
    store(history, 3, 1.0)
    history.trim(3, 1.0)
    assert history.get(3, 1.0) is not None
