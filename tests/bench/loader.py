"""The load: many people in one process, sending packets that were encrypted beforehand.

Driven by JSON lines on its standard input, answered on its standard output:
`open` (offers), `connect` (STUN and DTLS), `run` (send, count, measure the server's CPU).
"""

import gc
import json
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate

from tests.bench import rtcp_client as rtcp
from tests.bench.cpu import cpu_seconds, pin
from tests.bench.load_peer import LoadPeer
from tests.bench.offer import TRANSPORT_CC_ID
from tests.bench.packets import plan, read_stamp

SAMPLE_EVERY = 25
"""Of the packets that one room receives, every how many are decrypted and checked."""
CHECK_EVERY_S = 2.5
REPORT_EVERY_S = 1.0
FEEDBACK_EVERY_S = 0.1
DRAIN_S = 0.5
WARM_UP_S = 1.0
ROOM_SIZE = 3
LOUD, QUIET = 25, 60
"""Levels in -dBov: the first person of a room speaks, the others are heard breathing."""
_SO_TIMESTAMPNS = 35


@dataclass(slots=True)
class Stream:
    """What one receive slot got."""

    packets: int = 0
    first: int = -1
    highest: int = 0
    last_report: int = 0
    report_at: float = 0.0


@dataclass(slots=True)
class Receiver:
    """One peer's receiving side."""

    peer: LoadPeer
    is_sampled: bool
    streams: dict[int, Stream] = field(default_factory=dict)
    arrivals: list[tuple[int, float]] = field(default_factory=list)
    feedback_count: int = 0
    packets: int = 0
    others: int = 0


def transport_number(packet: bytes) -> int:
    """The transport-wide number in a packet's one-byte header extensions, -1 without one."""
    if not packet[0] & 0x10:
        return -1
    at = 12 + 4 * (packet[0] & 15) + 4
    end = at + 4 * (packet[at - 2] << 8 | packet[at - 1])
    while at < end:
        head = packet[at]
        if head >> 4 == TRANSPORT_CC_ID:
            return packet[at + 1] << 8 | packet[at + 2]
        at += 1 if head == 0 else 2 + (head & 15)
    return -1


