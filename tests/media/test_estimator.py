"""The estimate on a simulated bottleneck: it comes near what the link carries, and follows it."""

import pytest

from media.allocator import Evidence
from media.estimator import LEAST_BPS, START_BPS, Estimator
from tests.media.bottleneck import PACKET_BYTES, Bottleneck
from tests.media.starved import StarvedBottleneck

SEEDS = [1, 2, 3]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("capacity_bps", [300_000, 1_000_000, 2_000_000, 5_000_000])
@pytest.mark.parametrize("jitter_s", [0.0, 0.01])
def test_it_settles_at_70_to_95_per_cent_of_the_capacity(
    seed: int, capacity_bps: int, jitter_s: float
) -> None:
    link = Bottleneck(seed, capacity_bps, jitter_s=jitter_s)
    link.run(30.0)
    assert 0.7 <= link.mean(15.0) <= 0.95


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("loss", [0.0, 0.02])
@pytest.mark.parametrize("jitter_s", [0.0, 0.02])
def test_it_backs_off_within_a_second_when_the_capacity_halves_and_recovers(
    seed: int, loss: float, jitter_s: float
) -> None:
    link = Bottleneck(seed, 2_000_000, loss=loss, jitter_s=jitter_s)
    link.run(30.0)
    link.capacity_bps /= 2
    halved = link.now
    link.run(5.0, until=lambda: (link.estimator.bps or 0) <= link.capacity_bps)
    assert link.now - halved <= 1.0
    link.run(10.0)
    assert 0.65 <= link.mean(5.0) <= 1.0
    link.capacity_bps *= 2
    link.run(25.0)
    assert link.mean(5.0) >= 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_random_loss_of_two_per_cent_does_not_make_it_collapse(seed: int) -> None:
    link = Bottleneck(seed, 2_000_000, loss=0.02, jitter_s=0.01)
    link.run(60.0)
    assert link.mean(30.0) >= 0.7
    assert min(bps for at, bps in link.estimates if at > 10) >= 0.5 * 2_000_000


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("loss", [0.08, 0.1, 0.15])
def test_the_loss_that_a_path_has_at_any_rate_does_not_make_it_collapse(
    seed: int, loss: float
) -> None:
    link = Bottleneck(seed, 2_000_000, loss=loss, jitter_s=0.01)
    link.run(90.0)
    assert link.mean(60.0) >= 0.6
    assert min(bps for at, bps in link.estimates if at > 10) >= 0.25 * 2_000_000


@pytest.mark.parametrize("capacity_bps", [1_000_000, 3_000_000])
def test_a_path_that_drops_what_is_too_much_is_not_thought_lossy(capacity_bps: int) -> None:
    link = Bottleneck(1, 5_000_000, queue_s=0.02)
    link.run(20.0)
    link.capacity_bps = capacity_bps
    link.run(40.0)
    assert link.mean(20.0) <= 1.1
    assert link.estimator.loss < 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_heavy_loss_makes_it_fall_and_its_end_lets_it_grow_again(seed: int) -> None:
    link = Bottleneck(seed, 5_000_000, loss=0.0)
    link.run(20.0)
    link.loss = 0.25
    link.run(5.0)
    fallen = link.mean(0.5)
    assert fallen < 0.5
    assert link.estimator.loss > 0.1
    link.loss = 0.0
    link.run(20.0)
    assert link.mean(1.0) > 1.5 * fallen


def test_who_sends_little_keeps_the_estimate_and_does_not_dream() -> None:
    link = Bottleneck(1, 50_000_000, wanted_bps=400_000)
    link.run(60.0)
    assert START_BPS <= (link.estimator.bps or 0) <= 1.1 * START_BPS
    assert link.estimator.received_bps == pytest.approx(400_000, rel=0.1)


def test_a_moments_delay_costs_who_sends_little_a_step_and_not_everything() -> None:
    link = Bottleneck(1, 50_000_000, wanted_bps=150_000)
    link.run(10.0)
    link.capacity_bps = 100_000
    link.run(0.4)
    link.capacity_bps = 50_000_000
    link.run(2.0)
    assert (link.estimator.bps or 0) > 500_000


def test_a_probe_that_came_through_is_believed() -> None:
    estimator = Bottleneck(1, 50_000_000, wanted_bps=400_000).estimator
    estimator.take_feedback([(0.0, 100, 0.0)], 0, 0.1, 0.05)
    estimator.take_probe(4_000_000)
    assert estimator.bps == 4_000_000
    estimator.take_probe(1_000_000)
    assert estimator.bps == 4_000_000


