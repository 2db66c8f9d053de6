"""The packets of one person of the load: VP8 frames of about six packets, Opus every 20 ms.

Plain RTP with the header extensions a browser sends. The last eight bytes of every packet name
its sender and its place in that sender's schedule, so that a receiver can prove what it got.
"""

import struct
from dataclasses import dataclass

from tests.bench.offer import LEVEL_ID, OPUS, SEND_TIME_ID, TRANSPORT_CC_ID, VP8

VIDEO_BYTES = 1100
"""A whole plain RTP packet with its header."""
AUDIO_PAYLOAD_BYTES = 90
VIDEO_PER_SECOND = 170
AUDIO_PER_SECOND = 50
FRAMES_PER_SECOND = 30
KEY_FRAME_EVERY = 60
"""Frames from one key frame to the next."""
STAMP = struct.Struct("!2sHI")
MAGIC = b"vm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One packet and when it is due, in seconds from the start."""

    at: float
    packet: bytes


def read_stamp(plain: bytes) -> tuple[int, int] | None:
    """(sender, place in the sender's schedule) of a decrypted packet, None if it has no stamp."""
    magic, sender, place = STAMP.unpack_from(plain, len(plain) - STAMP.size)
    return (sender, place) if magic == MAGIC else None


def _extension(number: int, level: int | None) -> bytes:
    body = bytes([SEND_TIME_ID << 4 | 2, 0, 0, 0])
    body += bytes([TRANSPORT_CC_ID << 4 | 1]) + struct.pack("!H", number & 0xFFFF)
    if level is not None:
        body += bytes([LEVEL_ID << 4, 0x80 | level])
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", 0xBEDE, len(body) // 4) + body


def _header(kind: int, marker: bool, sequence: int, timestamp: int, ssrc: int) -> bytes:
    return struct.pack(
        "!BBHII",
        0x90,
        kind | (0x80 if marker else 0),
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )


def _vp8(frame: int, is_first: bool) -> bytes:
    """Payload descriptor (RFC 7741) with picture id, TL0PICIDX and TID; then the frame's tag."""
    descriptor = bytes([0x80 | (0x10 if is_first else 0), 0xE0])
    descriptor += struct.pack("!H", 0x8000 | frame & 0x7FFF)
    descriptor += bytes([frame & 0xFF, 0x20])
    if not is_first:
        return descriptor
    if frame % KEY_FRAME_EVERY == 0:
        return descriptor + bytes([0x10, 0, 0, 0x9D, 0x01, 0x2A]) + struct.pack("<HH", 640, 360)
    return descriptor + bytes([0x11, 0, 0])


def _instants(seconds: float, phase: float, in_bursts: bool) -> list[tuple[float, bool, int]]:
    """(when, is video, which) for each packet. In bursts, a frame's packets leave together."""
    instants = [
        (phase + n / AUDIO_PER_SECOND, False, n) for n in range(int(seconds * AUDIO_PER_SECOND))
    ]
    for n in range(int(seconds * VIDEO_PER_SECOND)):
        at = n / VIDEO_PER_SECOND
        if in_bursts:
            at = int(n * FRAMES_PER_SECOND / VIDEO_PER_SECOND) / FRAMES_PER_SECOND
        instants.append((phase + at, True, n))
    return sorted(instants)


def plan(
    *,
    sender: int,
    audio_ssrc: int,
    camera_ssrc: int,
    seconds: float,
    phase: float,
    in_bursts: bool,
    level: int,
) -> list[Planned]:
    """Everything one person sends, in order; `level` is their loudness in -dBov."""
    planned = []
    for place, (at, is_video, n) in enumerate(_instants(seconds, phase, in_bursts)):
        stamp = STAMP.pack(MAGIC, sender, place)
        if is_video:
            frame = n * FRAMES_PER_SECOND // VIDEO_PER_SECOND
            is_first = n == 0 or (n - 1) * FRAMES_PER_SECOND // VIDEO_PER_SECOND != frame
            is_last = (n + 1) * FRAMES_PER_SECOND // VIDEO_PER_SECOND != frame
            packet = _header(VP8, is_last, 5000 + n, 90_000 + frame * 3000, camera_ssrc)
            packet += _extension(place, None) + _vp8(frame, is_first)
            packet += bytes(VIDEO_BYTES - STAMP.size - len(packet)) + stamp
        else:
            packet = _header(OPUS, n == 0, 7000 + n, 48_000 + n * 960, audio_ssrc)
            packet += _extension(place, level) + b"\x78"
            packet += bytes(AUDIO_PAYLOAD_BYTES - 1 - STAMP.size) + stamp
        planned.append(Planned(at=at, packet=packet))
    return planned
