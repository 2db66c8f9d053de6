"""The delay gradient: what it takes for a queue, and what not."""

import random

from media.trendline import Trendline, Usage


def feed(
    trendline: Trendline, seconds: float, growth: float, *, start: float = 0.0, jitter: float = 0.0
) -> set[Usage]:
    """Send every 10 ms; the delay grows by `growth` seconds a second. Return what was detected."""
    chance = random.Random(1)
    seen = set()
    for step in range(round(seconds * 100)):
        at = start + step * 0.01
        trendline.add(at, at + 5 + growth * step * 0.01 + chance.random() * jitter)
        if step % 10 == 9:
            seen.add(trendline.detect(at))
    return seen


def test_an_even_path_is_normal() -> None:
    assert feed(Trendline(), 10.0, 0.0) == {Usage.NORMAL}


def test_jitter_alone_is_normal() -> None:
    assert Usage.OVER not in feed(Trendline(), 60.0, 0.0, jitter=0.01)


def test_growing_delay_is_overuse_and_shrinking_delay_underuse() -> None:
    assert Usage.OVER in feed(Trendline(), 2.0, 0.2)
    assert Usage.UNDER in feed(Trendline(), 2.0, -0.2)


def test_a_clock_that_was_set_begins_anew() -> None:
    trendline = Trendline()
    feed(trendline, 2.0, 0.0)
    assert feed(trendline, 2.0, 0.0, start=900.0) == {Usage.NORMAL}
    for step in range(100):
        trendline.add(1000 + step * 0.01, 3.0 + step * 0.01)
        assert trendline.detect(1000 + step * 0.01) is Usage.NORMAL


def test_what_was_sent_together_is_one_group_and_what_caught_up_too() -> None:
    trendline = Trendline()
    for burst in range(50):
        for part in range(5):
            at = burst * 0.04 + part * 0.001
            trendline.add(at, burst * 0.04 + 1 + part * 0.006)
        trendline.add(burst * 0.04 + 0.01, burst * 0.04 + 1 + 0.025)
        assert trendline.detect(burst * 0.04) is Usage.NORMAL


def test_packets_out_of_order_do_no_harm() -> None:
    trendline = Trendline()
    for step in range(100):
        for at in (step * 0.01, step * 0.01 - 0.0005):
            trendline.add(at, at + 1)
    assert trendline.detect(1.0) is Usage.NORMAL


def test_all_at_one_moment_has_no_slope() -> None:
    trendline = Trendline()
    for step in range(40):
        trendline.add(step * 0.11, 1.0)
    assert trendline.detect(1.0) is Usage.NORMAL


def test_a_queue_that_empties_in_between_does_not_stand() -> None:
    trendline = Trendline()
    for step in range(1000):
        at = step * 0.01
        delay = 0.05 * (step % 25 < 20)
        trendline.add(at, at + 5 + delay)
    assert trendline.standing_s < 0.001
    for step in range(1000, 1100):
        trendline.add(step * 0.01, step * 0.01 + 5.05)
    assert 0.04 < trendline.standing_s < 0.06


def test_a_queue_behind_a_stall_counts_a_moment_later() -> None:
    trendline = Trendline()
    feed(trendline, 2.0, 0.0)
    for step in range(200, 300):
        trendline.add(step * 0.01, step * 0.01 + 5.4)
        if step < 225:
            assert trendline.standing_s == 0
    assert trendline.standing_s > 0.3
