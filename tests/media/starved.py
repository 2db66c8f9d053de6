"""Machines that have too little processor: they stand still over and over, and drop what overflows.

What arrives for one that stands still waits in its socket's buffer and is read at once when it goes
on; what finds that buffer full is lost. Nothing of it is the path's doing.
"""

import bisect
import itertools
import random

from tests.media.bottleneck import DELAY_S, FEEDBACK_S, PACKET_BYTES, TICK_S, Bottleneck
from tests.media.hall import Seat

STILL_S = (0.05, 0.3)
RUNS_S = (0.01, 0.15)
BUFFER_PACKETS = 60


class Processor:
    """One process's turns, by a seed: `ready_at` says when it does what is due at a time."""

    def __init__(self, seed: int, seconds: float, still_s: tuple[float, float] = STILL_S) -> None:
        chance = random.Random(seed)
        steps = itertools.chain.from_iterable(
            (chance.uniform(*RUNS_S), chance.uniform(*still_s)) for _ in itertools.count()
        )
        turns = itertools.takewhile(lambda at: at < seconds, itertools.accumulate(steps))
        self._turns = list(turns)

    def ready_at(self, at: float) -> float:
        index = bisect.bisect_right(self._turns, at)
        is_still = index % 2 == 1 and index < len(self._turns)
        return self._turns[index] if is_still else at

    def runs(self, at: float) -> bool:
        return self.ready_at(at) == at


class Buffer:
    """Of a socket that a process reads when it runs."""

    def __init__(self, processor: Processor, packets: int = BUFFER_PACKETS) -> None:
        self._processor = processor
        self._packets = packets
        self._read_at = 0.0
        self._waiting = 0
        self.dropped = 0

    def take(self, at: float) -> float | None:
        """Return when what arrives at `at` is read; None: there was no room."""
        read_at = self._processor.ready_at(at)
        self._waiting = self._waiting + 1 if read_at == self._read_at else 1
        self._read_at = read_at
        if read_at > at and self._waiting > self._packets:
            self.dropped += 1
            return None
        return read_at


class StarvedBottleneck(Bottleneck):
    """A wide path; who sends a steady rate, who receives and who gives feedback all starve."""

    def __init__(
        self, seed: int, *, sent_bps: float, starved_s: float, buffer_packets: int
    ) -> None:
        super().__init__(seed, 50_000_000)
        self.sent_bps = sent_bps
        sender, receiver, teller = (Processor(seed * 10 + n, starved_s) for n in range(3))
        self._sender, self._teller = sender, teller
        self._buffer = Buffer(receiver, buffer_packets)

    def run_steadily(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += TICK_S
            self.owed += self.sent_bps * TICK_S / 8
            while self.owed >= PACKET_BYTES and self._sender.runs(self.now):
                self.owed -= PACKET_BYTES
                self.sent.append((self.now, self._buffer.take(self.now + DELAY_S)))
            if self.now >= self.next_feedback and self._teller.runs(self.now):
                self.next_feedback = self.now + FEEDBACK_S
                self.give_feedback()

    @property
    def dropped(self) -> int:
        return self._buffer.dropped


class StarvedSeat(Seat):
    """Somebody whose link is wide and whose machine is busy until `starved_s`."""

    def __init__(
        self,
        number: int,
        seed: int,
        starved_s: float,
        *,
        still_s: tuple[float, float] = STILL_S,
        buffer_packets: int = BUFFER_PACKETS,
    ) -> None:
        super().__init__(number, 20_000_000)
        self._buffer = Buffer(Processor(seed, starved_s, still_s), buffer_packets)

    def arrival(self, packet: bytes, now: float) -> float | None:
        at = super().arrival(packet, now)
        if at is None:
            return None
        read_at = self._buffer.take(at)
        self.dropped += read_at is None
        return read_at
