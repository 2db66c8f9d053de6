"""Whether this server should be sent people now: what `/readyz` answers.

Not whether it is alive (`/healthz`), and nothing here ends a meeting: a load balancer sends new
people elsewhere, an operator is called. Answers come from memory, so that asking often costs
nothing and shows nothing but the names of what fails.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from enum import Enum

from aiohttp import web

from signalling.certificate import Certificate
from signalling.ending import end
from signalling.seams import Clock, Engine, Rights, Store
from vmr.store import StoreError

LOOK_S = 10.0
"""Between two writes that try the store."""
PATIENCE_S = 5.0
"""A write that takes longer counts as failed until it has ended."""
STEP_S = 5.0
"""How far the wall clock may be from the time that meetings go by."""
CERTIFICATE_S = 14 * 86_400.0
"""A certificate that is good for less needs somebody to look after it."""

log = logging.getLogger(__name__)


class Fault(Enum):
    """Why a server is not ready."""

    STARTING = "starting"
    DRAINING = "draining"  # it is about to stop, or is emptied
    STORE = "store"  # a write failed, or hangs
    JOURNAL = "journal"  # records wait on this disk for the database
    MEDIA_WORKERS = "media_workers"  # none is alive
    CLOCK = "clock"  # the wall clock was set while the server ran
    REGISTRY = "registry"  # one of several servers, without a lease: it lets nobody new in


class Note(Enum):
    """What somebody should look at, of a server that is ready all the same."""

    CERTIFICATE = "certificate"  # the one in the files is not taken, an older one is served
    CERTIFICATE_ENDS = "certificate_ends"  # in less than two weeks, or it has ended


class Readiness:
    """`live` for `cleanup_ctx`; `drain` when the server stops."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        rights: Rights,
        clock: Clock,
        wall_clock: Clock = time.time,
        certificate: Certificate | None = None,
    ) -> None:
        """`certificate`: the server's own, where no proxy has it."""
        self._store = store
        self._engine = engine
        self._rights = rights
        self._clock = clock
        self._wall_clock = wall_clock
        self._certificate = certificate
        self._is_draining = False
        self._is_writable: bool | None = None

    def faults(self) -> tuple[Fault, ...]:
        """What keeps this server from being ready; nothing: it is."""
        found = {
            Fault.STARTING: self._is_writable is None,
            Fault.DRAINING: self._is_draining or self._rights.is_draining,
            Fault.STORE: self._is_writable is False,
            Fault.JOURNAL: self._store.journal.is_behind,
            Fault.MEDIA_WORKERS: self._engine.counters().get("workers") == 0,
            Fault.CLOCK: abs(self._wall_clock() - self._clock()) > STEP_S,
            Fault.REGISTRY: not self._rights.is_leased,
        }
        return tuple(fault for fault, is_so in found.items() if is_so)

    def notes(self) -> tuple[Note, ...]:
        """What is to be looked at."""
        if self._certificate is None:
            return ()
        found = {
            Note.CERTIFICATE: self._certificate.is_refused,
            Note.CERTIFICATE_ENDS: self._certificate.ends_at - self._wall_clock() < CERTIFICATE_S,
        }
        return tuple(note for note, is_so in found.items() if is_so)

    def drain(self) -> None:
        """From now on it is not ready. Idempotent."""
        self._is_draining = True

    async def answer(self, _request: web.Request) -> web.Response:
        """200, or 503 with the names of what fails."""
        faults = self.faults()
        body = {
            "ready": not faults,
            "faults": [one.value for one in faults],
            "notes": [one.value for one in self.notes()],
        }
        return web.json_response(body, status=503 if faults else 200)

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._keep_looking(), name="readiness")
        yield
        await end([keeper])

    async def _keep_looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Try the store; returns when the try has ended, however long it took."""
        trying = asyncio.create_task(self._try_store())
        try:
            done, _ = await asyncio.wait({trying}, timeout=PATIENCE_S)
            if not done:
                self._note(False)
            self._note(await trying)
        finally:
            trying.cancel()

    async def _try_store(self) -> bool:
        try:
            await self._store.check_writable()
        except StoreError:
            return False
        return True

    def _note(self, is_writable: bool) -> None:
        if is_writable is False and self._is_writable is not False:
            log.error("the store takes no writes")
        elif is_writable and self._is_writable is False:
            log.warning("the store takes writes again")
        self._is_writable = is_writable
