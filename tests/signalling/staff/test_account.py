"""One's own account: password, second factor, recovery codes, sessions."""

import re

import pytest

from signalling.errors import SENTENCES, RequestError
from signalling.staff.config import StaffConfig
from tests.signalling.house import House
from tests.signalling.officers import account
from tests.signalling.staff.browser import PASSWORD, Browser, Page
from tests.signalling.staff.conftest import Open
from vmr.staff_sessions import TotpMode
from vmr.store.secrets import make_token
from vmr.totp import code_at, step_at

NEW = "a better password"
SET_UP = "/staff/account/second-factor"


def secret_in(page: Page) -> str:
    found = re.search(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b", page.text)
    assert found is not None
    return found[0].replace(" ", "")


def code_now(house: House, secret: str) -> str:
    return code_at(secret, step_at(house.clock.now))


async def signed_in(house: House, open_browser: Open) -> Browser:
    await account(house)
    browser = await open_browser()
    await browser.sign_in("reed")
    return browser


async def test_a_password_is_changed_and_the_other_sessions_end(
    house: House, open_browser: Open
) -> None:
    browser = await signed_in(house, open_browser)
    other = await open_browser()
    await other.sign_in("reed")
    before = browser.cookie
    page = await browser.post(
        "/staff/account/password", {"current": PASSWORD, "new": NEW, "again": NEW}
    )
    assert page.place == "/staff/account"
    assert browser.cookie != before
    assert (await browser.get("/staff")).status == 200
    assert (await other.get("/staff")).status == 303
    assert (await other.sign_in("reed", PASSWORD)).status == 422
    assert (await other.sign_in("reed", NEW)).place == "/staff"


@pytest.mark.parametrize(
    ("current", "new", "again", "problem"),
    [
        ("wrong password", NEW, NEW, "Your current password is not right"),
        (PASSWORD, "short", "short", "The new password is too short"),
        (PASSWORD, NEW, "another one", "Type the same new password twice"),
        (PASSWORD, PASSWORD, PASSWORD, "The new password must not be the old one"),
    ],
)
async def test_a_password_is_not_changed_without_the_old_one_and_a_good_new_one(
    house: House, open_browser: Open, current: str, new: str, again: str, problem: str
) -> None:
    browser = await signed_in(house, open_browser)
    form = {"current": current, "new": new, "again": again}
    page = await browser.post("/staff/account/password", form)
    assert (page.status, page.problems) == (422, [problem])
    assert (await (await open_browser()).sign_in("reed")).place == "/staff"


async def test_a_stolen_session_does_not_get_to_guess_the_password_for_ever(
    house: House, open_browser: Open
) -> None:
    browser = await signed_in(house, open_browser)
    form = {"current": "wrong password", "new": NEW, "again": NEW}
    for _ in range(4):
        await browser.post("/staff/account/password", form)
    page = await browser.post("/staff/account/password", {**form, "current": PASSWORD})
    assert page.problems == ["Your current password is not right"]


async def test_a_second_factor_is_set_up_with_its_first_code(
    house: House, open_browser: Open
) -> None:
    browser = await signed_in(house, open_browser)
    page = await browser.get(SET_UP)
    assert "<svg" in page.text
    assert "style=" not in page.text
    secret = secret_in(page)
    right = {"current": PASSWORD, "code": code_now(house, secret)}
    for wrong in ({**right, "code": "000000"}, {**right, "current": "wrong password"}):
        refused = await browser.post(SET_UP, wrong)
        assert (refused.status, len(refused.problems)) == (422, 1)
        assert secret_in(refused) == secret
    page = await browser.post(SET_UP, right)
    assert len(page.codes) == 8
    for path in ("/staff", "/staff/account", SET_UP):
        text = (await browser.get(path)).text.replace(" ", "")
        assert secret not in text, "nobody sees it again"
        assert page.codes[0] not in text
    other = await open_browser()
    assert (await other.sign_in("reed")).place == "/staff/second-factor"
    used = await other.post("/staff/second-factor", {"code": right["code"]})
    assert used.status == 422, "the code of the set-up was used"
    used = await other.post("/staff/second-factor", {"code": page.codes[0]})
    assert used.place == "/staff"


async def test_new_recovery_codes_void_the_old_ones(house: House, open_browser: Open) -> None:
    browser = await signed_in(house, open_browser)
    secret = secret_in(await browser.get(SET_UP))
    first = await browser.post(SET_UP, {"current": PASSWORD, "code": code_now(house, secret)})
    csrf = (await browser.get("/staff")).csrf
    path = "/staff/account/recovery-codes"
    assert (await browser.post(path, {"current": "x" * 12}, csrf=csrf)).status == 422
    second = await browser.post(path, {"current": PASSWORD}, csrf=csrf)
    assert len(set(first.codes) | set(second.codes)) == 16
    other = await open_browser()
    await other.sign_in("reed")
    for code, status in ((first.codes[0], 422), (second.codes[0], 303)):
        page = await other.post("/staff/second-factor", {"code": code})
        assert page.status == status


async def test_an_optional_second_factor_is_removed_with_the_password(
    house: House, open_browser: Open
) -> None:
    browser = await signed_in(house, open_browser)
    secret = secret_in(await browser.get(SET_UP))
    await browser.post(SET_UP, {"current": PASSWORD, "code": code_now(house, secret)})
    csrf = (await browser.get("/staff")).csrf
    path = "/staff/account/remove-second-factor"
    assert (await browser.post(path, {"current": "x" * 12}, csrf=csrf)).status == 422
    assert (await browser.post(path, {"current": PASSWORD}, csrf=csrf)).place == "/staff/account"
    assert (await (await open_browser()).sign_in("reed")).place == "/staff"


async def test_the_own_sessions_are_listed_and_ended_one_by_one(
    house: House, open_browser: Open
) -> None:
    browser, other = await signed_in(house, open_browser), await open_browser()
    await other.sign_in("reed")
    page = await browser.get("/staff/account")
    assert page.text.count("Firefox, Linux</strong>") == 2
    (session,) = re.findall(r'name="session" value="(\w+)"', page.text)
    await browser.post("/staff/account/end-session", {"session": session}, csrf=page.csrf)
    assert (await other.get("/staff")).status == 303
    assert (await browser.get("/staff")).status == 200


async def test_somebody_elses_session_is_not_ended(house: House, open_browser: Open) -> None:
    browser, other = await signed_in(house, open_browser), await open_browser()
    member = await account(house, "other")
    await other.sign_in("other")
    (session,) = await house.store.staff.sessions_of(member.id)
    csrf = (await browser.get("/staff")).csrf
    await browser.post("/staff/account/end-session", {"session": session.id}, csrf=csrf)
    assert (await other.get("/staff")).status == 200


async def test_signing_out_everywhere_ends_every_session_and_its_sockets(
    house: House, open_browser: Open
) -> None:
    browser, other = await signed_in(house, open_browser), await open_browser()
    await other.sign_in("reed")
    kept = browser.cookie
    ended: list[str] = []
    account_of = await house.store.staff.account_by_username("reed")
    assert account_of is not None
    for session in await house.store.staff.sessions_of(account_of.member.id):
        house.running.staff.attend(session, lambda: ended.append("one"))
    csrf = (await browser.get("/staff")).csrf
    await browser.post("/staff/account/sign-out-everywhere", csrf=csrf)
    assert ended == ["one", "one"]
    browser.cookie = kept
    for one in (browser, other):
        assert (await one.get("/staff")).status == 303


class TestWhereASecondFactorIsRequired:
    @pytest.fixture
    def staff_config(self) -> StaffConfig:
        return StaffConfig(is_secure=False, totp=TotpMode.REQUIRED)

    async def test_it_is_set_up_at_the_first_sign_in_before_anything_opens(
        self, house: House, open_browser: Open
    ) -> None:
        await account(house, expires_at=house.clock() + 3600)
        browser = await open_browser()
        assert (await browser.sign_in("reed")).place == "/staff/new-password"
        form = {"new": NEW, "again": NEW}
        page = await browser.post("/staff/new-password", form)
        assert page.place == "/staff/set-up-second-factor"
        for path in ("/staff", "/staff/account", "/staff/people", "/staff/new-password"):
            place = (await browser.get(path)).place.split("?")[0]
            assert place == "/staff/set-up-second-factor", path
        secret = secret_in(await browser.get("/staff/set-up-second-factor"))
        half = browser.cookie
        form = {"code": code_now(house, secret)}
        page = await browser.post("/staff/set-up-second-factor", form)
        assert (page.status, len(page.codes)) == (200, 8)
        assert browser.cookie != half
        assert (await browser.get("/staff")).status == 200

    async def test_it_cannot_be_removed(self, house: House, open_browser: Open) -> None:
        await account(house, totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        browser = await open_browser()
        await browser.sign_in("reed")
        code = code_now(house, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        await browser.post("/staff/second-factor", {"code": code})
        csrf = (await browser.get("/staff")).csrf
        path = "/staff/account/remove-second-factor"
        assert (await browser.post(path, {"current": PASSWORD}, csrf=csrf)).status == 404


class TestBehindTls:
    @pytest.fixture
    def staff_config(self) -> StaffConfig:
        return StaffConfig(origin="https://meet.example.org")

    async def test_the_cookie_is_bound_to_this_host_and_to_tls(self, open_browser: Open) -> None:
        page = await (await open_browser()).get("/staff/sign-in")
        name, _, flags = page.headers["Set-Cookie"].partition("=")
        assert name == "__Host-vmr-staff"
        words = {part.strip() for part in flags.split(";")[1:]}
        assert words == {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}

    async def test_forms_come_from_the_public_address_alone(self, open_browser: Open) -> None:
        browser = await open_browser()
        for origin, status in (("own", 403), ("https://meet.example.org", 422)):
            token = make_token()
            form = {"username": "x", "password": "y"}
            page = await browser.post_as(token, "/staff/sign-in", form, origin=origin)
            assert page.status == status, origin


async def test_a_server_on_localhost_without_tls_has_the_same_cookie_but_secure(
    open_browser: Open,
) -> None:
    page = await (await open_browser()).get("/staff/sign-in")
    name, _, flags = page.headers["Set-Cookie"].partition("=")
    words = {part.strip() for part in flags.split(";")[1:]}
    assert (name, words) == ("vmr-staff", {"HttpOnly", "Path=/", "SameSite=Lax"})


async def test_staff_pages_may_send_forms_home_and_are_never_kept(open_browser: Open) -> None:
    headers = (await (await open_browser()).get("/staff/sign-in")).headers
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


async def test_too_many_passwords_to_check_at_once_are_answered_busy(
    house: House, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise RequestError("busy")

    monkeypatch.setattr(house.staff.sign_in, "check_password", busy)
    page = await (await open_browser()).sign_in("reed")
    assert (page.status, page.text) == (503, SENTENCES["busy"])
