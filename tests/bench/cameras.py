"""Cameras that cost next to nothing: a picture encoded once, sent again and again by load peers.

VP8, 320 by 180, so that a monitor of a legal room is shown it; a key frame every two seconds.
"""

import asyncio
import struct
import time
from fractions import Fraction

import av
import numpy as np
from aiortc.rtcdtlstransport import RTCCertificate

from tests.bench.load_peer import LoadPeer
from tests.bench.offer import VP8
from tests.signalling.client import Client

WIDTH, HEIGHT = 320, 180
FRAMES_PER_SECOND = 15
FRAMES = 2 * FRAMES_PER_SECOND
BITRATE_BPS = 120_000
PAYLOAD_BYTES = 1000
CHECK_EVERY = 2 * FRAMES_PER_SECOND
"""Frames from one consent check (RFC 7675) to the next."""
CLOCK = 90_000


def encode() -> list[bytes]:
    """Two seconds of a room's noise with something that moves through it; a key frame first."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.gop_size = BITRATE_BPS, FRAMES
    encoder.time_base = Fraction(1, FRAMES_PER_SECOND)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    noise = np.random.default_rng(1)
    frames: list[bytes] = []
    for number in range(FRAMES):
        image = noise.integers(70, 100, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        left = 8 * number
        image[40:160, left : left + 60] = (200, 160, 120)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return frames + [bytes(packet) for packet in encoder.encode(None)]


def packets_of(frame: bytes, number: int, sequence: int, ssrc: int) -> list[bytes]:
    """RTP with the descriptor of RFC 7741: picture id, TL0PICIDX, TID; no header extension."""
    parts = [frame[at : at + PAYLOAD_BYTES] for at in range(0, len(frame), PAYLOAD_BYTES)]
    packets = []
    for place, part in enumerate(parts):
        header = struct.pack(
            "!BBHII",
            0x80,
            VP8 | (0x80 if place == len(parts) - 1 else 0),
            (sequence + place) & 0xFFFF,
            number * CLOCK // FRAMES_PER_SECOND & 0xFFFFFFFF,
            ssrc,
        )
        descriptor = struct.pack(
            "!BBHBB",
            0x80 | (0 if place else 0x10),
            0xE0,
            0x8000 | number & 0x7FFF,
            number & 0xFF,
            0x20,
        )
        packets.append(header + descriptor + part)
    return packets


class Cameras:
    """One for each client; each sends from `add` to `close`."""

    def __init__(self) -> None:
        self._sequences: dict[LoadPeer, int] = {}
        self._peers: dict[Client, LoadPeer] = {}
        self._held: set[LoadPeer] = set()
        self._certificate = RTCCertificate.generateCertificate()
        self._frames = encode()
        self._task: asyncio.Task[None] | None = None

    async def add(self, client: Client) -> None:
        peer = LoadPeer(len(self._sequences), self._certificate)
        answer = await client.request("media.offer", sdp=peer.offer())
        await asyncio.to_thread(peer.connect, answer["answer"])
        self._sequences[peer] = 1000
        self._peers[client] = peer
        if self._task is None:
            self._task = asyncio.create_task(self._send())

    def hold(self, client: Client, *, is_held: bool) -> None:
        """No pictures from this one, or pictures again; the transport stays."""
        (self._held.add if is_held else self._held.discard)(self._peers[client])

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for peer in self._sequences:
            peer.close()

    async def _send(self) -> None:
        began, number = time.monotonic(), 0
        while True:
            frame = self._frames[number % FRAMES]
            for peer, sequence in self._sequences.items():
                assert peer.outbound is not None
                if peer not in self._held:
                    packets = packets_of(frame, number, sequence, peer.camera_ssrc)
                    self._sequences[peer] = sequence + len(packets)
                    for packet in packets:
                        peer.socket.send(peer.outbound.protect(packet))
                if number % CHECK_EVERY == 0:
                    peer.socket.send(peer.check())
            number += 1
            due = began + number / FRAMES_PER_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))
