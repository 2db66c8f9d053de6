"""Engine.IO 4 over WebSockets, as a server with thousands of idle pages needs it: the one module
that knows private names of python-engineio. Long-polling and the choice of transport stay the
library's.

The library has, for each packet read, a task and a timer, the same for each packet written, a task
for each ping, and looks at every socket in turn. Here a socket has the task of its request, which
reads, and one timer; packets go out at the end of the turn of the loop in which they are sent. Only
what finds BUFFER_BYTES_MAX unread before it waits in the queue (`GuardedServer.backlog`), and a
task takes it from there.

Frames that are no packet of Engine.IO end the socket at once. Frames are not compressed, though
browsers offer it: what others typed and what is secret would be in one window, and 0.1 MB a socket.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import engineio
from aiohttp import ClientConnectionError, WSMsgType, web
from engineio import packet as packets
from engineio.async_socket import AsyncSocket
from engineio.exceptions import SocketIsClosedError

BUFFER_BYTES_MAX = 65_536
"""Written, and not yet taken by the kernel."""
HANG_UP_S = 12.0
"""A client that does not read, or does not answer our good-bye, is cut off."""
_MAY_SEND = frozenset("123456")  # all packets a client may send; 0 (open) is the server's
_CLOSE, _PONG, _MESSAGE, _UPGRADE = "1", "3", "4", "5"
_PROBE, _PROBE_ANSWER = "2probe", "3probe"
_DATA = frozenset({WSMsgType.TEXT, WSMsgType.BINARY})


def text_frame(text: str) -> bytes:
    """Of a server: whole and not masked (RFC 6455, section 5.2)."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload


class EngineServer(engineio.AsyncServer):  # type: ignore[misc]
    """With sockets of this module. Its task that looks for silent ones must be off
    (`monitor_clients`): they find out themselves."""

    async def _handle_connect(
        self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None
    ) -> Any:
        """As the library's, of what is used here."""
        sid = self.generate_id()
        socket = self.sockets[sid] = EngineSocket(self, sid)
        opening = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": int(self.ping_timeout * 1000),
            "pingInterval": int(self.ping_interval * 1000),
            "maxPayload": self.max_http_buffer_size,
        }
        await socket.send(packets.Packet(packets.OPEN, opening))
        refusal = await self._trigger_event("connect", sid, environ, run_async=False)
        if refusal is not None:
            del self.sockets[sid]
            return self._unauthorized()
        socket.schedule_ping()
        if transport == "websocket":
            return await socket.handle_get_request(environ)
        socket.connected = True
        return self._ok(await socket.poll())


