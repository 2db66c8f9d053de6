"""One subscriber's bandwidth: what its path carries, and what each of its slots may have of it.

It ties the estimator, the allocator and the prober to a port's subscriptions. Audio is never
paused and is taken off first. No clock: `now` is the caller's monotonic time.
"""

from collections.abc import Mapping, Sequence

from media import transport_cc
from media.allocator import PAUSED, UNLIMITED, Allocator, Demand, Priority, cost
from media.bitrate import HEADER_BYTES
from media.description import Kind
from media.estimator import Estimator
from media.probe import Prober
from media.publication import Publication
from media.subscription import Subscription

RING = 4096
"""Packets sent that feedback may still name."""
_MASK = RING - 1
_SETTLED_S = 0.5


class Bandwidth:
    """`times` and `sizes` are rings by transport-wide number; the hot path writes them itself."""

    __slots__ = (
        "_allocator",
        "_goal_bps",
        "_prober",
        "_settled",
        "_settled_until",
        "_spared",
        "_subscriptions",
        "_taken",
        "estimator",
        "paused",
        "sizes",
        "times",
    )

    def __init__(self, subscriptions: Sequence[Subscription]) -> None:
        self.times = [float("-inf")] * RING
        self.sizes = [0] * RING
        self.estimator = Estimator()
        self.paused: tuple[str, ...] = ()
        """The slots that carry nothing for want of bandwidth, by MID."""
        self._subscriptions = subscriptions
        self._allocator = Allocator()
        self._prober = Prober()
        self._goal_bps: float | None = None
        self._settled: tuple[list[Publication | None], float] = ([], 0.0)
        """Who was received when everybody had everything, and the bits a second that took."""
        self._settled_until = float("-inf")
        self._spared: dict[str, int] = {}
        """The highest layer of the slots that the subscriber asked to be spared, by MID."""
        self._taken: Publication | None = None
        """Whose camera alone is taken, where all others are spared."""

    # -- what the path carries ----------------------------------------------------------------

    def take_feedback(self, body: bytes, wide: int, now: float, round_trip_s: float) -> None:
        """Read transport-wide feedback; `wide` is the number sent last. Raises TransportCcError."""
        feedback = transport_cc.parse(body)
        times, sizes = self.times, self.sizes
        known = [item for item in feedback.received if (wide - item[0]) & 0xFFFF < RING]
        packets = [
            (times[number & _MASK], sizes[number & _MASK] + HEADER_BYTES, arrived)
            for number, arrived in known
        ]
        watched = self._prober.is_waiting
        if watched:
            for (number, _), packet in zip(known, packets, strict=True):
                self._prober.take(number, packet, now)
        lost = min(feedback.count - len(feedback.received), RING)
        if not packets and not lost:
            return
        self.estimator.take_feedback(packets, lost, now, round_trip_s)
        if watched:
            shown = self._prober.outcome((feedback.base + feedback.count - 1) & 0xFFFF, now)
            if shown is not None:
                self.estimator.take_probe(shown)

    # -- who gets what ------------------------------------------------------------------------

    def allocate(self, speaker: Publication | None, now: float) -> bool:
        """Choose layers anew; return whether other slots are paused now.

        While everybody has everything and the path carries it, a look twice a second is enough.
        """
        estimate_bps = self.estimator.bps
        is_untouched = not self.paused and not self._allocator.given and not self._spared
        if estimate_bps is None and is_untouched and not self._asks_to_be_spared():
            return False
        bound = [s for s in self._subscriptions if s.publication is not None]
        sources = [s.publication for s in bound]
        spared = self._spare(bound, speaker)
        if spared == self._spared and self._is_settled(estimate_bps, sources, now):
            return False
        self._spared = spared
        demands = _demands(bound, speaker, spared, now)
        audio_bps = _audio_bps(bound)
        budget_bps = None if estimate_bps is None else max(estimate_bps - audio_bps, 0.0)
        self._allocator.decide(budget_bps, demands, now, self.estimator.evidence(now))
        step_bps = None
        if budget_bps is not None:
            step_bps = self._allocator.next_step_bps(budget_bps, demands)
        self._goal_bps = None if step_bps is None else step_bps + audio_bps
        if self._goal_bps is None:
            self._settled = sources, cost(self._allocator.given, demands) + audio_bps
            self._settled_until = now + _SETTLED_S
        else:
            self._settled_until = now
        return self._apply(now)

    def _asks_to_be_spared(self) -> bool:
        return any(s.pictures != "all" for s in self._subscriptions if s.publication is not None)

    def _spare(self, bound: Sequence[Subscription], speaker: Publication | None) -> dict[str, int]:
        """The highest layer of each slot that the subscriber asked to be spared, by MID.

        Of the cameras one is taken: whom the subscriber chose, else the speaker, else who was taken
        before, else the first.
        """
        saving = [s for s in bound if s.pictures != "all" and s.slot.kind is not Kind.AUDIO]
        cameras = [s for s in saving if s.pictures == "speaker" and s.slot.kind is Kind.CAMERA]
        there = [s for s in cameras if s.publication is not None and s.publication.is_open]
        wanted = [
            [s for s in there if s.comes_first],
            [s for s in there if s.publication is speaker],
            [s for s in there if s.publication is self._taken],
            there,
        ]
        taken = next((found[0] for found in wanted if found), None)
        self._taken = None if taken is None else taken.publication
        return {
            s.slot.mid: 0 if s is taken else PAUSED
            for s in saving
            if s.pictures == "none" or s.slot.kind is Kind.CAMERA
        }

    def _is_settled(
        self, estimate_bps: float | None, sources: list[Publication | None], now: float
    ) -> bool:
        settled_sources, spent_bps = self._settled
        return (
            now < self._settled_until
            and estimate_bps is not None
            and estimate_bps >= spent_bps
            and sources == settled_sources
        )

    def _apply(self, now: float) -> bool:
        given = self._allocator.given
        for subscription in self._subscriptions:
            mid = subscription.slot.mid
            ceiling = min(given.get(mid, UNLIMITED), self._spared.get(mid, UNLIMITED))
            if ceiling != subscription.ceiling and subscription.publication is not None:
                subscription.ceiling = ceiling
                subscription.publication.aim(subscription, now)
        paused = tuple(
            mid for mid, layer in [*given.items(), *self._spared.items()] if layer == PAUSED
        )
        has_changed = paused != self.paused
        self.paused = paused
        return has_changed

    # -- whether there is more ----------------------------------------------------------------

    @property
    def wants_more(self) -> bool:
        """Whether `probe` has to be asked at every tick."""
        return self._goal_bps is not None or self._prober.is_waiting

    def probe(self, wide: int, now: float) -> None:
        """Send the padding that is due, in the repair stream of the first slot that has one."""
        is_urgent = PAUSED in self._allocator.given.values()
        path_bps = self.estimator.path_bps
        due = self._prober.step(self._goal_bps, path_bps, wide, now, is_urgent=is_urgent)
        for subscription in self._subscriptions:
            size = 1
            while size and due > 0:
                size = subscription.repair.pad(now)
                due -= size


