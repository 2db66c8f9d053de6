"""How smoothly a monitor's browser draws a wall of 16 rooms: times between its animation frames.

A real Chromium without a graphics card on the product's own page; the cameras are prepared, so that
what is left of the machine is the browser's. What it had left is told beside the figures.
"""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from tests.bench.cameras import FRAMES_PER_SECOND, Cameras
from tests.bench.cpu import Machine, cpu_seconds, descendants
from tests.bench.packet_cost import quantile
from tests.bench.table import Figure
from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.browser.desk import COOKIE, sign_in
from tests.browser.desk_screenshots import Crowd
from tests.browser.monitor import MonitorPage
from tests.browser.rooms import make_rooms
from tests.browser.server_process import ServerProcess
from vmr.staff import StaffRole

ROOMS = 16
P95_MS = 50.0
FREE = 0.1
"""A machine with less of its cores idle says nothing about the page when it is slow."""
SIZE = {"width": 1920, "height": 1080}
# Milliseconds between animation frames and of each long task, and frames decoded, in some seconds.
WATCH = """async (seconds) => {
  const gaps = [], tasks = [];
  const observer = new PerformanceObserver((list) => {
    for (const task of list.getEntries()) tasks.push(task.duration);
  });
  observer.observe({ type: "longtask" });
  const decoded = () => [...document.querySelectorAll("video")]
    .reduce((sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames, 0);
  const before = decoded();
  await new Promise((done) => {
    const began = performance.now();
    let last = began;
    const step = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (now - began < seconds * 1000) requestAnimationFrame(step);
      else done();
    };
    requestAnimationFrame(step);
  });
  observer.disconnect();
  return { gaps: gaps.slice(1), tasks, decoded: decoded() - before };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WallFrames:
    """`browser_cores`: what all processes of the browser used. `idle`: of the machine's cores."""

    rooms: int
    seconds: float
    gaps_ms: Sequence[float]
    long_tasks_ms: Sequence[float]
    decoded: int
    browser_cores: float
    idle: float


async def measure_wall_frames(*, rooms: int = ROOMS, seconds: float = 10.0) -> WallFrames:
    with tempfile.TemporaryDirectory() as directory:
        server = ServerProcess(Path(directory))
        await server.start()
        names = [f"Room {number}" for number in range(1, rooms + 1)]
        made = await make_rooms(server.database, "legal", names)
        cookie = await sign_in(server.database, made[0].address, "M. Hale", (StaffRole.MONITOR,))
        crowd, cameras = Crowd(server.url), Cameras()
        try:
            for room in made:
                await cameras.add(await crowd.host(room))
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=str(EXECUTABLE), args=ARGUMENTS
                )
                context = await browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
                await context.add_cookies([{"name": COOKIE, "value": cookie, "url": server.url}])
                page = await context.new_page()
                await page.goto(f"{server.url}/staff/monitor")
                wall = MonitorPage(page, server.url, "", "")
                await wall.watch(*names)
                for name in names:
                    await wall.shows(name)
                found = await _watch(page, server, rooms, seconds)
                await context.close()
                await browser.close()
        finally:
            await cameras.close()
            await crowd.close()
            await server.stop()
    return found


async def _watch(page: Page, server: ServerProcess, rooms: int, seconds: float) -> WallFrames:
    ours = {server.pid, *descendants(server.pid)}
    browser = [pid for pid in descendants(os.getpid()) if pid not in ours]
    machine = Machine()
    machine.begin()
    cpu = cpu_seconds(browser)
    told: dict[str, Any] = await page.evaluate(WATCH, seconds)
    return WallFrames(
        rooms=rooms,
        seconds=seconds,
        gaps_ms=told["gaps"],
        long_tasks_ms=told["tasks"],
        decoded=told["decoded"],
        browser_cores=(cpu_seconds(browser) - cpu) / seconds,
        idle=machine.idle,
    )


def wall_frame_figures(wall: WallFrames) -> list[Figure]:
    p50, p95, p99 = (quantile(wall.gaps_ms, share) for share in (0.5, 0.95, 0.99))
    longest = max(wall.long_tasks_ms, default=0.0)
    each = wall.decoded / wall.rooms / wall.seconds
    return [
        Figure(
            name=f"from one drawn frame to the next, {wall.rooms} tiles",
            measured=f"p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms",
            bar=f"p95 < {P95_MS:.0f} ms on a free core",
            is_met=True if p95 < P95_MS else None if wall.idle < FREE else False,
        ),
        Figure(
            name="tasks of more than 50 ms",
            measured=f"{len(wall.long_tasks_ms)} in {wall.seconds:.0f} s, longest {longest:.0f} ms",
        ),
        Figure(
            name="pictures decoded in each tile",
            measured=f"{each:.1f} of {FRAMES_PER_SECOND} a second",
        ),
        Figure(
            name="cores",
            measured=f"the browser used {wall.browser_cores:.2f} of {os.cpu_count()};"
            f" {100 * wall.idle:.0f} % of all were idle",
        ),
    ]


if __name__ == "__main__":
    from tests.bench.table import print_figures

    print_figures("A monitor's wall", wall_frame_figures(asyncio.run(measure_wall_frames())))
