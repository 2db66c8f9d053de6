"""Sessions of staff: from a cookie to a member, and from the end of a session to its sockets.

The database is asked for every request and every new socket, so a session that was ended anywhere
(another page, the command line) is over at once; sockets that are open are looked at every
CHECK_S.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from aiohttp import web

from signalling.ending import end
from signalling.seams import Clock
from signalling.staff.cookies import Cookies
from vmr.staff import StaffMember, StaffPermission
from vmr.staff_sessions import SessionLimits, StaffSession
from vmr.store import SignedIn, StaffStore, StoreError
from vmr.store.secrets import hash_token

CHECK_S = 2.0
SWEEP_EVERY = 300
"""Looks at open sockets between two sweeps of what is over in the database."""
SIGNED_IN = web.RequestKey("signed_in", SignedIn)

log = logging.getLogger(__name__)


class Attendance:
    """A socket (or another thing that lives longer than a request) of a session.

    `on_end` is called once, on the event loop, when the session is over; never after `close()`.
    """

    def __init__(
        self,
        session: StaffSession,
        on_end: Callable[[], None],
        *,
        keeps_alive: bool,
        forget: Callable[["Attendance"], None],
    ) -> None:
        self.session = session
        self.keeps_alive = keeps_alive
        self._on_end = on_end
        self._forget = forget

    def close(self) -> None:
        """Idempotent: the socket has gone by itself."""
        self._forget(self)

    def end(self) -> None:
        self._forget(self)
        self._on_end()


class StaffSessions:
    """All staff sessions, as the rest of signalling meets them."""

    def __init__(
        self, *, store: StaffStore, clock: Clock, limits: SessionLimits, cookies: Cookies
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._cookies = cookies
        self._attended: set[Attendance] = set()

    # -- who asks -----------------------------------------------------------------------------

    async def recognise(self, request: web.BaseRequest) -> SignedIn | None:
        """The session of the request's cookie, its sign-in finished or not; None: nobody's.

        Counts as use of the session. Found once a request, then remembered with it.
        """
        if SIGNED_IN in request:
            return request[SIGNED_IN]
        token = self._cookies.token(request)
        if token == "":
            return None
        found = await self._store.session_by_token_hash(hash_token(token))
        now = self._clock()
        if found is None or self._limits.is_over(found.session, now):
            return None
        if self._limits.is_touch_due(found.session, now):
            await self._store.touch_sessions([found.session.id], now)
        request[SIGNED_IN] = found
        return found

    async def member(
        self, request: web.BaseRequest, permission: StaffPermission | None = None
    ) -> StaffMember | None:
        """Who has signed in and may do this; None: nobody, or somebody who may not."""
        found = await self.recognise(request)
        if found is None or not found.session.is_signed_in:
            return None
        if permission is not None and not found.member.may(permission):
            return None
        return found.member

    # -- what outlives a request --------------------------------------------------------------

    def attend(
        self, session: StaffSession, on_end: Callable[[], None], *, keeps_alive: bool = False
    ) -> Attendance:
        """Call `on_end` within CHECK_S of the end of the session, at once when it ends here.

        While something that `keeps_alive` attends, the session does not end for lack of use; its
        longest time still ends it.
        """
        made = Attendance(session, on_end, keeps_alive=keeps_alive, forget=self._attended.discard)
        self._attended.add(made)
        return made

    async def used(self, session: StaffSession) -> None:
        """Somebody acted through a socket of this session."""
        await self._store.touch_sessions([session.id], self._clock())

    async def check(self) -> None:
        """End what attends sessions that are over. Without a database their last times decide."""
        attended = list(self._attended)
        if not attended:
            return
        now = self._clock()
        known = {one.session.id: one.session for one in attended}
        alive = {one.session.id for one in attended if one.keeps_alive}
        try:
            found = await self._store.sessions_by_id(known)
            due = [
                id
                for id, session in found.items()
                if id in alive and self._limits.is_touch_due(session, now)
            ]
            if due:
                await self._store.touch_sessions(due, now)
        except StoreError:
            found = known
        for one in attended:
            session = found.get(one.session.id)
            is_over = session is None or self._limits.is_over(
                session, now, is_attended=one.session.id in alive
            )
            if is_over and one in self._attended:
                one.end()

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`."""
        watching = asyncio.create_task(self._watch(), name="staff sessions")
        yield
        await end([watching])

    async def _watch(self) -> None:
        looks = 0
        while True:
            try:
                await self.check()
                if looks % SWEEP_EVERY == 0:
                    await self._store.sweep_sessions(self._limits, self._clock())
            except Exception as error:  # the edge of a task: sockets must go on being watched
                log.error("staff sessions were not looked at error=%s", type(error).__name__)
            looks += 1
            await asyncio.sleep(CHECK_S)


def handshake(environ: Mapping[str, Any]) -> SignedIn | None:
    """Whose session a Socket.IO handshake came with, its sign-in finished; None: nobody's.

    `environ` is the one of the library's `connect`. Its first HTTP request was recognised before
    the library saw it (`Sockets.handle_http`), so this never waits.
    """
    found: SignedIn | None = environ["aiohttp.request"].get(SIGNED_IN)
    return found if found is not None and found.session.is_signed_in else None
