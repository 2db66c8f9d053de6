"""Signing in with an account of the organisation, against a provider that the test runs."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from joserfc.jwk import OctKey, RSAKey

from signalling.staff.config import StaffConfig
from signalling.staff.oidc import OidcConfig
from tests.signalling.house import House
from tests.signalling.officers import account
from tests.signalling.staff.browser import Browser, Page
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.provider import CLIENT_ID, CLIENT_SECRET, TestProvider
from vmr.record import Happening

REFUSED = "account is not known here"
FAILED = "did not work"


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[TestProvider]:
    running = TestProvider()
    await running.start()
    yield running
    await running.close()


@pytest.fixture
def staff_config(provider: TestProvider) -> StaffConfig:
    oidc = OidcConfig(
        issuer=provider.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, claim="email"
    )
    return StaffConfig(is_secure=False, oidc=oidc)


async def to_provider(browser: Browser, path: str = "/staff/sign-in/oidc") -> str:
    """Where the provider sends the browser back to."""
    there = await browser.get(path)
    assert there.status == 303
    back = await browser.get(there.place)
    assert back.status == 302
    return back.place


async def sign_in(browser: Browser, path: str = "/staff/sign-in/oidc") -> Page:
    return await browser.get(await to_provider(browser, path))


async def test_an_existing_account_is_linked_at_the_first_sign_in(
    house: House, open_browser: Open, provider: TestProvider
) -> None:
    member = await account(house, "reed@example.org")
    browser = await open_browser()
    assert "/staff/sign-in/oidc" in (await browser.get("/staff/sign-in")).text
    before = browser.cookie
    page = await sign_in(browser, "/staff/sign-in/oidc?next=/staff/people")
    assert page.place == "/staff/people"
    assert browser.cookie != before
    assert "Officer Reed" in (await browser.get("/staff")).text
    linked = await house.store.staff.account(member.id)
    assert linked is not None
    assert (linked.oidc_issuer, linked.oidc_subject) == (provider.url, "248289761001")
    entries = await house.store.staff.record(member.establishment.id)
    said = [(one.entry.what, one.entry.facts) for one in entries[-2:]]
    assert said == [
        ("staff_linked", (("issuer", provider.url),)), ("staff_signed_in", (("how", "oidc"),)),
    ]  # fmt: skip


async def test_a_linked_account_is_found_by_its_subject_whatever_the_address_becomes(
    house: House, open_browser: Open, provider: TestProvider
) -> None:
    await account(house, "reed@example.org")
    await sign_in(await open_browser())
    provider.claims["email"] = "new.name@example.org"
    assert (await sign_in(await open_browser())).place == "/staff"


async def test_nobody_gets_an_account_by_signing_in(house: House, open_browser: Open) -> None:
    page = await sign_in(await open_browser())
    assert page.status == 403
    assert REFUSED in page.text
    assert await house.store.staff.members() == ()


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": ["reed@example.org"]},
    ],
)
async def test_an_address_that_is_not_verified_names_nobody(
    house: House, open_browser: Open, provider: TestProvider, claims: dict[str, Any]
) -> None:
    await account(house, "reed@example.org")
    provider.lies = claims
    page = await sign_in(await open_browser())
    assert (page.status, REFUSED in page.text) == (403, True)


async def test_an_account_that_is_linked_to_somebody_is_nobody_elses(
    house: House, open_browser: Open, provider: TestProvider
) -> None:
    await account(house, "reed@example.org")
    await sign_in(await open_browser())
    provider.claims["sub"] = "somebody else with the same address"
    page = await sign_in(await open_browser())
    assert (page.status, REFUSED in page.text) == (403, True)


async def test_a_disabled_account_stays_outside(house: House, open_browser: Open) -> None:
    member = await account(house, "reed@example.org")
    done = Happening(at=1.0, actor="operator", what="staff_disabled")
    for _linked_or_not in range(2):
        await house.store.staff.set_disabled(member.id, True, done)
        assert (await sign_in(await open_browser())).status == 403
        await house.store.staff.set_disabled(member.id, False, done)
        await sign_in(await open_browser())


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": "another client", "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"nonce": "another attempt's"},
        {"nonce": None},
        {"sub": None},
        {"sub": 7},
        {"exp": "soon"},
        {"iss": None},
    ],
)
async def test_an_id_token_for_somebody_or_something_else_is_not_believed(
    house: House, open_browser: Open, provider: TestProvider, lies: dict[str, Any]
) -> None:
    await account(house, "reed@example.org")
    provider.lies = lies
    browser = await open_browser()
    page = await sign_in(browser)
    assert (page.status, FAILED in page.text) == (403, True)
    assert (await browser.get("/staff")).status == 303


async def test_an_id_token_signed_by_another_key_is_not_believed(
    house: House, open_browser: Open, provider: TestProvider
) -> None:
    await account(house, "reed@example.org")
    provider.published = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    assert FAILED in (await sign_in(await open_browser())).text


async def test_an_id_token_signed_with_a_secret_is_not_believed_even_of_a_published_one(
    house: House, open_browser: Open, provider: TestProvider
) -> None:
    await account(house, "reed@example.org")
    provider.key, provider.algorithm = OctKey.generate_key(256, {"kid": "one"}), "HS256"
    assert FAILED in (await sign_in(await open_browser())).text


async def test_an_id_token_that_nobody_signed_is_not_believed(
    house: House, open_browser: Open, provider: TestProvider
) -> None:
    await account(house, "reed@example.org")
    provider.is_unsigned = True
    assert FAILED in (await sign_in(await open_browser())).text


async def test_a_new_key_of_the_provider_is_fetched(
    house: House, open_browser: Open, provider: TestProvider
) -> None:
    await account(house, "reed@example.org")
    await sign_in(await open_browser())
    provider.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    assert (await sign_in(await open_browser())).place == "/staff"


async def test_metadata_of_another_issuer_is_not_believed(
    open_browser: Open, provider: TestProvider
) -> None:
    provider.issuer_said = "https://evil.example"
    page = await (await open_browser()).get("/staff/sign-in/oidc")
    assert (page.status, FAILED in page.text) == (403, True)


async def test_a_code_comes_back_only_to_the_browser_that_went_and_only_once(
    house: House, open_browser: Open
) -> None:
    await account(house, "reed@example.org")
    browser, victim = await open_browser(), await open_browser()
    back = await to_provider(browser)
    await to_provider(victim)
    assert FAILED in (await victim.get(back)).text, "a foreign code and state"
    assert (await victim.get("/staff")).status == 303
    forged = back.rpartition("state=")[0] + "state=forged"
    other = await open_browser()
    await to_provider(other)
    assert FAILED in (await other.get(forged)).text
    assert (await browser.get(back)).place == "/staff"
    assert FAILED in (await browser.get(back)).text, "the attempt is over"


async def test_an_attempt_is_over_after_ten_minutes(house: House, open_browser: Open) -> None:
    await account(house, "reed@example.org")
    browser = await open_browser()
    back = await to_provider(browser)
    house.clock.now += 600
    assert FAILED in (await browser.get(back)).text


async def test_a_provider_that_is_away_is_told_plainly(
    house: House, open_browser: Open, provider: TestProvider
) -> None:
    await provider.close()
    page = await (await open_browser()).get("/staff/sign-in/oidc")
    assert (page.status, FAILED in page.text) == (403, True)
