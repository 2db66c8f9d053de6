"""The namespace /monitor: pages of signed-in monitoring officers, each request acknowledged once.

An officer is who the transport's first HTTP request said, by the cookie of their session; the
session is looked at again before anything is shown. When it ends every tap of the page closes at
once, and then the socket. An event that a client *names* `connect` or `disconnect` is a request
of that name: there is none.
"""

import logging
from collections import Counter
from typing import Any

import socketio
from socketio.exceptions import ConnectionRefusedError as Refused

from lobby.commands import Officer
from signalling.acknowledging import acknowledge
from signalling.config import SignallingConfig
from signalling.desk.board import Board
from signalling.errors import SENTENCES, RequestError
from signalling.guarded import GuardedServer
from signalling.limits import TokenBucket
from signalling.monitor.messages import MONITOR_REQUESTS, WALL_MAX
from signalling.monitor.requests import MonitorRequests
from signalling.monitor.screen import Screen
from signalling.monitor.summary import summarise
from signalling.monitor.terminals import MonitorPage, Terminals
from signalling.monitor.whep import Players
from signalling.rooms import Rooms
from signalling.seams import Clock
from signalling.sockets import PROTOCOLS
from signalling.staff.sessions import Attendance, StaffSessions, handshake
from signalling.wire import JsonObject
from vmr.numbers import Numbers
from vmr.roles import Role
from vmr.staff import StaffPermission
from vmr.store import SignedIn, StoreError

MONITOR = "/monitor"

log = logging.getLogger(__name__)


class _Open:
    """One socket with its page."""

    def __init__(self, screen: Screen, page: MonitorPage) -> None:
        self.screen = screen
        self.page = page
        self.attendance: Attendance | None = None

    def sign_out(self) -> None:
        """The officer's session is over."""
        self.page.close("signed_out")
        self.screen.leave()


class MonitorSockets(socketio.AsyncNamespace):  # type: ignore[misc]
    server: GuardedServer

    def __init__(
        self,
        *,
        board: Board,
        rooms: Rooms,
        terminals: Terminals,
        players: Players,
        staff: StaffSessions,
        numbers: Numbers,
        config: SignallingConfig,
        clock: Clock,
        counters: Counter[str],
    ) -> None:
        super().__init__(MONITOR)
        self._board = board
        self._rooms = rooms
        self._terminals = terminals
        self._players = players
        self._requests = MonitorRequests(board=board, rooms=rooms)
        self._staff = staff
        self._numbers = numbers
        self._config = config
        self._clock = clock
        self._counters = counters
        self._opened: dict[str, _Open] = {}

    async def trigger_event(self, event: object, *args: Any) -> Any:
        """The library's connect and disconnect, and every event a client sends."""
        sid = args[0]
        opened = self._opened.get(sid)
        if event == "connect" and opened is None:
            return self._connect(sid, args[1], args[2])
        if opened is None:
            return None
        if event == "disconnect" and not self.server.manager.is_connected(sid, MONITOR):
            return await self._disconnect(sid, opened)
        return await self._request(opened, event, args[1:])

    def _connect(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        """Never waits: a client's events can come only after this has returned."""
        try:
            who = self._admit(environ, auth)
        except RequestError as error:
            self._counters[f"refused_{error.code}"] += 1
            raise Refused(SENTENCES[error.code], {"code": error.code}) from None
        bucket = TokenBucket(
            rate=self._config.requests_per_session_s,
            burst=self._config.requests_per_session_burst,
            now=self._clock(),
        )
        screen = Screen(
            server=self.server.at(MONITOR),
            sid=sid,
            who=who,
            bucket=bucket,
            clock=self._clock,
            open=self._open,
        )
        page = MonitorPage(
            screen=screen,
            officer=Officer(id=who.member.id, name=who.member.name, role=Role.MONITOR),
            rooms=self._rooms,
            numbers=self._numbers,
            clock=self._clock,
            turn=self._config.turn,
            players=self._players,
        )
        opened = self._opened[sid] = _Open(screen, page)
        self._terminals.add(page)
        opened.attendance = self._staff.attend(who.session, opened.sign_out, keeps_alive=True)
        screen.start()

    def _admit(self, environ: dict[str, Any], auth: object) -> SignedIn:
        """Who this is, or why they get no wall."""
        if not isinstance(auth, dict) or auth.get("protocol") not in PROTOCOLS:
            raise RequestError("protocol_version")
        who = handshake(environ)
        if who is None:
            raise RequestError("signed_out")
        if not who.member.may(StaffPermission.WATCH):
            raise RequestError("not_permitted")
        return who

    async def _open(self, screen: Screen) -> JsonObject | None:
        """Every room now; None when the session has ended since the handshake."""
        await self._staff.check()
        if screen.is_leaving:
            return None
        try:
            await self._board.refresh(screen.establishment)
        except StoreError:
            log.error("the wall cannot list its rooms now")
            return None
        member = screen.who.member
        return {
            "officer": {"id": member.id, "name": member.name},
            "establishment": member.establishment.name,
            "wall_max": WALL_MAX,
            "rooms": [summarise(state) for state in self._board.watch(screen)],
        }

    async def _disconnect(self, sid: str, opened: _Open) -> None:
        del self._opened[sid]
        opened.page.close("connection_lost")
        self._terminals.remove(opened.page)
        if opened.attendance is not None:
            opened.attendance.close()
        self._board.leave(opened.screen)
        await opened.page.stop()
        await opened.screen.stop()

    async def _request(self, opened: _Open, event: object, args: tuple[Any, ...]) -> JsonObject:
        name = event if isinstance(event, str) and event in MONITOR_REQUESTS else "unknown"
        payload = args[0] if len(args) == 1 else None
        screen, page = opened.screen, opened.page

        async def handle() -> JsonObject:
            if screen.is_leaving:
                raise RequestError("signed_out")
            return await self._requests.handle(page, screen.establishment, str(event), payload)

        return await acknowledge(screen, name, handle, clock=self._clock, counters=self._counters)
