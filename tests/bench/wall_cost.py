"""What a monitoring wall costs the server: bytes sent to its tiles, against one low layer a tile.

The packet core with prepared packets: in each room three people send two layers of a camera; the
wall has one tap a room, bound to one person in turn, as `lobby.wall` has it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from media.description import Description, Kind, Role
from media.messages import Gate, Source
from media.router import Port, Router
from tests.media.packets import describe, rtp_packet, vp8_payload
from vmr.policies import MONITOR_LARGEST

PEOPLE = 3
LOOK_S = 2.0
"""Each person is shown for so long: a key frame more every time."""
KEY_EVERY_S = 1.0
FRAME_BYTES = 1000
LAYERS = (("l", 15, 1, MONITOR_LARGEST), ("h", 25, 3, (640, 360)))
"""RID, frames a second, packets a frame, size: 120 and 600 kbit/s."""
TICK_S = 0.02


def _tap(number: int) -> Description:
    """What a monitoring page negotiates: pictures alone."""
    whole = describe(number)
    slots = tuple(slot for slot in whole.slots if slot.kind is not Kind.AUDIO)
    return replace(whole, tracks=(), slots=slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class WallCost:
    """Of one second, by the payloads of packets."""

    tiles: int
    to_tiles_bps: float
    low_layers_bps: float

    @property
    def ratio(self) -> float:
        return self.to_tiles_bps / self.low_layers_bps


class _Camera:
    """One person's two layers."""

    def __init__(self, port: Port, number: int) -> None:
        self._port = port
        self._number = number
        self._next = [0.0 for _ in LAYERS]
        self._sequences = [10 for _ in LAYERS]
        self.low_bytes = 0

    def send(self, now: float) -> None:
        for layer, (rid, fps, parts, size) in enumerate(LAYERS):
            while self._next[layer] <= now:
                is_key = self._next[layer] % KEY_EVERY_S < 1 / fps
                for packet in self._frame(layer, rid, parts, size, is_key=is_key):
                    self._port.receive_rtp(packet, now)
                self._next[layer] += 1 / fps

    def _frame(
        self, layer: int, rid: str, parts: int, size: tuple[int, int], *, is_key: bool
    ) -> Iterator[bytes]:
        frame = round(self._next[layer] * 90_000)
        for part in range(parts):
            self._sequences[layer] += 1
            picture = self._sequences[layer] // parts
            payload = vp8_payload(
                picture_id=picture & 0x7FFF, is_key=is_key and not part, size=size
            )
            payload += bytes(FRAME_BYTES - len(payload))
            if layer == 0:
                self.low_bytes += len(payload)
            yield rtp_packet(
                ssrc=self._number * 100 + 70 + layer,
                payload_type=96,
                sequence=self._sequences[layer] & 0xFFFF,
                timestamp=frame & 0xFFFFFFFF,
                payload=payload,
                marker=part == parts - 1,
                elements={4: b"1", 10: rid.encode()},
            )


def measure_wall(*, rooms: int, seconds: float) -> WallCost:
    router = Router(wall_offset_s=1_700_000_000.0)
    cameras: list[_Camera] = []
    for room in range(rooms):
        for person in range(PEOPLE):
            number = room * PEOPLE + person + 1
            name = f"{room}-{person}"
            router.add_endpoint(name, str(room))
            rids = tuple(layer[0] for layer in LAYERS)
            port = router.attach(name, describe(number, rids=rids), 0.0)
            router.set_gate(name, Gate(camera=True, audience="open"), 0.0)
            cameras.append(_Camera(port, number))
        number = 10_000 + room
        router.add_endpoint(f"{room}-tap", str(room), Role.TAP)
        router.attach(f"{room}-tap", _tap(number), 0.0)
    now = 0.0
    while now < seconds:
        for room in range(rooms):
            shown = int(now / LOOK_S) % PEOPLE
            width, height = MONITOR_LARGEST
            source = Source(
                endpoint=f"{room}-{shown}", camera=True, max_width=width, max_height=height
            )
            router.set_sources(f"{room}-tap", (source,), now)
        for camera in cameras:
            camera.send(now)
        router.handle_timeout(now)
        router.poll_output()
        router.poll_events()
        now += TICK_S
    low = sum(camera.low_bytes for camera in cameras) / PEOPLE
    assert router.counters["out_packets_audio_tap"] == 0
    return WallCost(
        tiles=rooms,
        to_tiles_bps=8 * router.counters["out_bytes_camera_tap"] / seconds,
        low_layers_bps=8 * low / seconds,
    )


def print_wall(*, seconds: float = 20.0) -> None:
    cost = measure_wall(rooms=16, seconds=seconds)
    sent, each = cost.to_tiles_bps / 1000, cost.low_layers_bps / cost.tiles / 1000
    print(
        f"\nA wall of {cost.tiles} rooms of {PEOPLE} people: {sent:,.0f} kbit/s to its tiles,"
        f" {cost.ratio:.2f} of one low layer a tile ({each:.0f} kbit/s each); no sound"
    )


if __name__ == "__main__":
    print_wall()
