"""The load: many people in one process, sending packets that were encrypted beforehand.

Driven by JSON lines on its standard input, answered on its standard output:
`open` (offers), `connect` (STUN and DTLS), `run` (send, count, measure the server's CPU).
"""

import gc
import heapq
import json
import os
import select
import sys
import time
from collections.abc import Callable
from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate

from media.udp import dropped_by_kernel
from tests.bench.cpu import cpu_seconds, pin, waited_seconds
from tests.bench.load_peer import LoadPeer
from tests.bench.packets import plan
from tests.bench.receiver import Receiver

CHECK_EVERY_S = 2.5
REPORT_EVERY_S = 1.0
FEEDBACK_EVERY_S = 0.1
DRAIN_S = 0.5
WARM_UP_S = 3.0
"""Everybody's path is probed in the first second, and nobody's after that."""
ROOM_SIZE = 3
LOUD, QUIET = 25, 60
"""Levels in -dBov: the first person of a room speaks, the others are heard breathing."""

Scheduled = tuple[float, int, int, bytes]
"""When it is due, its sender, its place in the sender's schedule, the sealed packet."""


class Load:
    """The people: what they send, and what becomes of it. Times are seconds from the start.

    `clock_ns` tells when a packet is sent and when it is received; None: the system's clock.
    """

    def __init__(self, people: int, clock_ns: Callable[[], int] | None = None) -> None:
        self._clock_ns = clock_ns or time.time_ns
        certificate = RTCCertificate.generateCertificate()
        self.peers = [LoadPeer(number, certificate) for number in range(people)]
        self.receivers = [
            Receiver(peer=peer, is_sampled=peer.number < ROOM_SIZE, clock_ns=clock_ns)
            for peer in self.peers
        ]
        self.schedule: list[Scheduled] = []
        self.sent_at_ns: list[list[int]] = []
        self.sent = 0
        self.send_failed = 0
        self.latest_s = 0.0
        self._sent_by = [0] * people
        self._upkeep: list[tuple[float, int, str]] = []
        self._epoll = select.epoll()
        self._by_fd = {r.peer.socket.fileno(): r for r in self.receivers}
        for fd in self._by_fd:
            self._epoll.register(fd, select.EPOLLIN)

    def connect(self, answers: list[str]) -> list[str]:
        for peer, answer in zip(self.peers, answers, strict=True):
            peer.connect(answer)
        return [peer.profile for peer in self.peers]

    def close(self) -> None:
        self._epoll.close()
        for peer in self.peers:
            peer.close()

    def prepare(self, seconds: float, in_bursts: bool) -> None:
        """Plan and encrypt what everybody sends. Takes seconds."""
        schedule: list[Scheduled] = []
        checked_at = time.monotonic()
        for peer in self.peers:
            assert peer.outbound is not None
            if time.monotonic() - checked_at > REPORT_EVERY_S:
                checked_at = time.monotonic()
                for receiver in self.receivers:
                    receiver.send_check()
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
        self.schedule = schedule
        people = len(self.peers)
        self._upkeep = [
            (0.05 * number / people, number, what)
            for number in range(people)
            for what in ("check", "report", "feedback")
        ]
        heapq.heapify(self._upkeep)

    @property
    def next_at(self) -> float:
        """When the next packet is due."""
        return self.schedule[self.sent][0] if self.sent < len(self.schedule) else float("inf")

    def send_due(self, elapsed: float) -> int:
        """Send every packet that is due; return how many."""
        schedule, index, clock_ns = self.schedule, self.sent, self._clock_ns
        while index < len(schedule) and schedule[index][0] <= elapsed:
            at, sender, place, packet = schedule[index]
            self.sent_at_ns[sender][place] = clock_ns()
            try:
                self.peers[sender].socket.send(packet)
            except (BlockingIOError, ConnectionRefusedError):
                self.send_failed += 1
            self._sent_by[sender] += 1
            self.latest_s = max(self.latest_s, elapsed - at)
            index += 1
        sent, self.sent = index - self.sent, index
        return sent

    def receive(self, now: float) -> bool:
        """Take what has arrived; false when there was nothing."""
        ready = self._epoll.poll(0)
        for fd, _ in ready:
            self._by_fd[fd].drain(now)
        return bool(ready)

    def keep_alive(self, elapsed: float, now: float) -> None:
        """Consent checks, reports and transport-wide feedback, each when it is due."""
        upkeep = self._upkeep
        while upkeep[0][0] <= elapsed:
            _, number, what = upkeep[0]
            receiver = self.receivers[number]
            if what == "feedback":
                every = FEEDBACK_EVERY_S
                receiver.send_feedback()
            elif what == "report":
                every = REPORT_EVERY_S
                receiver.send_reports(elapsed, self._sent_by[number], now)
            else:
                every = CHECK_EVERY_S
                receiver.send_check()
            heapq.heapreplace(upkeep, (elapsed + every, number, what))

    # -- what came of it ----------------------------------------------------------------------

    @property
    def received(self) -> int:
        return sum(receiver.packets for receiver in self.receivers)

    @property
    def lost(self) -> int:
        """How many forwarded packets the load itself cost: not sent, or no room for them here.

        The kernel counts every datagram it drops; most, but not all of them are such packets.
        """
        no_room = sum(dropped_by_kernel(receiver.peer.socket) for receiver in self.receivers)
        return self.send_failed * (ROOM_SIZE - 1) + no_room

    def forget_samples(self) -> None:
        """What was received so far was the warm-up."""
        for receiver in self.receivers:
            receiver.samples.clear()

    def outcome(self) -> dict[str, Any]:
        """What was received and of whom, in plain numbers."""
        delays, bad = [], sum(receiver.bad_samples for receiver in self.receivers)
        for receiver in self.receivers:
            for sample in receiver.samples:
                if sample.sender // ROOM_SIZE != receiver.peer.number // ROOM_SIZE:
                    bad += 1
                    continue
                sent_ns = self.sent_at_ns[sample.sender][sample.place]
                delays.append((sample.arrived_ns - sent_ns) / 1000)
        requests = {name: 0 for name in self.receivers[0].requests}
        for receiver in self.receivers:
            for name, count in receiver.requests.items():
                requests[name] += count
        return {
            "received": self.received,
            "expected": self.sent * (ROOM_SIZE - 1),
            "lost_by_load": self.lost,
            "sampled": len(delays) + bad,
            "bad_samples": bad,
            "delays_us": delays,
            "requests": {**requests, "send_failed": self.send_failed},
        }


