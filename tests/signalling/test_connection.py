"""One socket: nothing is lost between a request, its news and its end."""

import asyncio

import pytest

import signalling.carrier
from media.messages import SpeakersChanged
from signalling.connection import Connection
from signalling.limits import TokenBucket
from signalling.sessions import Session
from tests.signalling.fakes.clock import FakeClock
from tests.signalling.house import House


class FakeServer:
    """Keeps what is sent; `may_send` holds it back."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.dropped = False
        self.may_send = asyncio.Event()
        self.may_send.set()

    def backlog(self, sid: str) -> int:
        return 0

    async def send_event(self, event: str, envelope: str, *, to: str) -> None:
        await self.may_send.wait()
        self.sent.append(event)

    async def drop(self, sid: str) -> None:
        self.dropped = True


def connect(server: FakeServer, session: Session) -> Connection:
    clock = FakeClock()
    connection = Connection(
        server=server,
        sid="sid",
        session=session,
        bucket=TokenBucket(rate=1, burst=1, now=clock()),
        clock=clock,
    )
    session.attach(connection)
    return connection


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)  # let the carrier turn


async def test_the_opening_comes_first_and_the_rest_in_order() -> None:
    server, session = FakeServer(), Session(now=0.0)
    connection = connect(server, session)
    session.notify("one", {}, 0.0)
    connection.start([("session.opened", {})], 0)
    session.notify("two", {}, 0.0)
    await settle()
    assert server.sent == ["session.opened", "one", "two"]
    await connection.stop()


async def test_the_last_word_is_sent_before_the_end() -> None:
    server, session = FakeServer(), Session(now=0.0)
    connection = connect(server, session)
    connection.start([], 0)
    await settle()
    server.may_send.clear()
    session.notify("first", {}, 0.0)
    await settle()
    session.notify("session.ended", {}, 0.0)
    session.end(0.0)
    server.may_send.set()
    await settle()
    assert server.sent == ["first", "session.ended"]
    assert server.dropped
    await connection.stop()


async def test_the_end_waits_for_the_request_at_hand() -> None:
    server, session = FakeServer(), Session(now=0.0)
    connection = connect(server, session)
    connection.start([], 0)
    async with connection.turn():
        session.end(0.0)
        await settle()
        assert not server.dropped
    await settle()
    assert server.dropped


async def test_who_was_told_too_much_at_once_is_told_the_state() -> None:
    server, session = FakeServer(), Session(now=0.0)
    connection = connect(server, session)
    connection.start([], 0)
    await settle()
    session.notify("meeting.updated", {}, 0.0)
    for _ in range(300):
        session.notify("x", {}, 0.0)
    await settle()
    assert server.sent == ["meeting.updated"]
    await connection.stop()


async def test_a_socket_that_takes_nothing_is_left_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signalling.carrier, "FLUSH_S", 0.0)
    server, session = FakeServer(), Session(now=0.0)
    connection = connect(server, session)
    connection.start([], 0)
    await settle()
    server.may_send.clear()
    session.notify("one", {}, 0.0)
    async with connection.turn():
        pass
    server.may_send.set()
    await settle()
    assert server.dropped


async def test_a_socket_that_is_gone_is_not_woken() -> None:
    server, session = FakeServer(), Session(now=0.0)
    connection = connect(server, session)
    connection.start([], 0)
    await connection.stop()
    session.notify("one", {}, 0.0)
    connection.leave()
    async with connection.turn():
        pass
    await connection.stop()
    assert server.sent == []


async def test_a_fault_in_an_engine_event_stays_with_us(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(event: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(house.running.meetings.news, "process", broken)
    house.signalling.process_engine_event(SpeakersChanged(room="m", dominant=None, speaking=()))
    assert house.running.ground.counters["internal_errors"] == 1
