"""Print the figures: `python -m tests.bench [--short] [--engine] [--no-browser] [--no-speech]`,
`--calm`, `--memory`, `--records`, `--office`, `--nodes`, `--page` or `--signalling` for these
alone."""

import argparse
import asyncio
import os
from collections.abc import Sequence

from tests.bench import memory
from tests.bench.bare import measure_echo_us, measure_floor
from tests.bench.calm import measure_calm
from tests.bench.desk_time import knock_figures, measure_knocks
from tests.bench.node_lost import lost_node_figures, measure_lost_nodes
from tests.bench.node_moved import measure_moves, moved_figures
from tests.bench.office_time import measure_office, office_figures
from tests.bench.packet_cost import SERVER_CORE, Cost, measure_engine, quantile
from tests.bench.page_figures import print_page
from tests.bench.receivers import print_receivers
from tests.bench.record_cost import record_figures
from tests.bench.seam import round_trips_us
from tests.bench.server_host import measure_beside_work, measure_server
from tests.bench.signalling_load import SHORT, Load, measure_signalling, signalling_figures
from tests.bench.speaker_tables import SHORT_TURNS, TURNS, print_speaker_tables
from tests.bench.table import print_figures, print_table
from tests.bench.wall_cost import print_wall

ROOMS = (1, 10, 20, 30)
SECONDS, SHORT_SECONDS = 20.0, 2.0
CALM_RUNS = 3
KNOCKS, SHORT_KNOCKS = 200, 5
COST_HEAD = ("rooms", "sent", "CPU µs/packet", "of one core", "packets/s out",
             "no core", "load no core", "lost", "by the load", "by the server", "its drops",
             "added p50 µs", "added p99 µs", "late ms")  # fmt: skip


def cost_row(cost: Cost, echo_p50_us: float, echo_p99_us: float) -> tuple[str, ...]:
    return (
        str(cost.rooms),
        "frame by frame" if cost.in_bursts else "evenly",
        f"{cost.cpu_us:.1f}",
        f"{100 * cost.busy:.0f} %",
        f"{cost.forwarded_per_s:,.0f}",
        f"{100 * cost.waited:.0f} %",
        f"{100 * cost.loader_waited:.0f} %",
        f"{100 * cost.loss:.3f} %",
        f"{100 * cost.lost_by_load:.3f} %",
        f"{100 * cost.lost_by_server:.3f} %",
        str(cost.server_drops),
        f"{max(0.0, cost.delay_p50_us - echo_p50_us):,.0f}",
        f"{max(0.0, cost.delay_p99_us - echo_p99_us):,.0f}",
        f"{cost.late_ms:.1f}",
    )


