"""A namespace of sockets: refuses or takes each connect, and acknowledges every request once.

Events of one socket are handled one after another (`Carrier.turn`). An event that a client *names*
`connect` or `disconnect` is a request of that name, which does not exist; it never reaches the life
of a session.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Container
from typing import Any, Generic, TypeVar

import socketio
from socketio.exceptions import ConnectionRefusedError as Refused

from signalling.acknowledging import acknowledge
from signalling.carrier import Carrier
from signalling.config import SignallingConfig
from signalling.errors import SENTENCES, RequestError
from signalling.guarded import GuardedServer
from signalling.limits import TokenBucket
from signalling.seams import Clock
from signalling.wire import JsonObject

C = TypeVar("C", bound=Carrier)


class Namespace(socketio.AsyncNamespace, ABC, Generic[C]):  # type: ignore[misc]
    """`requests` are the names of those that are known here, for the log."""

    server: GuardedServer

    def __init__(
        self,
        path: str,
        *,
        requests: Container[str],
        config: SignallingConfig,
        clock: Clock,
        counters: Counter[str],
    ) -> None:
        super().__init__(path)
        self._path = path
        self._names = requests
        self._config = config
        self._clock = clock
        self._counters = counters
        self._carriers: dict[str, C] = {}
        self._entering: set[str] = set()

    async def trigger_event(self, event: object, *args: Any) -> Any:
        """The library's connect and disconnect, and every event a client sends."""
        sid = args[0]
        carrier = self._carriers.get(sid)
        if event == "connect" and carrier is None and sid not in self._entering:
            return await self._connect(sid, args[1], args[2])
        if carrier is None:
            return None
        if event == "disconnect" and not self.server.manager.is_connected(sid, self._path):
            del self._carriers[sid]
            carrier.is_disconnected = True
            return await self._leave(carrier)
        return await self._request(carrier, event, args[1:])

    async def _look_up(self, environ: dict[str, Any], auth: object) -> None:
        """What `_enter` would have to wait for. Raises RequestError: the socket is refused."""

    @abstractmethod
    def _enter(self, sid: str, environ: dict[str, Any], auth: object) -> C:
        """The carrier of a new socket, begun. Raises RequestError: the socket is refused.

        Never waits: a client's events can come only after this has returned.
        """

    @abstractmethod
    async def _leave(self, carrier: C) -> None:
        """The socket is gone."""

    @abstractmethod
    async def _answer(self, carrier: C, event: str, payload: object) -> JsonObject:
        """The data of the acknowledgement. Raises RequestError."""

    def _bucket(self) -> TokenBucket:
        """How often one socket may ask."""
        return TokenBucket(
            rate=self._config.requests_per_session_s,
            burst=self._config.requests_per_session_burst,
            now=self._clock(),
        )

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        self._entering.add(sid)
        try:
            await self._look_up(environ, auth)
            if not self.server.is_there(sid, self._path):
                raise RequestError("busy")  # it has gone while we looked: nobody hears this
            self._carriers[sid] = self._enter(sid, environ, auth)
        except RequestError as error:
            self._counters[f"refused_{error.code}"] += 1
            raise Refused(SENTENCES[error.code], {"code": error.code}) from None
        finally:
            self._entering.discard(sid)

    async def _request(self, carrier: C, event: object, args: tuple[Any, ...]) -> JsonObject:
        name = event if isinstance(event, str) and event in self._names else "unknown"
        payload = args[0] if len(args) == 1 else None

        async def handle() -> JsonObject:
            return await self._answer(carrier, str(event), payload)

        return await acknowledge(carrier, name, handle, clock=self._clock, counters=self._counters)
