"""A camera in three layers, a router, and people behind links of a certain rate.

The camera answers key-frame requests and switches layers as it is told; a `Seat` gives
transport-wide feedback as a browser does and keeps which layer came when.
"""

import heapq
import itertools
from collections.abc import Callable
from functools import partial

from media import extensions, rtcp, rtp, vp8
from media.description import Kind
from media.messages import EngineEvent, Gate, LayersWanted, SlotsPaused, Source
from media.router import Port, Router
from media.transport_cc import Arrivals
from tests.media.packets import CAMERA, describe, slot_ssrc, ssrc_of, vp8_packet

RIDS = ("q", "h", "f")
PARTS = (1, 3, 8)
BODIES = (700, 780, 1030)
FRAME_S = 0.04
TICK_S = 0.01
FEEDBACK_S = 0.1
DELAY_S = 0.025
QUEUE_S = 0.3
SCREEN_PLACE = 100


class Camera:
    """About 150, 500 and 1,700 kbit/s; without `rids` the middle one alone."""

    def __init__(self, number: int, rids: tuple[str, ...] = RIDS, what: int = CAMERA) -> None:
        self.number = number
        self.what = what
        self.name = f"e{number}"
        self.rids = rids
        self.is_on = set(rids)
        self.obeys = True
        self.next_frame_s = 0.0
        self.frame = 0
        self.sequences = [9, 9, 9]
        self.wants_key = {0, 1, 2}
        self.key_frames = 0

    def ssrc(self, layer: int) -> int:
        return self.number * 100 + 70 + layer if self.rids else ssrc_of(self.number, self.what)

    def poll(self, now: float) -> list[bytes]:
        if now < self.next_frame_s:
            return []
        self.next_frame_s += FRAME_S
        self.frame += 1
        layers = range(3) if self.rids else [1]
        return [
            packet
            for layer in layers
            if not self.rids or self.rids[layer] in self.is_on
            for packet in self._picture(layer)
        ]

    def _picture(self, layer: int) -> list[bytes]:
        is_key = layer in self.wants_key
        self.wants_key.discard(layer)
        self.key_frames += is_key
        made = []
        for part in range(PARTS[layer]):
            self.sequences[layer] += 1
            elements = {4: b"1", 10: self.rids[layer].encode()} if self.rids else {}
            made.append(
                vp8_packet(
                    ssrc=self.ssrc(layer),
                    sequence=self.sequences[layer],
                    timestamp=self.frame * 3600 + layer * 1_000_000,
                    picture_id=self.frame + layer * 5000,
                    is_key=is_key,
                    is_first=part == 0,
                    marker=part == PARTS[layer] - 1,
                    body=bytes([layer]) * BODIES[layer],
                    elements=elements,
                )
            )
        return made

    def answer(self, packet: bytes, now: float) -> None:
        for part in rtcp.parse(packet):
            if isinstance(part, rtcp.Pli):
                self.wants_key.add(part.media - self.ssrc(0) if self.rids else 1)

    def switch(self, rids: tuple[str, ...], now: float) -> None:
        if self.obeys:
            for layer, rid in enumerate(self.rids):
                if rid in rids and rid not in self.is_on:
                    self.wants_key.add(layer)
            self.is_on = set(rids)


class Seat:
    """Somebody who watches, behind a link of `capacity_bps`."""

    def __init__(self, number: int, capacity_bps: float) -> None:
        self.number = number
        self.name = f"e{number}"
        self.capacity_bps = capacity_bps
        self.gives_feedback = True
        self.free_at = 0.0
        self.arrivals = Arrivals()
        self.shown: dict[int, list[tuple[float, int]]] = {}  # slot: when, layer
        self.padding = 0
        self.paused: tuple[str, ...] = ()
        self.dropped = 0
        self.sequences: dict[int, list[int]] = {}
        self.frames: list[tuple[float, int]] = []
        """Of the first slot: when each was whole, and its layer."""
        self.undecodable = 0
        """Frames of another layer than the one before that are no key frames."""

    def arrival(self, packet: bytes, now: float) -> float | None:
        self.free_at = max(self.free_at, now)
        if self.free_at - now > QUEUE_S:
            self.dropped += 1
            return None
        self.free_at += len(packet) * 8 / self.capacity_bps
        return self.free_at + DELAY_S

    def receive(self, packet: bytes, now: float) -> None:
        second, sequence, _, ssrc, profile, start, payload, end = rtp.parse(packet)
        wide = extensions.elements(packet, profile, start, payload).get(3)
        if wide is not None:
            self.arrivals.pending[int.from_bytes(wide, "big")] = now
        if end == payload:
            self.padding += 1
            return
        place = ssrc - slot_ssrc(self.number, Kind.CAMERA, 0)
        if place < 50 or place == SCREEN_PLACE:
            self.shown.setdefault(place, []).append((now, packet[end - 1]))
            self.sequences.setdefault(place, []).append(sequence)
        if not place:
            self._take_frame(packet[payload:end], is_last=bool(second & 0x80), now=now)

    def _take_frame(self, payload: bytes, *, is_last: bool, now: float) -> None:
        layer = payload[-1]
        if payload[0] & 0x10 and self.frames and self.frames[-1][1] != layer:
            self.undecodable += not vp8.inspect(payload)[0]
        if is_last:
            self.frames.append((now, layer))

    def layer(self, now: float, place: int = 0) -> int | None:
        """Return the layer seen in the last half second; None: nothing."""
        got = self.shown.get(place)
        return got[-1][1] if got and got[-1][0] > now - 0.5 else None

    def changes(self, since: float, place: int = 0) -> list[int]:
        """Return the layers seen since then, each change once."""
        layers = [layer for at, layer in self.shown.get(place, []) if at >= since]
        return [layer for layer, _ in itertools.groupby(layers)]


