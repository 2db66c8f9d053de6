"""One received packet as the forwarding core keeps it: everything worked out once."""

from media.vp8 import Picture


class Packet:
    """`sequence` is extended beyond 16 bits, `marker` is 0 or 0x80, `level` is -1 if unknown.

    `payload` has neither padding nor, in a repaired packet, the original sequence number in
    front. `arrival` is the caller's time in seconds.
    """

    __slots__ = ("arrival", "level", "marker", "payload", "picture", "sequence", "timestamp")

    def __init__(
        self,
        sequence: int,
        timestamp: int,
        marker: int,
        payload: bytes,
        picture: Picture | None,
        level: int,
        arrival: float,
    ) -> None:
        self.sequence = sequence
        self.timestamp = timestamp
        self.marker = marker
        self.payload = payload
        self.picture = picture
        self.level = level
        self.arrival = arrival