def run(load: Load, *, seconds: float, in_bursts: bool, server_pids: list[int]) -> dict[str, Any]:
    """Send for `seconds` after a warm-up, in real time, and measure the server's CPU time."""
    load.prepare(seconds + WARM_UP_S, in_bursts)
    gc.collect()
    gc.disable()
    start = time.monotonic()
    _pace(load, start, start + WARM_UP_S)
    cpu, own = cpu_seconds(server_pids), time.process_time()
    waited, own_waited = waited_seconds(server_pids), waited_seconds([os.getpid()])
    wall, received = time.monotonic(), load.received
    load.latest_s = 0.0
    load.forget_samples()
    _pace(load, start, start + WARM_UP_S + seconds)
    cpu, own = cpu_seconds(server_pids) - cpu, time.process_time() - own
    waited = waited_seconds(server_pids) - waited
    own_waited = waited_seconds([os.getpid()]) - own_waited
    wall, received = time.monotonic() - wall, load.received - received
    late_ms = 1000 * load.latest_s
    _pace(load, start, start + WARM_UP_S + seconds + DRAIN_S)
    gc.enable()
    return {
        **load.outcome(),
        "cpu_s": cpu,
        "wall_s": wall,
        "loader_cpu_s": own,
        "waited_s": waited,
        "loader_waited_s": own_waited,
        "late_ms": late_ms,
        "forwarded": received,
    }


def _pace(load: Load, start: float, until: float) -> None:
    """Send what is due and receive until then; keep the transports alive meanwhile."""
    monotonic = time.monotonic
    while (now := monotonic()) < until:
        elapsed = now - start
        load.send_due(elapsed)
        load.keep_alive(elapsed, now)
        if not load.receive(now) and min(until, start + load.next_at) - now > 0.0003:
            time.sleep(0.0001)


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
            reply = run(
                load,
                seconds=command["seconds"],
                in_bursts=command["in_bursts"],
                server_pids=command["server_pids"],
            )
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