class Hall:
    """Everybody sees every camera."""

    def __init__(self, cameras: list[Camera], seats: list[Seat]) -> None:
        self.router = Router(wall_offset_s=1_700_000_000.0)
        self.cameras = {camera.name: camera for camera in cameras}
        self.seats = {seat.name: seat for seat in seats}
        self.ports: dict[str, Port] = {}
        self.events: list[tuple[float, EngineEvent]] = []
        self.now = 0.0
        self.next_feedback = FEEDBACK_S
        self.queue: list[tuple[float, int, Callable[[float], None]]] = []
        self.order = itertools.count()
        people: list[Camera | Seat] = [*cameras, *seats]
        for person in people:
            self._enter(person)
        for seat in seats:
            self._show_all(seat)

    def join(self, seat: Seat) -> Seat:
        """Somebody comes later."""
        self.seats[seat.name] = seat
        self._enter(seat)
        self._show_all(seat)
        return seat

    def _show_all(self, seat: Seat) -> None:
        sources = tuple(Source(endpoint=name, camera=True) for name in self.cameras)
        self.router.set_sources(seat.name, sources, self.now)

    def _enter(self, person: Camera | Seat) -> None:
        rids = person.rids if isinstance(person, Camera) else ()
        self.router.add_endpoint(person.name, "room")
        self.router.set_gate(person.name, Gate(camera=True, screen=True), self.now)
        self.ports[person.name] = self.router.attach(
            person.name, describe(person.number, rids=rids), self.now
        )

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> float:
        """Return how long it ran."""
        began = self.now
        while self.now < began + seconds and not (until and until()):
            self.now += TICK_S
            self._send()
            while self.queue and self.queue[0][0] <= self.now:
                at, _, deliver = heapq.heappop(self.queue)
                deliver(at)
            if self.now >= self.next_feedback:
                self.next_feedback += FEEDBACK_S
                self._give_feedback()
            self.router.handle_timeout(self.now)
            self._deliver()
        return self.now - began

    def _later(self, at: float, deliver: Callable[[float], None]) -> None:
        heapq.heappush(self.queue, (at, next(self.order), deliver))

    def _send(self) -> None:
        for camera in self.cameras.values():
            for packet in camera.poll(self.now):
                self.ports[camera.name].receive_rtp(packet, self.now)

    def _give_feedback(self) -> None:
        for seat in self.seats.values():
            port = self.ports[seat.name]
            for body in seat.arrivals.take_feedback() if seat.gives_feedback else ():
                packet = rtcp.build_transport_feedback(1, 2, body)
                self._later(self.now + DELAY_S, partial(port.receive_rtcp, packet))

    def _deliver(self) -> None:
        for port, packet, is_rtcp in self.router.poll_output():
            camera, seat = self.cameras.get(port.endpoint), self.seats.get(port.endpoint)
            if camera is not None and is_rtcp:
                self._later(self.now + DELAY_S, partial(camera.answer, packet))
            elif seat is not None and not is_rtcp:
                at = seat.arrival(packet, self.now)
                if at is not None:
                    self._later(at, partial(seat.receive, packet))
        for event in self.router.poll_events():
            self.events.append((self.now, event))
            if isinstance(event, LayersWanted):
                camera = self.cameras[event.endpoint]
                self._later(self.now + DELAY_S, partial(camera.switch, event.rids))
            elif isinstance(event, SlotsPaused):
                self.seats[event.endpoint].paused = event.mids
