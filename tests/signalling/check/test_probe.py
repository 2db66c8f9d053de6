"""Probes over HTTP: for our own pages, so many a network, with credentials of a minute."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from media.messages import OpenProbe
from signalling.addresses import Proxies
from signalling.check.app import LARGEST
from signalling.check.prober import CREDENTIALS_S, turn_for_probes
from signalling.turn import Turn
from tests.signalling.check.check_page import CheckPage, code_of
from tests.signalling.fakes.engine import ANSWER
from tests.signalling.house import CONFIG, House

TLS = "turns:turn.example.org:443?transport=tcp"
TURN = Turn(urls=("turn:turn.example.org:3478", TLS), secret="a secret", ttl_s=7200)
WITH_TURN = replace(CONFIG, turn=TURN)


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with House(config=WITH_TURN) as running:
        yield running


@pytest_asyncio.fixture
async def page(house: House) -> AsyncIterator[CheckPage]:
    async with CheckPage(house.url) as made:
        yield made


async def test_the_page_may_use_devices_and_needs_a_script_it_says(page: CheckPage) -> None:
    status, text, headers = await page.get()
    assert status == 200
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "<noscript>" in text
    assert "The test needs JavaScript" in text
    assert '"has_relays": true' in text
    assert "secret" not in text


async def test_each_way_is_a_probe_of_its_own(house: House, page: CheckPage) -> None:
    for over, engine_over in (("udp", "udp"), ("tcp", "tcp"), ("relay", "udp")):
        status, answer = await page.probe(over)
        assert status == 200
        assert (answer["is_offered"], answer["sdp"]) == (True, ANSWER)
        assert house.engine.probes[-1].over == engine_over
    assert len({one.probe for one in house.engine.probes}) == 3
    assert all(isinstance(one, OpenProbe) for one in house.engine.probes)
    assert house.engine.endpoints == {}, "a probe is no endpoint"
    assert house.engine.log == house.engine.probes
    assert house.store.commits == []


async def test_credentials_of_the_relay_live_a_minute_and_name_nobody(
    house: House, page: CheckPage
) -> None:
    assert (await page.probe("udp"))[1]["ice_servers"] == []
    [server] = (await page.probe("relay"))[1]["ice_servers"]
    assert server["urls"] == [TLS]
    ends, _, name = server["username"].partition(":")
    assert int(ends) == int(house.clock() + CREDENTIALS_S)
    assert name == house.engine.probes[-1].probe
    [other] = (await page.probe("relay"))[1]["ice_servers"]
    assert other["username"] != server["username"]


def test_without_tls_any_relay_does() -> None:
    plain = replace(TURN, urls=("turn:turn.example.org:3478",))
    assert turn_for_probes(plain).urls == plain.urls
    assert turn_for_probes(TURN).urls == (TLS,)
    assert {turn_for_probes(one).ttl_s for one in (plain, TURN)} == {CREDENTIALS_S}


async def test_a_way_the_server_does_not_have_is_told_so(house: House, page: CheckPage) -> None:
    house.engine.ways = {"udp"}
    assert await page.probe("tcp") == (200, {"is_offered": False})
    async with House() as bare, CheckPage(bare.url) as other:
        assert await other.probe("relay") == (200, {"is_offered": False})
        assert bare.engine.probes == []


async def test_pages_of_others_get_no_probe(house: House, page: CheckPage) -> None:
    body = {"over": "udp", "sdp": "v=0"}
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        status, answer = await page.send("probe", {"json": body}, headers)
        assert (status, code_of(answer)) == (403, "not_permitted")
    assert house.engine.probes == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"json": {"over": "pigeon", "sdp": "v=0"}}, 400, "bad_message"),
        ({"json": {"over": "udp"}}, 400, "bad_message"),
        ({"json": {"over": "udp", "sdp": "v=0", "more": 1}}, 400, "bad_message"),
        ({"json": {"over": "udp", "sdp": "hello"}}, 400, "bad_offer"),
        ({"json": [1]}, 400, "bad_message"),
        ({"data": b"\xff", "headers": {}}, 400, "bad_message"),
        ({"data": "[" * 50_000}, 400, "bad_message"),
        ({"data": "x" * (LARGEST + 1)}, 413, "too_large"),
        ({"data": json.dumps({"over": "udp", "sdp": "v" * LARGEST})}, 413, "too_large"),
    ],
)
async def test_what_is_no_question_is_refused(
    house: House, page: CheckPage, body: dict[str, Any], status: int, code: str
) -> None:
    body.pop("headers", None)
    headers = {"Origin": house.url, "Content-Type": "application/json"}
    assert await page.send("probe", body, headers) == (
        status,
        {"error": {"code": code, "message": ANY}},
    )
    assert house.engine.probes == []


class _Any:
    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    __hash__ = None  # type: ignore[assignment]


ANY = _Any()


async def test_a_form_of_another_kind_is_refused(house: House, page: CheckPage) -> None:
    headers = {"Origin": house.url, "Content-Type": "text/plain"}
    body = {"data": json.dumps({"over": "udp", "sdp": "v=0"})}
    assert code_of((await page.send("probe", body, headers))[1]) == "bad_message"


async def test_a_network_has_so_many_probes_and_more_with_time() -> None:
    config = replace(WITH_TURN, probes_per_network_burst=3, probes_per_network_s=0.1)
    async with House(config=config) as house, CheckPage(house.url) as page:
        answers = [await page.probe() for _ in range(5)]
        assert [status for status, _ in answers] == [200, 200, 200, 429, 429]
        assert len(house.engine.probes) == 3
        house.clock.now += 10.5
        assert [(await page.probe())[0] for _ in range(2)] == [200, 429]


async def test_a_proxy_says_whose_network_it_is() -> None:
    config = replace(WITH_TURN, probes_per_network_burst=1, proxies=Proxies(["127.0.0.1"]))
    async with House(config=config) as house, CheckPage(house.url) as page:
        asked = [
            await page.post("probe", {"over": "udp", "sdp": "v=0"}, **{"X-Forwarded-For": address})
            for address in ("192.0.2.7", "192.0.2.8", "2001:db8::1", "2001:db8::2", "192.0.2.7")
        ]
        assert [status for status, _ in asked] == [200, 200, 200, 429, 429]


async def test_nobody_else_says_whose_network_it_is() -> None:
    config = replace(
        WITH_TURN, probes_per_network_burst=1, proxies=Proxies(["127.0.0.2", "10.0.0.0/8"])
    )
    async with House(config=config) as house, CheckPage(house.url) as page:
        spoofed = {"X-Real-IP": "192.0.2.9", "Forwarded": "for=192.0.2.9"}
        asked = [
            await page.post(
                "probe", {"over": "udp", "sdp": "v=0"}, **{"X-Forwarded-For": address, **spoofed}
            )
            for address in ("192.0.2.7", "192.0.2.8", "127.0.0.2")
        ]
        assert [status for status, _ in asked] == [200, 429, 429]


async def test_an_engine_that_is_full_or_gone_is_busy(house: House, page: CheckPage) -> None:
    house.engine.is_full = True
    status, answer = await page.probe()
    assert (status, code_of(answer)) == (503, "media_full")
    house.engine.is_full = False
    house.engine.fail.add(OpenProbe)
    status, answer = await page.probe()
    assert (status, code_of(answer)) == (503, "busy")
    assert house.running.ground.counters["engine_failures"] == 1
