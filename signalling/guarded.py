"""Socket.IO with the holes closed: the one module that knows private names of python-socketio, as
`engine_io` is of python-engineio.

What python-socketio 5 lets a client do, and what is done about it:

- a binary event announces up to ten digits of attachments, which are collected without bound:
  binary is answered with an error and its attachments are dropped;
- a packet that cannot be parsed raises in the middle of the library: it is counted, and after
  MALFORMED_MAX of them the socket is closed;
- a client that answers pings but reads nothing lets its queue grow: see `backlog`;
- the reader of a socket waits for the handler of each event, and hears no pong meanwhile: a request
  that took longer than the ping timeout lost its socket before its ack. Handlers run beside it;
- a socket that leaves is looked for in the rooms of all others: see `_Manager`;
- their logs carry exception messages, which may hold what a client sent: see `_Discreet`.

The tests hold each private name used here against the installed library.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any

import socketio
from engineio import packet as eio_packets
from engineio.exceptions import SocketIsClosedError
from socketio import packet as packets

from signalling.ending import end
from signalling.engine_io import EngineServer

DRAIN_S = 2.0
MALFORMED_MAX = 8
MESSAGE_BYTES_MAX = 192 * 1024
PING_EVERY_S = 5
PING_TIMEOUT_S = 10
"""A socket that died silently is noticed within 15 s, on both sides."""
NAMESPACE = "/"

log = logging.getLogger(__name__)


class _Discreet(logging.Filter):
    """Keeps what happened, without the text of the exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[0] if record.exc_info else None
        if error is not None:
            record.msg = f"{record.msg}: {error.__name__}"
            record.exc_info = record.exc_text = None
        return True


def _library_log(name: str) -> logging.Logger:
    """Given to the library, which would otherwise add a handler of its own."""
    logger = logging.getLogger(f"library.{name}")
    logger.setLevel(logging.WARNING)
    if not logger.filters:
        logger.addFilter(_Discreet())
    return logger


class _Manager(socketio.AsyncManager):  # type: ignore[misc]
    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """As the library's, but of the two rooms each socket is in: its own, and that of all."""
        for room in (sid, None):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]


