"""Looks at how loaded this process and its media workers are, for `overload`."""

import asyncio
import logging
import os
import resource
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from aiohttp import web

from signalling.ending import end
from signalling.metrics.families import TRANSIT_STEPS_US
from signalling.metrics.timings import LoopWatch
from signalling.overload import LOOK_S, Figures, Overload, Strain, lateness
from signalling.seams import Engine

OPEN_FILES = Path("/proc/self/fd")

log = logging.getLogger(__name__)


class LoadWatch:
    """`live` for `cleanup_ctx`."""

    def __init__(
        self,
        overload: Overload,
        *,
        engine: Engine,
        loop: LoopWatch,
        sockets: Callable[[], float],
        is_on: bool = True,
        look_s: float = LOOK_S,
    ) -> None:
        """`sockets` is the share of them that is open. Where it is not on, nothing is ever full."""
        self._overload = overload
        self._engine = engine
        self._loop = loop
        self._sockets = sockets
        self._look_s = look_s
        self._is_on = is_on
        self._before: Mapping[str, int] = {}

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        watching = [asyncio.create_task(self._watch(), name="load watch")] if self._is_on else []
        yield
        await end(watching)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            self.look()

    def look(self) -> None:
        """Take the figures of now, and say when it begins or ends to be full."""
        before = self._overload.strains
        self._overload.look(self._figures())
        after = self._overload.strains
        for strain in after:
            if strain not in before:
                log.warning("full, no new meeting begins reason=%s", strain.value)
        for strain in before:
            if strain not in after:
                log.warning("no longer full reason=%s", strain.value)

    def _figures(self) -> Figures:
        counters = self._engine.counters()
        late_s, self._before = lateness(self._before, counters, TRANSIT_STEPS_US), counters
        return {
            Strain.LOOP: self._loop.take_worst(),
            Strain.WORKERS: counters.get("busy_permille", 0) / 1000,
            Strain.PACKETS: late_s,
            Strain.SOCKETS: self._sockets(),
            Strain.FILES: open_files_share(),
        }


def open_files_share() -> float:
    """Of the files and sockets this process may open."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return len(os.listdir(OPEN_FILES)) / most if most > 0 else 0.0
