"""Engine.IO over real sockets, and the private names of python-engineio that it stands on."""

import asyncio
import inspect
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import engineio
import pytest
import pytest_asyncio
from aiohttp import web
from engineio import packet as packets
from engineio.async_socket import AsyncSocket

from signalling.engine_io import BUFFER_BYTES_MAX, EngineServer, EngineSocket, text_frame
from tests.browser.eventually import eventually

PARTS = 40
PART_BYTES = 300_000


class Echo:
    """An Engine.IO server that keeps what it hears."""

    def __init__(self) -> None:
        self.eio = EngineServer(
            async_mode="aiohttp", async_handlers=False, monitor_clients=False,
            logger=logging.getLogger("test"),
            ping_interval=25, ping_timeout=20,
        )  # fmt: skip
        self.heard: list[str | bytes] = []
        self.ended: list[str] = []
        self.eio.on("connect", self._connect)
        self.eio.on("message", self._message)
        self.eio.on("disconnect", self._disconnect)
        self.url = ""

    async def _connect(self, sid: str, environ: dict[str, Any]) -> None:
        pass

    async def _message(self, sid: str, message: str | bytes) -> None:
        self.heard.append(message)

    async def _disconnect(self, sid: str, reason: str) -> None:
        self.ended.append(reason)

    @property
    def socket(self) -> EngineSocket:
        """The one that is open."""
        (socket,) = self.eio.sockets.values()
        assert isinstance(socket, EngineSocket)
        return socket

    def tell(self, text: str) -> None:
        self.socket.put(packets.Packet(packets.MESSAGE, text))

    async def has_ended(self) -> bool:
        return bool(self.ended)