class EngineSocket(AsyncSocket):  # type: ignore[misc]
    """One client. `closed` ones are in no table."""

    def __init__(self, server: EngineServer, sid: str) -> None:
        super().__init__(server, sid)
        self._response: web.WebSocketResponse | None = None
        self._transport: asyncio.Transport | None = None
        self._is_pong_due = True
        self._timer: asyncio.TimerHandle | None = None
        self._unsent: list[bytes] = []
        self._unsent_bytes = 0
        self._pouring: asyncio.Task[None] | None = None
        self._losing: asyncio.Task[None] | None = None
        self._leaving: asyncio.Task[None] | None = None

    # -- life signs ---------------------------------------------------------------------------

    def schedule_ping(self) -> None:
        """At first, and after each pong; a pong that nobody asked for changes nothing."""
        if self._is_pong_due and not self.closed:
            self._is_pong_due = False
            self._later(self.server.ping_interval, self._ping)

    def _ping(self) -> None:
        self._is_pong_due = True
        self._later(self.server.ping_timeout, self._lose)
        self.put(packets.Packet(packets.PING))

    def _lose(self) -> None:
        closing = self.close(wait=False, reason=self.server.reason.PING_TIMEOUT)
        self._losing = asyncio.create_task(closing, name="lost socket")

    def _later(self, delay_s: float, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay_s, then)

    # -- sending ------------------------------------------------------------------------------

    async def send(self, pkt: packets.Packet) -> None:
        """Raises SocketIsClosedError. Never waits."""
        if self.closed:
            raise SocketIsClosedError
        self.put(pkt)

    def put(self, pkt: packets.Packet) -> None:
        """Have it written in this turn of the loop, or wait behind what waits."""
        transport = self._transport
        if transport is None or self._pouring is not None or self._is_full(transport):
            self.queue.put_nowait(pkt)
            self._pour()
            return
        frame = text_frame(pkt.encode())
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(frame)
        self._unsent_bytes += len(frame)

    def _is_full(self, transport: asyncio.Transport) -> bool:
        """Whether the client reads too slowly for more to be written."""
        if self._unsent_bytes > BUFFER_BYTES_MAX:
            self._flush()
        return transport.get_write_buffer_size() > BUFFER_BYTES_MAX

    def _flush(self) -> None:
        """Frames of one turn of the loop go together: a system call costs more than to make one."""
        frames, self._unsent, self._unsent_bytes = self._unsent, [], 0
        transport, response = self._transport, self._response
        assert transport is not None
        assert response is not None
        if frames and not response.closed and not transport.is_closing():
            transport.write(b"".join(frames))

    def _pour(self) -> None:
        """See that the queue goes out, if there is a WebSocket and something in it."""
        if self._response is not None and self._pouring is None and not self.queue.empty():
            self._pouring = asyncio.create_task(self._empty(self._response), name="backlog")

    async def _empty(self, response: web.WebSocketResponse) -> None:
        """As fast as the client reads."""
        try:
            while not self.queue.empty():
                pkt = self.queue.get_nowait()
                self.queue.task_done()
                await response.send_str(pkt.encode())
        except ClientConnectionError:
            pass  # the reader finds it out
        finally:
            self._pouring = None

    # -- the life of a WebSocket --------------------------------------------------------------

    async def _upgrade_websocket(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        """The answer to its request, when all is over."""
        request: web.Request = environ["aiohttp.request"]
        response = web.WebSocketResponse(
            max_msg_size=self.server.max_http_buffer_size, compress=False
        )
        await response.prepare(request)
        assert request.transport is not None
        if await self._is_taken(response):
            self.connected = self.upgraded = True
            self._response, self._transport = response, request.transport
            self._pour()
            try:
                await self._read(response)
            finally:
                await self._end(self.server.reason.TRANSPORT_CLOSE)
        if self._leaving is None:
            await _hang_up(response, request.transport, None)
        else:
            await asyncio.wait({self._leaving})
        return response

    async def _is_taken(self, response: web.WebSocketResponse) -> bool:
        """Whether packets go by this WebSocket from now on: at once, or when a client that began by
        long-polling has tried it and found it good."""
        if not self.connected:
            return not self.closed
        self.upgrading = True
        try:
            if await _next(response) != _PROBE:
                return False
            await response.send_str(_PROBE_ANSWER)
            self.queue.put_nowait(packets.Packet(packets.NOOP))  # ends the poll that waits
            is_good = await _next(response) == _UPGRADE
            return is_good and not self.closed and self._response is None
        except ClientConnectionError:
            return False
        finally:
            self.upgrading = False

    async def _read(self, response: web.WebSocketResponse) -> None:
        """Until either side ends it, or something comes that is no packet."""
        while not self.closed:
            frame = await _next(response)
            if isinstance(frame, bytes):
                await self._hear(frame)
            elif frame is None or frame[:1] not in _MAY_SEND:
                return
            elif frame[0] == _MESSAGE:
                await self._hear(frame[1:])
            elif frame[0] == _PONG:
                self.schedule_ping()
            elif frame[0] == _UPGRADE:
                self.put(packets.Packet(packets.NOOP))
            elif frame[0] == _CLOSE:
                await self._end(self.server.reason.CLIENT_DISCONNECT)

    async def _hear(self, message: str | bytes) -> None:
        await self.server.handlers["message"](self.sid, message)

    async def _end(self, reason: str) -> None:
        """The other side is gone, or as good as gone."""
        await self.close(wait=False, abort=True, reason=reason)

    async def close(self, wait: bool = True, abort: bool = False, reason: Any = None) -> None:
        """Tell whoever listens, and hang up after what is queued. Idempotent."""
        await super().close(wait=False, abort=abort, reason=reason)
        if self._timer is not None:
            self._timer.cancel()
        self.server.sockets.pop(self.sid, None)
        if self._response is not None and self._transport is not None and self._leaving is None:
            leaving = _hang_up(self._response, self._transport, self._pouring)
            self._leaving = asyncio.create_task(leaving, name="good-bye")
        if wait:
            await self.queue.join()

    def end_poll(self) -> None:
        """After what is queued, for who polls."""
        if not self.upgraded:
            self.queue.put_nowait(None)


async def _next(response: web.WebSocketResponse) -> str | bytes | None:
    """The next frame, or None when there is none any more."""
    message = await response.receive()
    found: str | bytes | None = message.data if message.type in _DATA else None
    return found


async def _hang_up(
    response: web.WebSocketResponse,
    transport: asyncio.Transport,
    pouring: "asyncio.Task[None] | None",
) -> None:
    """After what waits, if the client reads it. Idempotent."""
    try:
        async with asyncio.timeout(HANG_UP_S):
            if pouring is not None:
                await asyncio.wait({pouring})
            await response.close()
    except TimeoutError:
        transport.abort()
