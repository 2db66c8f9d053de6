"""Key-frame requests of one source: merged, repeated until a key frame comes, within a budget.

The budget is a share of what the source sends: each key frame that comes is charged what it
cost, whoever caused it. It delays a request and never refuses one: a source that sends next to
nothing, a still screen, is asked all the same after `LONGEST_HELD_S`.
"""

SHARE = 0.06
"""Of the source's bytes; with bursts and losses, half a minute of requests stays within a tenth."""
LEAST_PER_S = 4000
"""Bytes a second any source may spend: one that has just begun sends little, and is looked for."""
LONGEST_HELD_S = 5.0
BURST_FRAMES = 3.0
"""Key frames that may be saved up for."""

_SPACING_S = 0.3
"""Between two requests; browsers merge what comes faster."""
_BURST = 3.0
_REFILL_PER_S = 1.0
_LONGEST_WAIT_S = 3.0
"""Between requests to a source that sends nothing at all."""


class KeyFrameRequests:
    """Whether a key frame is wanted of a source, and when to ask (again)."""

    __slots__ = (
        "_cost",
        "_credit",
        "_credited",
        "_octets",
        "_refilled",
        "_sent",
        "_since",
        "_tokens",
        "_wait_s",
        "_was_sent",
        "is_pending",
    )

    def __init__(self) -> None:
        self.is_pending = False
        self._sent = float("-inf")
        self._wait_s = _SPACING_S
        self._tokens = _BURST
        self._refilled = float("-inf")
        self._since: float | None = None
        self._was_sent = False
        self._cost = 0
        self._credit = 0.0
        self._octets = 0
        self._credited = float("-inf")

    def request(self) -> None:
        """Somebody needs a key frame; `is_due` says when to ask the source for it."""
        if not self.is_pending:
            self.is_pending = True
            self._wait_s = _SPACING_S
            self._since = None
            self._was_sent = False

    def received(self) -> None:
        """A key frame has begun to arrive: all who wanted one are served."""
        self.is_pending = False
        self._credit -= self._cost

    def charge(self, octets: int) -> None:
        """The key frame has ended and was so large; it was charged as the one before."""
        if self._cost:
            self._credit += self._cost - octets
        else:  # the first: nothing was saved up yet, and nothing was asked too much
            self._credit = octets * (BURST_FRAMES - 1)
        self._cost = octets
        self._credit = max(self._credit, -BURST_FRAMES * octets)

    def cancel(self) -> None:
        """Nobody wants one any more, or the source may not send."""
        self.is_pending = False

    def is_due(self, now: float, *, is_flowing: bool, octets: int = 0) -> bool:
        """Return whether to send a request now, and count it as sent.

        `is_flowing`: packets of the source arrive; one that is silent is asked ever less often.
        `octets`: all the source has sent so far.
        """
        if not self.is_pending or now - self._sent < self._wait_s:
            return False
        if self._since is None:
            self._since = now
        if not self._is_affordable(now, octets) or not self._take_token(now):
            return False
        self._was_sent = True
        self._sent = now
        self._wait_s = _SPACING_S if is_flowing else min(self._wait_s * 2, _LONGEST_WAIT_S)
        return True

    def _is_affordable(self, now: float, octets: int) -> bool:
        """A request that is only repeated costs nothing more."""
        passed = min(now - self._credited, LONGEST_HELD_S)
        gained = max((octets - self._octets) * SHARE, passed * LEAST_PER_S)
        self._octets = octets
        self._credited = now
        self._credit = min(self._credit + gained, BURST_FRAMES * self._cost)
        if self._was_sent or self._credit >= self._cost:
            return True
        return self._since is not None and now - self._since >= LONGEST_HELD_S

    def _take_token(self, now: float) -> bool:
        gained = (now - self._refilled) * _REFILL_PER_S
        self._tokens = min(_BURST, self._tokens + gained)
        self._refilled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
