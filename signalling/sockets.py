"""Sockets: connects, resumes and limits sessions, and acknowledges every request exactly once.

One Connection a socket carries its session's notifications in order. Events of one socket are
handled one after another. An event that a client *names* `connect` or `disconnect` is a request
of that name, which does not exist; it never reaches the life of a session.
"""

from collections import Counter
from typing import Any

import socketio
from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as Refused

from signalling.acknowledging import acknowledge
from signalling.addresses import address_of
from signalling.config import SignallingConfig
from signalling.connection import Connection
from signalling.errors import SENTENCES, RequestError
from signalling.guarded import NAMESPACE, GuardedServer
from signalling.limits import KeyedLimit, TokenBucket
from signalling.messages import REQUESTS, Hello, parse_hello
from signalling.requests import Requests
from signalling.seams import Clock
from signalling.sessions import Session, Sessions
from signalling.staff.sessions import StaffSessions
from signalling.wire import JsonObject

PROTOCOLS = (1,)


class Sockets(socketio.AsyncNamespace):  # type: ignore[misc]
    """The default namespace."""

    server: GuardedServer

    def __init__(
        self,
        *,
        sessions: Sessions,
        requests: Requests,
        config: SignallingConfig,
        clock: Clock,
        counters: Counter[str],
        staff: StaffSessions,
    ) -> None:
        super().__init__(NAMESPACE)
        self._staff = staff
        self._sessions = sessions
        self._requests = requests
        self._config = config
        self._clock = clock
        self._counters = counters
        self._connections: dict[str, Connection] = {}
        self._newcomers = KeyedLimit(
            rate=config.new_sockets_per_address_s, burst=config.new_sockets_per_address_burst
        )

    async def handle_http(self, request: web.Request) -> web.StreamResponse:
        """Every HTTP request of Socket.IO; new transports are counted first."""
        if "j" in request.query:
            raise web.HTTPBadRequest(text="JSONP is not offered")
        if "sid" not in request.query and not self._has_room_for(request):
            self._counters["sockets_refused"] += 1
            raise web.HTTPServiceUnavailable(text=SENTENCES["busy"])
        if "sid" not in request.query:
            await self._staff.recognise(request)
        response: web.StreamResponse = await self.server.handle_request(request)
        return response

    async def trigger_event(self, event: object, *args: Any) -> Any:
        """The library's connect and disconnect, and every event a client sends."""
        sid = args[0]
        connection = self._connections.get(sid)
        if event == "connect" and connection is None:
            return self._connect(sid, args[1], args[2])
        if connection is None:
            return None
        if event == "disconnect" and not self.server.manager.is_connected(sid, NAMESPACE):
            return await self._disconnect(sid, connection)
        return await self._request(connection, event, args[1:])

    # -- connecting ---------------------------------------------------------------------------

    def _connect(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        """Never waits: a client's events can come only after this has returned."""
        try:
            hello = self._hello(environ, auth)
            session, opening, after = self._session(hello)
        except RequestError as error:
            self._counters[f"refused_{error.code}"] += 1
            raise Refused(SENTENCES[error.code], {"code": error.code}) from None
        now = self._clock()
        bucket = TokenBucket(
            rate=self._config.requests_per_session_s,
            burst=self._config.requests_per_session_burst,
            now=now,
        )
        connection = Connection(
            server=self.server, sid=sid, session=session, bucket=bucket, clock=self._clock
        )
        self._connections[sid] = connection
        is_back = session.is_joined
        replaced = session.attach(connection)
        if isinstance(replaced, Connection):
            replaced.leave()
        connection.start(opening, after)
        if is_back:
            self._requests.back(session)

    def _hello(self, environ: dict[str, Any], auth: object) -> Hello:
        address = address_of(environ["aiohttp.request"], self._config.behind_proxy)
        if not self._newcomers.take(address, self._clock()):
            raise RequestError("too_many_requests")
        if isinstance(auth, dict) and auth.get("protocol") not in PROTOCOLS:
            raise RequestError("protocol_version")
        return parse_hello(auth)

    def _session(self, hello: Hello) -> tuple[Session, list[tuple[str, JsonObject]], int]:
        """The session of this socket, what it is told first, and the number it goes on after."""
        now = self._clock()
        wanted = hello.resume
        if wanted is not None:
            found = self._sessions.find(wanted.session, wanted.token)
            if found is not None and not (found.is_over and found.after(wanted.n) == ()):
                after = found.resume(wanted.n, now)
                return found, [("session.resumed", self._facts(found))], after
        session = self._sessions.open(now)
        opened: JsonObject = {
            **self._facts(session),
            "protocol": PROTOCOLS[0],
        }
        unknown: list[tuple[str, JsonObject]] = [] if wanted is None else [("session.unknown", {})]
        return session, [*unknown, ("session.opened", opened)], 0

    def _facts(self, session: Session) -> JsonObject:
        return {"session": session.id, "token": session.token, "nonce": session.nonce}

    async def _disconnect(self, sid: str, connection: Connection) -> None:
        del self._connections[sid]
        session = connection.session
        if session.detach(connection, self._clock()) and session.is_joined:
            self._requests.lost(session)
        await connection.stop()

    def _has_room_for(self, request: web.Request) -> bool:
        remotes = self.server.remotes()
        if len(remotes) >= self._config.max_sockets:
            return False
        behind = self._config.behind_proxy
        address = address_of(request, behind)
        same = sum(1 for other in remotes if address_of(other, behind) == address)
        return same < self._config.max_sockets_per_address

    # -- requests -----------------------------------------------------------------------------

    async def _request(
        self, connection: Connection, event: object, args: tuple[Any, ...]
    ) -> JsonObject:
        name = event if isinstance(event, str) and event in REQUESTS else "unknown"
        payload = args[0] if len(args) == 1 else None

        async def handle() -> JsonObject:
            return await self._requests.handle(connection.session, str(event), payload)

        return await acknowledge(
            connection, name, handle, clock=self._clock, counters=self._counters
        )
