"""The engine and Chromium behind networks as they are: addresses change, packets are lost."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from media.tcp import TcpConnection
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


async def two_people(open_theatre: Open, relay: UdpRelay, **settings: Any) -> Theatre:
    announced = (f"127.0.0.1:{relay.port}",)
    theatre = await open_theatre(host="127.0.0.1", announced=announced, **settings)
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
    before = engine._transports["first"].path
    relay.move(("127.0.0.1", engine.port))  # as a router that forgot its mappings
    await until(lambda: engine._transports["first"].path != before, "the new address is taken")
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


def without_udp(answer: str) -> str:
    """As if a firewall let no UDP through."""
    return "".join(line for line in answer.splitlines(True) if " 1 udp " not in line)


async def protocol_of(page: Page) -> str:
    """The browser's side of the pair that carries the media."""
    [transport] = await page.evaluate("stats('transport')")
    pairs = await page.evaluate("stats('candidate-pair')")
    chosen = {one["id"]: one for one in pairs}[transport["selectedCandidatePairId"]]
    local = await page.evaluate("stats('local-candidate')")
    return str({one["id"]: one for one in local}[chosen["localCandidateId"]]["protocol"])


async def ufrag_of(page: Page) -> str:
    sdp = await page.evaluate("connection.localDescription.sdp")
    return str(sdp.partition("a=ice-ufrag:")[2].split()[0])


async def test_a_browser_without_udp_comes_in_by_tcp(open_theatre: Open) -> None:
    theatre = await open_theatre(host="127.0.0.1", tcp_port=0)
    theatre.edit_answer = without_udp
    first = await theatre.enter("first", 1)
    second = await theatre.enter("second", 2)
    await theatre.sees("first", "second", 2)
    await theatre.sees("second", "first", 1)
    await theatre.grows("second", "first", "camera", "framesDecoded", 15)
    await theatre.grows("first", "second", "audio", "totalAudioEnergy", 0.001)
    assert [await protocol_of(page) for page in (first, second)] == ["tcp", "tcp"]
    counters = theatre.stage.engine.counters()
    assert counters["tcp_connections"] >= 2
    assert counters["addresses"] == counters["tcp_connections"]
    assert counters["tcp_drops"] == counters["srtp_refused"] == counters["not_sealed"] == 0

    await theatre.stage.remove("first")
    agent = theatre.stage.engine._transports["second"].agent
    await until(
        lambda: theatre.stage.engine.counters()["tcp_connections"] == len(agent.addresses),
        "the connections of somebody removed end",
    )


async def test_a_browser_goes_from_udp_to_tcp_and_back_without_a_new_handshake(
    open_theatre: Open, relay: UdpRelay
) -> None:
    theatre = await two_people(open_theatre, relay, tcp_port=0)
    page, engine = theatre.pages["first"], theatre.stage.engine
    transport = engine._transports["first"]
    assert not isinstance(transport.path, TcpConnection)
    relay.cut([await ufrag_of(page)], and_new=True)
    # Chromium gives its other pairs up once one is nominated: the page's ladder restarts ICE.
    await page.evaluate("negotiate('first', {iceRestart: true})")
    await until(lambda: isinstance(transport.path, TcpConnection), "TCP carries the media", 30)
    await theatre.grows("second", "first", "camera", "framesDecoded", 30)
    await theatre.grows("first", "second", "camera", "framesDecoded", 30)
    relay.mend()
    assert await page.evaluate("connection.connectionState") == "connected"
    await page.evaluate("negotiate('first', {iceRestart: true})")
    await until(lambda: not isinstance(transport.path, TcpConnection), "UDP carries it again", 30)
    await theatre.grows("second", "first", "camera", "framesDecoded", 30)
    assert engine.counters()["transports_opened"] == 2
