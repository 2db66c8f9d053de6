"""WebDriver BiDi over a web socket: commands with answers, and events.

Of the protocol (https://w3c.github.io/webdriver-bidi/) only the frame: what commands there are
is the caller's business.
"""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import aiohttp

ANSWER_TIMEOUT_S = 30.0
MAX_MESSAGE_BYTES = 64 * 1024 * 1024


class BidiError(Exception):
    """The browser refused a command, did not answer it, or left."""


class Bidi:
    """One connection to one browser."""

    def __init__(self, on_event: Callable[[str, dict[str, Any]], None]) -> None:
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def connect(self, url: str) -> None:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(url, max_msg_size=MAX_MESSAGE_BYTES)
        self._reader = asyncio.create_task(self._read(self._socket))

    async def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command; raises `BidiError`."""
        if self._socket is None:
            raise BidiError("not connected")
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send_json({"id": number, "method": method, "params": parameters})
            return await asyncio.wait_for(answer, ANSWER_TIMEOUT_S)
        except (TimeoutError, ConnectionError) as error:
            raise BidiError(f"{method}: no answer") from error
        finally:
            del self._waiting[number]

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
            await self._reader
        if self._session is not None:
            await self._session.close()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            answer = message.json()
            if answer["type"] == "event":
                self._on_event(answer["method"], answer["params"])
            elif (waiting := self._waiting.get(answer["id"])) and not waiting.done():
                if answer["type"] == "success":
                    waiting.set_result(answer["result"])
                else:
                    waiting.set_exception(BidiError(f"{answer['error']}: {answer['message']}"))
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(BidiError("the browser has left"))
