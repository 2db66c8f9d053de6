"""Who gets how much of a subscriber's bandwidth: a layer for every picture, down to none.

Pure; `now` is seconds of the caller. First everybody's lowest layer in order of priority, then
the first in order to their best, then the next. What does not fit is paused.

Against flapping: less is given at once when what is given no longer fits, but a picture is
paused only after a while that depends on how sure the budget is, and never for a mere guess; more
is given only if it would have fitted all through the last seconds, with something to spare, and
each step up that had to be taken back soon makes that wait longer.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from math import inf

PAUSED = -1
UNLIMITED = 1 << 30
"""A layer above all layers: the best there is."""

_HEADROOM = 1.15
"""More is given only if so many times its rate is there."""
_STABLE_S = 2.0
_LONGEST_STABLE_S = 32.0
_SOON_S = 15.0
"""A step up taken back within this was a mistake."""
_FORGIVEN_S = 60.0


class Evidence(Enum):
    """How sure it is that a path carries no more than the budget."""

    NONE = "none"
    """A guess, or less was sent than it may carry."""
    DELAY = "delay"
    """Packets came ever later: a queue, or a busy machine."""
    LOSS = "loss"
    """Packets were lost, or the receiver itself asked for less."""


_PATIENCE_S = {Evidence.NONE: inf, Evidence.DELAY: 5.0, Evidence.LOSS: 1.0}
"""The last layer of a picture is taken away only if it has not fitted for so long."""
_LONGEST_PATIENCE_S = 5.0


class Priority(IntEnum):
    CHOSEN = 0
    """Whom the subscriber asked to see first."""
    PRESENTATION = 1
    SPEAKER = 2
    OTHER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One picture a subscriber could have. `rates_bps` by layer, lowest first, None: not there."""

    slot: str
    priority: Priority
    rates_bps: tuple[int | None, ...]


def share(
    budget_bps: float, demands: Sequence[Demand], *, grace_bps: float = 0.0
) -> dict[str, int]:
    """Return the layer of each slot that fits into the budget, `PAUSED` where none does.

    Lowest layers may take `grace_bps` more than the budget.
    """
    given = {demand.slot: PAUSED for demand in demands}
    left = budget_bps + grace_bps
    ordered = sorted(demands, key=lambda demand: demand.priority)
    for demand in ordered:
        left -= _raise(demand, given, left, only_first=True)
    left -= grace_bps
    for demand in ordered:
        left -= _raise(demand, given, left, only_first=False)
    return given


def _raise(demand: Demand, given: dict[str, int], left_bps: float, *, only_first: bool) -> float:
    """Give the best layer that fits (or the lowest there is); return what it costs more."""
    before = given[demand.slot]
    if only_first is (before != PAUSED):
        return 0
    paid = _rate(demand, before)
    extra = 0.0
    for layer, rate in enumerate(demand.rates_bps):
        if rate is None or layer <= before:
            continue
        if rate - paid <= left_bps:
            given[demand.slot], extra = layer, rate - paid
        if only_first:
            break
    return extra


def _rate(demand: Demand, layer: int) -> int:
    """Return what a slot costs with this ceiling: its highest layer there is up to it."""
    if layer == PAUSED:
        return 0
    there = [rate for rate in demand.rates_bps[: layer + 1] if rate is not None]
    return there[-1] if there else next((r for r in demand.rates_bps if r is not None), 0)


def cost(given: dict[str, int], demands: Sequence[Demand]) -> int:
    """Return the bits a second of what is given."""
    return sum(_rate(demand, given.get(demand.slot, PAUSED)) for demand in demands)


