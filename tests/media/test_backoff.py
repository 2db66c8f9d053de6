"""What ends is started again at once, and later and later when it ends again and again."""

from media.backoff import CALM_S, Backoff


def test_the_first_start_is_at_once_and_the_next_ones_wait_longer_up_to_a_limit() -> None:
    backoff = Backoff()
    assert [backoff.wait_s(1.0) for _ in range(8)] == [0, 0.5, 1, 2, 4, 8, 10, 10]


def test_after_a_calm_time_it_begins_anew() -> None:
    backoff = Backoff()
    for _ in range(4):
        backoff.wait_s(0.0)
    assert [backoff.wait_s(CALM_S), backoff.wait_s(0.0)] == [0, 0.5]
