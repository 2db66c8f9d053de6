"""Packets on a stream: two bytes of length before each (RFC 4571). Pure: bytes in, packets out.

It knows neither sockets nor what a packet means.
Invariant: no more than one unfinished packet of at most `MAX_PACKET_BYTES` is ever kept.
"""

from collections.abc import Iterable

LENGTH_BYTES = 2
# As much as a datagram of the UDP port may have.
MAX_PACKET_BYTES = 2048


class Deframer:
    """Cuts one stream into its packets."""

    __slots__ = ("_is_broken", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._is_broken = False

    @property
    def waiting_bytes(self) -> int:
        """How much of an unfinished packet is kept."""
        return len(self._rest)

    @property
    def is_broken(self) -> bool:
        """Whether a frame was longer than any packet of ours: the stream is of something else, or
        lost its place. Nothing more comes out."""
        return self._is_broken

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that are whole by now, in order; empty frames are skipped (section 2)."""
        if self._is_broken:
            return []
        data = self._rest + data
        packets: list[bytes] = []
        start, end = 0, len(data)
        while end - start >= LENGTH_BYTES:
            size = data[start] << 8 | data[start + 1]
            if size > MAX_PACKET_BYTES:
                self._is_broken = True
                start = end
                break
            following = start + LENGTH_BYTES + size
            if following > end:
                break
            if size:
                packets.append(data[start + LENGTH_BYTES : following])
            start = following
        self._rest = data[start:]
        return packets


def frame(packets: Iterable[bytes]) -> bytes:
    """Packets as they go on a stream."""
    parts = []
    for packet in packets:
        parts.append(len(packet).to_bytes(LENGTH_BYTES, "big"))
        parts.append(packet)
    return b"".join(parts)
