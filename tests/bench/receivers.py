"""What a receiver sees, as tables: `python -m tests.bench.receivers [--short]`.

Loss, bursts, joins, layers, the estimate and monitors on seeded networks; ICE restarts over real
sockets. Each figure stands beside its bar; the seeds are 1, 2, 3, ...
"""

import argparse
import asyncio

from tests.bench import simulated
from tests.bench.restart import restart_figures
from tests.bench.table import Figure, print_figures


def simulated_figures(*, is_short: bool) -> list[Figure]:
    seeds = 2 if is_short else 8
    return [
        *simulated.loss_figures(seeds, 20.0 if is_short else 40.0),
        *simulated.burst_figures(seeds, 5.0 if is_short else 20.0),
        *simulated.join_figures(1 if is_short else 4, 300),
        *simulated.switch_figures(seeds, 4 if is_short else 25),
        *simulated.cut_figures(1 if is_short else 8),
        *simulated.wish_figures(seeds),
        *simulated.estimator_figures(1 if is_short else 5),
        *simulated.monitor_figures(seeds, 200 if is_short else 2500),
    ]


def print_receivers(*, is_short: bool) -> None:
    print_figures("What a receiver sees, simulated", simulated_figures(is_short=is_short))
    figures = asyncio.run(restart_figures(1 if is_short else 8))
    print_figures("While a path changes, over sockets, round trip 100 ms", figures)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.receivers", description=__doc__)
    parser.add_argument("--short", action="store_true", help="few seeds, short runs")
    print_receivers(is_short=parser.parse_args().short)


if __name__ == "__main__":
    main()