def _demands(
    bound: Sequence[Subscription],
    speaker: Publication | None,
    spared: Mapping[str, int],
    now: float,
) -> list[Demand]:
    demands = []
    for subscription in bound:
        publication = subscription.publication
        if publication is None or not publication.is_open or publication.kind is Kind.AUDIO:
            continue
        mid = subscription.slot.mid
        cap = spared.get(mid)
        rates = publication.rates_bps(now, subscription.limit)
        if cap is not None:
            rates = () if cap == PAUSED else _lowest(rates)
        if any(rate is not None for rate in rates):
            priority = _priority(subscription, publication, speaker)
            demands.append(Demand(slot=mid, priority=priority, rates_bps=rates))
    return demands


def _lowest(rates_bps: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """Rates up to the lowest layer there is."""
    there = next((layer for layer, rate in enumerate(rates_bps) if rate is not None), 0)
    return rates_bps[: there + 1]


def _audio_bps(bound: Sequence[Subscription]) -> int:
    return sum(
        subscription.stream.bitrate.bps * (1 + subscription.copies)
        for subscription in bound
        if subscription.stream is not None and not subscription.stream.is_video
    )


def _priority(
    subscription: Subscription, publication: Publication, speaker: Publication | None
) -> Priority:
    if subscription.comes_first:
        return Priority.CHOSEN
    if publication.kind is Kind.SCREEN:
        return Priority.PRESENTATION
    return Priority.SPEAKER if publication is speaker else Priority.OTHER
