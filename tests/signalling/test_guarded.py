"""The private names of python-socketio and python-engineio that `signalling.guarded` stands on."""

import inspect
import logging
from collections import Counter

import pytest
import socketio

from signalling.engine_io import EngineServer
from signalling.errors import error_ack
from signalling.guarded import MESSAGE_BYTES_MAX, GuardedServer, _library_log


@pytest.fixture
def server() -> GuardedServer:
    return GuardedServer(
        counters=Counter(), binary_ack=error_ack("bad_message"), origins=(),
        client_of=lambda request: str(request),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_handle_eio_connect", ["self", "eio_sid", "environ"]),
        ("_handle_eio_message", ["self", "eio_sid", "data"]),
        ("_handle_eio_disconnect", ["self", "eio_sid", "reason"]),
        (
            "_handle_event_internal",
            ["self", "server", "sid", "eio_sid", "data", "namespace", "id"],
        ),
        ("_send_packet", ["self", "eio_sid", "pkt"]),
        ("_send_eio_packet", ["self", "eio_sid", "eio_pkt"]),
    ],
)
def test_the_methods_are_those_we_know(name: str, parameters: list[str]) -> None:
    method = getattr(socketio.AsyncServer, name)
    assert inspect.iscoroutinefunction(method)
    assert list(inspect.signature(method).parameters) == parameters


def test_the_library_calls_our_overrides(server: GuardedServer) -> None:
    assert server.eio.handlers["connect"] == server._handle_eio_connect
    assert server.eio.handlers["message"] == server._handle_eio_message
    assert server.eio.handlers["disconnect"] == server._handle_eio_disconnect


def test_the_tables_are_those_we_know(server: GuardedServer) -> None:
    assert server._binary_packet == {}
    assert server.environ == {}
    assert server.eio.sockets == {}
    assert server.manager.eio_sid_from_sid("x", "/") is None
    assert not server.manager.pending_connect
    assert not server.manager.pending_disconnect
    assert not server.manager.callbacks
    assert type(server.eio) is EngineServer
    assert server.eio.max_http_buffer_size == MESSAGE_BYTES_MAX
    assert server.backlog("x") == 0


def test_events_of_one_socket_are_handled_one_after_another(server: GuardedServer) -> None:
    assert server.async_handlers is False
    assert server.eio.async_handlers is False
    assert server.always_connect is False


def test_the_libraries_logs_keep_what_happened_and_not_what_was_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = _library_log("test")
    assert _library_log("test").filters == logger.filters
    try:
        raise ValueError("Anneliese")
    except ValueError:
        logger.exception("handler error")
    assert "handler error: ValueError" in caplog.text
    assert "Anneliese" not in caplog.text
    logger.warning("plain %s", "words")
    assert "plain words" in caplog.text


def test_the_libraries_add_no_handlers_of_their_own(server: GuardedServer) -> None:
    for name in ("socketio.server", "engineio.server"):
        assert logging.getLogger(name).handlers == []
    assert server.logger.handlers == []
    assert server.eio.logger.handlers == []


async def test_open_transports_are_counted_by_client_until_they_close(
    server: GuardedServer,
) -> None:
    for number, client in enumerate(["ann", "ann", "ben"]):
        await server._handle_eio_connect(f"s{number}", {"aiohttp.request": client})
    assert server.transports == 3
    assert (server.transports_of("ann"), server.transports_of("ben")) == (2, 1)
    for number in (0, 1, 1):
        await server._handle_eio_disconnect(f"s{number}", "closed")
    assert server.transports == 1
    assert (server.transports_of("ann"), server.transports_of("ben")) == (0, 1)
    assert set(server._transports) == {"ben"}


async def test_a_socket_that_leaves_is_gone_from_both_its_rooms_and_no_other(
    server: GuardedServer,
) -> None:
    manager = server.manager
    stays, leaves, desk = [
        await manager.connect(f"e{number}", namespace)
        for number, namespace in enumerate(["/", "/", "/desk"])
    ]
    manager.pre_disconnect(leaves, "/")
    await manager.disconnect(leaves, "/")
    assert set(manager.rooms["/"]) == {None, stays}
    assert set(manager.rooms["/"][None]) == {stays}
    assert not manager.pending_disconnect
    assert manager.is_connected(stays, "/")
    assert manager.is_connected(desk, "/desk")
    await manager.disconnect(stays, "/")
    assert set(manager.rooms) == {"/desk"}
