"""Who speaks in a room, from the audio levels of RFC 6464: the dominant speaker and all others.

After Volfin and Cohen, "Dominant Speaker Identification for Multipoint Videoconferencing"
(2012): the activity of each voice is scored over three windows (20 ms, 380 ms, 1 s), and whoever
beats the dominant speaker by ratios of these scores takes over. Changed from the paper: it is
decided every 20 ms, not every 300; a score is the number of active ticks (with the paper's
constants all else in its likelihood weighs little); a level counts above a noise floor learned
for each person. README.md has what was tried and what it gives. No clock: `tick` is called every
20 ms.
"""

TICK_S = 0.02

_ACTIVE_DB = 7
"""A tick so far above the floor is active, or further where the noise itself swings more."""
_MEDIUM_TICKS = 19
_MEDIUM_RATIO = 13
"""Takes over: so many times the dominant speaker's active ticks, whose silence counts as one."""
_GAP_TICKS = 3
"""Gaps so short are no silence in the voice that would take over."""
_LONG_TICKS = 50
_LONG_RATIO, _LONG_LEAST = 2, 30
"""Takes over as well, from a voice that only trickles: so many times its active ticks."""
_FIRST_TICKS = 5
"""Active ticks of the medium window that make a speaker where there is none."""

_HOLD_TICKS = 3
"""A level counts for so long when packets come late; then it is silence."""
_FIRST_FLOOR = 52
_LOWEST_FLOOR, _HIGHEST_FLOOR = 50, 87
_BLOCK_LEVELS, _FLOOR_BLOCKS = 25, 6
"""The floor is the lowest level of the last three seconds, in blocks of half a second."""
_NOISE_RANGE_DB = 14
"""Three seconds of levels so close together are noise; up to the loudest of them is not active."""

_SPEAKING_TICKS, _SPEAKING_WINDOW = 3, 5
"""So many active ticks of the last few begin a person's place in the speaking set."""
_QUIET_AFTER_TICKS = 25
"""Half a second without them ends it."""

_MEDIUM_MASK = (1 << _MEDIUM_TICKS) - 1
_LONG_MASK = (1 << _LONG_TICKS) - 1
_SPEAKING_MASK = (1 << _SPEAKING_WINDOW) - 1


class Voice:
    """One person's activity. Loudness is 127 minus the level: 0 silence, 127 full scale."""

    __slots__ = (
        "_active",
        "_blocks",
        "_floor",
        "_held",
        "_least",
        "_levels",
        "_margin",
        "_most",
        "_peak",
        "_quiet_ticks",
        "immediate",
        "is_speaking",
    )

    def __init__(self) -> None:
        self._floor = _FIRST_FLOOR
        self._margin = _ACTIVE_DB
        self._blocks: list[tuple[int, int]] = []
        self._least, self._most, self._levels = _HIGHEST_FLOOR, 0, 0
        self.reset()

    def reset(self) -> None:
        """Forget all activity (muted, or gone); the noise floor stays known."""
        self._peak = -1
        self._held = 0
        self._active = 0  # one bit a tick of the last second, the newest lowest
        self._quiet_ticks = _QUIET_AFTER_TICKS
        self.is_speaking = False
        self.immediate = 0

    def hear(self, loudness: int) -> None:
        """Take the level of one packet of this person's own, authenticated stream."""
        if loudness > self._peak:
            self._peak = loudness

    @property
    def is_idle(self) -> bool:
        """Nothing heard and nothing remembered: a tick would change nothing."""
        return self._peak < 0 and self._held <= 0 and not self.is_speaking and not self._active

    @property
    def is_active(self) -> bool:
        """Whether the last tick was."""
        return bool(self._active & 1)

    @property
    def medium(self) -> int:
        """Active ticks of the medium window."""
        return (self._active & _MEDIUM_MASK).bit_count()

    @property
    def medium_filled(self) -> int:
        """The same, and the ticks of short gaps."""
        bits = self._active
        for _ in range(_GAP_TICKS):
            bits |= bits >> 1
        return (bits & _MEDIUM_MASK).bit_count()

    @property
    def long(self) -> int:
        """Active ticks of the last second."""
        return self._active.bit_count()

    def tick(self) -> None:
        """Score the last 20 ms."""
        above = self.immediate = self._above_floor()
        self._active = (self._active << 1 | (above >= self._margin)) & _LONG_MASK
        if (self._active & _SPEAKING_MASK).bit_count() >= _SPEAKING_TICKS:
            self._quiet_ticks = 0
            self.is_speaking = True
        elif self.is_speaking:
            self._quiet_ticks += 1
            self.is_speaking = self._quiet_ticks < _QUIET_AFTER_TICKS

    def _above_floor(self) -> int:
        """Return how many dB the last tick was above the noise floor, and learn from it."""
        if self._peak >= 0:
            self._held = _HOLD_TICKS
            loudness, self._peak = self._peak, -1
            if loudness:
                self._learn(loudness)
            return max(0, loudness - self._floor)
        self._held -= 1
        return self.immediate if self._held > 0 else 0

    def _learn(self, loudness: int) -> None:
        if loudness < self._least:
            self._least = loudness
            if loudness < self._floor:
                self._floor = max(loudness, _LOWEST_FLOOR)
        if loudness > self._most:
            self._most = loudness
        self._levels += 1
        if self._levels == _BLOCK_LEVELS:
            self._end_block()

    def _end_block(self) -> None:
        self._blocks = [(self._least, self._most), *self._blocks[: _FLOOR_BLOCKS - 1]]
        self._least, self._most, self._levels = _HIGHEST_FLOOR, 0, 0
        floor = min(least for least, _ in self._blocks)
        self._floor = max(floor, _LOWEST_FLOOR)
        swing = max(most for _, most in self._blocks) - floor
        if swing < _NOISE_RANGE_DB and len(self._blocks) == _FLOOR_BLOCKS:
            self._margin = max(_ACTIVE_DB, swing + 1)


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
        if self.speaking and self.speaking != (self.dominant,):
            self.dominant = self._decide(self.speaking)
        before, self._reported = self._reported, (self.dominant, self.speaking)
        return before != self._reported

    def _decide(self, speaking: tuple[str, ...]) -> str | None:
        """Return who of those speaking takes over from the dominant speaker, if anybody."""
        current = self._voices[self.dominant] if self.dominant is not None else None
        best, best_medium = self.dominant, 0
        for name in speaking:
            voice = self._voices[name]
            medium = voice.medium_filled
            if voice is not current and medium > best_medium and _beats(voice, medium, current):
                best, best_medium = name, medium
        return best


def _beats(voice: Voice, medium: int, current: Voice | None) -> bool:
    """Whether a voice, active in so many ticks of the medium window, takes over."""
    if current is None:
        return medium >= _FIRST_TICKS
    if not voice.is_active or voice.immediate <= current.immediate:
        return False
    if medium >= _MEDIUM_RATIO * max(current.medium, 1):
        return True
    long = voice.long
    return long >= _LONG_LEAST and long >= _LONG_RATIO * current.long
