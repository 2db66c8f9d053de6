"""How soon and how surely the speaker is found: scenes of every kind, played to the detector."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import process_time

import numpy as np

from media.speaker import SpeakerDetector
from tests.bench.scenes import NOTHING, PAUSE_S, Noise, Person, Said, Stage
from tests.bench.speech import FRAME_S, Levels, Voice

_FOUND_S = 2.0
"""Whoever is not dominant so long after they speak alone was not found."""
_AFTER_S = 1.0
"""A switch so long after a noise ended is still its fault."""


@dataclass(slots=True)
class Play:
    """What the detector said at each tick."""

    dominant: list[int]
    speaking: list[frozenset[int]]

    def until(self, who: int, start: int, *, is_speaking: bool) -> float:
        """Seconds from a tick until somebody is, or is not, in the speaking set."""
        span = range(start, len(self.speaking))
        at = next((at for at in span if (who in self.speaking[at]) == is_speaking), span.stop)
        return (at + 1 - start) * FRAME_S

    def switches(self, start: int, end: int, away_from: int) -> int:
        """How often the dominant speaker left somebody for another in ticks [start, end)."""
        span = self.dominant[start:end]
        return sum(a == away_from != b for a, b in pairwise(span))


def play(stage: Stage) -> Play:
    detector = SpeakerDetector()
    names = [str(who) for who in range(len(stage.people))]
    voices = [detector.add(name) for name in names]
    tracks = [stage.arrivals(who) for who in range(len(voices))]
    muted = stage.is_muted
    dominant, speaking = [], []
    for tick, heard in enumerate(zip(*tracks, strict=True)):
        for who, loudness in enumerate(heard):
            if loudness != NOTHING:
                voices[who].hear(loudness)
            if tick and muted[who, tick] and not muted[who, tick - 1]:
                voices[who].reset()
        detector.tick()
        dominant.append(-1 if detector.dominant is None else int(detector.dominant))
        speaking.append(frozenset(map(int, detector.speaking)))
    return Play(dominant, speaking)


# -- hand-overs --------------------------------------------------------------------------------


def quantile_ms(times_s: Sequence[float], share: float) -> float:
    """Return a quantile in milliseconds."""
    ordered = sorted(times_s)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(slots=True)
class HandOvers:
    """Seconds from when somebody speaks alone until they are dominant; None: not found."""

    taken_s: list[float | None] = field(default_factory=list)
    false_switches: int = 0
    spoken_s: float = 0.0
    listed_s: list[float] = field(default_factory=list)
    """From the first word until the speaking set holds them."""
    delisted_s: list[float] = field(default_factory=list)
    """From the last word until it does not."""

    @property
    def found(self) -> float:
        return sum(taken is not None for taken in self.taken_s) / len(self.taken_s)

    def taken_ms(self, share: float) -> float:
        times = [_FOUND_S if taken is None else taken for taken in self.taken_s]
        return quantile_ms(times, share)

    @property
    def false_per_minute(self) -> float:
        return 60 * self.false_switches / self.spoken_s


def hand_overs(
    voices: Sequence[Voice],
    people: Sequence[Person],
    *,
    seed: int,
    turns: int,
    gap_s: float = 0.0,
) -> HandOvers:
    """People in turn, 2 to 8 s each; the next begins `gap_s` after the last (negative: before)."""
    stage = Stage((10.0 - min(gap_s, 0.0)) * turns + 10, people, voices, seed)
    said: list[Said] = []
    at, who = 3.0, 0
    for _ in range(turns):
        said.append(stage.talk(who, at, float(stage.random.uniform(2, 8)) - min(gap_s, 0.0)))
        at = said[-1].end * FRAME_S + gap_s
        who = (who + 1 + int(stage.random.integers(len(people) - 1))) % len(people)
    shown = play(stage)
    result = HandOvers()
    for before, now in pairwise(said):
        alone = max(before.end, now.start)
        until = min(alone + round(_FOUND_S / FRAME_S), now.end)
        taken = next((t for t in range(now.start, until) if shown.dominant[t] == now.who), None)
        result.taken_s.append(None if taken is None else (taken + 1 - alone) * FRAME_S)
        result.listed_s.append(shown.until(now.who, now.start, is_speaking=True))
        result.delisted_s.append(shown.until(before.who, before.end, is_speaking=False))
        if taken is not None:
            result.false_switches += shown.switches(taken, now.end, now.who)
            result.spoken_s += (now.end - taken) * FRAME_S
    return result


# -- what must not switch ----------------------------------------------------------------------

Disturb = Callable[[Stage, float], Said]
"""Lay something of person 1 on the stage at a time."""


@dataclass(slots=True)
class Disturbances:
    """How many there were and how many of them made another dominant, until when."""

    count: int = 0
    switched: int = 0
    away_s: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.switched / self.count


def back_channel(stage: Stage, at: float) -> Said:
    return stage.back_channel(1, at)


def noise_burst(noise: Callable[[np.random.Generator], Levels], dbov: float) -> Disturb:
    """Return what lays a cough, a slam or typing so loud on person 1's track."""

    def lay(stage: Stage, at: float) -> Said:
        start = round(at / FRAME_S)
        return Said(1, start, stage.lay(1, start, noise(stage.random), dbov))

    return lay


