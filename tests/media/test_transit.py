"""How long packets are with us, counted."""

import asyncio
import socket

from hypothesis import given
from hypothesis import strategies as st

from media.engine import Config, MediaEngine
from media.transit import STEPS_US, Transit


def test_a_datagram_counts_in_every_step_it_was_no_slower_than() -> None:
    transit = Transit()
    transit.note(0.000_2, 3)
    transit.note(0.5, 1)
    counters = transit.counters()
    assert counters["transit_to_100_us"] == 0
    assert counters["transit_to_200_us"] == 3
    assert counters["transit_to_20000_us"] == 3
    assert counters["transit_count"] == 4
    assert counters["transit_sum_us"] == 500_600


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 256))))
def test_steps_never_fall_and_none_is_over_the_count(notes: list[tuple[float, int]]) -> None:
    transit = Transit()
    for took_s, datagrams in notes:
        transit.note(took_s, datagrams)
    counters = transit.counters()
    steps = [counters[f"transit_to_{step}_us"] for step in STEPS_US]
    assert [*steps, counters["transit_count"]] == sorted([*steps, counters["transit_count"]])
    assert counters["transit_count"] == sum(datagrams for _, datagrams in notes)


async def test_an_engine_counts_what_comes_to_its_port() -> None:
    engine = MediaEngine(on_event=lambda event: None)
    await engine.start(Config(host="127.0.0.1"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"noise", ("127.0.0.1", engine.port))
        async with asyncio.timeout(5):
            while engine.counters()["noise"] == 0:  # noqa: ASYNC110 - a datagram tells nobody
                await asyncio.sleep(0.01)
    assert engine.counters()["transit_count"] == 1
    await engine.close()
