"""How many bits a second a subscriber's path carries: Google Congestion Control, sender's side.

draft-ietf-rmcat-gcc-02: the delay gradient (`media.trendline`) lets a rate fall to 80 % of what
arrives, or grow by 8 % a second, slowly near the capacity known; heavy loss bounds it. REMB of
the receiver stands in while there is no transport-wide feedback. Pure: `now` is the caller's.
"""

from collections import deque
from collections.abc import Sequence

from media.allocator import Evidence
from media.trendline import Trendline, Usage

START_BPS = 2_500_000.0
"""Believed at the first feedback: enough for a picture in full, soon corrected."""
LEAST_BPS = 50_000.0
MOST_BPS = 100_000_000.0

_BACK_OFF = 0.8
"""The draft has 0.85; layers are steps, so there is nothing to gain close to the edge."""
_DOUBTFUL_BACK_OFF = 0.7
"""A step while much less is sent than the path is thought to carry: what grows there may be the
delay of a busy machine, and what arrives says little of the capacity."""
_SURE_BPS = 500_000.0
_SURE_S = 30.0
"""Below that rate delay alone is believed only so long after a loss: a busy machine delays too,
and drops nothing. So long anything counts as evidence."""
_GROWTH_PER_S = 1.08
_PACKET_BITS = 1200 * 8
_NEAR_GROWTH_PER_S = 0.025
_RESPONSE_S = 0.1
_OVER_RECEIVED = 1.5
_OVER_RECEIVED_BPS = 10_000
_RATE_WINDOW_S = 0.5
_RATE_LEAST_S = 0.15
_LONGEST_PAUSE_S = 1.0
_CAPACITY_SPREAD = 0.15
_OUTGROWN = 1.06
"""An estimate so many times the capacity known shows that there is more."""
_LOSS_WINDOW_S = 0.5
_LOSS_PACKETS = 20
_LOW_LOSS, _HIGH_LOSS = 0.02, 0.10
_MEAN_PACE = 0.1
_MOST_OWN = 0.2
_CURED = 0.95
_TRIAL_S, _TRIAL_PACKETS = 1.0, 60
"""How long, and how many packets, at a rate at which nothing should be lost."""
_FULL_QUEUE_S, _FULL_LOSS = 0.1, 0.03
_FEEDBACK_FRESH_S = 5.0

Acknowledged = tuple[float, int, float]
"""When a packet was sent, its bytes, and when it arrived by the receiver's clock."""


class Received:
    """The rate at which bytes arrive, over half a second of the receiver's clock.

    What waited for a stalled machine arrives at once: it counts over the time it was sent in.
    """

    __slots__ = ("_bytes", "_packets", "_since")

    def __init__(self) -> None:
        self._packets: deque[Acknowledged] = deque()
        self._bytes = 0
        self._since: float | None = None

    def add(self, acknowledged: Sequence[Acknowledged]) -> None:
        packets = self._packets
        newest = packets[-1][2] if packets else None
        for packet in acknowledged:
            arrived_s = packet[2]
            if newest is None or abs(arrived_s - newest) > _LONGEST_PAUSE_S * 3:
                packets.clear()
                self._bytes, self._since = 0, arrived_s
            packets.append(packet)
            self._bytes += packet[1]
            newest = arrived_s
        while packets and newest is not None and newest - packets[0][2] > _RATE_WINDOW_S:
            self._bytes -= packets.popleft()[1]

    @property
    def bps(self) -> float | None:
        """Bits a second; None as long as too little came."""
        if self._since is None or self._packets[-1][2] - self._since < _RATE_LEAST_S:
            return None
        first, last = self._packets[0], self._packets[-1]
        span = min(last[2] - self._since, _RATE_WINDOW_S)
        return self._bytes * 8 / max(span, last[0] - first[0])


