"""Probe clusters: when, how much, and what they show."""

from media.probe import Prober

STEP_S = 0.02


def cluster(
    prober: Prober, start: float, capacity_bps: float, *, lose: int = 0
) -> tuple[int, float | None]:
    """Run one cluster of 1,000-byte packets over a link; return packets and what it showed."""
    now, wide, free_at = start, 65_530, 0.0
    while True:
        size = prober.step(3_000_000, 1_000_000, wide & 0xFFFF, now)
        if not size:
            break
        for _ in range(round(size / 1000)):
            wide += 1
            free_at = max(free_at, now) + 8000 / capacity_bps
            if wide % 10 >= lose:
                prober.take(wide & 0xFFFF, (now, 1000, free_at), now)
        now += STEP_S
    sent = wide - 65_530
    if not sent:
        return 0, None
    assert prober.outcome((wide - 1) & 0xFFFF, now) is None
    return sent, prober.outcome((wide + 3) & 0xFFFF, now)


def test_a_wide_path_shows_the_rate_that_was_sent() -> None:
    sent, shown = cluster(Prober(), 0.0, 100_000_000)
    assert 30 <= sent <= 50
    assert shown is not None
    assert 2_400_000 < shown < 3_300_000


def test_a_narrow_path_shows_a_bit_less_than_it_carries() -> None:
    _, shown = cluster(Prober(), 0.0, 1_500_000)
    assert shown is not None
    assert 1_300_000 < shown < 1_500_000


def test_a_cluster_that_lost_much_shows_nothing() -> None:
    assert cluster(Prober(), 0.0, 100_000_000, lose=5)[1] is None


def test_nothing_is_sent_when_nothing_is_wanted_or_known() -> None:
    prober = Prober()
    assert prober.step(None, 1e6, 0, 0.0) == 0
    assert prober.step(1e6, None, 0, 0.0) == 0
    assert prober.step(1e6, 2e6, 0, 0.0) == 0
    assert not prober.is_waiting


def test_after_a_success_the_next_comes_soon_and_after_failures_ever_later() -> None:
    prober = Prober()
    assert cluster(prober, 0.0, 100_000_000)[0]
    assert not cluster(prober, 2.0, 100_000_000)[0]
    assert cluster(prober, 4.0, 1_200_000)[0]
    assert not cluster(prober, 9.0, 1_200_000)[0]
    assert cluster(prober, 11.0, 1_200_000)[0]
    assert not cluster(prober, 22.0, 1_200_000)[0]
    assert cluster(prober, 24.0, 1_200_000)[0]


def test_a_cluster_without_feedback_is_given_up() -> None:
    prober = Prober()
    for step in range(8):
        prober.step(3e6, 1e6, step * 20, step * STEP_S)
    assert prober.is_waiting
    assert prober.step(3e6, 1e6, 200, 2.0) == 0
    assert not prober.is_waiting


def test_packets_of_other_times_are_no_part_of_it() -> None:
    prober = Prober()
    prober.step(3e6, 1e6, 100, 0.0)
    prober.take(90, (0.0, 1000, 1.0), 0.0)
    prober.step(3e6, 1e6, 110, 0.2)
    prober.take(115, (0.0, 1000, 1.0), 0.3)
    assert prober.outcome(111, 0.3) is None
    assert not prober.is_waiting


def test_all_at_one_moment_shows_no_rate() -> None:
    prober = Prober()
    prober.step(3e6, 1e6, 100, 0.0)
    for number in range(101, 121):
        prober.take(number, (0.0, 1000, 1.0), 0.0)
    prober.step(3e6, 1e6, 120, 0.2)
    assert prober.outcome(120, 0.3) is None


def test_while_a_picture_is_paused_failures_put_it_off_by_twelve_seconds_at_most() -> None:
    prober = Prober()
    now = 0.0
    for _ in range(6):
        assert cluster(prober, now, 1_200_000)[0]
        now += 60.0
    ended = now - 60.0
    assert prober.step(3e6, 1e6, 0, ended + 20.0) == 0
    assert prober.step(3e6, 1e6, 0, ended + 11.0, is_urgent=True) == 0
    assert prober.step(3e6, 1e6, 0, ended + 13.0, is_urgent=True) > 0
