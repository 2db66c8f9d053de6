"""The last key frame of a stream and what followed: what a new subscriber may be shown at once.

A `KeyRun` holds numbers only; the packets are the stream's own history. Invariant: a packet that
came before the last `flush`, or while nothing was kept, is in no run, however late it arrives.
"""

from media.history import History
from media.packet import Packet

MAX_AGE_S = 1.0
MAX_PACKETS = 256
MAX_BYTES = 100_000
"""A joiner's link takes this beside everything else that begins; more waits for a key frame."""


class KeyRun:
    """Where the last key frame began, if it may be shown to somebody new."""

    __slots__ = ("_floor", "_start", "_timestamp", "is_kept")

    def __init__(self, *, is_kept: bool) -> None:
        self.is_kept = is_kept
        self._start: int | None = None
        self._timestamp = 0
        self._floor = 0

    def note(self, sequence: int, timestamp: int) -> None:
        """A key frame begins with this extended sequence number."""
        if not self.is_kept or sequence < self._floor:
            return
        if self._start is None or (sequence > self._start and timestamp != self._timestamp):
            self._start = sequence
            self._timestamp = timestamp

    def flush(self, highest: int) -> None:
        """Show nobody new anything up to `highest`, the newest number received so far."""
        self._start = None
        self._floor = max(self._floor, highest + 1)

    def packets(
        self, history: History, highest: int, since: float, now: float
    ) -> list[Packet] | None:
        """Return the run up to `highest`; None unless it is whole, short, and young enough.

        `since`: no packet that arrived before this time may be in it.
        """
        start = self._start
        if start is None or not 0 < highest + 1 - start <= MAX_PACKETS:
            return None
        oldest = max(since, now - MAX_AGE_S)
        found: list[Packet] = []
        size = 0
        for sequence in range(start, highest + 1):
            packet = history.get(sequence, now)
            if packet is None or packet.arrival < oldest:
                return None
            size += len(packet.payload)
            found.append(packet)
        return found if size <= MAX_BYTES else None
