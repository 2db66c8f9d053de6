"""Datagrams in: whose each one is, and what becomes of it. The first half of the hot path.

It reads the socket and the tables, hands packets to transports and answers checks; it creates
and ends no transport.
Invariant: nothing a peer sends raises out of `read`; what is dropped is counted.
"""

import logging
from typing import cast

from media import stun
from media.demux import Demux, Sort, sort_of
from media.ice import Accepted
from media.transport import Transport
from media.udp import Peer, UdpSocket, host_and_port

logger = logging.getLogger(__name__)


class Ingress:
    """Reads the one socket. `demux` belongs to it; `counters` are shared with the engine."""

    __slots__ = ("_counters", "_reached", "_socket", "demux")

    def __init__(self, socket: UdpSocket, counters: dict[str, int]) -> None:
        self.demux: Demux[Transport] = Demux()
        self._socket = socket
        self._counters = counters
        self._reached: list[Transport] = []

    def read(self, now: float) -> list[Transport]:
        """Take what waits; returns the transports whose peer was heard for the first time."""
        by_peer = self.demux.by_peer
        for datagram, peer in self._socket.receive():
            try:
                if datagram and 128 <= datagram[0] < 192:
                    transport = by_peer.get(peer)
                    if transport is None:
                        self._counters["unknown_peer"] += 1
                    elif not transport.receive(datagram, now):
                        self._counters["srtp_refused"] += 1
                else:
                    self._read_other(datagram, peer, now)
            except Exception:  # our own bug: this packet is lost, not everybody's
                self._count_fault()
        if not self._reached:
            return []
        reached, self._reached = self._reached, []
        return reached

    def forget(self, transport: Transport) -> None:
        """Remove a transport from both tables."""
        self.demux.forget_ufrags(transport.agent.ufrags)
        for peer in transport.agent.addresses:
            self.demux.release(cast(Peer, peer), transport)

    def _count_fault(self) -> None:
        self._counters["faults"] += 1
        if self._counters["faults"].bit_count() == 1:  # the 1st, 2nd, 4th, 8th ...: no flood
            logger.exception("a datagram could not be worked on")

    def _read_other(self, datagram: bytes, peer: Peer, now: float) -> None:
        sort = sort_of(datagram)
        if sort is Sort.STUN:
            self._read_stun(datagram, peer, now)
        elif sort is Sort.DTLS:
            transport = self.demux.by_peer.get(peer)
            if transport is None:
                self._counters["unknown_peer"] += 1
            elif not transport.feed_handshake(datagram):
                self._counters["dtls_overflow"] += 1
        else:
            self._counters["noise"] += 1

    def _read_stun(self, datagram: bytes, peer: Peer, now: float) -> None:
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
        verdict = transport.agent.handle(message, peer, host_and_port(peer), now)
        if verdict is None:
            self._counters["stun_refused"] += 1
            return
        self._socket.send(verdict.reply, peer)
        if isinstance(verdict, Accepted):
            self.demux.claim(peer, transport)
            if verdict.forgotten is not None:
                self.demux.release(cast(Peer, verdict.forgotten), transport)
            if not transport.was_reached:
                transport.was_reached = True
                self._reached.append(transport)
