"""A microphone's silence is forwarded for a few packets, then left out without a hole."""

from media.silence import Silence

FORWARDED = 10


def quiet(silence: Silence, first: int, count: int) -> list[bool]:
    return [silence.add(sequence, True) for sequence in range(first, first + count)]


def test_silence_is_left_out_after_a_few_packets() -> None:
    assert quiet(Silence(), 100, 13) == [False] * FORWARDED + [True] * 3


def test_the_end_of_silence_tells_the_last_packet_left_out_once() -> None:
    silence = Silence()
    quiet(silence, 100, 13)
    assert silence.end() == 112
    assert silence.end() is None
    assert quiet(silence, 113, 2) == [False, False]


def test_a_late_sound_within_what_is_left_out_stays_out() -> None:
    silence = Silence()
    assert not silence.covers(105)
    quiet(silence, 100, 13)
    assert silence.covers(111)
    assert not silence.covers(110)
    assert not silence.covers(109)


def test_late_silence_neither_counts_nor_moves_the_end() -> None:
    silence = Silence()
    quiet(silence, 100, FORWARDED)
    assert not silence.add(95, False)
    assert quiet(silence, 110, 1) == [True]
    assert silence.add(96, False)
    assert silence.end() == 110


def test_forgetting_begins_anew() -> None:
    silence = Silence()
    quiet(silence, 100, 20)
    silence.forget()
    assert silence.end() is None
    assert quiet(silence, 200, 2) == [False, False]
