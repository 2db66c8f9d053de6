"""The engine's TCP port, with a client that is nothing but a stream."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import cast

import pytest

from media.engine import Config, MediaEngine, PortError
from media.framing import Deframer, frame
from media.ice import MAX_ADDRESSES
from media.messages import AddEndpoint, Answer, EngineEvent, Negotiate, RemoveEndpoint
from media.paths import Path, address_of
from tests.bench.stun_client import build_check, is_success
from tests.media.live_stage import ROOM, until
from tests.media.test_sdp import CHROMIUM

NOISE_DTLS, NOISE_SRTP = b"\x16\xfe\xfd" + bytes(20), b"\x80" + bytes(20)


class Caller:
    """Dials, checks as a browser would, and reads what comes back."""

    def __init__(self, engine: MediaEngine, answer: str, host: str = "127.0.0.1") -> None:
        self._engine = engine
        self._host = host
        ufrag = re.search("a=ice-ufrag:(.*?)\r", answer)
        password = re.search("a=ice-pwd:(.*?)\r", answer)
        assert ufrag is not None
        assert password is not None
        self.ufrag, self._password = ufrag[1], password[1]

    async def dial(self) -> None:
        port = self._engine.tcp_port
        self._reader, self.writer = await asyncio.open_connection(self._host, port)
        self._deframer = Deframer()

    def check(self, password: str = "") -> None:
        check = build_check(
            local_ufrag="them", remote_ufrag=self.ufrag, remote_pwd=password or self._password
        )
        self.writer.write(frame([check]))

    async def answers(self) -> bool:
        """Whether the next packet that comes is a check's good answer."""
        async with asyncio.timeout(10):
            while True:
                data = await self._reader.read(65536)
                assert data, "the connection was closed"
                for packet in self._deframer.feed(data):
                    return is_success(packet)

    async def is_ended(self) -> bool:
        async with asyncio.timeout(10):
            try:
                while await self._reader.read(65536):
                    pass
            except ConnectionResetError:
                pass
        return True


@pytest.fixture
async def engine() -> AsyncIterator[MediaEngine]:
    made = MediaEngine(ignore)
    await made.start(Config(host="127.0.0.1", tcp_port=0))
    yield made
    await made.close()


def ignore(event: EngineEvent) -> None:
    pass


@pytest.fixture
async def caller(engine: MediaEngine) -> AsyncIterator[Caller]:
    made = Caller(engine, await negotiate(engine, "red", CHROMIUM))
    await made.dial()
    yield made
    made.writer.close()


async def negotiate(engine: MediaEngine, name: str, offer: str) -> str:
    await engine.request(AddEndpoint(room=ROOM, endpoint=name))
    reply = await engine.request(Negotiate(endpoint=name, offer=offer))
    assert isinstance(reply, Answer)
    return reply.sdp


async def counts(engine: MediaEngine, counter: str, number: int) -> None:
    await until(lambda: engine.counters()[counter] == number, f"{counter} is {number}")


async def test_a_signed_check_makes_a_connection_a_path(
    engine: MediaEngine, caller: Caller
) -> None:
    caller.check()
    assert await caller.answers()
    agent = engine._transports["red"].agent
    assert agent.addresses == (agent.selected,)
    assert engine.counters()["addresses"] == engine.counters()["tcp_connections"] == 1


async def test_the_answer_names_the_port(engine: MediaEngine, caller: Caller) -> None:
    answer = await negotiate(engine, "green", CHROMIUM.replace("0F:88", "1F:88"))
    assert f" 127.0.0.1 {engine.tcp_port} typ host tcptype passive\r\n" in answer


async def test_a_wrong_check_proves_nothing(engine: MediaEngine, caller: Caller) -> None:
    caller.check(password="x" * 24)
    await counts(engine, "stun_refused", 1)
    caller.writer.write(frame([NOISE_DTLS, NOISE_SRTP, b"\x50noise"]))
    await counts(engine, "noise", 1)
    assert engine.counters()["unknown_peer"] == 2
    assert engine.counters()["addresses"] == 0
    [connection] = engine._paths.tcp._connections if engine._paths.tcp else []
    assert not connection.is_proven


async def test_a_closed_connection_is_forgotten(engine: MediaEngine, caller: Caller) -> None:
    caller.check()
    assert await caller.answers()
    caller.writer.close()
    await counts(engine, "tcp_connections", 0)
    assert engine.counters()["addresses"] == 0
    assert engine._transports["red"].path is None


async def test_a_new_connection_takes_the_place_of_one_that_closed(
    engine: MediaEngine, caller: Caller
) -> None:
    caller.check()
    assert await caller.answers()
    caller.writer.close()
    await counts(engine, "tcp_connections", 0)
    await caller.dial()
    caller.check()
    assert await caller.answers()
    assert engine._transports["red"].path is not None


async def test_the_connection_of_somebody_removed_ends(engine: MediaEngine, caller: Caller) -> None:
    caller.check()
    assert await caller.answers()
    await engine.request(RemoveEndpoint(endpoint="red"))
    assert await caller.is_ended()
    await counts(engine, "tcp_connections", 0)


async def test_a_connection_serves_the_last_who_proved_itself_on_it(
    engine: MediaEngine, caller: Caller
) -> None:
    caller.check()
    assert await caller.answers()
    green = Caller(engine, await negotiate(engine, "green", CHROMIUM.replace("0F:88", "1F:88")))
    caller.ufrag, caller._password = green.ufrag, green._password
    caller.check()
    assert await caller.answers()
    assert engine._transports["red"].path is None
    await engine.request(RemoveEndpoint(endpoint="red"))
    caller.check()
    assert await caller.answers()
    assert engine._transports["green"].path is not None


async def test_paths_of_one_peer_are_bounded_and_the_oldest_connection_ends(
    engine: MediaEngine, caller: Caller
) -> None:
    caller.check()
    assert await caller.answers()
    others = []
    for _ in range(MAX_ADDRESSES):
        others.append(caller.writer)
        await caller.dial()
        caller.check()
        assert await caller.answers()
    await counts(engine, "tcp_connections", MAX_ADDRESSES)
    assert engine.counters()["addresses"] == MAX_ADDRESSES
    for writer in others:
        writer.close()


@pytest.mark.parametrize(("bound", "host"), [("::1", "::1"), ("", "::1"), ("", "127.0.0.1")])
async def test_both_families_come_in_by_tcp(bound: str, host: str) -> None:
    engine = MediaEngine(ignore)
    await engine.start(Config(host=bound, tcp_port=0))
    caller = Caller(engine, await negotiate(engine, "red", CHROMIUM), host)
    await caller.dial()
    caller.check()
    assert await caller.answers()
    path = cast(Path, engine._transports["red"].path)
    assert address_of(path) == caller.writer.get_extra_info("sockname")[:2]
    caller.writer.close()
    await engine.close()


async def test_an_engine_without_tcp_says_so() -> None:
    engine = MediaEngine(ignore)
    await engine.start(Config(host="127.0.0.1"))
    assert engine.tcp_port is None
    assert "tcptype" not in await negotiate(engine, "red", CHROMIUM)
    await engine.close()


async def test_a_taken_tcp_port_is_an_error_that_names_it(engine: MediaEngine) -> None:
    other = MediaEngine(ignore)
    with pytest.raises(PortError, match="in use") as caught:
        await other.start(Config(host="127.0.0.1", tcp_port=engine.tcp_port))
    assert caught.value.what == f"TCP port {engine.tcp_port}"
    await other.close()
