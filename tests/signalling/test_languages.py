"""Which language a page is in: chosen, else asked for."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from signalling.errors import EDGE, LOBBY
from signalling.languages import choose, own_path
from signalling.texts import FILES, LANGUAGES, Texts
from tests.signalling.house import House


@pytest_asyncio.fixture
async def browser(house: House) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(house.url) as session:
        yield session


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        ("", "", "en"),
        ("cy", "en", "cy"),
        ("en", "cy", "en"),
        ("xx", "cy", "cy"),
        ("", "cy-GB, en;q=0.8", "cy"),
        ("", "en;q=0.5, cy;q=0.9", "cy"),
        ("", "cy;q=0, en", "en"),
        ("", "fr, de;q=0.9", "en"),
        ("", "fr, CY ; q=0.1", "cy"),
        ("", "cy;q=much, cy;x=1", "en"),
    ],
)
def test_what_was_chosen_counts_before_what_a_browser_asks_for(
    chosen: str, accepted: str, expected: str
) -> None:
    assert choose(chosen, accepted) == expected


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_cookie_and_header_give_a_language(chosen: str, accepted: str) -> None:
    assert choose(chosen, accepted) in LANGUAGES


@pytest.mark.parametrize(
    "said",
    [None, "", "x", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/é"],
)
def test_a_switch_leads_nowhere_but_to_our_own_pages(said: str | None) -> None:
    assert own_path(said) == "/"
    assert own_path("/request?a=1") == "/request?a=1"


async def test_a_choice_is_kept_in_a_cookie_that_holds_nothing_else(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with browser.get("/", headers={"Accept-Language": "cy"}) as answer:
        assert '<html lang="cy"' in await answer.text()
    async with browser.get("/language/cy?to=/request", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/request")
        cookie = answer.cookies["vmr-language"]
        assert (cookie.value, cookie["path"], cookie["samesite"]) == ("cy", "/", "Lax")
    headers = {"Cookie": "vmr-language=cy"}
    async with browser.get(f"/r/{house.room.address}", headers=headers) as answer:
        page = await answer.text()
    assert '<html lang="cy"' in page
    assert "/text/cy/meeting.json" in page
    assert '"lang": "cy"' in page
    async with browser.get("/staff/sign-in", headers=headers) as answer:
        assert '<html lang="en"' in await answer.text()
    async with browser.get("/language/xx", allow_redirects=False) as answer:
        assert answer.status == 404


def test_every_refusal_that_a_participant_may_meet_has_a_sentence_in_both_languages() -> None:
    for lang in LANGUAGES:
        known = set(Texts.load(FILES / "text", lang).keys("error."))
        codes = {f"error.{code}" for code in (EDGE | LOBBY).keys() - OF_STAFF}
        assert sorted(codes - known) == []


OF_STAFF = {
    "unknown_room", "room_booked", "slot_cancelled", "wall_full", "not_watched", "not_asked",
    "signed_out", "no_end_time", "bad_extension", "pin_not_closed", "already_watching",
    "no_such_alert", "already_acknowledged", "alert_not_taken", "take_over_too_soon",
    "alert_stands", "message_missing", "unfit_offer", "ticket_over", "unknown_server",
}  # fmt: skip
"""What only the desk, a monitoring terminal or an encoder is answered."""
