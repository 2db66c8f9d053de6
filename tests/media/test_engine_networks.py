"""The engine and Chromium behind networks as they are: addresses change, packets are lost."""

from collections.abc import AsyncIterator

import pytest

from tests.browser.network import UdpRelay, Weather
from tests.media.conftest import Open
from tests.media.live_stage import until
from tests.media.theatre import Theatre

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
async def relay() -> AsyncIterator[UdpRelay]:
    opened = UdpRelay(("127.0.0.1", 9))
    await opened.start()
    yield opened
    await opened.close()


async def two_people(open_theatre: Open, relay: UdpRelay) -> Theatre:
    theatre = await open_theatre(host="127.0.0.1", announced=(f"127.0.0.1:{relay.port}",))
    relay.move(("127.0.0.1", theatre.stage.engine.port))
    await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    await theatre.sees("first", "second", 2)
    await theatre.sees("second", "first", 1)
    return theatre


async def test_a_browser_whose_address_changes_is_followed(
    open_theatre: Open, relay: UdpRelay
) -> None:
    theatre = await two_people(open_theatre, relay)
    engine = theatre.stage.engine
    before = engine._transports["first"].peer
    relay.move(("127.0.0.1", engine.port))  # as a router that forgot its mappings
    await until(lambda: engine._transports["first"].peer != before, "the new address is taken")
    await theatre.grows("second", "first", "camera", "framesDecoded", 30)
    await theatre.grows("first", "second", "camera", "framesDecoded", 30)
    assert engine.counters()["transports_opened"] == 2
    assert engine.counters()["unknown_peer"] > 0


async def test_lost_packets_are_repaired_both_ways(open_theatre: Open, relay: UdpRelay) -> None:
    theatre = await two_people(open_theatre, relay)
    relay.set_weather(Weather(loss=0.05, delay_ms=10, seed=7))
    await theatre.grows("second", "first", "camera", "framesDecoded", 60)
    await theatre.grows("second", "first", "camera", "retransmittedPacketsReceived", 1)
    counters = theatre.stage.engine.counters()
    assert counters["recovered_in"] > 0
    assert counters["rtx_out"] > 0
    assert counters["srtp_refused"] == 0
