"""The namespace /desk: consoles of signed-in duty officers, each request acknowledged once.

An officer is who the transport's first HTTP request said, by the cookie of their session; the
session is looked at again before anything is shown, and when it ends the socket is closed. An
event that a client *names* `connect` or `disconnect` is a request of that name: there is none.
"""

import logging
from collections import Counter
from typing import Any

import socketio
from socketio.exceptions import ConnectionRefusedError as Refused

from signalling.acknowledging import acknowledge
from signalling.config import SignallingConfig
from signalling.desk.board import Board
from signalling.desk.console import Console
from signalling.desk.messages import DESK_REQUESTS
from signalling.desk.requests import DeskRequests
from signalling.errors import SENTENCES, RequestError
from signalling.guarded import GuardedServer
from signalling.limits import TokenBucket
from signalling.seams import Clock
from signalling.sockets import PROTOCOLS
from signalling.staff.sessions import Attendance, StaffSessions, handshake
from signalling.wire import JsonObject
from vmr.numbers import Numbers
from vmr.staff import StaffPermission
from vmr.store import SignedIn, StoreError

DESK = "/desk"

log = logging.getLogger(__name__)


class DeskSockets(socketio.AsyncNamespace):  # type: ignore[misc]
    server: GuardedServer

    def __init__(
        self,
        *,
        board: Board,
        requests: DeskRequests,
        staff: StaffSessions,
        numbers: Numbers,
        config: SignallingConfig,
        clock: Clock,
        counters: Counter[str],
    ) -> None:
        super().__init__(DESK)
        self._board = board
        self._requests = requests
        self._staff = staff
        self._numbers = numbers
        self._config = config
        self._clock = clock
        self._counters = counters
        self._consoles: dict[str, Console] = {}
        self._attended: dict[str, Attendance] = {}

    async def trigger_event(self, event: object, *args: Any) -> Any:
        """The library's connect and disconnect, and every event a client sends."""
        sid = args[0]
        console = self._consoles.get(sid)
        if event == "connect" and console is None:
            return self._connect(sid, args[1], args[2])
        if console is None:
            return None
        if event == "disconnect" and not self.server.manager.is_connected(sid, DESK):
            return await self._disconnect(sid, console)
        return await self._request(console, event, args[1:])

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
        console = Console(
            server=self.server.at(DESK),
            sid=sid,
            who=who,
            bucket=bucket,
            clock=self._clock,
            open=self._open,
        )
        self._consoles[sid] = console
        self._attended[sid] = self._staff.attend(who.session, console.leave, keeps_alive=True)
        console.start()

    def _admit(self, environ: dict[str, Any], auth: object) -> SignedIn:
        """Who this is, or why they get no desk."""
        if not isinstance(auth, dict) or auth.get("protocol") not in PROTOCOLS:
            raise RequestError("protocol_version")
        who = handshake(environ)
        if who is None:
            raise RequestError("signed_out")
        if not who.member.may(StaffPermission.USE_DESK):
            raise RequestError("not_permitted")
        return who

    async def _open(self, console: Console) -> JsonObject | None:
        """Every room now; None when the session has ended since the handshake."""
        await self._staff.check()
        if console.is_leaving:
            return None
        try:
            await self._board.refresh(console.establishment)
        except StoreError:
            log.error("the desk cannot list its rooms now")
            return None
        member = console.who.member
        return {
            "officer": {"id": member.id, "name": member.name},
            "establishment": member.establishment.name,
            "repeat_s": self._numbers.alert_repeat_s,
            "takeover_s": self._numbers.alert_takeover_s,
            "extension_max_min": self._numbers.extension_max_min,
            "rooms": [*self._board.watch(console)],
        }

    async def _disconnect(self, sid: str, console: Console) -> None:
        del self._consoles[sid]
        self._attended.pop(sid).close()
        self._board.leave(console)
        await console.stop()

    async def _request(self, console: Console, event: object, args: tuple[Any, ...]) -> JsonObject:
        name = event if isinstance(event, str) and event in DESK_REQUESTS else "unknown"
        payload = args[0] if len(args) == 1 else None

        async def handle() -> JsonObject:
            if console.is_leaving:
                raise RequestError("signed_out")
            return await self._requests.handle(console, str(event), payload)

        return await acknowledge(console, name, handle, clock=self._clock, counters=self._counters)
