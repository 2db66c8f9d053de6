"""The one socket, over loopback: runs arrive whole, failures are counted and never raised."""

import errno
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from media import udp
from media.udp import DRAIN_DATAGRAMS, RUN_PACKETS, UdpSocket, host_and_port


@pytest.fixture
def ours() -> Iterator[UdpSocket]:
    opened = UdpSocket("127.0.0.1", 0)
    yield opened
    opened.close()


@pytest.fixture
def theirs() -> Iterator[socket.socket]:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    opened.settimeout(5)
    yield opened
    opened.close()


class Kernel:
    """A socket whose sends fail as told."""

    def __init__(self, run_error: int | None = None, send_error: int | None = None) -> None:
        self.run_error, self.send_error = run_error, send_error
        self.runs = 0
        self.sent: list[bytes] = []

    def sendmsg(self, buffers: Any, control: Any, flags: int, peer: Any) -> None:
        self.runs += 1
        if self.run_error is not None:
            raise OSError(self.run_error, "told so")
        self.sent += buffers

    def sendto(self, packet: bytes, peer: Any) -> None:
        if self.send_error is not None:
            raise OSError(self.send_error, "told so")
        self.sent.append(packet)

    def recvfrom(self, size: int) -> Any:
        raise OSError(errno.ECONNREFUSED, "told so")

    def getsockopt(self, *_: Any) -> Any:
        raise OSError(errno.ENOPROTOOPT, "told so")


def with_kernel(kernel: Kernel) -> UdpSocket:
    opened = UdpSocket("127.0.0.1", 0)
    opened.close()
    opened._socket = kernel  # type: ignore[assignment]
    return opened


PEER = ("127.0.0.1", 9)


def test_packets_arrive_in_order_and_of_their_size(ours: UdpSocket, theirs: socket.socket) -> None:
    packets = [bytes([n]) * size for n, size in enumerate((9, 9, 9, 4, 9, 20, 20, 7))]
    ours.send_all(packets, theirs.getsockname())
    assert [theirs.recv(2048) for _ in packets] == packets


def test_a_long_run_is_cut_where_the_kernel_needs_it(
    ours: UdpSocket, theirs: socket.socket
) -> None:
    packets = [n.to_bytes(2, "big") * 50 for n in range(2 * RUN_PACKETS + 1)]
    ours.send_all(packets, theirs.getsockname())
    assert [theirs.recv(2048) for _ in packets] == packets
    assert ours.send_drops == ours.send_errors == 0


def test_what_waits_is_drained_in_one_go_up_to_the_limit(
    ours: UdpSocket, theirs: socket.socket
) -> None:
    for _ in range(DRAIN_DATAGRAMS + 1):
        theirs.sendto(b"x", ("127.0.0.1", ours.port))
    batch = ours.receive()
    assert len(batch) == DRAIN_DATAGRAMS
    assert batch[0] == (b"x", theirs.getsockname())
    assert len(ours.receive()) == 1
    assert ours.receive() == []


def test_both_families_come_in_by_one_socket() -> None:
    opened = UdpSocket("", 0)
    if not opened.takes_ipv6:
        assert not socket.has_dualstack_ipv6()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(b"x", ("127.0.0.1", opened.port))
        _, peer = opened.receive()[0]
    assert host_and_port(peer)[0] == "127.0.0.1"
    opened.close()


def test_the_kernel_says_what_it_granted_and_dropped(ours: UdpSocket) -> None:
    assert ours.receive_buffer_bytes > 0
    assert ours.kernel_drops() == 0
    assert ours.fileno() > 0


def test_datagrams_that_overflow_the_buffer_are_counted(
    theirs: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udp, "RECEIVE_BUFFER_BYTES", 4096)
    small = UdpSocket("127.0.0.1", 0)
    for _ in range(50):
        theirs.sendto(bytes(1200), ("127.0.0.1", small.port))
    assert len(small.receive()) + small.kernel_drops() == 50
    assert small.kernel_drops() > 0
    small.close()


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOPROTOOPT])
def test_a_kernel_without_runs_gets_single_packets_from_then_on(error: int) -> None:
    kernel = Kernel(run_error=error)
    ours = with_kernel(kernel)
    ours.send_all([b"aa", b"bb"], PEER)
    ours.send_all([b"cc", b"dd"], PEER)
    assert kernel.sent == [b"aa", b"bb", b"cc", b"dd"]
    assert kernel.runs == 1
    assert not ours.can_segment


@pytest.mark.parametrize("error", [errno.EINVAL, errno.EMSGSIZE, errno.ECONNREFUSED])
def test_one_bad_path_does_not_end_runs_for_all(error: int) -> None:
    kernel = Kernel(run_error=error)
    ours = with_kernel(kernel)
    ours.send_all([b"aa", b"bb"], PEER)
    assert kernel.sent == [b"aa", b"bb"]
    assert ours.can_segment


def test_a_full_buffer_drops_and_counts() -> None:
    ours = with_kernel(Kernel(run_error=errno.EAGAIN, send_error=errno.EAGAIN))
    ours.send_all([b"aa", b"bb"], PEER)
    ours.send(b"cc", PEER)
    assert ours.send_drops == 3


def test_a_failed_send_is_counted() -> None:
    ours = with_kernel(Kernel(send_error=errno.ENETUNREACH))
    ours.send(b"cc", PEER)
    assert ours.send_errors == 1


def test_an_error_reported_at_reading_ends_the_batch() -> None:
    ours = with_kernel(Kernel())
    assert ours.receive() == []
    assert ours.kernel_drops() == 0


def test_a_taken_port_is_an_error(ours: UdpSocket) -> None:
    with pytest.raises(OSError, match="in use"):
        UdpSocket("127.0.0.1", ours.port)


def test_a_host_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(OSError, match=r"."):
        UdpSocket("2001:db8::1", 0)
