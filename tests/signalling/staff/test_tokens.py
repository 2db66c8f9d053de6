"""Tokens of programs: who makes and revokes them, what is shown once, and what is written down."""

import re

import pytest

from tests.signalling.fakes.store import PRISON
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import Browser, Page
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.test_people import OTHER, administrator
from vmr.api_tokens import ApiScope, ApiToken
from vmr.staff import STAFF_PERMISSIONS, StaffPermission, StaffRole
from vmr.store import ApiStore
from vmr.store.secrets import hash_token

LIST, ADD = "/staff/api-tokens", "/staff/api-tokens/add"
FIELDS = [("name", "Court lists"), ("scopes", "bookings.read"), ("scopes", "rooms.read"),
          ("lasts", "90")]  # fmt: skip
DAY_S = 86_400.0


@pytest.fixture
def api(house: House) -> ApiStore:
    store: ApiStore = house.store.real.api
    return store


async def tokens(api: ApiStore) -> tuple[ApiToken, ...]:
    return await api.tokens(PRISON.id)


def secret_in(page: Page) -> str:
    found = re.search(r"vmr_[A-Za-z0-9_-]{32}", page.text)
    assert found is not None
    return found[0]


async def made(browser: Browser) -> str:
    """The secret."""
    page = await browser.post(ADD, FIELDS)
    assert page.status == 200
    return secret_in(page)


@pytest.mark.parametrize("role", list(StaffRole))
async def test_only_who_manages_programs_opens_the_tokens(
    house: House, open_browser: Open, api: ApiStore, role: StaffRole
) -> None:
    await account(house, roles=[role])
    browser = await open_browser()
    await browser.sign_in("reed")
    may = StaffPermission.MANAGE_PROGRAMS in STAFF_PERMISSIONS[role]
    home = await browser.get("/staff")
    assert (LIST in home.text) == may
    for path in (LIST, ADD):
        assert (await browser.get(path)).status == (200 if may else 403), path
    nobody = f"{LIST}/{'0' * 32}/revoke"
    assert (await browser.get(nobody)).status == (404 if may else 403)
    assert (await browser.post(ADD, FIELDS, csrf=home.csrf)).status == (200 if may else 403)
    assert len(await tokens(api)) == may


async def test_a_token_is_made_shown_once_and_written_down(
    house: House, open_browser: Open, api: ApiStore
) -> None:
    me, browser = await administrator(house, open_browser)
    secret = await made(browser)
    (token,) = await tokens(api)
    assert token.name == "Court lists"
    assert token.scopes == {ApiScope.BOOKINGS_READ, ApiScope.ROOMS_READ}
    assert token.expires_at == token.made_at + 90 * DAY_S
    assert await api.token_by_hash(hash_token(secret)) == token
    listed = await browser.get(LIST)
    assert "See rooms and when they are free" in listed.text
    assert secret not in listed.text
    last = (await house.store.staff.record(PRISON.id))[-1]
    assert (last.entry.what, last.entry.actor) == ("api_token_added", f"officer:{me.id}")
    assert dict(last.entry.facts)["scopes"] == "rooms.read,bookings.read"
    assert dict(last.personal) == {"officer": "Ada Admin"}


async def test_a_token_may_work_until_it_is_revoked(
    house: House, open_browser: Open, api: ApiStore
) -> None:
    _, browser = await administrator(house, open_browser)
    page = await browser.post(ADD, [*FIELDS[:3], ("lasts", "")])
    assert "It works until it is revoked." in page.text
    (token,) = await tokens(api)
    assert token.expires_at is None


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([("name", " "), *FIELDS[1:]], "Enter a name for the program"),
        ([("name", "x" * 101), *FIELDS[1:]], "Enter a name for the program"),
        ([FIELDS[0], FIELDS[3]], "Choose what the program may do"),
        ([FIELDS[0], ("scopes", "everything"), FIELDS[3]], "Choose what the program may do"),
        (
            [FIELDS[0], ("scopes", "records.personal"), FIELDS[3]],
            "To see the names in records it must also read the records",
        ),
        ([*FIELDS[:3], ("lasts", "99999")], "Choose how long the token may be used"),
    ],
)
async def test_what_is_wrong_in_the_form_is_said_and_nothing_is_made(
    house: House,
    open_browser: Open,
    api: ApiStore,
    fields: list[tuple[str, str]],
    problem: str,
) -> None:
    _, browser = await administrator(house, open_browser)
    page = await browser.post(ADD, fields)
    assert (page.status, page.problems) == (422, [problem])
    assert await tokens(api) == ()


async def test_what_was_typed_stays_in_the_form(house: House, open_browser: Open) -> None:
    _, browser = await administrator(house, open_browser)
    page = await browser.post(ADD, [("name", ""), *FIELDS[1:]])
    for said in ('value="rooms.read" checked', 'value="90" checked'):
        assert said in page.text
    assert page.text.count(" checked") == 3


async def test_a_form_from_elsewhere_makes_no_token(
    house: House, open_browser: Open, api: ApiStore
) -> None:
    _, browser = await administrator(house, open_browser)
    assert (await browser.post(ADD, FIELDS, csrf="0" * 64)).status == 403
    assert (await browser.post(ADD, FIELDS, origin="https://evil.example")).status == 403
    assert await tokens(api) == ()


async def test_a_revoked_token_is_good_no_more_and_that_is_written_down(
    house: House, open_browser: Open, api: ApiStore
) -> None:
    me, browser = await administrator(house, open_browser)
    await made(browser)
    (token,) = await tokens(api)
    path = f"{LIST}/{token.id}/revoke"
    assert "Revoke the token of Court lists?" in (await browser.get(path)).text
    assert (await browser.post(path)).place == LIST
    (token,) = await tokens(api)
    assert not token.is_good(token.made_at)
    assert "Revoked" in (await browser.get(LIST)).text
    last = (await house.store.staff.record(PRISON.id))[-1]
    assert (last.entry.what, last.entry.actor) == ("api_token_revoked", f"officer:{me.id}")
    assert (await browser.post(path, csrf=(await browser.get(LIST)).csrf)).status == 404


async def test_an_expired_token_says_so_and_can_still_be_revoked(
    house: House, open_browser: Open
) -> None:
    _, browser = await administrator(house, open_browser)
    await made(browser)
    house.clock.advance(90 * DAY_S)
    await browser.sign_in("admin")
    page = await browser.get(LIST)
    assert "Expired" in page.text
    assert "/revoke" in page.text


async def test_a_token_of_another_establishment_looks_like_none(
    house: House, open_browser: Open, api: ApiStore
) -> None:
    _, browser = await administrator(house, open_browser)
    await made(browser)
    (token,) = await tokens(api)
    await add_prison(house.store.staff, OTHER)
    await account(house, "other", roles=[StaffRole.ADMINISTRATOR], establishment=OTHER)
    there = await open_browser()
    await there.sign_in("other")
    assert "Court lists" not in (await there.get(LIST)).text
    assert (await there.get(f"{LIST}/{token.id}/revoke")).status == 404
    csrf = (await there.get("/staff")).csrf
    assert (await there.post(f"{LIST}/{token.id}/revoke", csrf=csrf)).status == 404
    (token,) = await tokens(api)
    assert token.revoked_at is None


async def test_the_names_of_programs_are_shown_as_text(house: House, open_browser: Open) -> None:
    _, browser = await administrator(house, open_browser)
    await browser.post(ADD, [("name", "<script>x</script>"), *FIELDS[1:]])
    assert "<script>x" not in (await browser.get(LIST)).text
