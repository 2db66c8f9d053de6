"""Chromium, which may use nothing but a TURN server, meets others through the engine."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from signalling.turn import Turn
from tests.media.conftest import Open
from tests.media.theatre import Theatre
from tests.peers.coturn import SECRET, Coturn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
async def coturn(tmp_path: Path) -> AsyncIterator[Coturn]:
    made = Coturn(tmp_path)
    await made.start()
    yield made
    await made.stop()


def relayed(url: str, secret: str = SECRET, ttl_s: float = 600.0) -> dict[str, Any]:
    """What a page's script would set, had it to use a relay."""
    servers = Turn(urls=(url,), secret=secret, ttl_s=ttl_s).ice_servers("5f0c", time.time())
    return {"iceServers": servers, "iceTransportPolicy": "relay"}


async def relay_protocols(theatre: Theatre, name: str) -> set[str]:
    candidates = await theatre.pages[name].evaluate("stats('local-candidate')")
    assert {one["candidateType"] for one in candidates} <= {"relay"}
    return {one["relayProtocol"] for one in candidates}


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_a_browser_behind_a_relay_sees_and_is_seen(
    open_theatre: Open, coturn: Coturn, way: str
) -> None:
    theatre = await open_theatre(host="127.0.0.1")
    theatre.browser_arguments = (f"--ignore-certificate-errors-spki-list={coturn.spki}",)
    await theatre.enter("far", 1, configuration=relayed(coturn.urls[way]))
    await theatre.enter("near", 2)
    await theatre.sees("near", "far", 1)
    await theatre.sees("far", "near", 2)
    await theatre.grows("far", "near", "camera", "framesDecoded", 15)
    await theatre.grows("near", "far", "audio", "totalAudioEnergy", 0.001)
    assert await relay_protocols(theatre, "far") == {way}
    counters = theatre.stage.engine.counters()
    assert counters["srtp_refused"] == counters["not_sealed"] == 0
