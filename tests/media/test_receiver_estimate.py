"""The estimate for publishers that take REMB, on a simulated bottleneck."""

from itertools import pairwise

import pytest

from media.receiver_estimate import MAX_PENDING, REPEAT_S, ReceiverEstimate
from tests.media.bottleneck import DELAY_S, FEEDBACK_S, PACKET_BYTES, Bottleneck

SEEDS = [1, 2, 3]
CLOCK_S = 64.0


class RembLink(Bottleneck):
    """The same link with a sender that sends what the receiver told it last."""

    def __init__(self, seed: int, capacity_bps: float, **options: float) -> None:
        super().__init__(seed, capacity_bps, **options)
        self.estimate = ReceiverEstimate()
        self.missing = 0
        self.told: list[tuple[float, int]] = []

    def give_feedback(self) -> None:
        known = [item for item in self.sent if (item[1] or item[0] + DELAY_S) <= self.now]
        self.sent = [item for item in self.sent if item not in known]
        for sent, at in known:
            if at is None:
                self.missing += 1
            else:
                self.estimate.add(int(sent % CLOCK_S * 1024), PACKET_BYTES, at)
        bps = self.estimate.due(self.missing, self.now, 2 * DELAY_S)
        if bps is not None:
            self.told.append((self.now, bps))
            self.estimator.take_remb(bps, self.now)
        self.estimates.append((self.now, self.estimator.bps or 0.0))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("capacity_bps", [300_000, 1_000_000, 2_000_000])
def test_it_settles_below_the_capacity_and_near_it(seed: int, capacity_bps: int) -> None:
    link = RembLink(seed, capacity_bps, jitter_s=0.005)
    link.run(30.0)
    assert 0.75 <= link.mean(15.0) <= 1.0


def test_the_senders_clock_goes_on_when_it_begins_anew_and_when_packets_change_places() -> None:
    estimate = ReceiverEstimate()
    for ticks in (0xFFFF, 3, 1, 4):
        estimate.add(ticks, PACKET_BYTES, 1.0)
    assert [sent * 1024 for sent, _, _ in estimate._packets] == [0, 4, 2, 5]


@pytest.mark.parametrize("seed", SEEDS)
def test_heavy_loss_makes_it_fall(seed: int) -> None:
    link = RembLink(seed, 2_000_000)
    link.run(20.0)
    link.loss = 0.25
    link.run(5.0)
    assert link.mean(0.5) < 0.5


def test_it_is_told_each_second_and_a_fall_at_once() -> None:
    link = RembLink(1, 2_000_000)
    link.run(20.0)
    steady = [at for at, _ in link.told if at > 10.0]
    assert all(after - at <= REPEAT_S + FEEDBACK_S for at, after in pairwise(steady))
    link.capacity_bps /= 4
    began = link.now
    link.run(3.0)
    falls = [at for at, _ in link.told if at > began]
    assert any(after - at < REPEAT_S / 2 for at, after in pairwise(falls))
    assert link.told[-1][1] < 700_000


def test_nothing_that_came_is_nothing_to_tell() -> None:
    estimate = ReceiverEstimate()
    assert estimate.due(0, 1.0, 0.1) is None
    estimate.add(5, 1000, 1.0)
    assert estimate.due(0, 1.1, 0.1) is not None
    assert estimate.due(0, 9.0, 0.1) is None


def test_packets_that_nobody_asks_about_are_bounded() -> None:
    estimate = ReceiverEstimate()
    for number in range(MAX_PENDING + 100):
        estimate.add(number, 1000, number / 1024)
    assert len(estimate._packets) == MAX_PENDING
