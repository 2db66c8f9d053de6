"""Through nginx and Caddy, as deploy/ configures them, everything of a meeting goes and no more."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from signalling.addresses import Proxies
from signalling.app import REQUEST_BYTES_MAX
from signalling.staff.config import StaffConfig
from tests.deploy.proxy import NAME, Proxy
from tests.peers.coturn import HOST
from tests.signalling.house import CONFIG, House

PROBE = {"over": "udp", "sdp": "v=0\r\na=sendonly\r\n"}


@dataclass(frozen=True)
class Site:
    house: House
    proxy: Proxy


@pytest_asyncio.fixture(params=["nginx", "caddy"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    proxy = Proxy(request.param, tmp_path)
    config = replace(
        CONFIG,
        proxies=Proxies([HOST]),
        is_https=True,
        staff=StaffConfig(origin=proxy.url),
        origins=(proxy.url,),
        probes_per_network_burst=1,
    )
    async with House(config=config) as house, proxy:
        await proxy.start(house.url.removeprefix("http://"))
        yield Site(house, proxy)


async def status_of(browser: aiohttp.ClientSession, path: str) -> int:
    async with browser.get(path) as answer:
        return answer.status


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_sockets_of_our_own_pages_open_and_of_no_others(site: Site, transport: str) -> None:
    path = f"/socket.io/?EIO=4&transport={transport}"

    async def opened(browser: aiohttp.ClientSession) -> str:
        if transport == "polling":
            async with browser.get(path) as answer:
                return await answer.text()
        async with browser.ws_connect(path) as web_socket:
            return await web_socket.receive_str()

    async with site.proxy.browser(headers={"Origin": site.proxy.url}) as browser:
        assert (await opened(browser)).startswith('0{"sid":')
    spoofed = {
        "Origin": "https://evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
    }
    async with site.proxy.browser(headers=spoofed) as browser:
        assert await status_of(browser, path) == 400


async def test_limits_go_by_the_address_that_the_proxy_was_asked_from(site: Site) -> None:
    async def probe(address: str, told: str) -> int:
        headers = {"Origin": site.proxy.url, "X-Forwarded-For": told}
        async with (
            site.proxy.browser(address, headers=headers) as browser,
            browser.post("/check/probe", json=PROBE) as answer,
        ):
            return answer.status

    assert await probe("127.0.0.2", "192.0.2.1") == 200
    assert await probe("127.0.0.2", "192.0.2.2") == 429
    assert await probe("127.0.0.2", "127.0.0.1") == 429
    assert await probe("127.0.0.3", "127.0.0.2") == 200


async def test_what_the_server_says_of_itself_stays_on_the_machine(site: Site) -> None:
    async with site.proxy.browser() as browser:
        for path in ("/healthz", "/readyz"):
            assert await status_of(browser, path) == 403
    async with site.proxy.browser("127.0.0.1") as browser:
        assert await status_of(browser, "/healthz") == 200


async def test_bodies_are_as_large_as_the_server_takes_and_no_larger(site: Site) -> None:
    async with site.proxy.browser() as browser:
        for size, statuses in ((REQUEST_BYTES_MAX, {403}), (REQUEST_BYTES_MAX + 1, {413, 502})):
            form = b"x=".ljust(size, b"y")  # of nobody: read whole, then refused
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": site.proxy.url,
            }
            async with browser.post("/staff/sign-in", data=form, headers=headers) as answer:
                assert answer.status in statuses  # Caddy 2.6 says 502 of what it cuts off


async def test_pages_come_with_their_headers_once(site: Site) -> None:
    async with site.proxy.browser() as browser:
        async with browser.get(f"/r/{site.house.room.address}") as answer:
            assert answer.status == 200
        for name in ("Content-Security-Policy", "Strict-Transport-Security", "Cache-Control"):
            assert len(answer.headers.getall(name)) == 1
        sockets = f"wss://{NAME}:{site.proxy.https_port}"
        assert sockets in answer.headers["Content-Security-Policy"]


async def test_no_log_of_the_proxy_has_a_rooms_address_or_a_clients(site: Site) -> None:
    async with site.proxy.browser() as browser:
        assert await status_of(browser, f"/r/{site.house.room.address}") == 200
        assert await status_of(browser, "/nowhere-at-all") == 404
    kept = [
        file.read_text(errors="replace")
        for file in site.proxy.folder.rglob("*")
        if file.is_file() and file.name != "configuration"
    ]
    for secret in (site.house.room.address, "nowhere-at-all", "127.0.0.2"):
        assert not any(secret in text for text in kept)


async def test_pages_without_tls_are_led_to_those_with_it(tmp_path: Path) -> None:
    async with Proxy("nginx", tmp_path) as proxy, aiohttp.ClientSession() as browser:
        await proxy.start(f"{HOST}:9")
        with socket.create_connection((HOST, proxy.http_port), timeout=5):
            pass
        url = f"http://{HOST}:{proxy.http_port}/r/room?x=1"
        async with browser.get(url, allow_redirects=False) as answer:
            assert answer.status == 308
            assert answer.headers["Location"] == f"https://{NAME}/r/room?x=1"
