"""What is missing, and when to ask for it."""

import itertools

from media.nack import MAX_MISSING, MAX_TRIES, Missing


def test_a_gap_is_asked_for_after_the_time_for_reordering() -> None:
    missing = Missing(2.0)
    assert missing.open(5, 8, 1.0)
    assert missing.due(1.005, 0.05) == ([], False)
    assert missing.due(1.011, 0.05) == ([5, 6, 7], False)


def test_a_packet_that_comes_is_asked_for_no_more() -> None:
    missing = Missing(2.0)
    missing.open(5, 7, 1.0)
    assert missing.fill(5)
    assert not missing.fill(5)
    assert missing.due(2.0, 0.05)[0] == [6]


def test_requests_wait_longer_each_time_and_end_after_ten_tries() -> None:
    missing = Missing(60.0)
    missing.open(5, 6, 0.0)
    asked = []
    for tick in range(2000):
        requests, has_lost = missing.due(tick * 0.01, 0.05)
        if requests:
            asked.append(tick * 0.01)
        if has_lost:
            break
    waits = [later - sooner for sooner, later in itertools.pairwise(asked)]
    assert len(asked) == MAX_TRIES
    assert all(wait >= 0.05 for wait in waits)
    assert waits == sorted(waits) or waits[-1] > waits[0]
    assert not missing.gaps


def test_what_is_too_old_to_be_shown_is_given_up() -> None:
    missing = Missing(1.0)
    missing.open(5, 6, 0.0)
    missing.due(0.5, 0.5)
    assert missing.due(1.5, 0.5) == ([], True)
    missing.open(6, 7, 2.0)
    missing.expire(2.5)
    assert 6 in missing.gaps
    missing.expire(3.5)
    assert not missing.gaps


def test_a_jump_of_any_length_costs_nothing() -> None:
    missing = Missing(1.0)
    missing.open(0, 10, 0.0)
    assert not missing.open(20, 20 + 2**40, 0.0)
    assert not missing.gaps
    assert missing.open(0, MAX_MISSING, 0.0)
    missing.clear()
    assert not missing.gaps