class OwnLoss:
    """The loss that a path has at any rate, as a radio has: less sent is no less lost.

    A path that was too full would carry all of a rate that had just arrived whole. Where that
    much is lost again, it is the path's own, and no reason to send less still.
    """

    __slots__ = ("_cured_bps", "_lost", "_since", "_suspected", "_total", "mean", "share")

    def __init__(self) -> None:
        self.share = 0.0
        self.mean = 0.0
        """Of all losses of the last seconds."""
        self._suspected: float | None = None
        self._cured_bps: float | None = None
        self._lost = self._total = 0
        self._since = 0.0

    def is_on_trial(self, rate_bps: float) -> bool:
        """Whether a rate that nothing should be lost of is being tried."""
        return self._cured_bps is not None and rate_bps <= self._cured_bps

    def suspect(self, now: float) -> None:
        """The rate is lowered for loss."""
        if self._suspected is None:
            self._suspected = now

    def observe(
        self, lost: int, total: int, rate_bps: float, received_bps: float | None, now: float
    ) -> None:
        """Take what was lost of `total` packets, sent at `rate_bps` at most."""
        self.mean += (lost / total - self.mean) * _MEAN_PACE
        if self.mean < self.share / 2:
            self.share = 0.0
        if self._suspected is None:
            return
        if self._cured_bps is None:
            if received_bps is not None and now - self._suspected > _RATE_WINDOW_S + _LOSS_WINDOW_S:
                self._cured_bps = received_bps * _CURED
        elif not self.is_on_trial(rate_bps):
            self._lost = self._total = 0
            self._since = now
        else:
            self._try(lost, total, now)

    def _try(self, lost: int, total: int, now: float) -> None:
        self._lost += lost
        self._total += total
        if now - self._since < _TRIAL_S or self._total < _TRIAL_PACKETS:
            return
        share = self._lost / self._total
        self.share = share if share <= _MOST_OWN else 0.0
        self._suspected = self._cured_bps = None
        self._lost = self._total = 0


class Losses:
    """The bound that loss sets: none, or a rate that falls with heavy loss and grows without."""

    __slots__ = ("_lost", "_own", "_since", "_total", "bound_bps", "share")

    def __init__(self) -> None:
        self.bound_bps = MOST_BPS
        self.share = 0.0
        self._own = OwnLoss()
        self._lost = self._total = 0
        self._since: float | None = None

    @property
    def mean(self) -> float:
        """Of the last seconds: what a stalled machine dropped once hardly shows in it."""
        return self._own.mean

    def add(
        self, lost: int, received: int, rate_bps: float, received_bps: float | None, now: float
    ) -> None:
        """Take what one feedback packet says; `rate_bps` is what was believed until now."""
        if self._since is None:
            self._since = now
        self._lost += lost
        self._total += lost + received
        passed = now - self._since
        if passed < _LOSS_WINDOW_S or self._total < _LOSS_PACKETS:
            return
        self.share = self._lost / self._total
        self._own.observe(self._lost, self._total, rate_bps, received_bps, now)
        more = self.share - self._own.share
        if more > _HIGH_LOSS and not self._own.is_on_trial(rate_bps):
            self._own.suspect(now)
            bound = min(self.bound_bps, rate_bps)
            arrives = min(bound, (received_bps or 0.0) * _CURED)
            self.bound_bps = max(bound * (1 - 0.5 * more), arrives)
        elif more < _LOW_LOSS:
            grown = self.bound_bps * _GROWTH_PER_S ** min(passed, 1.0)
            self.bound_bps = min(grown, MOST_BPS)
        self._lost = self._total = 0
        self._since = now


