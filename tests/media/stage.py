"""A router with people around it, for the tests of the packet core: no clock but `now`."""

from dataclasses import dataclass
from typing import TypeVar

from media import extensions, rtcp, rtp, vp8
from media.description import Description, Kind
from media.messages import EngineEvent, Gate, Source
from media.router import Port, Router
from tests.media.packets import (
    CAMERA,
    CAMERA_RTX,
    EXTENSIONS,
    MICROPHONE,
    SCREEN,
    VP8,
    describe,
    opus_packet,
    rtp_packet,
    slot_ssrc,
    ssrc_of,
    vp8_packet,
)

T = TypeVar("T")

WALL_S = 1_700_000_000.0
OPEN = Gate(audio=True, camera=True, screen=True)


@dataclass(frozen=True)
class Heard:
    """One RTP packet as its subscriber reads it."""

    ssrc: int
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    payload: bytes
    elements: dict[int, bytes]

    @property
    def picture(self) -> tuple[int, int]:
        """Picture id and TL0PICIDX."""
        picture = vp8.inspect(self.payload)[1]
        assert picture is not None
        return picture[0], picture[3]

    @property
    def is_key(self) -> bool:
        return vp8.inspect(self.payload)[0]


def read(packet: bytes) -> Heard:
    second, sequence, timestamp, ssrc, profile, start, payload, end = rtp.parse(packet)
    return Heard(
        ssrc=ssrc,
        payload_type=second & 0x7F,
        marker=bool(second & 0x80),
        sequence=sequence,
        timestamp=timestamp,
        payload=packet[payload:end],
        elements=extensions.elements(packet, profile, start, payload),
    )


class Person:
    """An endpoint with a transport: sends frames and sound, keeps what it is sent."""

    def __init__(self, stage: "Stage", number: int, description: Description) -> None:
        self.stage = stage
        self.number = number
        self.name = f"e{number}"
        self.description = description
        self.port: Port
        self.rtp: list[Heard] = []
        self.raw: list[bytes] = []
        self.rtcp: list[rtcp.RtcpPacket] = []
        self.sequences: dict[int, int] = {}
        self.frame = 100 * number
        self.layer_offsets: dict[int, int] = {}

    # -- sending ------------------------------------------------------------------------------

    def next(self, ssrc: int) -> int:
        sequence = self.sequences.get(ssrc, 65530)
        self.sequences[ssrc] = sequence + 1
        return sequence

    def receive(self, packet: bytes) -> None:
        self.port.receive_rtp(packet, self.stage.now)

    def picture(
        self,
        *,
        is_key: bool = False,
        packets: int = 2,
        what: int = CAMERA,
        tl0: int | None = None,
        lose: tuple[int, ...] = (),
        body: bytes = b"picture",
    ) -> list[bytes]:
        """Send one frame; return its packets, those in `lose` were not sent."""
        self.frame += 1
        ssrc = ssrc_of(self.number, what)
        made = []
        for part in range(packets):
            made.append(
                vp8_packet(
                    ssrc=ssrc,
                    sequence=self.next(ssrc),
                    timestamp=round(self.stage.now * 90000) + self.number * 1_000_000,
                    picture_id=self.frame,
                    is_key=is_key,
                    is_first=part == 0,
                    marker=part == packets - 1,
                    tl0=tl0,
                    body=body,
                )
            )
        for part, packet in enumerate(made):
            if part not in lose:
                self.receive(packet)
        return made

    def repair(self, packet: bytes, what: int = CAMERA_RTX) -> None:
        """Send an earlier packet again, in the repair stream."""
        heard = read(packet)
        ssrc = ssrc_of(self.number, what)
        assert VP8.rtx_payload_type is not None
        self.receive(
            rtp_packet(
                ssrc=ssrc,
                payload_type=VP8.rtx_payload_type,
                sequence=self.next(ssrc),
                timestamp=heard.timestamp,
                marker=heard.marker,
                payload=heard.sequence.to_bytes(2, "big") + heard.payload,
            )
        )

    def sound(self, level: int | None = 40, *, body: bytes = b"voice") -> bytes:
        ssrc = ssrc_of(self.number, MICROPHONE)
        packet = opus_packet(
            ssrc=ssrc,
            sequence=self.next(ssrc),
            timestamp=round(self.stage.now * 48000) + self.number * 1_000_000,
            level=level,
            body=body,
        )
        self.receive(packet)
        return packet

    def report(self, ssrc: int, timestamp: int, ntp_s: float) -> None:
        """Send a sender report that says when a timestamp was sampled."""
        report = rtcp.SenderReport(
            ssrc=ssrc, ntp=rtcp.ntp_time(ntp_s), timestamp=timestamp, packets=0, octets=0
        )
        self.send_rtcp(rtcp.build_sender_report(report))

    def send_rtcp(self, packet: bytes) -> None:
        self.port.receive_rtcp(packet, self.stage.now)
        self.stage.collect()

    def nack(self, ssrc: int, *sequences: int) -> None:
        self.send_rtcp(rtcp.build_nack(1, ssrc, list(sequences)))

    # -- what came ----------------------------------------------------------------------------

    def slot(self, kind: Kind, place: int = 0) -> int:
        return slot_ssrc(self.number, kind, place)

    def got(self, kind: Kind, place: int = 0, *, repair: bool = False) -> list[Heard]:
        """Return what came in one slot, or in its repair stream."""
        self.stage.collect()
        ssrc = self.slot(kind, place) + (50 if repair else 0)
        return [heard for heard in self.rtp if heard.ssrc == ssrc]

    def asked(self, kind: type[T]) -> list[T]:
        """Return the RTCP packets of one kind that came, and forget all."""
        self.stage.collect()
        found: list[T] = [packet for packet in self.rtcp if isinstance(packet, kind)]
        self.rtcp.clear()
        return found

    def forget(self) -> None:
        self.stage.collect()
        self.rtp.clear()
        self.raw.clear()
        self.rtcp.clear()


