"""Who speaks in a room, from the audio levels of RFC 6464: the dominant speaker and all others.

After Volfin and Cohen, "Dominant Speaker Identification for Multipoint Videoconferencing"
(2012): the activity of each voice is scored over three windows (20 ms, 100 ms, 1 s) as a log
likelihood ratio of speech against silence, and whoever beats the dominant speaker in all three
takes over. Levels count above a noise floor learned for each person. No clock: `tick` is called
every 20 ms.
"""

from math import comb, log

TICK_S = 0.02

_STEPS = 13
"""Steps of the immediate window: loudness above the floor, `_STEP_DB` each."""
_STEP_DB = 3
_ACTIVE_STEPS = 3
"""So many steps make a tick active: 9 dB over the floor."""
_MEDIUM_TICKS = 5
_ACTIVE_TICKS = 3
_LONG_BLOCKS = 10

_IMMEDIATE_BAR, _MEDIUM_BAR, _LONG_BAR = 3.0, 2.0, 0.0
_LOWEST_SCORE = 1e-10

_HOLD_TICKS = 3
"""A level counts for so long when packets come late; then it is silence."""
_FIRST_FLOOR = 48.0
_HIGHEST_FLOOR = 70.0
_FLOOR_FALL = 0.2
_FLOOR_RISE = 0.02
_QUIET_AFTER_TICKS = 25
"""Half a second without activity ends a person's place in the speaking set."""


_MEDIUM_MASK = (1 << _MEDIUM_TICKS) - 1
_SECOND = (1 << _MEDIUM_TICKS * _LONG_BLOCKS) - 1
_ACTIVE_BLOCK = [bits.bit_count() >= _ACTIVE_TICKS for bits in range(_MEDIUM_MASK + 1)]


def _scores(steps: int, chance: float, rate: float) -> list[float]:
    """Return the score of 0 to `steps` active parts: binomial speech against a decaying noise."""
    table = []
    for active in range(steps + 1):
        score = (
            log(comb(steps, active))
            + active * log(chance)
            + (steps - active) * log(1 - chance)
            - log(rate)
            + rate * active
        )
        table.append(max(score, _LOWEST_SCORE))
    return table


_IMMEDIATE = _scores(_STEPS, 0.5, 0.78)
_MEDIUM = _scores(_MEDIUM_TICKS, 0.5, 24.0)
_LONG = _scores(_LONG_BLOCKS, 0.5, 47.0)


class Voice:
    """One person's activity. Loudness is 127 minus the level: 0 silence, 127 full scale."""

    __slots__ = (
        "_active",
        "_floor",
        "_held",
        "_peak",
        "_quiet_ticks",
        "immediate",
        "is_speaking",
        "long",
        "medium",
    )

    def __init__(self) -> None:
        self._floor = _FIRST_FLOOR
        self.reset()

    def reset(self) -> None:
        """Forget all activity (muted, or gone); the noise floor stays known."""
        self._peak = -1
        self._held = 0
        self._active = 0  # one bit a tick of the last second, the newest lowest
        self._quiet_ticks = _QUIET_AFTER_TICKS
        self.is_speaking = False
        self.immediate, self.medium, self.long = _IMMEDIATE[0], _MEDIUM[0], _LONG[0]

    def hear(self, loudness: int) -> None:
        """Take the level of one packet of this person's own, authenticated stream."""
        if loudness > self._peak:
            self._peak = loudness

    @property
    def is_idle(self) -> bool:
        """Nothing heard and nothing remembered: a tick would change nothing."""
        return self._peak < 0 and self._held <= 0 and not self.is_speaking and not self._active

    def tick(self) -> None:
        """Score the last 20 ms."""
        steps = self._steps()
        bits = self._active = (self._active << 1 | (steps >= _ACTIVE_STEPS)) & _SECOND
        active = (bits & _MEDIUM_MASK).bit_count()
        blocks = 0
        while bits:
            blocks += _ACTIVE_BLOCK[bits & _MEDIUM_MASK]
            bits >>= _MEDIUM_TICKS
        self.immediate = _IMMEDIATE[steps]
        self.medium = _MEDIUM[active]
        self.long = _LONG[blocks]
        if active >= _ACTIVE_TICKS:
            self._quiet_ticks = 0
            self.is_speaking = True
        else:
            self._quiet_ticks += 1
            if self._quiet_ticks >= _QUIET_AFTER_TICKS:
                self.is_speaking = False

    def _steps(self) -> int:
        """Return how far the last tick was above the noise floor, and learn from it."""
        if self._peak >= 0:
            self._held = _HOLD_TICKS
            loudness = self._peak
            self._peak = -1
        else:
            self._held -= 1
            if self._held > 0:
                return _ACTIVE_STEPS if self._active & 1 else 0
            return 0
        above = loudness - self._floor
        if loudness:
            self._floor += above * _FLOOR_FALL if above < 0 else min(above, 3.0) * _FLOOR_RISE
            self._floor = min(self._floor, _HIGHEST_FLOOR)
        return max(0, min(_STEPS, int(above / _STEP_DB)))


class SpeakerDetector:
    """The voices of one room."""

    __slots__ = ("_reported", "_voices", "dominant", "speaking")

    def __init__(self) -> None:
        self._voices: dict[str, Voice] = {}
        self.dominant: str | None = None
        self.speaking: tuple[str, ...] = ()
        self._reported: tuple[str | None, tuple[str, ...]] = (None, ())

    def add(self, name: str) -> Voice:
        """Return the voice of a new person, for whoever receives their packets."""
        voice = self._voices[name] = Voice()
        return voice

    def remove(self, name: str) -> None:
        self._voices.pop(name, None)
        if self.dominant == name:
            self.dominant = None

    def tick(self) -> bool:
        """Take 20 ms further; return whether the dominant speaker or the set has changed."""
        for voice in self._voices.values():
            if not voice.is_idle:
                voice.tick()
        self.speaking = tuple(n for n, voice in self._voices.items() if voice.is_speaking)
        self.dominant = self._decide(self.speaking)
        before, self._reported = self._reported, (self.dominant, self.speaking)
        return before != self._reported

    def _decide(self, speaking: tuple[str, ...]) -> str | None:
        """Return who of those speaking beats the dominant speaker in every window, if anybody."""
        current = self._voices[self.dominant] if self.dominant is not None else None
        best, best_score = self.dominant, _MEDIUM_BAR
        for name in speaking:
            if name == self.dominant:
                continue
            voice = self._voices[name]
            if current is None or not current.is_speaking:
                score = log(voice.medium / _MEDIUM[0]) + voice.long
                if score > best_score:
                    best, best_score = name, score
                continue
            medium = log(voice.medium / current.medium)
            if (
                log(voice.immediate / current.immediate) > _IMMEDIATE_BAR
                and medium > best_score
                and log(voice.long / current.long) > _LONG_BAR
            ):
                best, best_score = name, medium
        return best
