"""Conversations as the levels that a server receives, with what is true beside them.

A `Stage` lays speech and noises on one track a person; powers add. `Stage.arrivals` turns a track
into the RFC 6464 levels of its packets, 20 ms each, as they come over a network with jitter, loss
and late packets, without any in silence where the sender has DTX. All of it follows from a seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.bench import speech
from tests.bench.speech import FRAME_S, Levels, Voice

Noise = Callable[[int, np.random.Generator], Levels]
NOTHING = -1
"""No packet in this tick."""

_DTX_AFTER = 10
_DTX_EVERY = 20
PAUSE_S = (0.15, 0.35)
"""Between the sentences of one person, as espeak-ng leaves them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How loud somebody is and where they sit. Levels in dBov, the noise as its mean power."""

    speech_dbov: float = -30.0
    noise: Noise = speech.pink
    noise_dbov: float = -70.0
    has_dtx: bool = False
    gate_dbov: float = -130.0
    """What is quieter leaves as digital silence."""
    loss: float = 0.01
    jitter_s: float = 0.005


@dataclass(frozen=True, slots=True)
class Said:
    """Ticks from the first that one hears to the one after the last."""

    who: int
    start: int
    end: int


@dataclass(slots=True)
class Stage:
    """People and what is on their tracks. Times are seconds from the start."""

    seconds: float
    people: Sequence[Person]
    voices: Sequence[Voice]
    seed: int
    pause_s: tuple[float, float] = PAUSE_S
    random: np.random.Generator = field(init=False)
    power: NDArray[np.float64] = field(init=False)
    is_muted: NDArray[np.bool_] = field(init=False)
    _spoken: NDArray[np.bool_] = field(init=False)
    _voice: list[Voice] = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        frames = round(self.seconds / FRAME_S)
        self.power = np.zeros((len(self.people), frames))
        self.is_muted = np.zeros(self.power.shape, dtype=bool)
        self._spoken = np.zeros(self.power.shape, dtype=bool)
        order = self.random.permutation(len(self.voices))
        self._voice = [self.voices[order[n % len(order)]] for n in range(len(self.people))]
        for who, person in enumerate(self.people):
            self.lay(who, 0, person.noise(frames, self.random), person.noise_dbov)

    def lay(self, who: int, start: int, levels: Levels, dbov: float) -> int:
        """Add levels from tick `start`; return the tick after them."""
        cut = levels[: max(0, self.power.shape[1] - start)]
        self.power[who, start : start + len(cut)] += 10 ** ((cut + dbov) / 10)
        return start + len(cut)

    def _speak(self, who: int, start: int, levels: Levels) -> int:
        end = self.lay(who, start, levels, self.people[who].speech_dbov)
        self._spoken[who, start:end] = True
        return end

    def talk(self, who: int, start: float, seconds: float) -> Said:
        """Let somebody say sentences for about so long; a turn ends with its last sentence."""
        begin = at = round(start / FRAME_S)
        until = begin + round(seconds / FRAME_S)
        while True:
            said = self._voice[who].sentences
            at = end = self._speak(who, at, said[self.random.integers(len(said))])
            at += round(self.random.uniform(*self.pause_s) / FRAME_S)
            if at >= until:
                return Said(who, begin, end)

    def back_channel(self, who: int, start: float) -> Said:
        """Let somebody say "mm-hm" or the like, at most a second of it."""
        short = [one for one in self._voice[who].back_channels if len(one) * FRAME_S <= 1.0]
        begin = round(start / FRAME_S)
        end = self._speak(who, begin, short[self.random.integers(len(short))])
        return Said(who, begin, end)

    def mute(self, who: int, start: float, end: float) -> None:
        self.is_muted[who, round(start / FRAME_S) : round(end / FRAME_S)] = True

    def loudness(self, who: int) -> NDArray[np.int64]:
        """127 minus the level of each frame, as the header extension carries it."""
        dbov = 10 * np.log10(self.power[who] + 1e-13)
        dbov[dbov < self.people[who].gate_dbov] = -130.0
        level: NDArray[np.int64] = np.clip(np.round(-dbov), 0, 127).astype(np.int64)
        return 127 - level

    def arrivals(self, who: int) -> list[int]:
        """The loudest level that came in each tick and was newer than all before, or `NOTHING`.

        Jitter is a gamma distribution; one packet in 200 takes up to 150 ms longer. Loss is in
        bursts of two on average. A packet older than one that came is not heard, as in the server.
        """
        person, loudness = self.people[who], self.loudness(who).tolist()
        frames = len(loudness)
        delay = self.random.gamma(1.0, person.jitter_s, frames)
        spikes = self.random.random(frames) < 0.005
        delay[spikes] += self.random.uniform(0.03, 0.15, int(spikes.sum()))
        came = np.arange(frames) + np.floor((delay + self.random.uniform(0, FRAME_S)) / FRAME_S)
        is_sent = self._sent(who)
        lost = self.random.random(frames)
        is_lost = False
        heard = [NOTHING] * frames
        by_tick: dict[int, list[int]] = {}
        for frame in range(frames):
            is_lost = lost[frame] < (0.5 if is_lost else person.loss / 2)
            if is_sent[frame] and not is_lost and not self.is_muted[who, frame]:
                by_tick.setdefault(int(came[frame]), []).append(frame)
        newest = -1
        for tick in sorted(by_tick):
            for frame in by_tick[tick]:
                if frame > newest and tick < frames:
                    newest = frame
                    heard[tick] = max(heard[tick], loudness[frame])
        return heard

    def _sent(self, who: int) -> list[bool]:
        """With DTX nothing leaves after 200 ms without speech but a packet each 400 ms."""
        if not self.people[who].has_dtx:
            return [True] * self.power.shape[1]
        sent, quiet = [], 0
        for spoken in self._spoken[who].tolist():
            quiet = 0 if spoken else quiet + 1
            sent.append(quiet <= _DTX_AFTER or (quiet - _DTX_AFTER) % _DTX_EVERY == 0)
        return sent
