"""A page for crowds: Socket.IO over one real WebSocket, and nothing kept of what is told.

`tests.signalling.client` costs five tasks a page, which two thousand pages on a shared machine
would measure in place of the server. Written to the protocol (Engine.IO 4, Socket.IO 5), text
frames alone; every page comes from an address of its own, as a proxy in front tells it.
"""

import asyncio
import json
from typing import Any

import aiohttp

PATH = "/socket.io/?EIO=4&transport=websocket"
TIMEOUT_S = 60.0
OPEN, PING, PONG, MESSAGE = "0", "2", "3", "4"
CONNECT, DISCONNECT, EVENT, ACK = "0", "1", "2", "3"


class PageLost(Exception):
    """The server closed the socket, or did not answer in time."""


class LightPage:
    """`number` fixes its address; `facts` is the newest of `session.opened`."""

    def __init__(self, http: aiohttp.ClientSession, url: str, number: int) -> None:
        self._http = http
        self._url = f"ws{url[4:]}{PATH}"
        self._address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._opened: asyncio.Future[None] | None = None
        self._acks: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._asked = 0
        self._reader: asyncio.Task[None] | None = None
        self.heard = 0
        self.is_closed = False

    async def connect(self) -> "LightPage":
        """Until the session is there. Raises PageLost, aiohttp.ClientError."""
        self._opened = asyncio.get_running_loop().create_future()
        self._socket = await self._http.ws_connect(
            self._url, headers={"X-Forwarded-For": self._address}, max_msg_size=0
        )
        self._reader = asyncio.create_task(self._read(), name="page")
        try:
            await asyncio.wait_for(self._opened, TIMEOUT_S)
        except TimeoutError:
            raise PageLost("no session") from None
        return self

    async def request(self, event: str, **payload: Any) -> dict[str, Any]:
        """The acknowledgement, `{data}` or `{error}`. Raises PageLost."""
        assert self._socket is not None
        self._asked += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._acks[self._asked] = answer
        text = json.dumps([event, payload], separators=(",", ":"))
        await self._socket.send_str(f"{MESSAGE}{EVENT}{self._asked}{text}")
        try:
            return await asyncio.wait_for(answer, TIMEOUT_S)
        except TimeoutError:
            raise PageLost(f"no acknowledgement of {event}") from None

    async def close(self) -> None:
        """Idempotent."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        assert self._socket is not None
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(message.data)
        finally:
            self.is_closed = True
            lost = PageLost("the socket was closed")
            for waiting in (self._opened, *self._acks.values()):
                if waiting is not None and not waiting.done():
                    waiting.set_exception(lost)

    async def _take(self, text: str) -> None:
        assert self._socket is not None
        if text[0] == PING:
            await self._socket.send_str(PONG)
        elif text[0] == OPEN:
            await self._socket.send_str(f'{MESSAGE}{CONNECT}{{"protocol":1}}')
        elif text[1:2] == ACK:
            number, _, arguments = text[2:].partition("[")
            answer = self._acks.pop(int(number))
            if not answer.done():
                answer.set_result(json.loads(f"[{arguments}")[0])
        elif text[1:2] == EVENT:
            self.heard += 1
            if text.startswith('["session.opened"', 2) and self._opened is not None:
                self._opened.set_result(None)
