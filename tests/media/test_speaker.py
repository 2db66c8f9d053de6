"""Who speaks. Loudness is given as a level in -dBov, as RFC 6464 carries it."""

import random

import pytest

from media.speaker import TICK_S, SpeakerDetector, Voice


class Room:
    """People who talk at a level or are quiet, with some noise, one packet a tick each."""

    def __init__(self, *names: str, seed: int = 1) -> None:
        self.detector = SpeakerDetector()
        self.voices: dict[str, Voice] = {name: self.detector.add(name) for name in names}
        self.random = random.Random(seed)
        self.changes = 0

    def pass_time(self, seconds: float, talking: dict[str, int] | None = None) -> float | None:
        """Let people talk; return how many seconds the first change of speaker took."""
        before, found = self.detector.dominant, None
        for tick in range(round(seconds / TICK_S)):
            for name, voice in self.voices.items():
                level = (talking or {}).get(name, 85)
                voice.hear(max(0, 127 - level + self.random.randint(-4, 2)))
            self.changes += self.detector.tick()
            if found is None and self.detector.dominant != before:
                found = tick * TICK_S
        return found


def test_nobody_speaks_at_first() -> None:
    room = Room("ann", "bob")
    room.pass_time(2.0)
    assert room.detector.dominant is None
    assert room.detector.speaking == ()
    assert room.changes == 0


def test_the_first_to_speak_is_dominant_and_speaking() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    taken = room.pass_time(1.0, {"ann": 30})
    assert taken is not None
    assert taken < 0.3
    assert room.detector.dominant == "ann"
    assert room.detector.speaking == ("ann",)


def test_whoever_speaks_next_takes_over_after_the_other_stopped() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    room.pass_time(3.0, {"ann": 30})
    taken = room.pass_time(2.0, {"bob": 30})
    assert room.detector.dominant == "bob"
    assert taken is not None
    assert taken < 0.8


def test_the_dominant_speaker_stays_in_silence() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    room.pass_time(2.0, {"ann": 30})
    room.pass_time(3.0)
    assert room.detector.dominant == "ann"
    assert room.detector.speaking == ()


def test_a_cough_does_not_take_over_from_a_speaker() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    room.pass_time(2.0, {"ann": 35})
    room.pass_time(0.1, {"ann": 35, "bob": 15})
    room.pass_time(2.0, {"ann": 35})
    assert room.detector.dominant == "ann"


@pytest.mark.parametrize("level", [30, 47, 52])
def test_a_quiet_voice_is_found(level: int) -> None:
    room = Room("ann", "bob")
    room.pass_time(3.0)
    room.pass_time(3.0, {"ann": 30})
    room.pass_time(2.0, {"bob": level})
    assert room.detector.dominant == "bob"


def test_two_who_talk_at_once_both_speak() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    room.pass_time(2.0, {"ann": 30, "bob": 32})
    assert room.detector.speaking == ("ann", "bob")


def test_somebody_takes_over_from_a_speaker_whose_words_only_trickle() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    room.pass_time(2.0, {"ann": 30})
    for _ in range(10):
        room.pass_time(0.08, {"ann": 30, "bob": 25})
        room.pass_time(0.12, {"bob": 25})
    assert room.detector.dominant == "bob"


def test_steady_noise_becomes_the_floor() -> None:
    room = Room("ann", "fan")
    room.pass_time(1.0)
    room.pass_time(40.0, {"fan": 60})
    assert "fan" not in room.detector.speaking


def test_the_loudest_packet_of_a_tick_counts() -> None:
    detector = SpeakerDetector()
    voice = detector.add("ann")
    for _ in range(10):
        voice.hear(97)
        voice.hear(40)
        detector.tick()
    assert detector.speaking == ("ann",)


def test_muting_ends_speaking_at_once() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    room.pass_time(2.0, {"ann": 30})
    room.voices["ann"].reset()
    assert room.detector.tick()
    assert room.detector.speaking == ()


def test_missing_packets_are_silence_after_a_moment() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    room.pass_time(2.0, {"ann": 30})
    changes = [room.detector.tick() for _ in range(100)]
    assert any(changes)
    assert room.detector.speaking == ()


def test_who_leaves_is_forgotten_and_that_is_a_change() -> None:
    room = Room("ann", "bob")
    room.pass_time(1.0)
    room.pass_time(2.0, {"ann": 30})
    room.pass_time(2.0)
    room.detector.remove("bob")
    room.detector.remove("ann")
    assert room.detector.dominant is None
    assert room.detector.tick()
    assert not room.detector.tick()
    room.detector.remove("ann")


def test_perfect_silence_teaches_no_noise_floor() -> None:
    room = Room("ann", "bob")
    for _ in range(500):
        room.voices["ann"].hear(0)
        room.detector.tick()
    room.pass_time(1.0)
    assert room.detector.speaking == ()
