"""How much of a join is the server's own: between what reaches it and what leaves it.

Seen from just before the server, behind the guest's delays, so neither network nor browser is in
it: the join and its answer, a check and its reply, each flight of the handshake and what follows
it, then until the first packet of a picture, known by its size.
"""

from media.demux import Sort, sort_of

ANSWER_BYTES = 1500
"""No other message to a page that comes in is so long."""
PICTURE_BYTES = 400
"""No sound, report or padding is so long; a key frame's first packet is."""


class ServerPart:
    """What one guest's join cost so far. Times are the loop's, seconds; parts are milliseconds."""

    def __init__(self) -> None:
        self.answer_ms = 0.0
        self.check_ms = 0.0
        self.handshake_ms = 0.0
        self.picture_ms: float | None = None
        self._asked_at = 0.0
        self._checked_at: float | None = None
        self._shook_up_at: float | None = None
        self._shook_down_at: float | None = None

    @property
    def total_ms(self) -> float:
        return self.answer_ms + self.check_ms + self.handshake_ms + (self.picture_ms or 0.0)

    def see_bytes(self, size: int, at: float, is_up: bool) -> None:
        """Something passed by TCP. The answer is the last long one before the first check."""
        if is_up:
            self._asked_at = at
        elif size >= ANSWER_BYTES and self._checked_at is None:
            self.answer_ms = 1000 * (at - self._asked_at)

    def see_datagram(self, data: bytes, at: float, is_up: bool) -> None:
        """A datagram of the guest passed."""
        if self.picture_ms is not None or not data:
            return
        sort = sort_of(data)
        if sort is Sort.STUN:
            if is_up and self._checked_at is None:
                self._checked_at = at
            elif not is_up and not self.check_ms and self._checked_at is not None:
                self.check_ms = 1000 * (at - self._checked_at)
        elif sort is Sort.DTLS:
            self._see_handshake(at, is_up)
        elif sort is Sort.SRTP and not is_up and len(data) >= PICTURE_BYTES:
            done_at = self._shook_down_at
            self.picture_ms = 0.0 if done_at is None else 1000 * (at - done_at)

    def _see_handshake(self, at: float, is_up: bool) -> None:
        """The first datagram back ends the time that the newest datagram in began."""
        if is_up:
            self._shook_up_at = at
        else:
            if self._shook_up_at is not None:
                self.handshake_ms += 1000 * (at - self._shook_up_at)
                self._shook_up_at = None
            self._shook_down_at = at
