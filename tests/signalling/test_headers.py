"""What every route says to a browser, and what it keeps out of logs and addresses."""

import ast
import logging
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from signalling.headers import HSTS_S
from tests.signalling.house import CONFIG, House

SOURCES = Path(__file__).parents[2] / "signalling"
PUBLIC = ("/static/", "/text/")
"""The same for everybody: a browser may keep them."""
PLACES = {
    "address", "ban", "contact", "id", "lang", "link", "meeting", "name", "number", "part", "path",
    "person", "reference", "room", "webhook",
}  # fmt: skip
"""What stands in paths: ids, which let nobody in without signing in; a room's address, which is the
link that people are given."""
QUERIES = {
    "at", "before", "by", "from", "j", "next", "on", "page", "purpose", "q", "rebook", "saved",
    "sent", "sid", "to", "until", "whole",
    "code", "state",  # what a provider of staff accounts sends back, good once and in one browser
}  # fmt: skip


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with House(config=replace(CONFIG, is_https=True)) as running:
        yield running


def routes(house: House) -> Iterator[tuple[str, str]]:
    """Method and path template of each; GET where a route takes any."""
    for route in house.app.router.routes():
        assert route.resource is not None
        yield "GET" if route.method == "*" else route.method, route.resource.canonical


async def test_every_answer_of_every_route_has_the_headers(house: House) -> None:
    walked = 0
    async with aiohttp.ClientSession(house.url) as browser:
        for method, template in routes(house):
            path = re.sub(r"\{[^}]*\}", "x", template)
            async with browser.request(method, path, allow_redirects=False) as answer:
                headers = answer.headers
            where = f"{method} {template}: {answer.status}"
            assert answer.status != 500, where
            policy = headers["Content-Security-Policy"]
            assert "unsafe" not in policy, where
            assert "*" not in policy, where
            assert "default-src 'self'" in policy, where
            assert "frame-ancestors 'none'" in policy, where
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", where
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin", where
            assert headers["X-Content-Type-Options"] == "nosniff", where
            assert headers["Referrer-Policy"] in ("no-referrer", "same-origin"), where
            assert "geolocation=()" in headers["Permissions-Policy"], where
            assert headers["Strict-Transport-Security"] == f"max-age={HSTS_S}", where
            assert headers["Server"] == "vmr", where
            if not path.startswith(PUBLIC):
                assert headers["Cache-Control"] == "no-store", where
            walked += 1
    assert walked > 150


async def test_a_browser_that_comes_without_tls_is_not_told_to_stay_with_it() -> None:
    async with House() as plain, aiohttp.ClientSession(plain.url) as browser:
        assert "Strict-Transport-Security" not in (await browser.get("/")).headers


def test_nothing_but_ids_and_choices_stands_in_an_address() -> None:
    """A secret in an address is in histories, in logs of proxies and on other people's screens."""
    places = {name for _, path in routes(House()) for name in re.findall(r"\{(\w+)", path)}
    assert places == PLACES
    asked = {name for file in SOURCES.rglob("*.py") for name in queries_of(file)}
    assert asked <= QUERIES
    assert len(asked) > 10


def queries_of(file: Path) -> Iterator[str]:
    """The names that `….query.get("name")`, `….query["name"]` and `"name" in ….query` ask for."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case (
                ast.Call(
                    func=ast.Attribute(value=ast.Attribute(attr="query"), attr="get" | "getall"),
                    args=[ast.Constant(value=str(name)), *_],
                )
                | ast.Subscript(
                    value=ast.Attribute(attr="query"), slice=ast.Constant(value=str(name))
                )
                | ast.Compare(
                    left=ast.Constant(value=str(name)), comparators=[ast.Attribute(attr="query")]
                )
            ):
                yield name


async def test_no_route_writes_into_a_log_what_it_was_sent(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "zq7Marked"
    headers = {
        "Authorization": f"Bearer {secret}",
        "Cookie": f"vmr-staff={secret}; __Host-vmr-staff={secret}",
        "Origin": house.url,
        "Referer": f"{house.url}/{secret}",
        "X-Forwarded-For": secret,
    }
    async with aiohttp.ClientSession(house.url, headers=headers) as browser:
        for method, template in routes(house):
            path = re.sub(r"\{[^}]*\}", secret, template)
            for is_json in (False, True):
                fields = {"x": secret}
                asked = browser.request(
                    method,
                    path,
                    params={"q": secret},
                    data=None if is_json else fields,
                    json=fields if is_json else None,
                    allow_redirects=False,
                )
                async with asked as answer:
                    assert answer.status != 500, f"{method} {template}"
    said = [one.getMessage() + str(one.exc_info or "") for one in caplog.records]
    assert not [one for one in said if secret in one]
