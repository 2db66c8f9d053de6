"""One network may ask only so often, at every entrance, and is told the same everywhere."""

from dataclasses import replace

import aiohttp
import pytest

from signalling.addresses import Proxies
from signalling.errors import SENTENCES
from signalling.gate import UNLIMITED
from signalling.whip import PATH as WHIP
from tests.signalling.house import CONFIG, House

ONE = replace(
    CONFIG,
    proxies=Proxies(("127.0.0.1",)),
    pages_burst=1, pages_per_network_s=0.001, forms_burst=1, forms_per_network_s=0.001,
    offers_per_address_burst=1, offers_per_address_s=0.001,
    probes_per_network_burst=1, probes_per_network_s=0.001,
    results_per_network_burst=1, results_per_network_s=0.001,
)  # fmt: skip
ELSEWHERE = ("/socket.io/", "/api/")
"""Counted by connects and by tokens: tests/signalling/test_sockets.py, api/test_edge.py."""


def entrances(house: House) -> list[tuple[str, str]]:
    """Every method and path of the application, with something in place of what varies."""
    found = []
    for route in house.app.router.routes():
        assert route.resource is not None
        method = "POST" if route.method == "*" else route.method
        path = route.resource.canonical.replace("{", "").replace("}", "").split(":")[0]
        if method != "HEAD" and path not in UNLIMITED and not path.startswith(ELSEWHERE):
            found.append((method, path))
    return found


async def ask(
    client: aiohttp.ClientSession, method: str, path: str, address: str
) -> tuple[int, str]:
    headers = {"X-Forwarded-For": address, "Origin": str(client._base_url).rstrip("/")}
    async with client.request(method, path, headers=headers, allow_redirects=False) as answer:
        if answer.status == 429:
            assert int(answer.headers["Retry-After"]) > 0
        return answer.status, await answer.text()


async def test_every_entrance_refuses_a_network_that_asks_too_often() -> None:
    """By two addresses of one IPv6 /64, a network of its own for each entrance."""
    async with House(config=ONE) as house, aiohttp.ClientSession(house.url) as client:
        every = entrances(house)
        assert len(every) > 100
        for number, (method, path) in enumerate(every):
            network = f"2001:db8:0:{number:x}"
            first, _ = await ask(client, method, path, f"{network}::1")
            assert first != 429, (method, path)
            status, text = await ask(client, method, path, f"{network}:ffff::2")
            assert status == 429, (method, path)
            assert SENTENCES["too_many_requests"] in text
        assert house.running.ground.counters["limited_forms"] > 50
        assert house.running.ground.counters["limited_pages"] > 50


async def test_the_answer_is_the_same_whatever_is_there() -> None:
    async with House(config=ONE) as house, aiohttp.ClientSession(house.url) as client:
        paths = ("/", f"/r/{house.room.address}", "/r/nothing", "/staff/people", "/nowhere")
        answers = {await ask(client, "GET", path, "192.0.2.1") for path in paths}
        assert {status for status, _ in answers} == {200, 429}
        assert len(answers) == 2


async def test_load_balancers_are_always_answered() -> None:
    async with House(config=ONE) as house, aiohttp.ClientSession(house.url) as client:
        for path in UNLIMITED:
            for _ in range(5):
                assert (await ask(client, "GET", path, "192.0.2.1"))[0] != 429


@pytest.mark.parametrize("path", ["/", WHIP])
async def test_another_network_is_none_the_worse(path: str) -> None:
    async with House(config=ONE) as house, aiohttp.ClientSession(house.url) as client:
        for _ in range(3):
            await ask(client, "GET", path, "192.0.2.1")
        assert (await ask(client, "GET", path, "192.0.2.2"))[0] != 429
        house.clock.advance(1000)
        assert (await ask(client, "GET", path, "192.0.2.1"))[0] != 429