class Stage:
    """One router at `now`. `meet` lets people in who all see and hear each other."""

    def __init__(self) -> None:
        self.router = Router(wall_offset_s=WALL_S)
        self.now = 10.0
        self.people: dict[str, Person] = {}
        self.events: list[EngineEvent] = []

    def join(
        self,
        number: int,
        *,
        gate: Gate = OPEN,
        room: str = "room",
        description: Description | None = None,
        is_ready: bool = True,
    ) -> Person:
        person = Person(self, number, description or describe(number))
        self.router.add_endpoint(person.name, room)
        self.router.set_gate(person.name, gate, self.now)
        person.port = self.router.attach(
            person.name, person.description, self.now, is_ready=is_ready
        )
        self.people[person.name] = person
        return person

    def meet(self, count: int) -> list[Person]:
        people = [self.join(number + 1) for number in range(count)]
        for person in people:
            self.show(person, *(other for other in people if other is not person))
        return people

    def show(
        self,
        person: Person,
        *others: Person,
        audio: bool = True,
        camera: bool = True,
        screen: bool = False,
    ) -> None:
        """Let a person receive others."""
        sources = tuple(
            Source(endpoint=other.name, audio=audio, camera=camera, screen=screen)
            for other in others
        )
        self.router.set_sources(person.name, sources, self.now)

    def gate(self, person: Person, gate: Gate) -> None:
        self.router.set_gate(person.name, gate, self.now)

    def collect(self) -> None:
        """Give everybody what the router has for them."""
        for port, packet, is_rtcp in self.router.poll_output():
            person = self.people[port.endpoint]
            if is_rtcp:
                person.rtcp.extend(rtcp.parse(packet))
            else:
                person.raw.append(packet)
                person.rtp.append(read(packet))
        self.events.extend(self.router.poll_events())

    def pass_time(self, seconds: float) -> None:
        """Let the router's timer run."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, max(self.router.handle_timeout(self.now), self.now + 0.001))
        self.router.handle_timeout(self.now)
        self.collect()

    def count(self, name: str) -> int:
        return self.router.counters[name]


__all__ = ["EXTENSIONS", "SCREEN", "Heard", "Person", "Stage", "read"]
