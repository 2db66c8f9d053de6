"""The default namespace: connects, resumes and limits sessions, and answers their requests.

One Connection a socket carries its session's notifications in order.
"""

from collections import Counter
from typing import Any

from aiohttp import web

from signalling.addresses import network_of
from signalling.config import SignallingConfig
from signalling.connection import Connection
from signalling.errors import SENTENCES, RequestError
from signalling.guarded import NAMESPACE
from signalling.hello import Hello, parse_hello, spoken
from signalling.limits import KeyedLimit
from signalling.messages import REQUESTS
from signalling.namespace import Namespace
from signalling.refusals import Entrance, Refusals
from signalling.requests import Requests
from signalling.seams import Clock
from signalling.sessions import Session, Sessions
from signalling.staff.sessions import StaffSessions
from signalling.versions import OLDEST, agreed
from signalling.wire import JsonObject


class Sockets(Namespace[Connection]):
    def __init__(
        self,
        *,
        sessions: Sessions,
        requests: Requests,
        config: SignallingConfig,
        clock: Clock,
        counters: Counter[str],
        staff: StaffSessions,
        refusals: Refusals,
    ) -> None:
        super().__init__(
            NAMESPACE, requests=REQUESTS, config=config, clock=clock, counters=counters
        )
        self._staff = staff
        self._refusals = refusals
        self._sessions = sessions
        self._requests = requests
        self._newcomers = KeyedLimit(
            rate=config.new_sockets_per_address_s, burst=config.new_sockets_per_address_burst
        )

    async def handle_http(self, request: web.Request) -> web.StreamResponse:
        """Every HTTP request of Socket.IO; new transports are counted first."""
        if "j" in request.query:
            raise web.HTTPBadRequest(text="JSONP is not offered")
        if "sid" not in request.query and not self._has_room_for(request):
            self._counters["sockets_refused"] += 1
            self._refuse(request)
            raise web.HTTPServiceUnavailable(text=SENTENCES["busy"])
        if "sid" not in request.query:
            await self._staff.recognise(request)
        response: web.StreamResponse = await self.server.handle_request(request)
        return response

    # -- connecting ---------------------------------------------------------------------------

    def _enter(self, sid: str, environ: dict[str, Any], auth: object) -> Connection:
        session, opening, after = self._session(self._hello(environ, auth))
        connection = Connection(
            server=self.server,
            sid=sid,
            session=session,
            bucket=self._bucket(),
            clock=self._clock,
        )
        is_back = session.is_joined
        replaced = session.attach(connection)
        if isinstance(replaced, Connection):
            replaced.leave()
        connection.start(opening, after)
        if is_back:
            self._requests.back(session)
        return connection

    def _hello(self, environ: dict[str, Any], auth: object) -> Hello:
        request: web.Request = environ["aiohttp.request"]
        network = network_of(request, self._config.proxies)
        if not self._newcomers.take(network, self._clock()):
            self._refuse(request)
            raise RequestError("too_many_requests")
        if isinstance(auth, dict) and agreed(spoken(auth.get("protocol"))) is None:
            raise RequestError("protocol_version")
        return parse_hello(auth)

    def _session(self, hello: Hello) -> tuple[Session, list[tuple[str, JsonObject]], int]:
        """The session of this socket, what it is told first, and the number it goes on after."""
        now = self._clock()
        wanted = hello.resume
        protocol = agreed(spoken(hello.protocol)) or OLDEST
        if wanted is not None:
            found = self._sessions.find(wanted.session, wanted.token)
            if found is not None and not (found.is_over and found.after(wanted.n) == ()):
                after = found.resume(wanted.n, now)
                found.protocol = protocol
                return found, [("session.resumed", self._facts(found))], after
        session = self._sessions.open(now, protocol)
        opened: JsonObject = {
            **self._facts(session),
            "protocol": protocol,
        }
        unknown: list[tuple[str, JsonObject]] = [] if wanted is None else [("session.unknown", {})]
        return session, [*unknown, ("session.opened", opened)], 0

    def _facts(self, session: Session) -> JsonObject:
        return {"session": session.id, "token": session.token, "nonce": session.nonce}

    async def _leave(self, connection: Connection) -> None:
        session = connection.session
        if session.detach(connection, self._clock()) and session.is_joined:
            self._requests.lost(session)
        await connection.stop()

    def _refuse(self, request: web.Request) -> None:
        self._refusals.note(Entrance.SOCKETS, network_of(request, self._config.proxies))

    def _has_room_for(self, request: web.Request) -> bool:
        if self.server.transports >= self._config.max_sockets:
            return False
        same = self.server.transports_of(network_of(request, self._config.proxies))
        return same < self._config.max_sockets_per_address

    async def _answer(self, connection: Connection, event: str, payload: object) -> JsonObject:
        return await self._requests.handle(connection.session, event, payload)
