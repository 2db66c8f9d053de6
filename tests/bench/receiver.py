"""What a browser does with what it is sent: count it, and tell the server how it came.

Headers are read in the clear; only samples are decrypted. Everything with a transport-wide number
is acknowledged, repairs and padding too.
"""

import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench import rtcp_client as rtcp
from tests.bench.load_peer import LoadPeer
from tests.bench.offer import TRANSPORT_CC_ID
from tests.bench.packets import read_stamp

SAMPLE_EVERY = 25
"""Of the packets that a sampled person receives, every how many are decrypted and checked."""
DATAGRAM_BYTES = 2048
_SO_TIMESTAMPNS = 35
_CONTROL_BYTES = 64
_STAMP = struct.Struct("qq")


def transport_number_at(packet: bytes) -> int:
    """Where a packet's one-byte header extensions have the transport-wide number, 0 without one."""
    if not packet[0] & 0x10:
        return 0
    at = 12 + 4 * (packet[0] & 15) + 4
    end = at + 4 * (packet[at - 2] << 8 | packet[at - 1])
    while at < end:
        head = packet[at]
        if head >> 4 == TRANSPORT_CC_ID:
            return at + 1
        at += 1 if head == 0 else 2 + (head & 15)
    return 0


def transport_number(packet: bytes) -> int:
    """The transport-wide number of a packet, -1 without one."""
    at = transport_number_at(packet)
    return packet[at] << 8 | packet[at + 1] if at else -1


@dataclass(slots=True)
class Stream:
    """What came under one SSRC. `number_at` is the same in all its packets."""

    ssrc: int
    is_slot: bool
    number_at: int
    packets: int = 0
    newest: bytes = b""
    last_report: int = 0
    report_at: float = 0.0


@dataclass(slots=True, kw_only=True)
class Sample:
    """One decrypted packet: who sent it, its place in their schedule, when it arrived."""

    sender: int
    place: int
    arrived_ns: int


