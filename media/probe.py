"""Probing: a short burst of padding that shows whether a path carries more than is estimated.

Pure; `now` is the caller's. A cluster lasts a tenth of a second, in steps of the router's timer.
Its outcome is the rate at which its packets, media among them, arrived.
"""

_CLUSTER_S = 0.1
_TIMEOUT_S = 1.5
_LONGEST_STEP_S = 0.04
_FIRST_PAUSE_S = 3.0
_LONGEST_PAUSE_S = 48.0
_URGENT_PAUSE_S = 12.0
"""The longest while a picture is paused: then there is more to win than a better layer."""
_STEP_UP = 3.0
_FEWEST_PACKETS = 8
_LEAST_ARRIVED = 0.8
_SATURATED = 0.9
_UTILISATION = 0.95
_MORE = 1.1
_AHEAD = 0x8000

Probed = tuple[float, int, float]
"""When a packet was sent, its bytes, and when it arrived by the receiver's clock."""


class Prober:
    """At most one cluster at a time; those that show nothing new come ever more rarely."""

    __slots__ = (
        "_began",
        "_ended",
        "_finished",
        "_first",
        "_found",
        "_last",
        "_pause_s",
        "_rate_bps",
        "_stepped",
    )

    def __init__(self) -> None:
        self._began: float | None = None
        self._ended: float | None = None
        self._rate_bps = 0.0
        self._first = self._last = 0
        self._found: list[Probed] = []
        self._finished = float("-inf")
        self._stepped = 0.0
        self._pause_s = _FIRST_PAUSE_S

    def step(
        self,
        goal_bps: float | None,
        estimate_bps: float | None,
        wide: int,
        now: float,
        *,
        is_urgent: bool = False,
    ) -> int:
        """Return how many bytes should leave in this step, media among them; 0: no probe.

        `goal_bps` is what would be of use, `wide` the transport-wide number sent last; it is
        urgent while a picture is paused.
        """
        if self._began is None:
            wants = goal_bps is not None and estimate_bps is not None and estimate_bps < goal_bps
            pause_s = min(self._pause_s, _URGENT_PAUSE_S if is_urgent else _LONGEST_PAUSE_S)
            is_early = now - self._finished < pause_s
            if not wants or is_early or goal_bps is None or estimate_bps is None:
                return 0
            self._begin(min(goal_bps * _MORE, estimate_bps * _STEP_UP), wide, now)
        elif self._ended is not None:
            if now - self._ended > _TIMEOUT_S:
                self._finish(now, is_worth_it=False)
            return 0
        if self._began is not None and now - self._began > _CLUSTER_S:
            self._ended, self._last = now, wide
            return 0
        passed = min(now - self._stepped, _LONGEST_STEP_S)
        self._stepped = now
        return round(self._rate_bps * passed / 8)

    def _begin(self, rate_bps: float, wide: int, now: float) -> None:
        self._began, self._ended = now, None
        self._rate_bps = rate_bps
        self._first = (wide + 1) & 0xFFFF
        self._found = []
        self._stepped = now - 0.02

    @property
    def is_waiting(self) -> bool:
        """Whether feedback is of interest."""
        return self._began is not None

    def take(self, number: int, probed: Probed, now: float) -> None:
        """Note a packet that arrived, if it belongs to the cluster."""
        if (number - self._first) & 0xFFFF >= _AHEAD:
            return
        if self._ended is None or (self._last - number) & 0xFFFF < _AHEAD:
            self._found.append(probed)

    def outcome(self, number: int, now: float) -> float | None:
        """Return the rate the path showed, once feedback reaches up to `number`."""
        if self._ended is None or (number - self._last) & 0xFFFF >= _AHEAD:
            return None
        sent = ((self._last - self._first) & 0xFFFF) + 1
        found = sorted(self._found)
        is_enough = len(found) >= max(_FEWEST_PACKETS, sent * _LEAST_ARRIVED)
        rate = _rate(found) if is_enough else None
        self._finish(now, is_worth_it=rate is not None and rate > self._rate_bps * _SATURATED)
        return rate

    def _finish(self, now: float, *, is_worth_it: bool) -> None:
        self._began = self._ended = None
        self._found = []
        longer_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
        self._pause_s = _FIRST_PAUSE_S if is_worth_it else longer_s
        self._finished = now


def _rate(found: list[Probed]) -> float | None:
    """Return the lower of the rates sent and received; what filled the path counts a bit less."""
    first, last = found[0][0], found[-1][0]
    total = sum(size for _, size, _ in found)
    began = max(arrived for sent, _, arrived in found if sent == first)
    ended = max(arrived for _, _, arrived in found)
    if last <= first or ended <= began:
        return None
    sent_bps = (total - sum(s for sent, s, _ in found if sent == last)) * 8 / (last - first)
    head = sum(size for sent, size, _ in found if sent == first)
    received_bps = (total - head) * 8 / (ended - began)
    if received_bps < _SATURATED * sent_bps:
        return received_bps * _UTILISATION
    return min(sent_bps, received_bps)
