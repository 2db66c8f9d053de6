"""What a morning came to, as rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.packet_cost import quantile
from tests.scaling.figures import Figures
from tests.scaling.morning import CHAOS_AT_S, Morning, Plan
from tests.scaling.nodes import Costs

NODES = (3, 4, 6)
REGISTRY_AWAY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Times in seconds; `fullest` counts rooms."""

    nodes: int
    after: str
    host_p95: float
    knock_p95: float
    decision_p95: float
    call_p95: float
    join_p99: float
    surge_p99: float
    surge_per_s: int
    back_p95: float
    back_max: float
    held_max: float
    fullest_before: int
    fullest_after: int
    even: int


def costs(figures: Figures) -> Costs:
    return Costs(join_s=figures.join_ms.value / 1000, idle=figures.idle_ms.value / 1000)


def plans(nodes: int) -> Sequence[Plan]:
    """A quiet morning, then one each with what may go wrong."""
    return [
        Plan(nodes=nodes),
        Plan(nodes=nodes, kills=True),
        Plan(nodes=nodes, drains=True),
        Plan(nodes=nodes, registry_away_s=REGISTRY_AWAY_S),
    ]


def play(plan: Plan, figures: Figures) -> Result:
    morning = Morning(plan, costs(figures)).run()
    seen, servers = morning.seen, morning.estate.servers
    left = plan.nodes - (plan.kills or plan.drains)
    return Result(
        nodes=plan.nodes,
        after=_after(plan),
        host_p95=quantile(seen.for_host, 0.95),
        knock_p95=quantile(seen.knocks, 0.95),
        decision_p95=quantile(seen.decisions, 0.95),
        call_p95=quantile(seen.calls, 0.95),
        join_p99=quantile(seen.joins, 0.99),
        surge_p99=quantile(seen.surge, 0.99),
        surge_per_s=max(busiest_second(one.joins) for one in servers),
        back_p95=quantile(seen.back, 0.95),
        back_max=max(seen.back, default=0.0),
        held_max=max(seen.held, default=0.0),
        fullest_before=max(morning.before.values()),
        fullest_after=max(one.peak_rooms for one in servers),
        even=-(-plan.rooms // left),
    )


def busiest_second(times: Sequence[float]) -> int:
    """The most of these that lie within one second."""
    ordered, first, most = sorted(times), 0, 0
    for at, time in enumerate(ordered):
        while ordered[first] <= time - 1.0:
            first += 1
        most = max(most, at - first + 1)
    return most


def _after(plan: Plan) -> str:
    minutes = (CHAOS_AT_S - plan.habits.begins(0)) / 60
    if plan.kills:
        return f"`kill -9` of the fullest, {minutes:.0f} min into the first slot"
    if plan.drains:
        return f"drain of it, {plan.moves_at_once} rooms each {plan.move_s:g} s"
    if plan.registry_away_s:
        return f"Redis away for {plan.registry_away_s:.0f} s as people come"
    return "nothing"
