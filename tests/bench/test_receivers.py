"""The tables of what a receiver sees: short runs of them are printed, and meet their bars."""

from collections.abc import Sequence

from tests.bench.receivers import simulated_figures
from tests.bench.restart import restart_figures
from tests.bench.table import Figure, print_figures


def check(figures: Sequence[Figure], bars: int) -> None:
    print_figures("short run", figures)
    judged = [figure for figure in figures if figure.is_met is not None]
    assert len(judged) == bars
    assert not [figure for figure in judged if not figure.is_met]


def test_what_a_receiver_sees_meets_its_bars() -> None:
    check(simulated_figures(is_short=True), 14)


async def test_a_path_that_changes_costs_less_than_a_second() -> None:
    check(await restart_figures(1), 4)