def disturbances(
    voices: Sequence[Voice],
    people: tuple[Person, Person],
    disturb: Disturb = back_channel,
    *,
    seed: int,
    count: int,
    pause_s: tuple[float, float] = PAUSE_S,
) -> Disturbances:
    """The first talks on, with such pauses; something comes from the second anywhere."""
    stage = Stage(5.0 * count + 20, people, voices, seed, pause_s)
    talk = stage.talk(0, 3.0, 5.0 * count + 12)
    draw = stage.random.uniform
    done = [disturb(stage, 6.0 + 5.0 * n + float(draw(0, 2))) for n in range(count)]
    shown = play(stage)
    result = Disturbances(count)
    for one in done:
        until = one.end + round(_AFTER_S / FRAME_S)
        assert until < talk.end
        away = next((at for at in range(one.start, until) if shown.dominant[at] != 0), None)
        if away is not None:
            rest = range(away, len(shown.dominant))
            back = next((at for at in rest if shown.dominant[at] == 0), rest.stop)
            result.switched += 1
            result.away_s.append((back - away) * FRAME_S)
    return result


# -- one thing at a time ------------------------------------------------------------------------


def double_talk(voices: Sequence[Voice], *, seed: int, seconds: float) -> float:
    """Two talk at once all the time; return switches a minute."""
    stage = Stage(seconds + 20, (Person(), Person()), voices, seed)
    stage.talk(0, 3.0, seconds)
    stage.talk(1, 5.0, seconds - 2)
    shown = play(stage).dominant[250:]
    return 60 * sum(a != b for a, b in pairwise(shown)) / seconds


@dataclass(slots=True, frozen=True)
class Learned:
    """A noise that begins beside somebody who listens, and what it did."""

    listed_s: float
    """In the speaking set, in the first ten seconds."""
    listed_later: float
    """Share of the time after that."""
    switches: int
    taken_s: float | None
    """Until the person in that noise is dominant once they speak."""


def noise_begins(voices: Sequence[Voice], noise: Noise, dbov: float, *, seed: int) -> Learned:
    """Somebody talks for 35 s; 5 s after they began a noise begins beside the other, who then
    takes the next turn at -30 dBov."""
    stage = Stage(60.0, (Person(), Person()), voices, seed)
    first = stage.talk(0, 3.0, 35.0)
    stage.lay(1, 400, noise(stage.power.shape[1] - 400, stage.random), dbov)
    second = stage.talk(1, first.end * FRAME_S, 5.0)
    shown = play(stage)
    listed = [1 in at for at in shown.speaking[400 : second.start]]
    taken = next((t for t in range(second.start, second.end) if shown.dominant[t] == 1), None)
    return Learned(
        sum(listed[:500]) * FRAME_S,
        sum(listed[500:]) / len(listed[500:]),
        shown.switches(250, first.end, 0),
        None if taken is None else (taken + 1 - second.start) * FRAME_S,
    )


@dataclass(slots=True, frozen=True)
class Muted:
    """Somebody is muted in the middle of a word, somebody else speaks, they come back."""

    delisted_s: float
    taken_s: float | None
    returned_s: float | None


def mute_and_unmute(voices: Sequence[Voice], *, seed: int) -> Muted:
    stage = Stage(40.0, (Person(), Person()), voices, seed)
    stage.talk(0, 3.0, 7.0)
    cut = round(8.0 / FRAME_S)
    stage.power[0, cut:] = stage.power[1, cut:]
    stage.mute(0, 8.0, 16.0)
    other = stage.talk(1, 8.0, 7.0)
    again = stage.talk(0, max(16.5, other.end * FRAME_S), 5.0)
    shown = play(stage)

    def taken_s(who: int, start: int) -> float | None:
        span = range(start, start + 100)
        at = next((at for at in span if shown.dominant[at] == who), None)
        return None if at is None else (at + 1 - start) * FRAME_S

    return Muted(
        shown.until(0, cut, is_speaking=False), taken_s(1, other.start), taken_s(0, again.start)
    )


def tick_cost_us(voices: Sequence[Voice], *, people: int, rooms: int, seed: int) -> float:
    """CPU of one room's tick with its packets' levels, `rooms` of them in turn, in µs."""
    stage = Stage(40.0, [Person()] * people, voices, seed)
    for who in range(people):
        stage.talk(who, 2.0 + 4 * who, 4.0)
    tracks = list(zip(*(stage.arrivals(who) for who in range(people)), strict=True))
    detectors = [SpeakerDetector() for _ in range(rooms)]
    heard = [[detector.add(str(who)) for who in range(people)] for detector in detectors]
    began = process_time()
    for levels in tracks:
        for detector, those in zip(detectors, heard, strict=True):
            for voice, loudness in zip(those, levels, strict=True):
                if loudness != NOTHING:
                    voice.hear(loudness)
            detector.tick()
    return 1e6 * (process_time() - began) / len(tracks) / rooms
