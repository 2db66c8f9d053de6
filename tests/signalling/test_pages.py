"""Documents, files and headers, as a browser gets them."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from signalling.errors import SENTENCES
from signalling.headers import content_security_policy
from signalling.texts import FILES, Texts
from tests.signalling.house import House
from vmr.policies import PolicyName
from vmr.store import StoreUnavailable


@pytest_asyncio.fixture
async def browser(house: House) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(house.url) as session:
        yield session


def facts_in(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', page, re.S)
    assert found is not None
    facts: dict[str, object] = json.loads(found[1])
    return facts


async def test_the_index_is_a_page(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<h1" in await answer.text()


async def test_the_meeting_page_carries_the_facts_of_its_room(
    house: House, browser: aiohttp.ClientSession
) -> None:
    house.change_room(name='</script><script>alert("1")</script>')
    async with browser.get(f"/r/{house.room.address}") as answer:
        assert answer.status == 200
        page = await answer.text()
    facts = facts_in(page)
    declaration = facts["declaration"]
    assert facts["protocol"] == 2
    assert facts["has_relays"] is False
    assert facts["servers"] == []
    assert facts["address"] == house.room.address
    assert facts["room"] == {
        "name": house.room.name, "establishment": "HMP Example", "policy": "legal",
        "phone": "01632 960001", "safer_custody": "", "recording": "none",
    }  # fmt: skip
    assert isinstance(declaration, dict)
    assert declaration["version"] == "legal-1"
    assert declaration["sentences"]
    assert "<script>alert" not in page
    assert house.room.pin_hash not in unescape(page)


async def test_every_policys_declaration_has_sentences(
    house: House, browser: aiohttp.ClientSession
) -> None:
    for policy in PolicyName:
        room = house.store.add_room(policy=policy)
        async with browser.get(f"/r/{room.address}") as answer:
            declaration = facts_in(await answer.text())["declaration"]
        assert isinstance(declaration, dict)
        assert declaration["sentences"], policy


async def test_unknown_closed_and_malformed_addresses_get_the_same_page(
    house: House, browser: aiohttp.ClientSession
) -> None:
    closed = house.store.add_room(is_closed=True)
    pages = set()
    for path in (
        "/r/abcdefghijkl", f"/r/{closed.address}", "/r/ABCDEFGHIJKL", "/r/x", "/r/", "/nothing",
        f"/r/{house.room.address}/x", "/static/", "/text/xx/meeting.json", "/text/en/x.json",
        "/text/en.json", "/text/en/..%2fen%2fmeeting.json", "/text/..%2ftext%2fen/meeting.json",
    ):  # fmt: skip
        async with browser.get(path) as answer:
            assert answer.status == 404, path
            pages.add(await answer.text())
    assert len(pages) == 1


async def test_a_room_closed_during_its_meeting_can_still_be_returned_to(
    house: House, browser: aiohttp.ClientSession
) -> None:
    await house.host()
    house.change_room(is_closed=True)
    async with browser.get(f"/r/{house.room.address}") as answer:
        assert answer.status == 200


async def test_only_the_three_folders_of_files_are_served(browser: aiohttp.ClientSession) -> None:
    for path in (
        "/static/scripts/nothing.js", "/static/scripts/", "/static/__init__.py",
        "/static/scripts/..%2f..%2fpages%2fbase.html", "/static/scripts/../pages/base.html",
        "/static/vendor/../../__init__.py", "/static/pages/base.html",
        "/static/text/en/meeting.json",
    ):  # fmt: skip
        async with browser.get(URL(path, encoded=True)) as answer:
            assert answer.status in (403, 404), path


async def test_what_may_not_be_asked_of_a_page_is_told(browser: aiohttp.ClientSession) -> None:
    async with browser.post("/") as answer:
        assert answer.status == 405


async def test_texts_and_files_are_checked_for_news_each_time(
    browser: aiohttp.ClientSession,
) -> None:
    for path in ("/text/en/meeting.json", "/static/scripts/main.js", "/static/vendor/preact.js"):
        async with browser.get(path) as answer:
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "no-cache"
            tag = answer.headers["ETag"]
        async with browser.get(path, headers={"If-None-Match": tag}) as answer:
            assert answer.status == 304


async def test_texts_and_files_are_packed_for_browsers_that_take_it(
    house: House, browser: aiohttp.ClientSession
) -> None:
    plain = (FILES / "vendor" / "preact.js").read_bytes()
    async with browser.get(
        "/static/vendor/preact.js", headers={"Accept-Encoding": "br, gzip;q=0.5"}
    ) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) < len(plain) / 2
        assert await answer.read() == plain
    for refusal in ("identity", "gzip;q=0", "br"):
        async with browser.get(
            "/static/vendor/preact.js", headers={"Accept-Encoding": refusal}
        ) as answer:
            assert "Content-Encoding" not in answer.headers
            assert await answer.read() == plain
    async with browser.get(f"/r/{house.room.address}") as answer:
        assert "Content-Encoding" not in answer.headers  # what may hold a secret is never packed


async def test_a_live_page_has_one_script_and_one_style_sheet_kept_for_good(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(f"/r/{house.room.address}") as answer:
        page = await answer.text()
    paths = re.findall(r'(?:src|rel="stylesheet" href)="([^"]+)"', page)
    assert [path.rpartition(".")[2] for path in paths] == ["css", "js"]
    for path in paths:
        async with browser.get(path) as answer:
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["ETag"].strip('"') in path
        async with browser.get(path.replace("meeting-", "meeting-0")) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/healthz",
        "/readyz",
        "/text/en/meeting.json",
        "/static/scripts/main.js",
        "/socket.io/",
    ],
)
async def test_every_response_carries_the_security_headers(
    browser: aiohttp.ClientSession, path: str
) -> None:
    async with browser.get(path) as answer:
        headers = answer.headers
        host = f"{browser._base_url.host}:{browser._base_url.port}"  # type: ignore[union-attr]
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'self'", "script-src": "'self'", "style-src": "'self'",
        "img-src": "'self' data: blob:", "media-src": "'self' blob:",
        "connect-src": f"'self' ws://{host} wss://{host}", "frame-ancestors": "'none'",
        "base-uri": "'none'", "form-action": "'none'", "object-src": "'none'",
    }  # fmt: skip
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Server"] == "vmr"


def test_the_servers_of_an_estate_are_named_in_the_policy() -> None:
    policy = content_security_policy("a.example", others=("https://b.example", "http://c:81"))
    assert " https://b.example wss://b.example;" in policy
    assert " http://c:81 ws://c:81 " in policy


async def test_only_the_meeting_page_may_use_camera_and_microphone(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(f"/r/{house.room.address}") as answer:
        allowed = answer.headers["Permissions-Policy"]
    for feature in ("camera", "microphone", "display-capture"):
        assert f"{feature}=(self)" in allowed
    assert "geolocation=()" in allowed


@pytest.mark.parametrize("host", ["evil; script-src *", "a b", "", "x'", "[::1", "a/b"])
def test_a_strange_host_header_adds_nothing_to_the_policy(host: str) -> None:
    assert "connect-src 'self';" in content_security_policy(host)


@pytest.mark.parametrize("host", ["vmr.example", "127.0.0.1:8080", "[::1]:8080"])
def test_the_pages_own_sockets_are_named_in_the_policy(host: str) -> None:
    assert f"connect-src 'self' ws://{host} wss://{host};" in content_security_policy(host)


async def test_health_counts_what_there_is(house: House, browser: aiohttp.ClientSession) -> None:
    host = await house.host()
    await house.admitted(host)
    await house.guest("Late")
    async with browser.get("/healthz") as answer:
        health = await answer.json()
    counters = health.pop("counters")
    assert health == {
        "endpoints": 2, "transports": 0, "meetings": 1, "desks": 0, "monitors": 0, "sessions": 3,
        "letters": 0, "full": [],
    }  # fmt: skip
    assert counters["alert_knock"] == 2


async def test_a_database_that_is_away_is_told_plainly(
    house: House, browser: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(address: str) -> None:
        raise StoreUnavailable("/secret/path")

    monkeypatch.setattr(house.store, "room_by_address", away)
    async with browser.get(f"/r/{house.room.address}") as answer:
        assert (answer.status, await answer.text()) == (503, SENTENCES["database_away"])


async def test_a_fault_of_ours_shows_no_traceback(
    house: House,
    browser: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(address: str) -> None:
        raise ValueError(address)

    monkeypatch.setattr(house.store, "room_by_address", broken)
    async with browser.get(f"/r/{house.room.address}") as answer:
        assert (answer.status, await answer.text()) == (500, SENTENCES["internal"])
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
    assert house.room.address not in caplog.text
    assert "ValueError" in caplog.text


def test_a_sentence_is_filled_in_and_an_unknown_key_shows_itself() -> None:
    texts = Texts("en", {"a.b": "Call {phone} or {phone}.", "a.c": "C", "b": "B"})
    assert texts.get("a.b", phone="<1>") == "Call <1> or <1>."
    assert texts.get("nothing") == "nothing"
    assert texts.keys("a.") == ["a.b", "a.c"]


def test_templates_use_only_sentences_that_exist() -> None:
    sentences = set(Texts.load(FILES / "text", "en").keys(""))
    for template in (FILES / "pages").glob("*.html"):
        used = set(re.findall(r'\bt\("([^"]+)"', template.read_text("utf-8")))
        assert used <= sentences, template.name
