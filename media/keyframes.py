"""Key-frame requests of one source: merged, repeated until a key frame comes, rate-limited."""

_SPACING_S = 0.3
"""Between two requests; browsers merge what comes faster."""
_BURST = 3.0
_REFILL_PER_S = 1.0
_LONGEST_WAIT_S = 3.0
"""Between requests to a source that sends nothing at all."""


class KeyFrameRequests:
    """Whether a key frame is wanted of a source, and when to ask (again)."""

    __slots__ = ("_refilled", "_sent", "_tokens", "_wait_s", "is_pending")

    def __init__(self) -> None:
        self.is_pending = False
        self._sent = float("-inf")
        self._wait_s = _SPACING_S
        self._tokens = _BURST
        self._refilled = float("-inf")

    def request(self) -> None:
        """Somebody needs a key frame; `is_due` says when to ask the source for it."""
        if not self.is_pending:
            self.is_pending = True
            self._wait_s = _SPACING_S

    def received(self) -> None:
        """A key frame has begun to arrive: all who wanted one are served."""
        self.is_pending = False

    def cancel(self) -> None:
        """Nobody wants one any more, or the source may not send."""
        self.is_pending = False

    def is_due(self, now: float, *, is_flowing: bool) -> bool:
        """Return whether to send a request now, and count it as sent.

        `is_flowing`: packets of the source arrive; one that is silent is asked ever less often.
        """
        if not self.is_pending or now - self._sent < self._wait_s:
            return False
        gained = (now - self._refilled) * _REFILL_PER_S
        self._tokens = min(_BURST, self._tokens + gained)
        self._refilled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        self._sent = now
        self._wait_s = _SPACING_S if is_flowing else min(self._wait_s * 2, _LONGEST_WAIT_S)
        return True