class Load:
    """The people, and one run of sending and counting."""

    def __init__(self, people: int) -> None:
        certificate = RTCCertificate.generateCertificate()
        self.peers = [LoadPeer(number, certificate) for number in range(people)]
        self.receivers = [
            Receiver(peer=peer, is_sampled=peer.number < ROOM_SIZE) for peer in self.peers
        ]
        self.requests: dict[str, int] = {"nack": 0, "pli": 0, "transport_cc": 0, "report": 0}
        self.sent_at_ns: list[list[int]] = []
        self.delays_us: list[float] = []
        self.sampled = 0
        self.bad_samples = 0
        self._epoll = select.epoll()
        self._by_fd = {r.peer.socket.fileno(): r for r in self.receivers}
        for receiver in self.receivers:
            self._epoll.register(receiver.peer.socket, select.EPOLLIN)
            if receiver.is_sampled:
                receiver.peer.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def connect(self, answers: list[str]) -> list[str]:
        for peer, answer in zip(self.peers, answers, strict=True):
            peer.connect(answer)
        return [peer.profile for peer in self.peers]

    def run(self, *, seconds: float, in_bursts: bool, server_pids: list[int]) -> dict[str, Any]:
        """Send for `seconds` after a warm-up; what was measured, in plain numbers."""
        schedule = self._prepare(seconds + WARM_UP_S, in_bursts)
        gc.collect()
        gc.disable()
        start = time.monotonic()
        self._send(schedule, start, start + WARM_UP_S)
        cpu, own = cpu_seconds(server_pids), time.process_time()
        wall, received = time.monotonic(), self._received()
        self._send(schedule, start, start + WARM_UP_S + seconds)
        cpu, own = cpu_seconds(server_pids) - cpu, time.process_time() - own
        wall, received = time.monotonic() - wall, self._received() - received
        late_ms = 1000 * (time.monotonic() - start - WARM_UP_S - seconds)
        self._send(schedule, start, start + WARM_UP_S + seconds + DRAIN_S)
        gc.enable()
        expected = len(self._planned) * (ROOM_SIZE - 1)
        return {
            "cpu_s": cpu,
            "wall_s": wall,
            "loader_cpu_s": own,
            "late_ms": late_ms,
            "forwarded": received,
            "received": self._received(),
            "expected": expected,
            "sampled": self.sampled,
            "bad_samples": self.bad_samples,
            "delays_us": self.delays_us,
            "requests": self.requests,
            "others": sum(r.others for r in self.receivers),
        }

    def _received(self) -> int:
        return sum(receiver.packets for receiver in self.receivers)

    def _prepare(self, seconds: float, in_bursts: bool) -> list[tuple[float, int, int, bytes]]:
        """Plan and encrypt: (when, peer, place, packet), by time. Takes seconds."""
        schedule: list[tuple[float, int, int, bytes]] = []
        checked_at = time.monotonic()
        for peer in self.peers:
            assert peer.outbound is not None
            if time.monotonic() - checked_at > REPORT_EVERY_S:
                checked_at = time.monotonic()
                self._check_consent()
            planned = plan(
                sender=peer.number,
                audio_ssrc=peer.audio_ssrc,
                camera_ssrc=peer.camera_ssrc,
                seconds=seconds,
                phase=0.0293 * peer.number % 0.0331,
                in_bursts=in_bursts,
                level=LOUD if peer.number % ROOM_SIZE == 0 else QUIET,
            )
            self.sent_at_ns.append([0] * len(planned))
            schedule += [
                (item.at, peer.number, place, peer.outbound.protect(item.packet))
                for place, item in enumerate(planned)
            ]
        schedule.sort(key=lambda item: item[0])
        self._planned = schedule
        self._next = 0
        self._due = [[0.05 * n / len(self.peers) for n in range(len(self.peers))] for _ in range(3)]
        self._sent_counts = [0] * len(self.peers)
        return schedule

    def _check_consent(self) -> None:
        for peer in self.peers:
            peer.socket.send(peer.check())

    def _send(
        self, schedule: list[tuple[float, int, int, bytes]], start: float, until: float
    ) -> None:
        """Pace the schedule up to `until`; receive and keep the transports alive meanwhile."""
        sends = [peer.socket.send for peer in self.peers]
        index, total = self._next, len(schedule)
        monotonic, time_ns = time.monotonic, time.time_ns
        while (now := monotonic()) < until:
            elapsed = now - start
            while index < total and schedule[index][0] <= elapsed:
                _, sender, place, packet = schedule[index]
                self.sent_at_ns[sender][place] = time_ns()
                try:
                    sends[sender](packet)
                except (BlockingIOError, ConnectionRefusedError):
                    self.requests["send_failed"] = self.requests.get("send_failed", 0) + 1
                self._sent_counts[sender] += 1
                index += 1
            if not self._receive():
                self._keep_alive(elapsed)
                wait = min(until, start + schedule[index][0] if index < total else until) - now
                if wait > 0.0003:
                    time.sleep(0.0001)
        self._next = index

    def _receive(self) -> bool:
        """Take what has arrived; false when there was nothing."""
        ready = self._epoll.poll(0)
        now = time.monotonic()
        for fd, _ in ready:
            receiver = self._by_fd[fd]
            for _ in range(32):
                try:
                    if receiver.is_sampled:
                        packet, control, _, _ = receiver.peer.socket.recvmsg(2048, 64)
                    else:
                        packet, control = receiver.peer.socket.recv(2048), []
                except (BlockingIOError, ConnectionRefusedError):
                    break
                self._take(receiver, packet, control, now)
        return bool(ready)

    def _take(self, receiver: Receiver, packet: bytes, control: list[Any], now: float) -> None:
        if packet[0] < 128:
            return
        if rtcp.is_rtcp(packet):
            self._take_rtcp(receiver, packet, now)
            return
        ssrc = int.from_bytes(packet[8:12], "big")
        number = transport_number(packet)
        if number >= 0:
            receiver.arrivals.append((number, now))
        stream = receiver.streams.get(ssrc)
        if stream is None:
            assert receiver.peer.answer is not None
            if ssrc not in receiver.peer.answer.ssrc_of_mid.values():
                receiver.others += 1
                return
            stream = receiver.streams[ssrc] = Stream()
        stream.packets += 1
        stream.highest = packet[2] << 8 | packet[3]
        if stream.first < 0:
            stream.first = stream.highest
        receiver.packets += 1
        if receiver.is_sampled and receiver.packets % SAMPLE_EVERY == 0:
            self._check(receiver, packet, control)

    def _check(self, receiver: Receiver, packet: bytes, control: list[Any]) -> None:
        """Decrypt one packet, prove whose it is, and measure how long it took."""
        assert receiver.peer.inbound is not None
        stamp = read_stamp(receiver.peer.inbound.unprotect(packet))
        self.sampled += 1
        if stamp is None or stamp[0] // ROOM_SIZE != receiver.peer.number // ROOM_SIZE:
            self.bad_samples += 1
            return
        seconds, nanoseconds = struct.unpack("qq", control[0][2])
        sent = self.sent_at_ns[stamp[0]][stamp[1]]
        self.delays_us.append((seconds * 1_000_000_000 + nanoseconds - sent) / 1000)

    def _take_rtcp(self, receiver: Receiver, packet: bytes, now: float) -> None:
        assert receiver.peer.inbound is not None
        plain = receiver.peer.inbound.unprotect_rtcp(packet)
        for kind, form, part in rtcp.split(plain):
            if kind == rtcp.SENDER_REPORT:
                self.requests["report"] += 1
                stream = receiver.streams.get(int.from_bytes(part[4:8], "big"))
                if stream is not None:
                    stream.last_report = int.from_bytes(part[10:14], "big")
                    stream.report_at = now
            elif kind == rtcp.TRANSPORT_FEEDBACK:
                self.requests["transport_cc" if form == 15 else "nack"] += 1
            elif kind == rtcp.PAYLOAD_FEEDBACK and form in (1, 4):
                self.requests["pli"] += 1

    def _keep_alive(self, elapsed: float) -> None:
        """Consent checks, reports and transport-wide feedback, each when it is due."""
        checks, reports, feedback = self._due
        for number, receiver in enumerate(self.receivers):
            if feedback[number] <= elapsed:
                feedback[number] = elapsed + FEEDBACK_EVERY_S
                self._send_feedback(receiver)
            if reports[number] <= elapsed:
                reports[number] = elapsed + REPORT_EVERY_S
                self._send_reports(receiver, elapsed)
            if checks[number] <= elapsed:
                checks[number] = elapsed + CHECK_EVERY_S
                receiver.peer.socket.send(receiver.peer.check())

    def _send_feedback(self, receiver: Receiver) -> None:
        arrivals, receiver.arrivals = receiver.arrivals, []
        if arrivals:
            receiver.feedback_count += 1
            self._send_rtcp(
                receiver.peer,
                rtcp.build_transport_feedback(
                    receiver.peer.audio_ssrc,
                    next(iter(receiver.streams)),
                    receiver.feedback_count,
                    arrivals,
                ),
            )

    def _send_reports(self, receiver: Receiver, elapsed: float) -> None:
        peer, now = receiver.peer, time.monotonic()
        count = self._sent_counts[peer.number]
        for ssrc, base, rate in (
            (peer.audio_ssrc, 48_000, 48_000),
            (peer.camera_ssrc, 90_000, 90_000),
        ):
            report = rtcp.build_sender_report(
                ssrc,
                wall_s=time.time(),
                rtp_timestamp=base + int(elapsed * rate),
                packets=count,
                octets=count * 1000,
            )
            self._send_rtcp(peer, report)
        blocks = [
            rtcp.ReportBlock(
                ssrc=ssrc,
                lost=0,
                highest=stream.highest,
                last_report=stream.last_report,
                delay_s=now - stream.report_at if stream.last_report else 0,
            )
            for ssrc, stream in receiver.streams.items()
        ]
        self._send_rtcp(peer, rtcp.build_receiver_report(peer.audio_ssrc, blocks))

    def _send_rtcp(self, peer: LoadPeer, plain: bytes) -> None:
        assert peer.outbound is not None
        peer.socket.send(peer.outbound.protect_rtcp(plain))


def main() -> None:
    """Serve the driver until its end of the pipe closes."""
    load: Load | None = None
    for line in sys.stdin:
        command = json.loads(line)
        reply: dict[str, Any]
        if command["op"] == "open":
            pin(0, command["core"])
            load = Load(command["people"])
            reply = {"offers": [peer.offer() for peer in load.peers]}
        elif command["op"] == "connect":
            assert load is not None
            reply = {"profiles": load.connect(command["answers"])}
        else:
            assert load is not None
            reply = load.run(
                seconds=command["seconds"],
                in_bursts=command["in_bursts"],
                server_pids=command["server_pids"],
            )
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
