"""The bench measures what it says: a short run forwards everything and proves whose it was."""

import asyncio
import contextlib
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from tests.bench import rtcp_client as rtcp
from tests.bench.__main__ import packet_figures
from tests.bench.bare import measure_echo_us, measure_floor
from tests.bench.calm import measure_calm
from tests.bench.cpu import waited_seconds
from tests.bench.desk_time import P99_MS, ROOMS, knock_figures, measure_knocks
from tests.bench.loader import ROOM_SIZE, Load
from tests.bench.office_time import (
    BAR_MS,
    REPORT_BAR_MS,
    SHORT_CALLS,
    measure_office,
    office_figures,
)
from tests.bench.packet_cost import Cost, measure_engine, quantile
from tests.bench.packets import KEY_FRAME_EVERY, VIDEO_BYTES, plan, read_stamp
from tests.bench.page_figures import measure_page, page_figures
from tests.bench.receiver import transport_number
from tests.bench.record_cost import ROUNDS, measure_record
from tests.bench.seam import round_trips_us
from tests.bench.server_host import measure_beside_work
from tests.bench.signalling_load import SHORT, measure_signalling, signalling_figures
from tests.bench.wall_cost import measure_wall
from tests.bench.wall_frames import measure_wall_frames, wall_frame_figures

# The bound is loose: the machine may be busy with the rest of the tests. `make bench` is quiet.
SANE_US = 500.0
SANE_TRIP_US = 50_000.0


def _plan(*, in_bursts: bool) -> list[bytes]:
    planned = plan(
        sender=3, audio_ssrc=10, camera_ssrc=20, seconds=2, phase=0, in_bursts=in_bursts, level=30
    )
    assert [item.at for item in planned] == sorted(item.at for item in planned)
    return [item.packet for item in planned]


@pytest.mark.parametrize("in_bursts", [False, True])
def test_the_load_is_170_video_and_50_audio_packets_a_second(in_bursts: bool) -> None:
    packets = _plan(in_bursts=in_bursts)
    video = [p for p in packets if struct.unpack_from("!I", p, 8)[0] == 20]
    assert len(video) == 340
    assert len(packets) - len(video) == 100
    assert {len(p) for p in video} == {VIDEO_BYTES}
    frames = sum(p[1] >> 7 for p in video)
    assert frames == KEY_FRAME_EVERY


def test_every_packet_names_its_sender_and_its_place() -> None:
    packets = _plan(in_bursts=False)
    assert [read_stamp(p) for p in packets] == [(3, place) for place in range(len(packets))]
    assert [transport_number(p) for p in packets] == list(range(len(packets)))


def test_transport_feedback_says_what_came_and_what_did_not() -> None:
    packet = rtcp.build_transport_feedback(1, 2, 3, [(65535, 1.0), (1, 1.001), (2, 1.002)])
    kind, form, whole = next(rtcp.split(packet))
    assert (kind, form, whole) == (205, 15, packet)
    base, count = struct.unpack_from("!HH", packet, 12)
    assert (base, count) == (65535, 4)
    assert struct.unpack_from("!H", packet, 20)[0] == 0xC000 | 1 << 12 | 1 << 8 | 1 << 6


def test_quantiles_of_nothing_are_nothing() -> None:
    assert quantile([], 0.5) == 0
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile([3, 1, 2], 0.99) == 3


def test_what_the_load_has_no_room_for_or_cannot_send_is_lost_by_the_load() -> None:
    load = Load(ROOM_SIZE)
    try:
        slow = load.peers[0].socket
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            for _ in range(50):
                server.sendto(bytes(1000), slow.getsockname())
        slow.setblocking(False)
        arrived = 0
        with contextlib.suppress(BlockingIOError):
            while slow.recv(2048):
                arrived += 1
        assert arrived < 50
        assert load.lost == 50 - arrived
        load.send_failed = 3
        assert load.lost == 50 - arrived + 3 * (ROOM_SIZE - 1)
    finally:
        load.close()


def test_who_shares_a_core_with_somebody_busy_waits_for_it() -> None:
    busy = [sys.executable, "-c", "import os; os.sched_setaffinity(0, {0})\nwhile True: pass"]
    with subprocess.Popen(busy) as one, subprocess.Popen(busy) as other:
        try:
            deadline = time.monotonic() + 20.0
            while waited_seconds([one.pid]) + waited_seconds([other.pid]) < 0.05:
                assert time.monotonic() < deadline, "neither waited"
                time.sleep(0.05)
        finally:
            one.kill()
            other.kill()


@pytest.mark.parametrize(("by_load", "by_server"), [(0.0, 0.03), (0.01, 0.02), (0.04, 0.0)])
def test_what_is_not_known_to_be_the_loads_is_lost_by_the_server(
    by_load: float, by_server: float
) -> None:
    cost = replace(measure_calm(rooms=1, seconds=0.2, in_bursts=True), loss=0.03)
    assert replace(cost, lost_by_load=by_load).lost_by_server == pytest.approx(by_server)


def test_bare_forwarding_and_echoing_can_be_measured() -> None:
    assert 0 < measure_floor(0, 0.5) < SANE_US
    assert quantile(measure_echo_us(0, 20), 0.5) > 0


async def in_a_quiet_moment(measure: Callable[[], Awaitable[Cost]]) -> Cost:
    """The first of three runs that loses nothing to speak of, else the last: a machine with other
    work drops datagrams now and then, a fault of the server drops them every time."""
    cost = await measure()
    for _ in range(2):
        if cost.loss >= 0.01:
            cost = await measure()
    return cost


