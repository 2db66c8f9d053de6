"""Soak the server: `python -m tests.soak [--minutes N] [--rooms N] [--seed N] [--trace]`."""

import argparse
import asyncio
import sys

from tests.soak.soak import faults, soak

MINUTES, ROOMS = 30.0, 8


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--rooms", type=int, default=ROOMS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trace", action="store_true", help="say where memory is kept; slower")
    options = parser.parse_args()
    outcome = asyncio.run(
        soak(
            seconds=60 * options.minutes, rooms=options.rooms, seed=options.seed,
            is_traced=options.trace,
        )
    )  # fmt: skip
    first, last = outcome.rss_mb[0], outcome.rss_mb[-1]
    print(
        f"{outcome.scenes:,} scenes; memory {first:.1f} MB after the first, {last:.1f} at the end,"
    )
    print(
        f"{outcome.kb_a_scene:+.2f} kB a scene; the media worker {outcome.worker_rss_mb[-1]:.1f} MB"
    )
    for line in outcome.growth:
        print(f"  {line}")
    found = faults(outcome)
    for fault in found:
        print(f"FAULT: {fault}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
