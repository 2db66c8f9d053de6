"""Whom a tile of the wall shows: one picture a room, that of the speaker, calmly.

A prisoner is never off the screen for long: whoever sits at a terminal inside and was not shown
for AWAY_S is shown for LOOK_S, whoever speaks. Pure; `now` is the caller's, in seconds.
"""

from collections.abc import Collection, Sequence

from vmr.ids import ParticipantId

AWAY_S = 5.0
"""PRODUCT allows 10 s; a key frame, a second terminal and a late choice have the rest."""
LOOK_S = 2.0
"""Nobody is replaced before they were shown for so long."""


class Tile:
    """One tile; `shown` is whose picture it has, None while there is nobody."""

    def __init__(self) -> None:
        self.shown: ParticipantId | None = None
        self._since = float("-inf")
        self._seen_at: dict[ParticipantId, float] = {}

    def choose(
        self,
        pictures: Sequence[ParticipantId],
        prisoners: Collection[ParticipantId],
        speaker: ParticipantId | None,
        now: float,
    ) -> ParticipantId | None:
        """Whom to show now, of those whose pictures may be shown."""
        if self.shown in pictures and self.shown is not None:
            self._seen_at[self.shown] = now
        self._seen_at = {who: self._seen_at.get(who, now) for who in pictures}
        if self.shown not in pictures:
            self._show(self._first(pictures, prisoners, speaker), now)
        elif now - self._since >= LOOK_S:
            self._show(self._next(pictures, prisoners, speaker, now), now)
        return self.shown

    def next_change(self, prisoners: Collection[ParticipantId], now: float) -> float | None:
        """When to choose again although nothing happens; None: never."""
        away = [self._seen_at[who] + AWAY_S for who in prisoners if who in self._seen_at]
        if self.shown is None or not away:
            return None
        return max(min(away), self._since + LOOK_S, now)

    def _first(
        self,
        pictures: Sequence[ParticipantId],
        prisoners: Collection[ParticipantId],
        speaker: ParticipantId | None,
    ) -> ParticipantId | None:
        wanted = [who for who in pictures if who in prisoners] or list(pictures)
        return speaker if speaker in pictures else next(iter(wanted), None)

    def _next(
        self,
        pictures: Sequence[ParticipantId],
        prisoners: Collection[ParticipantId],
        speaker: ParticipantId | None,
        now: float,
    ) -> ParticipantId | None:
        """The speaker, unless a prisoner was away for long, or would be before the next choice."""
        wanted = speaker if speaker in pictures else self.shown
        until = now if wanted == self.shown else now + LOOK_S
        away = [
            who
            for who in pictures
            if who in prisoners and who != wanted and until - self._seen_at[who] >= AWAY_S
        ]
        return min(away, key=self._seen_at.__getitem__) if away else wanted

    def _show(self, who: ParticipantId | None, now: float) -> None:
        if who != self.shown:
            self.shown, self._since = who, now