class Estimator:
    """`bps` is None until a receiver has said anything."""

    __slots__ = (
        "_capacity_bps",
        "_changed",
        "_delay_bps",
        "_fell",
        "_heard",
        "_losses",
        "_lossy",
        "_received",
        "_remb_bps",
        "_trendline",
    )

    def __init__(self) -> None:
        self._trendline = Trendline()
        self._received = Received()
        self._losses = Losses()
        self._delay_bps = START_BPS
        self._remb_bps: float | None = None
        self._capacity_bps: float | None = None
        self._heard: float | None = None
        self._changed = 0.0
        self._fell = float("-inf")
        self._lossy = float("-inf")

    @property
    def bps(self) -> float | None:
        if self._heard is None:
            return self._remb_bps
        return max(LEAST_BPS, min(self._delay_bps, self._losses.bound_bps))

    @property
    def path_bps(self) -> float | None:
        """`bps` as far as transport-wide feedback says it: only then can a probe be seen."""
        return self.bps if self._heard is not None else None

    @property
    def received_bps(self) -> float | None:
        """What arrives now, as far as that is known."""
        return self._received.bps

    def evidence(self, now: float) -> Evidence:
        """Return what speaks for the path carrying no more than `bps`."""
        if self._heard is None or now - self._lossy <= _SURE_S:
            return Evidence.LOSS
        return Evidence.DELAY if now - self._fell <= _SURE_S else Evidence.NONE

    @property
    def loss(self) -> float:
        """The share of packets that were lost lately."""
        return self._losses.share

    def fresh_loss(self, now: float) -> float | None:
        """Return `loss`, None where no transport-wide feedback came lately."""
        is_fresh = self._heard is not None and now - self._heard <= _FEEDBACK_FRESH_S
        return self.loss if is_fresh else None

    def take_remb(self, bps: float, now: float) -> None:
        """Believe the receiver's own estimate while it tells nothing better."""
        self._remb_bps = max(bps, LEAST_BPS)
        if self._heard is not None and now - self._heard > _FEEDBACK_FRESH_S:
            self._heard = None

    def take_feedback(
        self, packets: Sequence[Acknowledged], lost: int, now: float, round_trip_s: float
    ) -> None:
        """Take one feedback packet: what arrived, in order of sending, and how many did not."""
        before = self.bps or START_BPS
        if self._heard is None:
            self._changed = now
        self._heard = now
        self._trendline.add_all(packets)
        self._received.add(packets)
        usage = self._trendline.detect(now) if packets else Usage.NORMAL
        if usage is Usage.OVER or self._is_full():
            self._fall(now, round_trip_s)
        elif usage is Usage.NORMAL:
            self._grow(now, round_trip_s)
        self._changed = now
        self._losses.add(lost, len(packets), before, self._received.bps, now)
        if usage is not Usage.OVER and not self._is_full():
            self._keep_what_comes()
        if self._losses.mean >= _LOW_LOSS:
            self._lossy = now

    def _keep_what_comes(self) -> None:
        """A path carries what came through it, less what a fall takes off to drain a queue."""
        received = self._received.bps or 0.0
        self._delay_bps = max(self._delay_bps, received * _BACK_OFF)
        self._losses.bound_bps = max(self._losses.bound_bps, received * _CURED)

    def _is_full(self) -> bool:
        """A queue that is full grows no more: it shows by its delay and by what it drops."""
        return self._trendline.standing_s > _FULL_QUEUE_S and self._losses.share > _FULL_LOSS

    def take_probe(self, bps: float) -> None:
        """A probe came through at this rate."""
        if bps > self._delay_bps:
            self._delay_bps = min(bps, MOST_BPS)
            if self._capacity_bps is not None and bps > self._capacity_bps:
                self._capacity_bps = None
        self._losses.bound_bps = max(self._losses.bound_bps, min(bps, self._delay_bps))

    def _fall(self, now: float, round_trip_s: float) -> None:
        """Back off to a share of what arrives, once a round trip."""
        received = self._received.bps
        pause = min(max(round_trip_s, 0.05), 0.2)
        if received is None or now - self._fell < pause:
            return
        self._fell = now
        target = received * _BACK_OFF
        if now - self._lossy > _SURE_S:
            target = max(target, min(self._delay_bps, _SURE_BPS))
        if self._delay_bps > received * _OVER_RECEIVED:
            target = max(target, self._delay_bps * _DOUBTFUL_BACK_OFF)
        self._delay_bps = max(LEAST_BPS, min(self._delay_bps, target))
        known = self._capacity_bps
        if known is None or abs(received - known) > 3 * _CAPACITY_SPREAD * known:
            self._capacity_bps = received
        else:
            self._capacity_bps = known + 0.2 * (received - known)

    def _grow(self, now: float, round_trip_s: float) -> None:
        """Grow slowly near the capacity, else by a share; never far above what arrives."""
        received = self._received.bps
        if received is None:
            return
        passed = min(max(now - self._changed, 0.0), 1.0)
        known = self._capacity_bps
        if known is not None and self._delay_bps > known * _OUTGROWN:
            self._capacity_bps = known = None
        if known is not None and self._delay_bps > known * (1 - 2 * _CAPACITY_SPREAD):
            packet_a_response = _PACKET_BITS / (round_trip_s + _RESPONSE_S)
            pace = min(packet_a_response, self._delay_bps * _NEAR_GROWTH_PER_S)
            grown = self._delay_bps + pace * passed
        else:
            grown = self._delay_bps * _GROWTH_PER_S**passed
        limit = received * _OVER_RECEIVED + _OVER_RECEIVED_BPS
        self._delay_bps = min(max(self._delay_bps, min(grown, limit)), MOST_BPS)
