"""The rate of one received stream, smoothed over about two seconds. Pure."""

HEADER_BYTES = 24
"""What header and extensions add to the payload of a packet, about."""
_SAMPLES = 10


class Bitrate:
    """Fed with running totals. `bps` stays as it was last while nothing comes.

    So a layer that was switched off is known by the rate it had.
    """

    __slots__ = ("_at", "_octets", "_packets", "_seen", "bps")

    def __init__(self) -> None:
        self.bps = 0
        self._at: float | None = None
        self._octets = 0
        self._packets = 0
        self._seen = 0

    def measure(self, octets: int, packets: int, now: float) -> None:
        """Take the totals of payload octets and packets received until now."""
        at, octets_before, packets_before = self._at, self._octets, self._packets
        self._at, self._octets, self._packets = now, octets, packets
        if at is None or now <= at or packets <= packets_before:
            return
        grown = octets - octets_before + (packets - packets_before) * HEADER_BYTES
        self._seen = min(self._seen + 1, _SAMPLES)
        self.bps += round((grown * 8 / (now - at) - self.bps) / self._seen)