class Allocator:
    """What one subscriber is given over time. `given` has a layer by slot."""

    __slots__ = ("_budgets", "_highs", "_raised_at", "_sank_at", "_stable_s", "given")

    def __init__(self) -> None:
        self.given: dict[str, int] = {}
        self._budgets: deque[tuple[float, float]] = deque()
        self._highs: deque[tuple[float, float]] = deque()
        self._stable_s = _STABLE_S
        self._raised_at = float("-inf")
        self._sank_at = float("-inf")

    def decide(
        self,
        budget_bps: float | None,
        demands: Sequence[Demand],
        now: float,
        evidence: Evidence = Evidence.LOSS,
    ) -> None:
        """Choose anew for this budget (None: no limit is known)."""
        if budget_bps is None:
            self._budgets.clear()
            self._highs.clear()
            self.given = {demand.slot: UNLIMITED for demand in demands}
            return
        safe = share(self._least(budget_bps, now) / _HEADROOM, demands)
        grace_bps = self._most(budget_bps, now, _PATIENCE_S[evidence]) - budget_bps
        first = share(budget_bps / _HEADROOM, demands, grace_bps=grace_bps)
        before = {
            demand.slot: _ceiling(self.given.get(demand.slot, first[demand.slot]), demand)
            for demand in demands
        }
        if cost(before, demands) > budget_bps:
            self.given = self._lower(budget_bps, grace_bps, demands, before, safe)
            self._note_fall(before, now)
        elif _worth(safe, demands) > _worth(before, demands):
            self._raised_at = now
            self.given = safe
        else:
            self.given = before

    def next_step_bps(self, budget_bps: float, demands: Sequence[Demand]) -> float | None:
        """Return the budget that would be of use: for what is given already without fitting, else
        for the next better layer; None: all have all."""
        spent = cost(self.given, demands)
        if spent > budget_bps:
            return spent * _HEADROOM
        steps = [
            rate - _rate(demand, self.given.get(demand.slot, PAUSED))
            for demand in demands
            for layer, rate in enumerate(demand.rates_bps)
            if rate is not None and layer > self.given.get(demand.slot, PAUSED)
        ]
        return (spent + min(steps)) * _HEADROOM if steps else None

    def _least(self, budget_bps: float, now: float) -> float:
        """Return the least budget of the last seconds."""
        if now - max(self._sank_at, self._raised_at) > _FORGIVEN_S:
            self._stable_s = _STABLE_S
        budgets = self._budgets
        while budgets and budgets[-1][1] >= budget_bps:
            budgets.pop()
        budgets.append((now, budget_bps))
        while now - budgets[0][0] > self._stable_s:
            budgets.popleft()
        return budgets[0][1]

    def _most(self, budget_bps: float, now: float, patience_s: float) -> float:
        """Return the most of the last moment, for what should not be paused for a moment's sake."""
        highs = self._highs
        while highs and highs[-1][1] <= budget_bps:
            highs.pop()
        highs.append((now, budget_bps))
        while now - highs[0][0] > _LONGEST_PATIENCE_S:
            highs.popleft()
        if patience_s == inf:
            return inf
        return next(most for at, most in highs if now - at <= patience_s)

    def _lower(
        self,
        budget_bps: float,
        grace_bps: float,
        demands: Sequence[Demand],
        before: dict[str, int],
        safe: dict[str, int],
    ) -> dict[str, int]:
        """Return what fits now; nothing goes above what it had or is safe to have."""
        capped = [
            Demand(
                slot=demand.slot,
                priority=demand.priority,
                rates_bps=_up_to(demand, max(before[demand.slot], safe[demand.slot])),
            )
            for demand in demands
        ]
        return share(budget_bps, capped, grace_bps=grace_bps)

    def _note_fall(self, before: dict[str, int], now: float) -> None:
        if self.given == before:
            return
        self._sank_at = now
        if now - self._raised_at < _SOON_S:
            self._stable_s = min(self._stable_s * 2, _LONGEST_STABLE_S)
            self._raised_at = float("-inf")


def _ceiling(layer: int, demand: Demand) -> int:
    return min(layer, len(demand.rates_bps) - 1)


def _up_to(demand: Demand, ceiling: int) -> tuple[int | None, ...]:
    """The rates of layers up to the ceiling; the lowest there is stays a choice in any case."""
    if ceiling == PAUSED:
        return ()
    lowest = next((i for i, rate in enumerate(demand.rates_bps) if rate is not None), 0)
    return demand.rates_bps[: max(ceiling, lowest) + 1]


def _worth(given: dict[str, int], demands: Sequence[Demand]) -> tuple[int, ...]:
    """Compare by who has a picture at all, then by layers, both in order of priority."""
    ordered = sorted(demands, key=lambda demand: demand.priority)
    layers = [given[demand.slot] for demand in ordered]
    return (*(int(layer != PAUSED) for layer in layers), *layers)
