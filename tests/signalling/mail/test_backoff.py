"""How long a letter waits before it is tried again."""

from hypothesis import given
from hypothesis import strategies as st

from signalling.mail.backoff import JITTER, LONGEST_S, wait_s


def test_it_waits_twice_as_long_each_time_up_to_hours() -> None:
    waits = [wait_s(tries, 0.5) for tries in range(1, 10)]
    assert waits[:4] == [60.0, 120.0, 240.0, 480.0]
    assert waits[-1] == LONGEST_S == 7_200.0


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_jitter_is_a_quarter_either_way(tries: int, chance: float) -> None:
    middle = wait_s(tries, 0.5)
    assert middle * (1 - JITTER) <= wait_s(tries, chance) <= middle * (1 + JITTER)