def test_a_probe_lifts_the_bound_that_loss_had_set() -> None:
    link = Bottleneck(1, 2_000_000, loss=0.3)
    link.run(5.0)
    link.estimator.take_probe(1_500_000)
    assert link.estimator.bps == pytest.approx(1_500_000)


def test_nothing_is_estimated_before_anybody_said_anything() -> None:
    assert Estimator().bps is None
    assert Estimator().received_bps is None


def test_remb_stands_in_where_there_is_no_feedback() -> None:
    estimator = Estimator()
    estimator.take_remb(700_000, 1.0)
    assert estimator.bps == 700_000
    estimator.take_remb(1, 2.0)
    assert estimator.bps == LEAST_BPS
    estimator.take_feedback([(2.0, 100, 9.0)], 0, 2.1, 0.05)
    estimator.take_remb(700_000, 3.0)
    assert estimator.bps == START_BPS
    estimator.take_remb(700_000, 20.0)
    assert estimator.bps == 700_000


def test_feedback_in_which_nothing_arrived_counts_as_loss() -> None:
    estimator = Estimator()
    for step in range(10):
        estimator.take_feedback([], 20, step * 0.1, 0.05)
    assert (estimator.bps or 0) < START_BPS


def test_a_clock_that_was_set_is_no_delay() -> None:
    link = Bottleneck(1, 50_000_000, wanted_bps=PACKET_BYTES * 8 * 50)
    link.run(5.0)
    before = link.estimator.bps or 0
    estimator = link.estimator
    for step in range(100):
        at = 10 + step * 0.02
        estimator.take_feedback([(at, 1000, at + 500_000)], 0, at + 0.05, 0.05)
    assert (estimator.bps or 0) >= before


def test_the_loss_of_a_path_that_nothing_is_heard_of_is_unknown() -> None:
    link = Bottleneck(1, 2_000_000, loss=0.1)
    assert link.estimator.fresh_loss(0.0) is None
    link.run(5.0)
    assert link.estimator.fresh_loss(link.now) == link.estimator.loss > 0
    assert link.estimator.fresh_loss(link.now + 6.0) is None


# -- machines that starve ---------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_machines_that_stand_still_over_and_over_do_not_lower_it_below_what_is_sent(
    seed: int,
) -> None:
    link = StarvedBottleneck(seed, sent_bps=400_000, starved_s=30.0, buffer_packets=60)
    link.run_steadily(30.0)
    assert link.dropped == 0
    assert min(bps for _, bps in link.estimates) >= 2 * link.sent_bps


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("sent_bps", "buffer_packets"), [(150_000, 3), (400_000, 5), (1.5e6, 30)])
def test_it_is_back_within_three_seconds_once_a_starved_machine_that_lost_much_is_free(
    seed: int, sent_bps: float, buffer_packets: int
) -> None:
    link = StarvedBottleneck(seed, sent_bps=sent_bps, starved_s=30.0, buffer_packets=buffer_packets)
    link.run_steadily(30.0)
    assert link.dropped > 100
    link.run_steadily(3.0)
    assert (link.estimator.bps or 0) > 1.15 * sent_bps


def test_it_is_never_much_less_than_what_came_through_without_a_queue() -> None:
    link = Bottleneck(1, 50_000_000, wanted_bps=600_000)
    link.run(5.0)
    link.estimator._delay_bps = link.estimator._losses.bound_bps = LEAST_BPS
    link.wanted_bps, steady = 1e9, link.estimator.received_bps or 0.0
    link.give_feedback()
    assert (link.estimator.bps or 0) >= 0.7 * steady


def test_one_burst_of_loss_is_no_evidence_and_loss_that_goes_on_is() -> None:
    link = Bottleneck(1, 50_000_000, wanted_bps=400_000)
    link.run(10.0)
    link.loss = 0.1
    link.run(0.5)
    link.loss = 0.0
    link.run(2.0)
    assert link.estimator.evidence(link.now) is Evidence.NONE
    link.loss = 0.1
    link.run(5.0)
    assert link.estimator.evidence(link.now) is Evidence.LOSS


def test_what_waited_for_a_stalled_receiver_counts_over_the_time_it_was_sent_in() -> None:
    estimator = Estimator()
    for step in range(200):
        sent = step * 0.01
        arrived = sent + 0.03 if step < 100 else 2.2
        estimator.take_feedback([(sent, 500, arrived)], 0, sent, 0.05)
    assert estimator.received_bps == pytest.approx(400_000, rel=0.1)