@dataclass(slots=True)
class Receiver:
    """One peer's receiving side. A sampled one proves what it got, and when.

    When: by `clock_ns`, else when the kernel had it.
    """

    peer: LoadPeer
    is_sampled: bool
    clock_ns: Callable[[], int] | None = None
    streams: dict[bytes, Stream] = field(default_factory=dict)
    arrivals: list[tuple[int, float]] = field(default_factory=list)
    feedback_count: int = 0
    samples: list[Sample] = field(default_factory=list)
    bad_samples: int = 0
    requests: dict[str, int] = field(
        default_factory=lambda: {"nack": 0, "pli": 0, "transport_cc": 0, "report": 0}
    )
    _seen: int = 0

    def __post_init__(self) -> None:
        if self.is_sampled:
            self.peer.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    @property
    def packets(self) -> int:
        """How many came in the slots, padding and repairs left out."""
        return sum(stream.packets for stream in self.streams.values() if stream.is_slot)

    def drain(self, now: float) -> None:
        """Take everything that waits."""
        if self.is_sampled:
            self._drain_sampled(now)
            return
        receive, streams = self.peer.socket.recv, self.streams
        arrived = self.arrivals.append
        try:
            while True:
                packet = receive(DATAGRAM_BYTES)
                stream = streams.get(packet[8:12])
                if stream is None:
                    stream = self._take_other(packet, now)
                    if stream is None:
                        continue
                stream.packets += 1
                stream.newest = packet
                at = stream.number_at
                if at:
                    arrived((packet[at] << 8 | packet[at + 1], now))
        except (BlockingIOError, ConnectionRefusedError):
            return

    def _drain_sampled(self, now: float) -> None:
        receive = self.peer.socket.recvmsg
        try:
            while True:
                packet, control, _, _ = receive(DATAGRAM_BYTES, _CONTROL_BYTES)
                stream = self.streams.get(packet[8:12]) or self._take_other(packet, now)
                if stream is None:
                    continue
                stream.packets += 1
                stream.newest = packet
                if stream.number_at:
                    self.arrivals.append((transport_number(packet), now))
                self._seen += stream.is_slot
                if stream.is_slot and self._seen % SAMPLE_EVERY == 0:
                    if self.clock_ns is not None:
                        self._check(packet, self.clock_ns())
                    else:
                        seconds, nanoseconds = _STAMP.unpack(control[0][2])
                        self._check(packet, seconds * 1_000_000_000 + nanoseconds)
        except (BlockingIOError, ConnectionRefusedError):
            return

    def _check(self, packet: bytes, arrived_ns: int) -> None:
        """Decrypt one packet: whose is it?"""
        assert self.peer.inbound is not None
        stamp = read_stamp(self.peer.inbound.unprotect(packet))
        if stamp is None:
            self.bad_samples += 1
        else:
            self.samples.append(Sample(sender=stamp[0], place=stamp[1], arrived_ns=arrived_ns))

    def _take_other(self, packet: bytes, now: float) -> Stream | None:
        """The first packet of a stream: return that stream. Or RTCP, or an answer by STUN."""
        if packet[0] < 128:
            return None
        if rtcp.is_rtcp(packet):
            self._take_rtcp(packet, now)
            return None
        assert self.peer.answer is not None
        ssrc = int.from_bytes(packet[8:12], "big")
        stream = self.streams[packet[8:12]] = Stream(
            ssrc=ssrc,
            is_slot=ssrc in self.peer.answer.ssrc_of_mid.values(),
            number_at=transport_number_at(packet),
        )
        return stream

    def _take_rtcp(self, packet: bytes, now: float) -> None:
        assert self.peer.inbound is not None
        plain = self.peer.inbound.unprotect_rtcp(packet)
        for kind, form, part in rtcp.split(plain):
            if kind == rtcp.SENDER_REPORT:
                self.requests["report"] += 1
                stream = self.streams.get(part[4:8])
                if stream is not None:
                    stream.last_report = int.from_bytes(part[10:14], "big")
                    stream.report_at = now
            elif kind == rtcp.TRANSPORT_FEEDBACK:
                self.requests["transport_cc" if form == 15 else "nack"] += 1
            elif kind == rtcp.PAYLOAD_FEEDBACK and form in (1, 4):
                self.requests["pli"] += 1

    # -- what it tells ------------------------------------------------------------------------

    def send_feedback(self) -> None:
        """Transport-wide feedback on all that came since the last."""
        arrivals = self.arrivals[:]
        self.arrivals.clear()
        if arrivals:
            self.feedback_count += 1
            media = next(iter(self.streams.values())).ssrc
            self._send(
                rtcp.build_transport_feedback(
                    self.peer.audio_ssrc, media, self.feedback_count, arrivals
                )
            )

    def send_reports(self, elapsed: float, sent: int, now: float) -> None:
        """Sender reports of microphone and camera, then a receiver report on every slot."""
        peer = self.peer
        for ssrc, base, rate in (
            (peer.audio_ssrc, 48_000, 48_000),
            (peer.camera_ssrc, 90_000, 90_000),
        ):
            report = rtcp.build_sender_report(
                ssrc,
                wall_s=time.time(),
                rtp_timestamp=base + int(elapsed * rate),
                packets=sent,
                octets=sent * 1000,
            )
            self._send(report)
        blocks = [
            rtcp.ReportBlock(
                ssrc=stream.ssrc,
                lost=0,
                highest=stream.newest[2] << 8 | stream.newest[3],
                last_report=stream.last_report,
                delay_s=now - stream.report_at if stream.last_report else 0,
            )
            for stream in self.streams.values()
            if stream.is_slot
        ]
        self._send(rtcp.build_receiver_report(peer.audio_ssrc, blocks))

    def send_check(self) -> None:
        """A consent check (RFC 7675)."""
        self.peer.socket.send(self.peer.check())

    def _send(self, plain: bytes) -> None:
        assert self.peer.outbound is not None
        self.peer.socket.send(self.peer.outbound.protect_rtcp(plain))