def calm_figures(*, is_short: bool) -> list[Cost]:
    """The median of three runs of each row, by CPU time."""
    rows = [(1, False)] if is_short else [(n, bursts) for bursts in (False, True) for n in ROOMS]
    costs = []
    for rooms, in_bursts in rows:
        runs = [
            measure_calm(rooms=rooms, seconds=SHORT_SECONDS, in_bursts=in_bursts)
            for _ in range(CALM_RUNS)
        ]
        costs.append(sorted(runs, key=lambda cost: cost.cpu_us)[CALM_RUNS // 2])
    return costs


async def packet_figures(*, is_short: bool, engine_only: bool) -> list[Cost]:
    measure = measure_engine if engine_only else measure_server
    rows = [(1, False)] if is_short else [(n, bursts) for bursts in (False, True) for n in ROOMS]
    seconds = SHORT_SECONDS if is_short else SECONDS
    return [
        await measure(rooms=rooms, seconds=seconds, in_bursts=in_bursts)
        for rooms, in_bursts in rows
    ]


def print_seam(*, is_short: bool, echo_us: tuple[float, float]) -> None:
    """What signalling does to packets, and what packets do to signalling."""
    seconds = SHORT_SECONDS if is_short else SECONDS
    rows = []
    for is_busy in (False, True):
        cost, busy = asyncio.run(measure_beside_work(rooms=3, seconds=seconds, is_busy=is_busy))
        done = f"{busy['pins']} PINs, {busy['pages']} pages" if is_busy else "nothing"
        delays = zip((cost.delay_p50_us, cost.delay_p99_us), echo_us, strict=True)
        told = [f"{max(0.0, delay - echo):,.0f}" for delay, echo in delays]
        losses = (cost.loss, cost.lost_by_load, cost.lost_by_server)
        rows.append((done, *told, *(f"{100 * loss:.3f} %" for loss in losses)))
    print(
        "\nForwarding while the signalling process is busy (3 rooms, the worker on its own core)\n"
    )
    print_table(
        ("it did", "added p50 µs", "added p99 µs", "lost", "by the load", "by the server"), rows
    )
    trips = asyncio.run(round_trips_us(100 if is_short else 2000))
    p50, p99 = quantile(trips, 0.5), quantile(trips, 0.99)
    print(f"\nAsking a media worker: round trip p50 {p50:.0f}, p99 {p99:.0f} µs")


def print_calm(costs: Sequence[Cost]) -> None:
    print("\nThe media engine alone, as if the machine did nothing else (tests/bench/calm.py):\n")
    print_table(COST_HEAD, [cost_row(cost, 0.0, 0.0) for cost in costs])


def print_loaded(costs: Sequence[Cost], what: str, echo_us: Sequence[float]) -> None:
    echo_p50_us, echo_p99_us = quantile(echo_us, 0.5), quantile(echo_us, 0.99)
    print(f"\nForwarding, {what}: 3 people a room, each 170 video packets of 1,100 bytes")
    print(f"and 50 audio packets a second; {', '.join(costs[0].profiles)}; the load average")
    print(f"is {os.getloadavg()[0]:.1f}, late is the load's latest packet\n")
    print_table(COST_HEAD, [cost_row(cost, echo_p50_us, echo_p99_us) for cost in costs])
    print(f"\nA bare echo on loopback takes p50 {echo_p50_us:.0f}, p99 {echo_p99_us:.0f} µs;")
    print("it is taken off the delays above. Lost by the load: what it did not send, and what the")
    print("kernel had no room for at its sockets; all the rest by the server, whose own count of")
    print("packets without room, in and out, is beside it. No core: the time in which it could run")
    print("and others, or the other of its two processes, had the core.")


def print_memory() -> None:
    each_mb = asyncio.run(memory.measure_participant())
    print(f"\nMemory of a participant, {memory.ROOMS} rooms, everything flowing: {each_mb:.2f} MB")
    growth = asyncio.run(memory.measure_growth(joins=10_000, handshakes=300))
    figures = ", ".join(f"{figure:.1f}" for figure in growth.rss_mb)
    print(f"{growth.joins:,} joins and leaves, 300 with handshake and packets: {figures} MB,")
    print(f"{growth.bytes_each:.0f} bytes a join")


def print_records(*, is_short: bool) -> None:
    print_figures("Records", record_figures(is_short=is_short))


def print_office(*, is_short: bool) -> None:
    made_s, times = measure_office(is_short=is_short)
    title = "A booking office with a year behind it: p50 / p95 / p99 of a call"
    print_figures(f"{title} ({made_s:.0f} s to make the year)", office_figures(times))


def print_nodes(*, is_short: bool) -> None:
    taken = asyncio.run(measure_lost_nodes(2 if is_short else 10))
    print_figures("Several servers, one dies", lost_node_figures(taken))
    moved, usual = asyncio.run(measure_moves(1 if is_short else 5))
    print_figures("Several servers, one is emptied", moved_figures(moved, usual))


def print_signalling(*, is_short: bool) -> None:
    measured = asyncio.run(measure_signalling(SHORT if is_short else Load()))
    print_figures(
        "One server of an estate: pages that stay, and joins", signalling_figures(measured)
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="one room for two seconds")
    parser.add_argument("--engine", action="store_true", help="the media engine alone")
    parser.add_argument("--calm", action="store_true", help="nothing but the calm engine")
    parser.add_argument("--no-browser", action="store_true", help="leave out the browsers")
    parser.add_argument("--no-speech", action="store_true", help="leave out who speaks")
    parser.add_argument("--memory", action="store_true", help="nothing but the memory")
    parser.add_argument("--records", action="store_true", help="nothing but the records")
    parser.add_argument("--office", action="store_true", help="nothing but the booking office")
    parser.add_argument("--nodes", action="store_true", help="nothing but several servers")
    parser.add_argument("--page", action="store_true", help="nothing but the meeting page")
    parser.add_argument("--signalling", action="store_true", help="nothing but pages and joins")
    options = parser.parse_args()
    if options.signalling:
        print_signalling(is_short=options.short)
        return
    if options.page:
        print_page(is_short=options.short)
        return
    if options.nodes:
        print_nodes(is_short=options.short)
        return
    if options.records:
        print_records(is_short=options.short)
        return
    if options.office:
        print_office(is_short=options.short)
        return
    if options.memory:
        print_memory()
        return
    floor_us = measure_floor(SERVER_CORE, 2.0 if options.short else 20.0)
    print(
        f"\nFloor (bare recv, unprotect, two protects, two sends): {floor_us:.1f} µs a packet out"
    )
    print_calm(calm_figures(is_short=options.short))
    if options.calm:
        return
    echo_us = measure_echo_us(SERVER_CORE, 200 if options.short else 2000)
    costs = asyncio.run(packet_figures(is_short=options.short, engine_only=options.engine))
    what = "the media engine alone" if options.engine else "signalling and one worker, one core"
    print_loaded(costs, what, echo_us)
    print_receivers(is_short=options.short)
    print_seam(is_short=options.short, echo_us=(quantile(echo_us, 0.5), quantile(echo_us, 0.99)))
    knocks = asyncio.run(measure_knocks(SHORT_KNOCKS if options.short else KNOCKS))
    print_figures("From a knock to the duty desk", knock_figures(knocks))
    print_records(is_short=options.short)
    print_office(is_short=options.short)
    print_nodes(is_short=options.short)
    print_signalling(is_short=options.short)
    print_wall(seconds=4.0 if options.short else 20.0)
    if not options.no_browser:
        from tests.bench.browser_restart import browser_restart_figures
        from tests.bench.join_client import client_join_figure, client_join_times
        from tests.bench.join_time import join_figures, join_times
        from tests.bench.lossy_browsers import lossy_figures
        from tests.bench.wall_frames import measure_wall_frames, wall_frame_figures

        lossy = lossy_figures(5.0 if options.short else 30.0)
        print_figures("Two Chromiums, the product's page, one on a bad network", lossy)
        restarts = browser_restart_figures(1 if options.short else 5)
        print_figures("Two Chromiums, one restarts ICE", restarts)
        joins = asyncio.run(join_times(1 if options.short else 7))
        clients = asyncio.run(client_join_times(1 if options.short else 7))
        figures = [*join_figures(joins), client_join_figure(clients)]
        print_figures("Coming in: Chromium, a running room, median", figures)
        print_page(is_short=options.short)
        frames = asyncio.run(measure_wall_frames(seconds=2.0 if options.short else 10.0))
        print_figures("A monitor's wall: Chromium, software only", wall_frame_figures(frames))
    if not options.no_speech:
        print_speaker_tables(print_table, turns=SHORT_TURNS if options.short else TURNS)


if __name__ == "__main__":
    main()
