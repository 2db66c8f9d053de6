"""A seeded network with loss, delay and reordering, and two browsers' worth of behaviour.

`Sender` is a camera that answers NACK and PLI, `Watcher` a decoder that sends them; `voice.py` has
the same for sound. Nothing here knows the router's inside; what counts is which frames the watcher
could decode, and when.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass

from media import rtcp, rtp, vp8
from media.description import Kind
from media.messages import Gate, Source
from media.router import Port, Router
from tests.media.packets import (
    CAMERA,
    CAMERA_RTX,
    VP8,
    describe,
    rtp_packet,
    slot_ssrc,
    ssrc_of,
    vp8_packet,
)
from tests.media.voice import Ear, Microphone

FPS = 25
FRAME_PACKETS = 5
TICK_S = 0.005


@dataclass
class Link:
    """One way of one person: losses are single or in bursts, jitter reorders."""

    chance: random.Random
    delay_s: float = 0.02
    jitter_s: float = 0.0
    loss: float = 0.0
    duplicates: float = 0.0
    burst: float = 0.0
    is_bursting: bool = False
    keeps_order: bool = False
    """Jitter is that of a queue: what was sent first arrives first."""
    last: float = 0.0

    def arrivals(self, now: float) -> list[float]:
        """Return when what is sent now arrives: not, once, or twice."""
        if self.burst:
            turn = 0.3 if self.is_bursting else self.burst
            if self.chance.random() < turn:
                self.is_bursting = not self.is_bursting
            if self.is_bursting:
                return []
        if self.chance.random() < self.loss:
            return []
        copies = 2 if self.chance.random() < self.duplicates else 1
        found = [now + self.delay_s + self.chance.random() * self.jitter_s for _ in range(copies)]
        if self.keeps_order:
            found = [max(at, self.last) for at in found]
            self.last = max(found)
        return found


class Sender:
    """A camera of 25 frames a second in five packets each."""

    def __init__(self) -> None:
        self.key_frame_packets = FRAME_PACKETS
        self.key_octets = 0
        self.octets = 0
        self.sequence = 65_000
        self.repair_sequence = 9
        self.frames = 0
        self.next_frame_s = 0.0
        self.wants_key = True
        self.history: dict[int, bytes] = {}
        self.key_frames = 0
        self.packets = 0

    def poll(self, now: float) -> list[bytes]:
        if now < self.next_frame_s:
            return []
        self.next_frame_s += 1 / FPS
        is_key, self.wants_key = self.wants_key, False
        self.key_frames += is_key
        made = []
        count = self.key_frame_packets if is_key else FRAME_PACKETS
        for part in range(count):
            packet = vp8_packet(
                ssrc=ssrc_of(1, CAMERA),
                sequence=self.sequence,
                timestamp=self.frames * 90_000 // FPS,
                picture_id=self.frames,
                is_key=is_key,
                is_first=part == 0,
                marker=part == count - 1,
                body=self.frames.to_bytes(4, "big") + bytes([is_key]) + bytes(900),
            )
            self.history[self.sequence & 0xFFFF] = packet
            self.sequence += 1
            made.append(packet)
        self.frames += 1
        self.packets += len(made)
        size = sum(map(len, made))
        self.octets += size
        self.key_octets += size if is_key else 0
        return made

    def answer(self, data: bytes) -> list[bytes]:
        """Answer the RTCP of the router."""
        made = []
        for packet in rtcp.parse(data):
            if isinstance(packet, rtcp.Pli):
                self.wants_key = True
            elif isinstance(packet, rtcp.Nack) and packet.media == ssrc_of(1, CAMERA):
                made += [self._repair(n) for n in packet.sequences if n in self.history]
        return made

    def _repair(self, sequence: int) -> bytes:
        second, _, timestamp, _, _, _, payload, _ = rtp.parse(self.history[sequence])
        self.repair_sequence += 1
        return rtp_packet(
            ssrc=ssrc_of(1, CAMERA_RTX),
            payload_type=97,
            sequence=self.repair_sequence,
            timestamp=timestamp,
            marker=bool(second & 0x80),
            payload=sequence.to_bytes(2, "big") + self.history[sequence][payload:],
        )


class Watcher:
    """A decoder: a frame is decoded when it is whole and the one before it was, or it is a key."""

    def __init__(self, number: int) -> None:
        self.ssrc = slot_ssrc(number, Kind.CAMERA, 0)
        self.highest: int | None = None
        self.parts: dict[int, tuple[int, bool, bytes]] = {}  # number: timestamp, marker, payload
        self.missing: dict[int, float] = {}
        self.asked: dict[int, float] = {}
        self.decoded: dict[int, float] = {}  # frame: when
        self.next: int | None = None  # the number the next frame begins with
        self.stuck_s = 0.0
        self.repairs = 0
        self.live = 0
        self.retry_s = 0.06
        """Between two requests for one packet; a browser takes its round trip."""
        self.last_report: tuple[int, float] | None = None
        self.next_echo_s = 0.0

    def receive(self, packet: bytes, now: float) -> None:
        second, sequence, timestamp, ssrc, _, _, start, end = rtp.parse(packet)
        payload = packet[start:end]
        if ssrc != self.ssrc:
            sequence = int.from_bytes(payload[:2], "big")
            payload = payload[2:]
            self.repairs += 1
        else:
            self.live += 1
        extended = rtp.unwrap(sequence, self.highest if self.highest is not None else sequence)
        if self.highest is None:
            self.highest = extended - 1
        for lost in range(self.highest + 1, extended):
            self.missing[lost] = now
        self.highest = max(self.highest, extended)
        self.missing.pop(extended, None)
        self.parts.setdefault(extended, (timestamp, bool(second & 0x80), payload))
        self._decode(now)

    def _decode(self, now: float) -> None:
        progress = True
        while progress:
            progress = False
            starts = [self.next] if self.next in self.parts else []
            starts += [
                number
                for number, (_, _, payload) in self.parts.items()
                if vp8.inspect(payload)[0] and (self.next is None or number > self.next)
            ]
            for start in starts:
                assert start is not None
                end = self._end_of(start)
                if end is not None:
                    body = self.parts[start][2]
                    self.decoded[int.from_bytes(body[-905:-901], "big")] = now
                    self.next, self.stuck_s = end + 1, now
                    for number in [n for n in self.parts if n <= end]:
                        del self.parts[number]
                    for number in [n for n in self.missing if n <= end]:
                        del self.missing[number]
                    progress = True
                    break

    def _end_of(self, start: int) -> int | None:
        """Return the last number of a whole frame."""
        timestamp = self.parts[start][0]
        for number in itertools.count(start):
            part = self.parts.get(number)
            if part is None or part[0] != timestamp:
                return None
            if part[1]:
                return number
        return None

    def take_reports(self, data: bytes, now: float) -> None:
        for packet in rtcp.parse(data):
            if isinstance(packet, rtcp.SenderReport) and packet.ssrc == self.ssrc:
                self.last_report = rtcp.compact(packet.ntp), now

    def _echo(self, last_sr: int, since_s: float) -> bytes:
        """Return a report that tells the router its round trip."""
        block = rtcp.ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=0,
            packets_lost=0,
            highest_sequence=self.highest or 0,
            jitter=0,
            last_sr=last_sr,
            delay=int(since_s * 65536),
        )
        return rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=9, blocks=(block,)))

    def poll(self, now: float) -> list[bytes]:
        """Return NACK, PLI and reports as a browser sends them."""
        due = [
            number & 0xFFFF
            for number, since in sorted(self.missing.items())
            if now - since > 0.01 and now - self.asked.get(number, -1.0) >= self.retry_s
        ]
        made = []
        for number in self.missing:
            if number & 0xFFFF in due:
                self.asked[number] = now
        if due:
            made.append(rtcp.build_nack(9, self.ssrc, due[:100]))
        if self.highest is not None and now - self.stuck_s > 0.5:
            self.stuck_s = now
            made.append(rtcp.build_pli(9, self.ssrc))
        if self.last_report is not None and now >= self.next_echo_s:
            self.next_echo_s = now + 1.0
            made.append(self._echo(self.last_report[0], now - self.last_report[1]))
        return made


class World:
    """One sender, one router, some watchers; each has a link up and a link down."""

    def __init__(
        self,
        seed: int,
        watchers: int,
        make_link: Callable[[random.Random], Link],
        *,
        has_sound: bool = False,
    ) -> None:
        chance = random.Random(seed)
        self.has_sound = has_sound
        self.microphone = Microphone()
        self.ears = [Ear(index + 2) for index in range(watchers)]
        self.router = Router(wall_offset_s=1_700_000_000.0)
        self.sender = Sender()
        self.watchers = [Watcher(index + 2) for index in range(watchers)]
        self.links: dict[tuple[str, bool], Link] = {}
        self.ports: dict[str, Port] = {}
        self.queue: list[tuple[float, int, Callable[[float], None]]] = []
        self.order = itertools.count()
        self.now = 0.0
        self.joined: dict[int, float] = {}
        for number in range(1, watchers + 2):
            self._enter(number)
            for is_up in (True, False):
                self.links[f"e{number}", is_up] = make_link(chance)
        self.router.set_gate("e1", Gate(audio=has_sound, camera=True), 0.0)

    def _enter(self, number: int) -> None:
        name = f"e{number}"
        self.router.add_endpoint(name, "room")
        self.ports[name] = self.router.attach(name, describe(number), self.now)
        if number > 1:
            source = Source(endpoint="e1", audio=self.has_sound, camera=True)
            self.router.set_sources(name, (source,), self.now)

    def join_anew(self, place: int) -> None:
        """One watcher leaves, and somebody new comes in its place."""
        self.router.remove_endpoint(f"e{place + 2}")
        self.watchers[place] = Watcher(place + 2)
        self.joined[place] = self.now
        self._enter(place + 2)

    def first_picture_s(self, place: int) -> float | None:
        """Return how long who joined anew waited for a picture; None: they still do."""
        decoded = self.watchers[place].decoded
        return min(decoded.values()) - self.joined[place] if decoded else None

    def send(self, name: str, is_up: bool, deliver: Callable[[float], None]) -> None:
        for arrival in self.links[name, is_up].arrivals(self.now):
            heapq.heappush(self.queue, (arrival, next(self.order), deliver))

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        deadline = 0.0
        while self.now < until:
            self.now += TICK_S
            sound = self.microphone.poll(self.now) if self.has_sound else []
            for packet in self.sender.poll(self.now) + sound:
                self._up("e1", packet, is_rtcp=False)
            for index, watcher in enumerate(self.watchers):
                for packet in watcher.poll(self.now) + self.ears[index].poll(self.now):
                    self._up(f"e{index + 2}", packet, is_rtcp=True)
            while self.queue and self.queue[0][0] <= self.now:
                at, _, deliver = heapq.heappop(self.queue)
                deliver(at)
            if self.now >= deadline:
                deadline = self.router.handle_timeout(self.now)
            for port, packet, is_rtcp in self.router.poll_output():
                self._down(port.endpoint, packet, is_rtcp)

    def _up(self, name: str, packet: bytes, *, is_rtcp: bool) -> None:
        port = self.ports[name]
        receive = port.receive_rtcp if is_rtcp else port.receive_rtp
        self.send(name, True, lambda at: receive(packet, at))

    def _down(self, name: str, packet: bytes, is_rtcp: bool) -> None:
        if name == "e1":
            if is_rtcp:
                self.send(name, False, lambda at: self._answer(packet))
            return
        place = int(name[1:]) - 2
        watcher, ear = self.watchers[place], self.ears[place]
        if is_rtcp:
            self.send(name, False, lambda at: watcher.take_reports(packet, at))
        else:
            is_sound = int.from_bytes(packet[8:12], "big") == ear.ssrc
            receive = ear.receive if is_sound else watcher.receive
            self.send(name, False, lambda at: receive(packet, at))

    def _answer(self, packet: bytes) -> None:
        self.microphone.heed(packet)
        for repair in self.sender.answer(packet):
            self._up("e1", repair, is_rtcp=False)

    def decoded_share(self, watcher: Watcher, first: int, last: int) -> float:
        """Return the share of frames in [first, last) that were decoded."""
        return sum(frame in watcher.decoded for frame in range(first, last)) / (last - first)


__all__ = ["FPS", "VP8", "Link", "Watcher", "World"]