@pytest.mark.timeout(300)
async def test_the_short_bench_loads_the_whole_server() -> None:
    async def whole() -> Cost:
        (cost,) = await asyncio.wait_for(packet_figures(is_short=True, engine_only=False), 100)
        return cost

    cost = await in_a_quiet_moment(whole)
    assert cost.loss < 0.01, cost
    assert cost.bad_samples == 0, cost
    assert cost.counters["packets_out_camera"] > 900, cost


@pytest.mark.timeout(300)
async def test_a_busy_signalling_process_costs_no_packet() -> None:
    async def beside() -> Cost:
        cost, busy = await asyncio.wait_for(
            measure_beside_work(rooms=1, seconds=2.0, is_busy=True), 100
        )
        assert min(busy.values()) > 0, busy
        return cost

    cost = await in_a_quiet_moment(beside)
    assert cost.loss < 0.01, cost
    assert cost.sampled > 10, cost


async def test_a_round_trip_to_a_worker_can_be_measured() -> None:
    assert 0 < quantile(await round_trips_us(20), 0.5) < SANE_TRIP_US


async def test_a_knock_reaches_two_desks_in_time() -> None:
    knocks = await asyncio.wait_for(measure_knocks(5), 60)
    assert (len(knocks.took_ms), len(knocks.at_once_ms)) == (5, ROOMS)
    assert quantile(knocks.took_ms, 0.5) < P99_MS, knocks
    assert 0 < quantile(knocks.ran_ms, 0.5) < quantile(knocks.took_ms, 0.5), knocks
    assert 0 <= knocks.idle <= 1
    assert all("knock" in figure.name for figure in knock_figures(knocks)[:2])


@pytest.mark.timeout(180)
async def test_a_short_load_of_the_engine_loses_nothing_and_mixes_nobody_up() -> None:
    async def engine() -> Cost:
        return await asyncio.wait_for(measure_engine(rooms=1, seconds=1.5, in_bursts=False), 60)

    cost = await in_a_quiet_moment(engine)
    assert cost.loss < 0.01, cost
    assert cost.sampled > 10, cost
    assert cost.bad_samples == 0, cost
    assert 0 < cost.cpu_us < SANE_US, cost
    assert cost.profiles == ("SRTP_AEAD_AES_128_GCM",)


def test_a_calm_run_of_the_engine_loses_nothing_and_mixes_nobody_up() -> None:
    cost = measure_calm(rooms=1, seconds=1.0, in_bursts=True)
    assert cost.loss == 0, cost
    assert cost.sampled > 10, cost
    assert cost.bad_samples == 0, cost
    assert 0 < cost.cpu_us < SANE_US, cost
    assert 0 < cost.delay_p50_us <= cost.delay_p99_us, cost
    assert cost.counters["rtcp_in"] > 20, cost


def test_a_wall_costs_no_more_than_one_low_layer_a_tile() -> None:
    cost = measure_wall(rooms=16, seconds=8.0)
    assert 0.8 < cost.ratio <= 1.0


async def test_a_browsers_wall_shows_every_tile_and_its_frames_are_timed() -> None:
    wall = await asyncio.wait_for(measure_wall_frames(rooms=4, seconds=2.0), 120)
    assert wall.decoded > wall.rooms * wall.seconds, wall
    assert wall.gaps_ms
    assert sum(wall.gaps_ms) <= 1000 * (wall.seconds + max(wall.gaps_ms)), wall
    assert 0 < wall.browser_cores <= (os.cpu_count() or 1), wall
    assert len(wall_frame_figures(wall)) == 4


async def test_the_meeting_page_is_timed_before_and_during_a_call_of_six() -> None:
    times = await asyncio.wait_for(measure_page(loads=1, presses=1), 120)
    assert 0 < times.painted_ms[0] < times.ready_ms[0], times
    assert 0 < times.silent_ms[0] <= times.muted_ms[0], times
    assert times.switched_ms[0] > 0, times
    assert times.decoded > times.call_s, times
    assert len(page_figures(times)) == 7


async def test_what_a_record_costs_is_measured() -> None:
    cost = await measure_record(writes=5, entries=200)
    assert len(cost.rounds) == ROUNDS
    assert all(one.add_ms > 0 < one.bare_ms and one.cpu_ms > 0 for one in cost.rounds)
    assert cost.database_per_s > 1_000 < cost.file_per_s


def test_an_office_finds_its_bookings_and_records_while_it_is_timed() -> None:
    made_s, times = measure_office(is_short=True)
    assert made_s > 0
    assert {len(one.took_ms) for one in times} == {SHORT_CALLS}
    assert all(one.cpu_ms > 0 for one in times if not one.name.startswith("page")), times
    figures = office_figures(times)
    bars = [REPORT_BAR_MS if "report" in one.name else BAR_MS for one in times]
    assert bars.count(REPORT_BAR_MS) == 2
    assert [one.bar for one in figures] == [f"p95 < {one:.0f} ms" for one in bars]


@pytest.mark.timeout(300)
async def test_pages_that_stay_and_joins_are_measured_on_a_real_server() -> None:
    measured = await measure_signalling(SHORT)
    assert not measured.arrived["failed"]
    assert len(measured.arrived["joined_ms"]) == measured.arrived["arrived"] > 0
    assert measured.joining.commits > measured.arrived["arrived"]
    assert measured.joining.server_s > 0
    names = [figure.name for figure in signalling_figures(measured)]
    assert any("join to its answer" in name for name in names)
