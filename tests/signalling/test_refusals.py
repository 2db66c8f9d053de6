"""Who asked too often: counted, and written down once a minute under a name of the day."""

import logging
from collections import Counter

import pytest

from signalling.refusals import DAY_S, NOTED_MAX, Entrance, NetworkNames, Refusals
from tests.signalling.fakes.clock import FakeClock

NETWORK = "2001:db8:1:2::/64"


def test_a_network_has_one_name_for_a_day_and_another_the_next() -> None:
    clock = FakeClock(10 * DAY_S)
    names = NetworkNames(clock)
    first = names.name(NETWORK)
    clock.advance(DAY_S - 1)
    assert names.name(NETWORK) == first
    assert names.name("192.0.2.1") != first
    clock.advance(1)
    assert names.name(NETWORK) != first


def test_two_starts_of_a_server_name_a_network_differently() -> None:
    clock = FakeClock(10 * DAY_S)
    assert NetworkNames(clock).name(NETWORK) != NetworkNames(clock).name(NETWORK)


def test_the_key_of_a_day_is_asked_for_once_and_the_old_one_is_forgotten() -> None:
    clock = FakeClock(10 * DAY_S)
    keys = [b"first day", b"second day"]
    names = NetworkNames(clock, lambda: keys.pop(0))
    names.name(NETWORK)
    names.name(NETWORK)
    assert len(keys) == 1
    clock.advance(DAY_S)
    names.name(NETWORK)
    assert b"first day" not in vars(names).values()


def test_each_is_counted_and_one_a_minute_is_written(caplog: pytest.LogCaptureFixture) -> None:
    clock, counters = FakeClock(10 * DAY_S), Counter[str]()
    refusals = Refusals(clock=clock, counters=counters)
    with caplog.at_level(logging.INFO, logger="signalling"):
        for _ in range(50):
            refusals.note(Entrance.SOCKETS, NETWORK)
        assert len(caplog.records) == 1
        clock.advance(61)
        refusals.note(Entrance.SOCKETS, NETWORK)
    first, second = (one.getMessage() for one in caplog.records)
    assert first == second
    assert first.startswith("asked too often entrance=sockets client=")
    assert "2001" not in caplog.text
    assert counters["limited_sockets"] == 51


def test_a_flood_from_everywhere_takes_no_more_memory_than_that(
    caplog: pytest.LogCaptureFixture,
) -> None:
    refusals = Refusals(clock=FakeClock(10 * DAY_S), counters=Counter())
    with caplog.at_level(logging.INFO, logger="signalling"):
        for number in range(NOTED_MAX + 50):
            refusals.note(Entrance.SOCKETS, f"network {number}")
    assert len(refusals._noted) == len(caplog.records) == NOTED_MAX
