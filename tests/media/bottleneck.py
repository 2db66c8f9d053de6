"""A seeded link with a rate, a queue and loss, and a sender that sends what is estimated."""

import random
from collections.abc import Callable

from media.estimator import START_BPS, Acknowledged, Estimator

PACKET_BYTES = 1100
TICK_S = 0.005
FEEDBACK_S = 0.1
DELAY_S = 0.03


class Bottleneck:
    """Its queue holds `queue_s` of packets. `run` keeps what was estimated after each feedback."""

    def __init__(
        self,
        seed: int,
        capacity_bps: float,
        *,
        loss: float = 0.0,
        jitter_s: float = 0.0,
        queue_s: float = 0.3,
        wanted_bps: float = 1e9,
    ) -> None:
        self.chance = random.Random(seed)
        self.capacity_bps = capacity_bps
        self.loss = loss
        self.jitter_s = jitter_s
        self.queue_s = queue_s
        self.wanted_bps = wanted_bps
        self.estimator = Estimator()
        self.now = 0.0
        self.free_at = 0.0
        self.owed = 0.0
        self.sent: list[tuple[float, float | None]] = []
        self.next_feedback = FEEDBACK_S
        self.estimates: list[tuple[float, float]] = []
        self.arrived_bytes = 0

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        end = self.now + seconds
        while self.now < end and not (until and until()):
            self.now += TICK_S
            rate = min(self.estimator.bps or START_BPS, self.wanted_bps)
            self.owed += rate * TICK_S / 8
            while self.owed >= PACKET_BYTES:
                self.owed -= PACKET_BYTES
                self.send()
            if self.now >= self.next_feedback:
                self.next_feedback += FEEDBACK_S
                self.give_feedback()

    def send(self) -> None:
        self.free_at = max(self.free_at, self.now)
        is_lost = self.chance.random() < self.loss
        if is_lost or self.free_at - self.now > self.queue_s:
            self.sent.append((self.now, None))
            return
        self.free_at += PACKET_BYTES * 8 / self.capacity_bps
        jitter = self.chance.random() * self.jitter_s
        self.sent.append((self.now, self.free_at + DELAY_S + jitter))

    def give_feedback(self) -> None:
        """Tell what came until one delay ago, with the receiver's clock a day ahead."""
        seen = self.now - DELAY_S
        known = [item for item in self.sent if (item[1] or item[0] + DELAY_S) <= seen]
        self.sent = [item for item in self.sent if (item[1] or item[0] + DELAY_S) > seen]
        arrived: list[Acknowledged] = [
            (sent, PACKET_BYTES, at + 86_400) for sent, at in known if at is not None
        ]
        self.arrived_bytes += PACKET_BYTES * len(arrived)
        self.estimator.take_feedback(arrived, len(known) - len(arrived), self.now, 2 * DELAY_S)
        self.estimates.append((self.now, self.estimator.bps or 0.0))

    def mean(self, seconds: float) -> float:
        """Return the mean estimate of the last seconds as a share of the capacity."""
        last = [bps for at, bps in self.estimates if at > self.now - seconds]
        return sum(last) / len(last) / self.capacity_bps
