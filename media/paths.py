"""The ports of an engine, UDP and TCP, and the paths through them: a UDP address or a TCP
connection. Above this module a path is opaque; packets are sent on either alike.

Invariant: sending never raises for what a peer or the network does.
"""

from collections.abc import Callable, Sequence

from media.addresses import local_candidates, parse_announced
from media.answer import Candidate
from media.config import Config
from media.tcp import COUNTERS, TcpConnection, TcpPort
from media.udp import Peer, UdpSocket, host_and_port

Path = Peer | TcpConnection
Batch = Sequence[tuple[bytes, Path]]


class PortError(OSError):
    """A port could not be opened; `what` names it: "UDP port 8081"."""

    def __init__(self, error: OSError, *, is_udp: bool, port: int) -> None:
        super().__init__(error.errno, error.strerror)
        self.is_udp = is_udp
        self.port = port
        self.what = f"{'UDP' if is_udp else 'TCP'} port {port}"


def address_of(path: Path) -> tuple[str, int]:
    """The peer's host and port, as STUN writes them."""
    return path.address if isinstance(path, TcpConnection) else host_and_port(path)


class Paths:
    """The open ports. `on_tcp` and `on_tcp_closed` are called from the event loop."""

    def __init__(
        self,
        config: Config,
        on_tcp: Callable[[TcpConnection, list[bytes]], None],
        on_tcp_closed: Callable[[TcpConnection], None],
    ) -> None:
        """Bind both ports. Raises PortError, or ValueError for an announced address."""
        for text in config.announced:
            parse_announced(text, config.port)  # a wrong one is told before a port is open
        try:
            self.udp = UdpSocket(config.host, config.port)
        except OSError as error:
            raise PortError(error, is_udp=True, port=config.port) from error
        self.tcp: TcpPort | None = None
        if config.tcp_port is not None:
            try:
                self.tcp = TcpPort(
                    config.host, config.tcp_port, config.max_tcp_connections, on_tcp, on_tcp_closed
                )
            except OSError as error:
                self.udp.close()
                raise PortError(error, is_udp=False, port=config.tcp_port) from error
        self.udp_port = self.udp.port
        self.candidates = _candidates(config, self.udp, self.tcp)

    async def start(self) -> None:
        """Take connections; reading the UDP port is the owner's. Raises PortError."""
        if self.tcp is not None:
            try:
                await self.tcp.start()
            except OSError as error:
                raise PortError(error, is_udp=False, port=self.tcp.port) from error

    async def close(self) -> None:
        """Close both. May be called twice."""
        self.udp.close()
        if self.tcp is not None:
            await self.tcp.close()

    def send(self, packet: bytes, path: Path) -> None:
        """Send a check's answer or a part of a handshake."""
        if isinstance(path, TcpConnection):
            path.send(packet)
        else:
            self.udp.send(packet, path)

    def send_all(self, packets: Sequence[bytes], path: Path) -> None:
        """Send packets in order."""
        if isinstance(path, TcpConnection):
            path.send_all(packets)
        else:
            self.udp.send_all(packets, path)

    def sweep(self, now: float) -> None:
        if self.tcp is not None:
            self.tcp.sweep(now)

    def counters(self) -> dict[str, int]:
        udp, tcp = self.udp, self.tcp
        return {
            "kernel_drops": udp.kernel_drops(),
            "send_drops": udp.send_drops,
            "send_errors": udp.send_errors,
            "receive_buffer_bytes": udp.receive_buffer_bytes,
            "tcp_connections": 0 if tcp is None else len(tcp),
            **(dict.fromkeys(COUNTERS, 0) if tcp is None else tcp.counters),
        }


def _candidates(config: Config, udp: UdpSocket, tcp: TcpPort | None) -> tuple[Candidate, ...]:
    """What browsers are told: each address by UDP, then each by TCP.

    The port of an announced address stands for both when both have one number here.
    """
    told = [(udp.port, False)] + ([] if tcp is None else [(tcp.port, True)])
    candidates: list[Candidate] = []
    for port, is_tcp in told:
        announced = [parse_announced(text, port) for text in config.announced]
        local = local_candidates(config.host, udp.takes_ipv6, port)
        for one in announced or local:
            is_mapped = port == udp.port
            candidates.append(
                Candidate(host=one.host, port=one.port if is_mapped else port, is_tcp=is_tcp)
            )
    return tuple(candidates)
