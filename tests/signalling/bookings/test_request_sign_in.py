"""Proving a mailbox on the request pages: codes by real mail, cookies, forms, throttles."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from signalling.headers import content_security_policy
from tests.signalling.bookings.asking import ADA, Asking
from tests.signalling.mail.server import part
from vmr.cli.serve import _config
from vmr.setting_sources import SettingError, load


@pytest_asyncio.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Asking]:
    async with Asking.open(
        tmp_path, domains=("law.example",), court_domains=("court.example",), codes_burst=2
    ) as opened:
        yield opened


async def test_an_address_of_another_domain_is_told_so_and_gets_no_code(asking: Asking) -> None:
    browser = await asking.browser()
    for address in ("eve@evil.example", "eve@law.example.evil.example"):
        refused = await browser.post("/request/email", {"email": address})
        assert refused.status == 422
        assert "not taken from this domain" in refused.problems[0]
        assert f'value="{address}"' in refused.text
    for address in ("", "ada", "ada@law.example, eve@evil.example", "a@law.example\r\nBcc: e@e.e"):
        wrong = await browser.post("/request/email", {"email": address})
        assert wrong.problems == ["Enter an e-mail address, like name@law.example"]
    assert await asking.office.store.outbox.count_open() == 0
    assert asking.mailbox.seen == 0


async def test_a_known_address_and_an_unknown_one_are_answered_alike(asking: Asking) -> None:
    await asking.requested()
    answers = []
    for address in (ADA, "new@law.example"):
        browser = await asking.browser()
        given = await browser.post("/request/email", {"email": address})
        page = await browser.get("/request/code")
        answers.append((given.status, given.place, given.text, page.status, page.title))
        assert page.text.count(address) == 1
    assert answers[0] == answers[1]


async def test_codes_are_throttled_by_mailbox_and_by_network_address(asking: Asking) -> None:
    for _ in range(2):
        browser = await asking.browser()
        await asking.ask_code(browser)
    refused = await browser.post("/request/email", {"email": ADA.upper()})
    assert refused.status == 429
    assert "Too many codes" in refused.problems[0]
    await asking.ask_code(browser, "ben@law.example")
    asking.office.clock.advance(1_800.0)
    await asking.ask_code(browser)
    for number in range(15 + 17):
        given = await browser.post("/request/email", {"email": f"a{number}@law.example"})
    assert given.status == 429


async def test_a_wrong_code_can_be_tried_five_times(asking: Asking) -> None:
    browser = await asking.browser()
    code = await asking.ask_code(browser)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(4):
        refused = await browser.post("/request/code", {"code": wrong})
        assert refused.problems == ["Enter the code from our latest e-mail"]
    over = await browser.post("/request/code", {"code": wrong})
    assert over.status == 422
    assert "no code to enter" in over.title
    late = await browser.post("/request/code", {"code": code}, csrf=refused.csrf)
    assert "no code to enter" in late.title
    assert (await browser.get("/request/purpose")).place == "/request/ended"


async def test_a_code_is_of_no_use_in_another_browser_or_after_ten_minutes(
    asking: Asking,
) -> None:
    browser, other = await asking.browser(), await asking.browser()
    code = await asking.ask_code(browser)
    page = await other.get("/request")
    elsewhere = await other.post("/request/code", {"code": code}, csrf=page.csrf)
    assert "no code to enter" in elsewhere.title
    csrf = (await browser.get("/request/code")).csrf
    asking.office.clock.advance(600.0)
    late = await browser.post("/request/code", {"code": code}, csrf=csrf)
    assert "no code to enter" in late.title


async def test_the_cookie_is_new_after_the_code_and_out_of_reach_of_scripts(
    asking: Asking,
) -> None:
    browser = await asking.browser()
    code = await asking.ask_code(browser)
    before = browser.cookie
    proven = await browser.post("/request/code", {"code": f" {code[:3]} {code[3:]}"})
    assert proven.place == "/request"
    assert browser.cookie not in ("", before)
    said = proven.headers["Set-Cookie"]
    assert said.startswith("vmr-request=")
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert "Secure" not in said


async def test_forms_from_elsewhere_are_not_taken(asking: Asking) -> None:
    browser = await asking.prove()
    page = await browser.get("/request/purpose")
    chosen = {"purpose": "consultation"}
    for csrf, origin in ((page.csrf, "https://evil.example"), (page.csrf, None), ("0" * 64, "own")):
        refused = await browser.post("/request/purpose", chosen, csrf=csrf, origin=origin)
        assert refused.status == 403
    assert (await browser.post("/request/purpose", chosen)).status == 303
    other = await asking.prove("ben@law.example")
    assert (await other.post("/request/purpose", chosen, csrf=page.csrf)).status == 403


async def test_leaving_forgets_what_was_typed(asking: Asking) -> None:
    browser = await asking.prove()
    await browser.post("/request/purpose", {"purpose": "consultation"})
    page = await browser.get("/request/prisoner")
    left = await browser.post("/request/leave", {}, csrf=page.csrf)
    assert left.place == "/request"
    assert asking.server.signalling.requests is not None
    assert len(asking.server.signalling.requests.mailboxes) == 0
    assert (await browser.get("/request/prisoner")).place == "/request"


async def test_after_an_hour_without_use_it_is_gone_and_said(asking: Asking) -> None:
    browser = await asking.prove()
    asking.office.clock.advance(3_600.0)
    assert (await browser.get("/request/purpose")).place == "/request/ended"
    assert "is deleted" in (await browser.get("/request/ended")).text


async def test_pages_may_send_forms_to_us_and_load_nothing_from_elsewhere(asking: Asking) -> None:
    browser = await asking.browser()
    page = await browser.get("/request")
    host = asking.server.url.removeprefix("http://")
    policy = page.headers["Content-Security-Policy"]
    assert policy == content_security_policy(host, has_forms=True)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script" not in page.text


async def test_one_session_cannot_ask_for_pages_without_end(tmp_path: Path) -> None:
    async with Asking.open(tmp_path, pages_burst=5) as asking:
        browser = await asking.prove()
        found = [(await browser.get("/request/purpose")).status for _ in range(7)]
        assert found[-1] == 429
        asking.office.clock.advance(10.0)
        assert (await browser.get("/request/purpose")).status == 200


async def test_without_mail_nobody_can_ask(tmp_path: Path) -> None:
    async with Asking.open(tmp_path, {"host": ""}) as asking:
        browser = await asking.browser()
        page = await browser.get("/request")
        assert "No prison takes requests" in page.text
        given = await browser.post("/request/email", {"email": ADA})
        assert given.place == "/request"


async def test_people_are_only_named_at_domains_that_letters_may_go_to(tmp_path: Path) -> None:
    async with Asking.open(tmp_path, {"domains": ("law.example",)}) as asking:
        browser = await asking.prove()
        await asking.answer(browser)
        refused = await browser.post(
            "/request/people/new",
            {"name": "Eve", "part": "lawyer", "email": "eve@evil.example",
             "id_to_bring": "professional_card"},
        )  # fmt: skip
        assert refused.problems == [
            "The prison does not send links to this domain. Use a secure work address"
        ]


async def test_the_letter_can_be_read_as_text_and_as_html(asking: Asking) -> None:
    browser = await asking.browser()
    code = await asking.ask_code(browser)
    letter = await asking.letter(ADA, "Your code")
    for kind in ("plain", "html"):
        said = part(letter, kind)
        assert code in said
        assert "10 minutes" in said


async def test_a_file_in_a_form_is_not_taken(asking: Asking) -> None:
    browser = await asking.browser()
    page = await browser.get("/request")
    form = aiohttp.FormData({"csrf": page.csrf})
    form.add_field("establishment", b"x", filename="x")
    async with aiohttp.ClientSession(asking.server.url) as client:
        headers = {"Origin": asking.server.url, "Cookie": f"vmr-request={browser.cookie}"}
        answer = await client.post("/request", data=form, headers=headers)
        assert answer.status == 403


def test_the_settings_reach_the_pages() -> None:
    options = {
        "request_domains": "law.example", "court_domains": "court.example,hmcts.example",
        "request_open_max": "3",
    }  # fmt: skip
    config = _config(load(options, {})).requests
    assert config.domains == ("law.example",)
    assert config.court_domains == ("court.example", "hmcts.example")
    assert config.open_max == 3
    assert _config(load({}, {})).requests.open_max == 20
    with pytest.raises(SettingError, match="court-domains"):
        load({"court_domains": "Court.example"}, {})
    with pytest.raises(SettingError, match="request-open-max"):
        load({"request_open_max": "0"}, {})
