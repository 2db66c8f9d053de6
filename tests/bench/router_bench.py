"""What the packet core costs: CPU microseconds for each forwarded packet, without cryptography.

Run by `python -m tests.bench.router_bench`. Three people a room, ten rooms; each person sends
1100-byte video at 170 packets a second and audio at 50, with the extensions a browser writes.
"""

import argparse
import cProfile
import pstats
import time
from collections.abc import Iterator

from media.messages import Gate, Source
from media.router import Port, Router
from tests.media.packets import describe, opus_packet, vp8_packet

ROOMS = 10
PEOPLE = 3
VIDEO_PPS = 170
AUDIO_PPS = 50
VIDEO_PAYLOAD_BYTES = 1060
FRAME_PACKETS = 6
TICK_S = 0.001


class Sender:
    """One person's prepared packets, as (second, packet), in order of time."""

    def __init__(self, number: int, seconds: float) -> None:
        self.packets = sorted([*_video(number, seconds), *_audio(number, seconds)])


def _video(number: int, seconds: float) -> Iterator[tuple[float, bytes]]:
    body = bytes(VIDEO_PAYLOAD_BYTES)
    for index in range(int(seconds * VIDEO_PPS)):
        at = index / VIDEO_PPS + number * 0.0007
        frame, part = divmod(index, FRAME_PACKETS)
        yield (
            at,
            vp8_packet(
                ssrc=number * 10 + 2,
                sequence=index,
                timestamp=frame * 3000,
                picture_id=frame,
                is_key=frame == 0 and part == 0,
                is_first=part == 0,
                marker=part == FRAME_PACKETS - 1,
                wide=index + int(index * AUDIO_PPS / VIDEO_PPS),
                body=body,
            ),
        )


def _audio(number: int, seconds: float) -> Iterator[tuple[float, bytes]]:
    for index in range(int(seconds * AUDIO_PPS)):
        yield (
            index / AUDIO_PPS + number * 0.0009,
            opus_packet(
                ssrc=number * 10 + 1,
                sequence=index,
                timestamp=index * 960,
                level=30 if index % 100 < 60 else 70,
                wide=int(index * (AUDIO_PPS + VIDEO_PPS) / AUDIO_PPS),
                body=bytes(80),
            ),
        )


def prepare(rooms: int) -> tuple[Router, list[Port]]:
    """Return a router with `rooms` of three people who all see and hear each other."""
    router = Router(wall_offset_s=1_700_000_000.0)
    ports = []
    for room in range(rooms):
        names = [f"{room}-{person}" for person in range(PEOPLE)]
        for name in names:
            router.add_endpoint(name, str(room))
        for person, name in enumerate(names):
            ports.append(router.attach(name, describe(room * PEOPLE + person + 1), 0.0))
            router.set_gate(name, Gate(audio=True, camera=True), 0.0)
            others = [other for other in names if other != name]
            sources = tuple(Source(endpoint=other, audio=True, camera=True) for other in others)
            router.set_sources(name, sources, 0.0)
    return router, ports


def run(rooms: int, seconds: float) -> tuple[float, int, int]:
    """Return CPU seconds, packets in and packets out."""
    router, ports = prepare(rooms)
    schedule = sorted(
        (at, index, packet)
        for index in range(len(ports))
        for at, packet in Sender(index + 1, seconds).packets
    )
    router.poll_output()
    received = forwarded = 0
    deadline = 0.0
    now = 0.0
    began = time.process_time()
    for at, index, packet in schedule:
        if at - now >= TICK_S:
            now = at
            if now >= deadline:
                deadline = router.handle_timeout(now)
            forwarded += len(router.poll_output())
        ports[index].receive_rtp(packet, at)
        received += 1
    forwarded += len(router.poll_output())
    return time.process_time() - began, received, forwarded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rooms", type=int, default=ROOMS)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    if options.profile:
        profile = cProfile.Profile()
        profile.runcall(run, options.rooms, options.seconds)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        return
    cpu, received, forwarded = min(run(options.rooms, options.seconds) for _ in range(3))
    print(f"{options.rooms} rooms of {PEOPLE}, {received} packets in, {forwarded} out (with RTCP)")
    print(f"{cpu / forwarded * 1e6:.2f} µs a forwarded packet, {cpu / received * 1e6:.2f} µs in")


if __name__ == "__main__":
    main()