class GuardedServer(socketio.AsyncServer):  # type: ignore[misc]
    """`binary_ack` is the one argument of the acknowledgement of a binary event, `client_of` says
    whose an aiohttp request is."""

    def __init__(
        self,
        *,
        counters: Counter[str],
        binary_ack: object,
        client_of: Callable[[Any], str],
        origins: Sequence[str],
        urls: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """`origins` may open sockets beside our own, and so may pages of the servers at `urls`."""
        super().__init__(
            client_manager=_Manager(),
            async_mode="aiohttp",
            async_handlers=False,
            always_connect=False,
            ping_interval=PING_EVERY_S,
            ping_timeout=PING_TIMEOUT_S,
            max_http_buffer_size=MESSAGE_BYTES_MAX,
            cors_allowed_origins=_origins(origins, urls),
            cors_credentials=False,
            logger=_library_log("socketio"),
            engineio_logger=_library_log("engineio"),
            monitor_clients=False,
        )
        self.counters = counters
        self._binary_ack = binary_ack
        self._client_of = client_of
        self._clients: dict[str, str] = {}
        self._transports: Counter[str] = Counter()
        self._malformed: Counter[str] = Counter()
        self._handlers: set[asyncio.Task[None]] = set()

    def _engineio_server_class(self) -> type[EngineServer]:
        return EngineServer

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        client = self._clients[eio_sid] = self._client_of(environ["aiohttp.request"])
        self._transports[client] += 1
        await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        try:
            if not await self._is_binary(eio_sid, data):
                await super()._handle_eio_message(eio_sid, data)
        except Exception as error:  # the edge: whatever a client sent, its socket stays sound
            await self._count_malformed(eio_sid, error)

    async def _handle_event_internal(
        self, server: Any, sid: str, eio_sid: str, data: Any, namespace: str, id: int | None
    ) -> None:
        """Beside the reader; begun before it looks at the next packet, so in order."""
        handling = super()._handle_event_internal(server, sid, eio_sid, data, namespace, id)
        task = asyncio.create_task(self._see_through(eio_sid, handling), name="request")
        self._handlers.add(task)
        task.add_done_callback(self._handlers.discard)
        await asyncio.sleep(0)

    async def _see_through(self, eio_sid: str, handling: Coroutine[Any, Any, None]) -> None:
        try:
            await handling
        except SocketIsClosedError:
            pass  # it went before its ack
        except Exception as error:  # the edge, as in `_handle_eio_message`
            await self._count_malformed(eio_sid, error)

    async def _is_binary(self, eio_sid: str, data: str | bytes) -> bool:
        """Whether the message was binary, and so has been dealt with."""
        if isinstance(data, bytes):
            self.counters["binary_dropped"] += 1
            return True
        if data[:1] not in ("5", "6"):
            return False
        self.counters["binary_refused"] += 1
        packet = self.packet_class(encoded_packet=data)
        if packet.packet_type == packets.BINARY_EVENT and packet.id is not None:
            await self._send_packet(
                eio_sid,
                self.packet_class(
                    packets.ACK,
                    id=packet.id,
                    data=[self._binary_ack],
                    namespace=packet.namespace,
                ),
            )
        return True

    async def _count_malformed(self, eio_sid: str, error: Exception) -> None:
        self.counters["malformed"] += 1
        self._malformed[eio_sid] += 1
        log.info("malformed packet error=%s", type(error).__name__)
        if self._malformed[eio_sid] >= MALFORMED_MAX:
            await self._hang_up(eio_sid)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._malformed.pop(eio_sid, None)
        self._binary_packet.pop(eio_sid, None)
        self._forget_client(eio_sid)
        await super()._handle_eio_disconnect(eio_sid, reason)

    def at(self, namespace: str) -> "NamespaceServer":
        """This server, as the sockets of another namespace need it."""
        return NamespaceServer(self, namespace)

    def is_there(self, sid: str, namespace: str = NAMESPACE) -> bool:
        """Whether the transport of this socket, which may still be connecting, is open."""
        return self.manager.eio_sid_from_sid(sid, namespace) in self.environ

    async def send_event(
        self, event: str, envelope: str, *, to: str, namespace: str = NAMESPACE
    ) -> None:
        """To one client; `envelope` is the JSON of the event's one argument.

        The library's `emit` makes a task for each packet, and encodes what we have encoded.
        """
        eio_sid = self.manager.eio_sid_from_sid(to, namespace)
        if eio_sid is not None:
            path = "" if namespace == NAMESPACE else f"{namespace},"
            text = f'{packets.EVENT}{path}["{event}",{envelope}]'
            await self._send_eio_packet(eio_sid, eio_packets.Packet(eio_packets.MESSAGE, text))

    def backlog(self, sid: str, namespace: str = NAMESPACE) -> int:
        """How many packets wait for this client to read."""
        eio_sid = self.manager.eio_sid_from_sid(sid, namespace)
        socket = self.eio.sockets.get(eio_sid)
        return 0 if socket is None else int(socket.queue.qsize())

    async def drop(self, sid: str, namespace: str = NAMESPACE) -> None:
        """End the client's connection for good: it does not come back by itself."""
        eio_sid = self.manager.eio_sid_from_sid(sid, namespace)
        await self.disconnect(sid, namespace)
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_S):
                    await socket.queue.join()  # a closed transport answers no poll any more
        await self._hang_up(eio_sid)

    async def close_all(self) -> None:
        """Close every transport, after the acks of what was asked; clients come back when the
        server does."""
        if self._handlers:
            await asyncio.wait(self._handlers, timeout=DRAIN_S)
        for eio_sid in list(self.eio.sockets):
            await self._hang_up(eio_sid)
        await end(self._handlers)

    async def _hang_up(self, eio_sid: str | None) -> None:
        """Without waiting for a client that does not read."""
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None:
            await socket.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
            socket.end_poll()

    @property
    def transports(self) -> int:
        """How many are open."""
        return len(self._clients)

    def transports_of(self, client: str) -> int:
        """How many of them are this client's."""
        return self._transports[client]

    def _forget_client(self, eio_sid: str) -> None:
        client = self._clients.pop(eio_sid, None)
        if client is not None:
            self._transports[client] -= 1
            if not self._transports[client]:
                del self._transports[client]


class NamespaceServer:
    """One namespace of a server, whose sockets have ids of their own."""

    def __init__(self, server: GuardedServer, namespace: str) -> None:
        self._server = server
        self._namespace = namespace

    def backlog(self, sid: str) -> int:
        return self._server.backlog(sid, self._namespace)

    async def send_event(self, event: str, envelope: str, *, to: str) -> None:
        await self._server.send_event(event, envelope, to=to, namespace=self._namespace)

    async def drop(self, sid: str) -> None:
        """The whole transport, whatever other namespace it also speaks."""
        await self._server.drop(sid, self._namespace)


def _origins(
    further: Sequence[str], urls: Callable[[], Collection[str]]
) -> Callable[[str, dict[str, Any]], bool]:
    """In place of the library's own rule, which believes X-Forwarded-Host and -Proto of anybody."""
    allowed = frozenset(further)

    def is_allowed(origin: str, environ: dict[str, Any]) -> bool:
        own = f"{environ['aiohttp.request'].scheme}://{environ.get('HTTP_HOST', '')}"
        return origin == own or origin in allowed or origin in urls()

    return is_allowed
