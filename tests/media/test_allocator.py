"""What each picture is given of a subscriber's bandwidth."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.allocator import (
    PAUSED,
    UNLIMITED,
    Allocator,
    Demand,
    Evidence,
    Priority,
    cost,
    share,
)

CAMERA = (150_000, 500_000, 1_700_000)


def demand(slot: str, priority: Priority = Priority.OTHER, *rates: int | None) -> Demand:
    return Demand(slot=slot, priority=priority, rates_bps=rates or CAMERA)


SCREEN = demand("screen", Priority.PRESENTATION, 800_000)
SPEAKER = demand("speaker", Priority.SPEAKER)
OTHERS = (demand("a"), demand("b"))
ALL = (*OTHERS, SPEAKER, SCREEN)


@pytest.mark.parametrize(
    ("budget_bps", "expected"),
    [
        (10_000_000, {"screen": 0, "speaker": 2, "a": 2, "b": 2}),
        (3_200_000, {"screen": 0, "speaker": 2, "a": 1, "b": 0}),
        (1_600_000, {"screen": 0, "speaker": 1, "a": 0, "b": 0}),
        (1_250_000, {"screen": 0, "speaker": 0, "a": 0, "b": 0}),
        (1_000_000, {"screen": 0, "speaker": 0, "a": PAUSED, "b": PAUSED}),
        (600_000, {"screen": PAUSED, "speaker": 0, "a": 0, "b": 0}),
        (100_000, {"screen": PAUSED, "speaker": PAUSED, "a": PAUSED, "b": PAUSED}),
    ],
)
def test_presentation_and_speaker_come_first(budget_bps: float, expected: dict[str, int]) -> None:
    assert share(budget_bps, ALL) == expected


def test_whom_the_subscriber_chose_comes_before_presentation_and_speaker() -> None:
    chosen = demand("chosen", Priority.CHOSEN)
    assert share(1_900_000, [*ALL, chosen])["chosen"] == 1
    assert share(200_000, [*ALL, chosen]) == {
        "chosen": 0, "screen": PAUSED, "speaker": PAUSED, "a": PAUSED, "b": PAUSED,
    }  # fmt: skip


def test_layers_that_are_not_there_are_passed_over() -> None:
    only_top = demand("a", Priority.OTHER, None, None, 900_000)
    assert share(1_000_000, [only_top]) == {"a": 2}
    assert share(800_000, [only_top]) == {"a": PAUSED}
    assert share(800_000, [demand("a", Priority.OTHER, None)]) == {"a": PAUSED}


rates = st.lists(st.none() | st.integers(1000, 3_000_000), min_size=1, max_size=4).map(tuple)
demands_of_any_kind = st.lists(
    st.builds(
        Demand,
        slot=st.uuids().map(str),
        priority=st.sampled_from(Priority),
        rates_bps=rates,
    ),
    max_size=9,
)


@given(demands_of_any_kind, st.lists(st.floats(0, 2e7), min_size=1, max_size=30))
def test_what_is_given_always_fits(demands: list[Demand], budgets: list[float]) -> None:
    allocator = Allocator()
    for step, budget_bps in enumerate(budgets):
        allocator.decide(budget_bps, demands, step * 1.1)
        assert cost(allocator.given, demands) <= budget_bps


def test_without_a_known_limit_everybody_has_the_best() -> None:
    allocator = Allocator()
    allocator.decide(None, ALL, 0.0)
    assert set(allocator.given.values()) == {UNLIMITED}
    assert allocator.next_step_bps(20_000_000, ALL) is None


def test_the_first_limit_is_kept_at_once() -> None:
    allocator = Allocator()
    allocator.decide(None, ALL, 0.0)
    allocator.decide(1_250_000, ALL, 0.1)
    assert allocator.given == {"screen": 0, "speaker": 0, "a": 0, "b": 0}


def test_less_is_given_at_once_and_more_after_two_seconds() -> None:
    allocator = Allocator()
    allocator.decide(2_500_000, [SPEAKER], 0.0)
    assert allocator.given == {"speaker": 2}
    allocator.decide(600_000, [SPEAKER], 0.1)
    assert allocator.given == {"speaker": 1}
    raised = decided_until(allocator, 2_500_000, 0.2, lambda: allocator.given == {"speaker": 2})
    assert 2.0 <= raised <= 2.5


def decided_until(
    allocator: Allocator, budget_bps: float, start: float, is_done: Callable[[], bool]
) -> float:
    now = start
    while not is_done():
        now += 0.1
        allocator.decide(budget_bps, [SPEAKER], now)
        assert now < start + 60
    return now


def test_more_is_not_given_without_something_to_spare() -> None:
    allocator = Allocator()
    allocator.decide(600_000, [SPEAKER], 0.0)
    for step in range(100):
        allocator.decide(1_750_000, [SPEAKER], 0.1 * step)
    assert allocator.given == {"speaker": 1}


def test_a_step_up_that_fails_is_tried_ever_more_rarely() -> None:
    allocator = Allocator()
    allocator.decide(600_000, [SPEAKER], 0.0)
    raised, now = [], 0.0
    for _ in range(3):
        now = decided_until(allocator, 2_500_000, now, lambda: allocator.given == {"speaker": 2})
        raised.append(now)
        now += 0.1
        allocator.decide(600_000, [SPEAKER], now)
    assert raised[1] - raised[0] > 3.5
    assert raised[2] - raised[1] > 7.5


def test_after_a_quiet_minute_the_wait_is_short_again() -> None:
    allocator = Allocator()
    now = 0.0
    for _ in range(3):
        allocator.decide(600_000, [SPEAKER], now)
        now = decided_until(allocator, 2_500_000, now, lambda: allocator.given == {"speaker": 2})
    allocator.decide(600_000, [SPEAKER], now + 0.1)
    allocator.decide(600_000, [SPEAKER], now + 70)
    again = decided_until(allocator, 2_500_000, now + 70, lambda: allocator.given["speaker"] == 2)
    assert again - now - 70 < 2.5


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("mean_bps", [170_000, 560_000, 1_900_000, 2_400_000])
def test_a_noisy_estimate_flaps_less_than_four_times_a_minute(seed: int, mean_bps: int) -> None:
    chance = random.Random(seed)
    allocator = Allocator()
    changes, before = 0, allocator.given
    demands = [SPEAKER, demand("a", Priority.OTHER, 140_000, 480_000)]
    for step in range(3000):  # five minutes
        allocator.decide(mean_bps * chance.uniform(0.8, 1.2), demands, step * 0.1)
        changes += allocator.given != before
        before = allocator.given
    assert changes / 5 < 4


def test_who_begins_to_speak_takes_over_the_bandwidth() -> None:
    allocator = Allocator()
    for step in range(50):
        allocator.decide(2_300_000, [SPEAKER, demand("a")], step * 0.1)
    assert allocator.given == {"speaker": 2, "a": 0}
    swapped = [demand("speaker"), demand("a", Priority.SPEAKER)]
    allocator.decide(2_300_000, swapped, 5.1)
    assert allocator.given == {"a": 2, "speaker": 0}


def test_a_picture_more_makes_the_others_smaller_at_once() -> None:
    allocator = Allocator()
    for step in range(50):
        allocator.decide(2_300_000, [SPEAKER], step * 0.1)
    allocator.decide(2_300_000, [SPEAKER, SCREEN], 5.1)
    assert allocator.given == {"speaker": 1, "screen": 0}


def test_the_next_step_is_named_with_what_it_needs() -> None:
    allocator = Allocator()
    allocator.decide(600_000, [SPEAKER], 0.0)
    assert allocator.next_step_bps(600_000, [SPEAKER]) == pytest.approx(1_700_000 * 1.15)
    allocator.decide(100_000, [SPEAKER], 1.1)
    assert allocator.next_step_bps(600_000, [SPEAKER]) == pytest.approx(150_000 * 1.15)


def test_a_picture_is_not_paused_for_a_moments_sake_but_made_small_at_once() -> None:
    allocator = Allocator()
    allocator.decide(3_000_000, [SPEAKER], 0.0)
    for step in range(1, 10):
        allocator.decide(100_000, [SPEAKER], step * 0.1)
        assert allocator.given == {"speaker": 0}
    allocator.decide(100_000, [SPEAKER], 1.2)
    assert allocator.given == {"speaker": PAUSED}


LARGE = demand("large", Priority.OTHER, 1_500_000)


def test_a_guess_pauses_nobody_and_says_what_would_prove_it_wrong() -> None:
    allocator = Allocator()
    allocator.decide(2_500_000, [LARGE], 0.0, Evidence.NONE)
    both = [LARGE, demand("late", Priority.OTHER, 1_500_000)]
    for step in range(1, 600):
        allocator.decide(2_500_000, both, step * 0.1, Evidence.NONE)
    assert allocator.given == {"large": 0, "late": 0}
    assert allocator.next_step_bps(2_500_000, both) == pytest.approx(3_000_000 * 1.15)


def test_whom_evidence_paused_a_guess_does_not_bring_back() -> None:
    allocator = Allocator()
    allocator.decide(1_000_000, [LARGE], 0.0, Evidence.LOSS)
    allocator.decide(1_000_000, [LARGE], 60.0, Evidence.NONE)
    assert allocator.given == {"large": PAUSED}


def test_delay_alone_pauses_only_what_does_not_fit_for_long() -> None:
    allocator = Allocator()
    allocator.decide(3_000_000, [LARGE], 0.0, Evidence.NONE)
    for step in range(1, 50):
        allocator.decide(1_000_000, [LARGE], step * 0.1, Evidence.DELAY)
        assert allocator.given == {"large": 0}
    allocator.decide(1_000_000, [LARGE], 5.1, Evidence.DELAY)
    assert allocator.given == {"large": PAUSED}
