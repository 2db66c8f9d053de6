"""The ports of an engine: what browsers are told of them, and that both carry packets."""

import errno
import socket
from typing import Any

import pytest

from media.config import Config
from media.paths import Paths, PortError
from media.tcp import TcpConnection
from tests.peers.ports import free_port


def nothing(*_: Any) -> None:
    pass


async def candidates(**settings: Any) -> tuple[Paths, list[tuple[str, int, bool]]]:
    paths = Paths(Config(**settings), nothing, nothing)
    await paths.close()
    return paths, [(one.host, one.port, one.is_tcp) for one in paths.candidates]


async def test_each_address_is_told_by_udp_and_then_by_tcp() -> None:
    paths, told = await candidates(host="127.0.0.1", tcp_port=0)
    assert paths.tcp is not None
    assert told[0][::2] == ("127.0.0.1", False)
    assert told[1:] == [("127.0.0.1", paths.tcp.port, True)]


async def test_no_tcp_candidate_is_told_where_tcp_is_off() -> None:
    paths, told = await candidates(host="127.0.0.1")
    assert paths.tcp is None
    assert len(told) == 1
    assert paths.counters()["tcp_connections"] == paths.counters()["tcp_drops"] == 0


async def test_a_mapped_port_stands_for_both_where_both_have_one_number() -> None:
    port = free_port()
    settings: dict[str, Any] = {"host": "127.0.0.1", "announced": ("192.0.2.1:443", "2001:db8::1")}
    _, told = await candidates(port=port, tcp_port=port, **settings)
    assert told == [
        ("192.0.2.1", 443, False), ("2001:db8::1", port, False),
        ("192.0.2.1", 443, True), ("2001:db8::1", port, True),
    ]  # fmt: skip


async def test_a_tcp_port_of_its_own_number_is_told_as_it_is() -> None:
    paths, told = await candidates(host="127.0.0.1", announced=("192.0.2.1:443",), tcp_port=0)
    assert paths.tcp is not None
    if paths.tcp.port != paths.udp_port:
        assert told[1] == ("192.0.2.1", paths.tcp.port, True)


async def test_a_taken_port_is_named_and_leaves_nothing_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(PortError, match="in use") as caught:
            Paths(Config(host="127.0.0.1", tcp_port=number), nothing, nothing)
    assert caught.value.what == f"TCP port {number}"
    assert caught.value.errno == errno.EADDRINUSE


async def test_packets_go_by_whatever_the_path_is(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(Config(host="127.0.0.1"), nothing, nothing)
    sent: list[object] = []
    monkeypatch.setattr(TcpConnection, "send", lambda self, packet: sent.append(packet))
    monkeypatch.setattr(TcpConnection, "send_all", lambda self, packets: sent.extend(packets))
    connection = TcpConnection.__new__(TcpConnection)
    paths.send(b"a", connection)
    paths.send_all([b"b", b"c"], connection)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        paths.send(b"d", other.getsockname())
        paths.send_all([b"e"], other.getsockname())
        assert [other.recv(10), other.recv(10)] == [b"d", b"e"]
    assert sent == [b"a", b"b", b"c"]
    await paths.close()
