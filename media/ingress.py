"""Packets in: whose each one is, and what becomes of it. The first half of the hot path.

It reads the tables, hands packets to transports and answers checks on the path they came by; it
creates and ends no transport.
Invariant: nothing a peer sends raises out of `take`; what is dropped is counted.
"""

import logging
from typing import cast

from media import stun
from media.demux import Demux, Sort, sort_of
from media.ice import Accepted
from media.paths import Batch, Path, Paths, address_of
from media.tcp import TcpConnection
from media.transport import Transport

logger = logging.getLogger(__name__)


class Ingress:
    """Takes what the ports received. `demux` is its own; `counters` are shared with the engine."""

    __slots__ = ("_counters", "_paths", "_reached", "demux")

    def __init__(self, paths: Paths, counters: dict[str, int]) -> None:
        self.demux: Demux[Transport] = Demux()
        self._paths = paths
        self._counters = counters
        self._reached: list[Transport] = []

    def take(self, batch: Batch, now: float) -> list[Transport]:
        """Work on each packet; returns the transports whose peer was heard for the first time."""
        by_path = self.demux.by_path
        for datagram, path in batch:
            try:
                if datagram and 128 <= datagram[0] < 192:
                    transport = by_path.get(path)
                    if transport is None:
                        self._counters["unknown_peer"] += 1
                    elif not transport.receive(datagram, now):
                        self._counters["srtp_refused"] += 1
                else:
                    self._read_other(datagram, path, now)
            except Exception:  # our own bug: this packet is lost, not everybody's
                self._count_fault()
        if not self._reached:
            return []
        reached, self._reached = self._reached, []
        return reached

    def forget(self, transport: Transport, now: float) -> None:
        """Remove a transport from both tables; its connections end."""
        self.demux.forget_ufrags(transport.agent.ufrags)
        for path in transport.agent.addresses:
            self._release(cast(Path, path), transport, now)

    def lose(self, connection: TcpConnection) -> None:
        """A connection has closed."""
        transport = self.demux.by_path.pop(connection, None)
        if transport is not None:
            transport.agent.forget(connection)

    def _claim(self, path: Path, transport: Transport) -> None:
        if isinstance(path, TcpConnection):
            path.prove()
            owner = self.demux.by_path.get(path, transport)
            if owner is not transport:
                owner.agent.forget(path)
        self.demux.claim(path, transport)

    def _release(self, path: Path, transport: Transport, now: float) -> None:
        self.demux.release(path, transport)
        if isinstance(path, TcpConnection) and path not in self.demux.by_path:
            path.close(now)

    def _count_fault(self) -> None:
        self._counters["faults"] += 1
        if self._counters["faults"].bit_count() == 1:  # the 1st, 2nd, 4th, 8th ...: no flood
            logger.exception("a datagram could not be worked on")

    def _read_other(self, datagram: bytes, path: Path, now: float) -> None:
        sort = sort_of(datagram)
        if sort is Sort.STUN:
            self._read_stun(datagram, path, now)
        elif sort is Sort.DTLS:
            transport = self.demux.by_path.get(path)
            if transport is None:
                self._counters["unknown_peer"] += 1
            elif not transport.feed_handshake(datagram):
                self._counters["dtls_overflow"] += 1
        else:
            self._counters["noise"] += 1

    def _read_stun(self, datagram: bytes, path: Path, now: float) -> None:
        try:
            message = stun.parse(datagram)
        except stun.StunError:
            self._counters["stun_broken"] += 1
            return
        transport = self.demux.by_ufrag.get(message.username.partition(":")[0])
        if transport is None:
            self._counters["stun_unknown"] += 1
            return
        transport.hear()
        verdict = transport.agent.handle(message, path, address_of(path), now)
        if verdict is None:
            self._counters["stun_refused"] += 1
            return
        self._paths.send(verdict.reply, path)
        if isinstance(verdict, Accepted):
            self._claim(path, transport)
            if verdict.forgotten is not None:
                self._release(cast(Path, verdict.forgotten), transport, now)
            if not transport.was_reached:
                transport.was_reached = True
                self._reached.append(transport)
