"""The one UDP socket: drains many datagrams a wake-up, sends runs of equal packets in one call.

It knows nothing of what is in a datagram. Where the machine has IPv6 the socket takes both
families; `Peer` is what the kernel calls an address, opaque above this module but for
`host_and_port`.
Invariant: nothing here raises for what a peer or the network does; it is counted.
"""

import errno
import socket
import struct
from collections.abc import Sequence

from media.sockets import open_bound

Peer = tuple[str, int] | tuple[str, int, int, int]

RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024
SEND_BUFFER_BYTES = 4 * 1024 * 1024
DATAGRAM_BYTES = 2048
# A wake-up takes no more than this, so that timers and other tasks get their turn.
DRAIN_DATAGRAMS = 256
RUN_PACKETS = 64
RUN_BYTES = 64_000

# Linux's numbers; Python's socket module has no names for them.
_UDP_SEGMENT = 103
_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
_MEMINFO_DROPS = 8
_SEGMENT_SIZE = struct.Struct("=H")
_MEMINFO = struct.Struct("=9I")


def host_and_port(peer: Peer) -> tuple[str, int]:
    """The address as people and STUN write it: a mapped IPv4 address as IPv4."""
    return peer[0].removeprefix("::ffff:"), peer[1]


class UdpSocket:
    """A bound, non-blocking UDP socket."""

    __slots__ = ("_can_segment", "_socket", "receive_buffer_bytes", "send_drops", "send_errors")

    def __init__(self, host: str, port: int) -> None:
        """Bind; `host` "" is every address of both families. Raises OSError."""
        self._socket = open_bound(socket.SOCK_DGRAM, host, port)
        self.receive_buffer_bytes = _enlarge(self._socket)
        self._can_segment = True
        self.send_drops = 0
        self.send_errors = 0

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def takes_ipv6(self) -> bool:
        return self._socket.family == socket.AF_INET6

    @property
    def can_segment(self) -> bool:
        """Whether the kernel still takes runs of packets (UDP_SEGMENT)."""
        return self._can_segment

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def receive(self) -> list[tuple[bytes, Peer]]:
        """Every datagram that waits, up to `DRAIN_DATAGRAMS`."""
        batch: list[tuple[bytes, Peer]] = []
        receive = self._socket.recvfrom
        take = batch.append
        try:
            for _ in range(DRAIN_DATAGRAMS):
                take(receive(DATAGRAM_BYTES))
        except BlockingIOError:
            pass
        except OSError:
            pass  # an ICMP error of an earlier send, reported here; the next wake-up goes on
        return batch

    def send(self, packet: bytes, peer: Peer) -> None:
        """Send one datagram, or drop and count it when the kernel's buffer is full."""
        try:
            self._socket.sendto(packet, peer)
        except BlockingIOError:
            self.send_drops += 1
        except OSError:
            self.send_errors += 1

    def send_all(self, packets: Sequence[bytes], peer: Peer) -> None:
        """Send packets to one peer in order, runs of equal size in one system call."""
        count = len(packets)
        if count == 1 or not self._can_segment:
            for packet in packets:
                self.send(packet, peer)
            return
        start = 0
        while start < count:
            size = len(packets[start])
            end = start + 1
            last = min(count, start + RUN_PACKETS, start + max(1, RUN_BYTES // max(1, size)))
            while end < last and len(packets[end]) == size:
                end += 1
            if end < last and len(packets[end]) < size:
                end += 1  # the last segment of a run may be shorter
            if end - start == 1:
                self.send(packets[start], peer)
            else:
                self._send_run(packets[start:end], size, peer)
            start = end

    def _send_run(self, run: Sequence[bytes], size: int, peer: Peer) -> None:
        control = [(socket.IPPROTO_UDP, _UDP_SEGMENT, _SEGMENT_SIZE.pack(size))]
        try:
            self._socket.sendmsg(run, control, 0, peer)
        except BlockingIOError:
            self.send_drops += len(run)
        except OSError as error:
            # EIO: the device cannot checksum; ENOPROTOOPT and the like: an old kernel. EINVAL and
            # EMSGSIZE: this path's packets are too small for the run; others may be wide enough.
            if error.errno not in (errno.EINVAL, errno.EMSGSIZE):
                self._can_segment = error.errno in _PEER_FAULTS
            for packet in run:
                self.send(packet, peer)

    def kernel_drops(self) -> int:
        """How many datagrams the kernel dropped because we were slow; 0 where it cannot tell."""
        return dropped_by_kernel(self._socket)


def dropped_by_kernel(opened: socket.socket) -> int:
    """How many datagrams found no room in this socket's buffer; 0 where the kernel cannot tell."""
    try:
        info = opened.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
    except OSError:
        return 0
    return int(_MEMINFO.unpack(info)[_MEMINFO_DROPS]) if len(info) == _MEMINFO.size else 0


_PEER_FAULTS = frozenset(
    {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EPERM, errno.ENOBUFS}
)


def _enlarge(opened: socket.socket) -> int:
    """Ask for large buffers; returns the receive buffer that the kernel granted."""
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    granted = opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2
    if granted < RECEIVE_BUFFER_BYTES:
        try:  # over the system's limit, where we may
            opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
        except OSError:
            return granted
        granted = opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2
    return granted