@pytest_asyncio.fixture
async def echo() -> AsyncIterator[Echo]:
    echo, app = Echo(), web.Application()
    echo.eio.attach(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    echo.url = f"http://127.0.0.1:{runner.addresses[0][1]}/engine.io/?EIO=4&transport="
    yield echo
    await runner.cleanup()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http, asyncio.timeout(30):
        yield http


async def opened(http: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    socket = await http.ws_connect(url, max_msg_size=0)
    assert (await socket.receive_str()).startswith("0{")
    return socket


async def told(socket: aiohttp.ClientWebSocketResponse) -> str:
    """The next packet that says anything."""
    while (text := await socket.receive_str()) == "6":
        pass
    return text


async def poll(http: aiohttp.ClientSession, url: str) -> list[str]:
    async with http.get(url) as answer:
        assert answer.status == 200
        return (await answer.text()).split("\x1e")


async def begun_by_polling(http: aiohttp.ClientSession, echo: Echo) -> str:
    """What its further requests add to the address."""
    (opening,) = await poll(http, f"{echo.url}polling")
    facts = json.loads(opening[1:])
    assert facts["upgrades"] == ["websocket"]
    return f"&sid={facts['sid']}"


@pytest.mark.parametrize(
    ("of", "name", "parameters"),
    [
        (engineio.AsyncServer, "_handle_connect", ["environ", "transport", "jsonp_index"]),
        (engineio.AsyncServer, "_upgrades", ["sid", "transport"]),
        (engineio.AsyncServer, "_unauthorized", ["message"]),
        (engineio.AsyncServer, "_ok", ["packets", "headers", "jsonp_index"]),
        (AsyncSocket, "handle_get_request", ["environ"]),
        (AsyncSocket, "_upgrade_websocket", ["environ"]),
        (AsyncSocket, "schedule_ping", []),
        (AsyncSocket, "poll", []),
        (AsyncSocket, "send", ["pkt"]),
        (AsyncSocket, "close", ["wait", "abort", "reason"]),
    ],
)
def test_the_methods_are_those_we_know(of: type, name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(of, name)).parameters)[1:] == parameters


async def test_the_attributes_are_those_we_know(echo: Echo) -> None:
    library = AsyncSocket(echo.eio, "a socket")
    assert isinstance(library.queue, asyncio.Queue)
    assert {"connected", "upgrading", "upgraded", "closing", "closed"} <= set(vars(library))
    own = set(vars(EngineSocket(echo.eio, "a socket"))) - set(vars(library))
    assert all(name.startswith("_") and not hasattr(AsyncSocket, name) for name in own)


@pytest.mark.parametrize("size", [0, 1, 124, 125, 126, 65_534, 65_535, 65_536, 70_000])
async def test_a_packet_of_any_size_arrives_whole(
    echo: Echo, http: aiohttp.ClientSession, size: int
) -> None:
    socket = await opened(http, f"{echo.url}websocket")
    echo.tell("é" * (size // 2) + "x" * (size % 2))
    text = await socket.receive_str()
    assert text[0] == "4"
    assert len(text[1:].encode()) == size
    await socket.close()


@pytest.mark.parametrize(("size", "header"), [(125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_frame_has_the_shortest_header(size: int, header: int) -> None:
    assert len(text_frame("x" * size)) == header + size


async def test_messages_are_heard_as_they_were_sent(
    echo: Echo, http: aiohttp.ClientSession
) -> None:
    socket = await opened(http, f"{echo.url}websocket")
    for text in ("4", "42[1]", '4{"a":1}', "4é"):
        await socket.send_str(text)
    await socket.send_bytes(b"\x00")
    await socket.send_str("5")
    assert await socket.receive_str() == "6"
    assert echo.heard == ["", "2[1]", '{"a":1}', "é", b"\x00"]
    await socket.close()


async def test_an_open_socket_has_one_task(echo: Echo, http: aiohttp.ClientSession) -> None:
    """That of its request, which reads."""
    socket = await opened(http, f"{echo.url}websocket")
    before = len(asyncio.all_tasks())
    for number in range(5):
        echo.tell(str(number))
    for number in range(5):
        assert await socket.receive_str() == f"4{number}"
    assert len(asyncio.all_tasks()) == before
    assert echo.socket.queue.empty()
    await socket.close()


# -- life signs -------------------------------------------------------------------------------


async def test_who_answers_pings_stays_and_who_does_not_is_lost(
    echo: Echo, http: aiohttp.ClientSession
) -> None:
    echo.eio.ping_interval, echo.eio.ping_timeout = 0.02, 0.5
    socket = await opened(http, f"{echo.url}websocket")
    for _ in range(3):
        assert await socket.receive_str() == "2"
        assert not echo.ended
        await socket.send_str("3")
        await socket.send_str("3")  # one too many changes nothing
    assert await socket.receive_str() == "2"
    await eventually("the socket is lost", echo.has_ended)
    assert echo.ended == ["ping timeout"]
    assert not echo.eio.sockets
    assert await socket.receive_str() == "1"
    assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_who_polls_no_more_is_lost(echo: Echo, http: aiohttp.ClientSession) -> None:
    echo.eio.ping_interval, echo.eio.ping_timeout = 0.02, 0.02
    await begun_by_polling(http, echo)
    await eventually("the socket is lost", echo.has_ended)
    assert echo.ended == ["ping timeout"]
    assert not echo.eio.sockets


# -- who does not read ------------------------------------------------------------------------


async def silent(echo: Echo) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client past the handshake that reads nothing by itself."""
    address = echo.url.removeprefix("http://").partition("/")[0]
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=4096)
    writer.write(
        b"GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert (await reader.readline()).split()[1] == b"101"
    while await reader.readline() != b"\r\n":
        pass
    return reader, writer


async def test_what_is_not_read_waits_and_comes_in_order(echo: Echo) -> None:
    reader, writer = await silent(echo)
    async with asyncio.timeout(30):
        for number in range(PARTS):
            echo.tell(f"{number:04}" + "x" * PART_BYTES)
        waiting = echo.socket.queue
        assert not waiting.empty()
        transport = echo.socket._transport
        assert transport is not None
        assert transport.get_write_buffer_size() < BUFFER_BYTES_MAX + 2 * (PART_BYTES + 15)
        await _frame(reader)
        for number in range(PARTS):
            assert (await _frame(reader))[:5] == f"4{number:04}".encode()
        assert waiting.empty()
        echo.tell("later")
        assert await _frame(reader) == b"4later"
    writer.close()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    _, size = await reader.readexactly(2)
    if size >= 126:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8))
    return await reader.readexactly(size)


async def test_who_is_closed_and_does_not_read_is_cut_off(
    echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signalling.engine_io.HANG_UP_S", 0.05)
    _, writer = await silent(echo)
    for _ in range(PARTS):
        echo.tell("x" * PART_BYTES)
    socket = echo.socket
    await socket.close(wait=False)
    assert not echo.eio.sockets

    async def is_over() -> bool:
        names = {task.get_name() for task in asyncio.all_tasks()}
        return socket._transport is not None and socket._transport.is_closing() and not (
            names & {"good-bye", "backlog"}
        )  # fmt: skip

    await eventually("it is cut off", is_over)
    writer.close()


async def test_packets_of_one_turn_are_written_at_once(
    echo: Echo, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await opened(http, f"{echo.url}websocket")
    transport = echo.socket._transport
    assert transport is not None
    written: list[bytes] = []
    write = transport.write

    def note(data: bytes) -> None:
        written.append(data)
        write(data)

    monkeypatch.setattr(transport, "write", note)
    for number in range(3):
        echo.tell(str(number))
    for number in range(3):
        assert await socket.receive_str() == f"4{number}"
    assert written == [b"".join(text_frame(f"4{number}") for number in range(3))]
    await socket.close()


async def test_what_was_said_before_the_end_arrives(
    echo: Echo, http: aiohttp.ClientSession
) -> None:
    socket = await opened(http, f"{echo.url}websocket")
    for _ in range(PARTS):
        echo.tell("x" * PART_BYTES)
    await echo.socket.close(wait=False, reason="server disconnect")
    for _ in range(PARTS):
        assert len(await socket.receive_str()) == 1 + PART_BYTES
    assert await socket.receive_str() == "1"
    assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    assert echo.ended == ["server disconnect"]


# -- from long-polling to a WebSocket ---------------------------------------------------------


async def test_a_client_goes_over_from_polling_and_misses_nothing(
    echo: Echo, http: aiohttp.ClientSession
) -> None:
    sid = await begun_by_polling(http, echo)
    echo.tell("by polling")
    assert await poll(http, f"{echo.url}polling{sid}") == ["4by polling"]
    waiting = asyncio.create_task(poll(http, f"{echo.url}polling{sid}"))
    socket = await http.ws_connect(f"{echo.url}websocket{sid}")
    await socket.send_str("2probe")
    assert await socket.receive_str() == "3probe"
    assert await waiting == ["6"]
    for number in range(3):
        echo.tell(str(number))
    await socket.send_str("5")
    for number in range(3):
        assert await told(socket) == f"4{number}"
    await socket.send_str("4heard")

    async def is_heard() -> bool:
        return echo.heard == ["heard"]

    await eventually("it is heard", is_heard)
    async with http.get(f"{echo.url}polling{sid}") as answer:
        assert answer.status == 400
    await socket.close()


@pytest.mark.parametrize("frames", [["4x"], ["2probe", "4x"], ["2"]])
async def test_a_client_that_tries_a_web_socket_in_vain_goes_on_polling(
    echo: Echo, http: aiohttp.ClientSession, frames: list[str]
) -> None:
    sid = await begun_by_polling(http, echo)
    socket = await http.ws_connect(f"{echo.url}websocket{sid}")
    for frame in frames:
        await socket.send_str(frame)
    while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
        pass
    assert socket.closed
    echo.tell("still here")
    while "4still here" not in (heard := await poll(http, f"{echo.url}polling{sid}")):
        assert heard == ["6"]


async def test_two_web_sockets_for_one_client_are_one_too_many(
    echo: Echo, http: aiohttp.ClientSession
) -> None:
    sid = await begun_by_polling(http, echo)
    sockets = [await http.ws_connect(f"{echo.url}websocket{sid}") for _ in range(2)]
    for socket in sockets:
        await socket.send_str("2probe")
        assert await socket.receive_str() == "3probe"
    for socket in sockets:
        await socket.send_str("5")
    first, second = sockets
    assert (await second.receive()).type is aiohttp.WSMsgType.CLOSE
    echo.tell("to the first")
    assert await told(first) == "4to the first"
    await first.close()
