"""Soak servers: `python -m tests.soak [--minutes N] [--nodes N] [--rooms N] [--seed N] [--trace]`.

Two share the rooms and are emptied in turn; `--nodes 1` is one alone, with SQLite.
"""

import argparse
import asyncio
import sys

from tests.soak.soak import faults, soak

MINUTES, ROOMS, NODES = 30.0, 8, 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--nodes", type=int, default=NODES, help="servers that share the rooms")
    parser.add_argument("--rooms", type=int, default=ROOMS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trace", action="store_true", help="say where memory is kept; slower")
    options = parser.parse_args()
    outcome = asyncio.run(
        soak(
            seconds=60 * options.minutes, rooms=options.rooms, seed=options.seed,
            nodes=options.nodes, is_traced=options.trace,
        )
    )  # fmt: skip
    print(f"{outcome.scenes:,} scenes, {outcome.moves:,} meetings moved")
    for name, kept in outcome.servers.items():
        first, last = kept.rss_mb[0], kept.rss_mb[-1]
        print(
            f"{name}: memory {first:.1f} MB after the first rounds, {last:.1f} at the end, "
            f"{outcome.kb_a_scene(kept):+.2f} kB a scene; its media worker "
            f"{kept.worker_rss_mb[0]:.1f} and {kept.worker_rss_mb[-1]:.1f} MB"
        )
        for kind, (then, now) in kept.held.items():
            print(f"  {kind.strip()}: {then} and {now}")
        for line in kept.growth:
            print(f"  {line}")
    found = faults(outcome)
    for fault in found:
        print(f"FAULT: {fault}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
