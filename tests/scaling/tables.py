"""The tables of signalling/SCALING.md, as Markdown."""

from collections.abc import Sequence

from tests.scaling.estate import Estate, rows
from tests.scaling.figures import FIGURES
from tests.scaling.results import NODES, Result, plans, play


def estate_table() -> str:
    cells = [(row.what, row.how, row.value) for row in rows(Estate(), FIGURES)]
    return _table(("of the estate", "how", "comes to"), cells)


def figures_table() -> str:
    names = {name: getattr(FIGURES, name) for name in FIGURES.__dataclass_fields__}
    cells = [(f"`{name}`", f"{one.value:g}", one.by) for name, one in names.items()]
    return _table(("figure", "value", "measured by"), cells)


def results() -> list[Result]:
    return [play(plan, FIGURES) for nodes in NODES for plan in plans(nodes)]


def results_table(of: Sequence[Result]) -> str:
    head = (
        "servers",
        "what goes wrong",
        "join to its answer, p99",
        "joins a second at one, most",
        "joins of the moved, p99",
        "back in the room, p95 and worst",
        "stood at a room without a server, worst",
        "at the desk, p95: a knock is taken up, is decided, a call is taken up",
        "rooms at the fullest: before, after, even",
    )
    cells = [
        (
            str(one.nodes), one.after, f"{1000 * one.join_p99:.0f} ms", str(one.surge_per_s),
            f"{1000 * one.surge_p99:.0f} ms" if one.surge_p99 else "",
            f"{one.back_p95:.1f}, {one.back_max:.1f} s" if one.back_max else "",
            f"{one.held_max:.1f} s" if one.held_max else "",
            f"{one.knock_p95:.0f}, {one.decision_p95:.0f}, {one.call_p95:.0f} s",
            f"{one.fullest_before}, {one.fullest_after}, {one.even}",
        )
        for one in of
    ]  # fmt: skip
    return _table(head, cells)


def _table(head: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
