"""The last packets of one received stream, for resending them. Bounded in number and in age."""

from media.packet import Packet

VIDEO_AGE_S = 2.0
AUDIO_AGE_S = 1.0
VIDEO_PACKETS = 1024
AUDIO_PACKETS = 128


class History:
    """A ring by extended sequence number; `size` must be a power of two.

    The hot path stores by `ring[sequence & mask] = packet` itself.
    """

    __slots__ = ("_age_s", "_tail", "mask", "ring")

    def __init__(self, size: int, age_s: float) -> None:
        self.ring: list[Packet | None] = [None] * size
        self.mask = size - 1
        self._age_s = age_s
        self._tail: int | None = None

    def get(self, sequence: int, now: float) -> Packet | None:
        """Return the packet with this extended number unless it is unknown or too old."""
        packet = self.ring[sequence & self.mask]
        if packet is None or packet.sequence != sequence or now - packet.arrival > self._age_s:
            return None
        return packet

    def trim(self, highest: int, now: float) -> None:
        """Let go of what is too old; `highest` is the newest number stored so far."""
        oldest = highest - self.mask
        tail = oldest if self._tail is None else max(self._tail, oldest)
        while tail <= highest:
            packet = self.ring[tail & self.mask]
            if packet is not None and now - packet.arrival <= self._age_s:
                break
            self.ring[tail & self.mask] = None
            tail += 1
        self._tail = tail

    def clear(self) -> None:
        """Forget everything now."""
        self.ring[:] = [None] * (self.mask + 1)
        self._tail = None
