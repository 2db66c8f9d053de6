"""Signing in, as a browser does it, and as somebody does who should not."""

import asyncio
import logging
import re

import pytest

from signalling.staff.cookies import csrf_token
from signalling.staff.edge import PATH_OF_STEP
from tests.signalling.house import House
from tests.signalling.officers import account
from tests.signalling.staff.browser import PASSWORD, Browser
from tests.signalling.staff.conftest import Open
from tests.store.proving import proven
from vmr.record import Happening
from vmr.staff_accounts import ONE_TIME_S
from vmr.staff_sessions import SignInStep
from vmr.store.secrets import hash_code, make_token
from vmr.totp import code_at, step_at

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOME = "/staff"


def code_now(house: House, secret: str = SECRET, *, steps: int = 0) -> str:
    return code_at(secret, step_at(house.clock.now) + steps)


async def refusal(browser: Browser, username: str, password: str) -> tuple[int, str]:
    """The answer without what the browser itself had typed."""
    page = await browser.sign_in(username, password)
    text = page.text.replace(f'value="{username}"', "")
    return page.status, re.sub(r'value="[0-9a-f]{64}"', "", text)


async def test_the_right_password_signs_in(house: House, open_browser: Open) -> None:
    await account(house)
    browser = await open_browser()
    page = await browser.sign_in(" Reed ")
    assert (page.status, page.place) == (303, HOME)
    assert "Officer Reed" in (await browser.get(HOME)).text


async def test_nobody_gets_a_page_of_staff_without_signing_in(open_browser: Open) -> None:
    browser = await open_browser()
    for path in (HOME, "/staff/account", "/staff/people", "/staff/people/add"):
        page = await browser.get(path)
        assert (page.status, page.place) == (303, f"/staff/sign-in?next={path}")
        page = await browser.post(path, csrf="0" * 64)
        assert page.status in (303, 405), path


async def test_after_sign_in_one_is_where_one_wanted_to_be(
    house: House, open_browser: Open
) -> None:
    await account(house)
    for wanted, place in (
        ("/staff/people", "/staff/people"), ("//evil.example", HOME), ("/r/x", HOME),
        ("https://evil.example/staff", HOME), ("/staff/../r/x", HOME), ("/staff//evil", HOME),
    ):  # fmt: skip
        browser = await open_browser()
        form = {"username": "reed", "password": PASSWORD}
        page = await browser.post(f"/staff/sign-in?next={wanted}", form)
        assert page.place == place, wanted


async def test_every_refusal_looks_the_same(house: House, open_browser: Open) -> None:
    member = await account(house)
    gone = await account(house, "gone")
    done = Happening(at=1.0, actor="operator", what="staff_disabled")
    await house.store.staff.set_disabled(gone.id, True, done)
    browser = await open_browser()
    answers = [
        await refusal(browser, "reed", "wrong password"),
        await refusal(browser, "nobody", "wrong password"),
        await refusal(browser, "gone", PASSWORD),
        await refusal(browser, "", ""),
        await refusal(browser, "reed", "x" * 100_000),
        await refusal(browser, "reed", "wrong password"),
        await refusal(browser, "reed", "wrong password"),
        await refusal(browser, "reed", PASSWORD),  # closed by now
    ]
    assert answers[0][0] == 422
    assert len(set(answers)) == 1
    assert not await house.store.staff.sessions_of(member.id)


async def test_an_unknown_user_costs_a_check_of_a_password_as_a_known_one_does(
    house: House, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    await account(house)
    checked: list[bool] = []

    def spy(pin_hash: str | None, pin: str) -> bool:
        checked.append(pin_hash is not None)
        return False

    monkeypatch.setattr("signalling.pins.verify_pin", spy)
    browser = await open_browser()
    for username in ("reed", "nobody", "!", *["reed"] * 4):  # the last ones find it closed
        await browser.sign_in(username, "wrong password")
    assert checked == [True, False, False, True, True, True, True]


async def test_many_wrong_passwords_close_an_account_for_a_while(
    house: House, open_browser: Open
) -> None:
    await account(house)
    other = await open_browser()
    browser = await open_browser()
    for _ in range(4):
        assert (await browser.sign_in("reed", "wrong password")).status == 422
    assert (await other.sign_in("reed")).status == 422
    house.clock.now += 901
    assert (await other.sign_in("reed")).place == HOME


async def test_many_wrong_passwords_at_once_are_counted_before_they_are_checked(
    house: House,
) -> None:
    await account(house)
    passwords = [*["wrong password"] * 4, PASSWORD]
    check = house.staff.sign_in.check_password
    found = await asyncio.gather(*(check("reed", one, "192.0.2.1") for one in passwords))
    assert found == [None] * 5


async def test_many_wrong_passwords_close_an_address(house: House, open_browser: Open) -> None:
    await account(house)
    browser = await open_browser()
    for number in range(8):
        await browser.sign_in(f"somebody{number}", "wrong password")
    assert (await browser.sign_in("reed")).status == 422


async def test_a_closed_account_is_in_the_record(house: House, open_browser: Open) -> None:
    member = await account(house)
    browser = await open_browser()
    for _ in range(6):
        await browser.sign_in("reed", "wrong password")
    await house.staff.sign_in.write_closed()
    entries = await house.store.staff.record(member.establishment.id)
    assert [one.entry.what for one in entries].count("staff_sign_in_closed") == 1


async def test_a_sign_in_is_in_the_record_by_name(house: House, open_browser: Open) -> None:
    member = await account(house)
    browser = await open_browser()
    await browser.sign_in("reed")
    await browser.post("/staff/sign-out")
    entries = await house.store.staff.record(member.establishment.id)
    said = [(one.entry.what, one.entry.actor, dict(one.personal).get("officer")) for one in entries]
    actor = f"officer:{member.id}"
    assert said[1:] == [
        ("staff_signed_in", actor, "Officer Reed"), ("staff_signed_out", actor, "Officer Reed"),
    ]  # fmt: skip
    assert await proven(house.store.staff, member.establishment.id) == 3


# -- cookies ----------------------------------------------------------------------------------


async def test_the_cookie_changes_at_sign_in_and_the_old_one_is_nobody(
    house: House, open_browser: Open
) -> None:
    await account(house)
    browser = await open_browser()
    await browser.get("/staff/sign-in")
    before = browser.cookie
    await browser.sign_in("reed")
    assert browser.cookie != before
    browser.cookie = before
    assert (await browser.get(HOME)).place.startswith("/staff/sign-in")


async def test_a_cookie_somebody_else_chose_never_becomes_a_session(
    house: House, open_browser: Open
) -> None:
    await account(house)
    victim, thief = await open_browser(), await open_browser()
    victim.cookie = thief.cookie = make_token()
    assert (await victim.sign_in("reed")).place == HOME
    assert (await thief.get(HOME)).place.startswith("/staff/sign-in")


async def test_the_cookie_changes_at_the_second_factor(house: House, open_browser: Open) -> None:
    await account(house, totp_secret=SECRET)
    browser = await open_browser()
    await browser.sign_in("reed")
    half = browser.cookie
    await browser.post("/staff/second-factor", {"code": code_now(house)})
    assert browser.cookie != half
    thief = await open_browser()
    thief.cookie = half
    assert (await thief.get(HOME)).place.startswith("/staff/sign-in")


async def test_signing_in_again_ends_the_session_before(house: House, open_browser: Open) -> None:
    member = await account(house)
    browser = await open_browser()
    await browser.sign_in("reed")
    csrf = (await browser.get(HOME)).csrf
    form = {"username": "reed", "password": PASSWORD}
    assert (await browser.post("/staff/sign-in", form, csrf=csrf)).place == HOME
    assert len(await house.store.staff.sessions_of(member.id)) == 1


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(
    house: House, open_browser: Open
) -> None:
    await account(house)
    browser = await open_browser()
    await browser.sign_in("reed")
    kept = browser.cookie
    page = await browser.post("/staff/sign-out")
    assert page.place == "/staff/sign-in"
    assert browser.cookie == ""
    browser.cookie = kept
    assert (await browser.get(HOME)).status == 303


async def test_an_idle_and_an_old_session_are_over(house: House, open_browser: Open) -> None:
    await account(house)
    browser = await open_browser()
    await browser.sign_in("reed")
    house.clock.now += 30 * 60 - 1
    assert (await browser.get(HOME)).status == 200
    house.clock.now += 30 * 60
    assert (await browser.get(HOME)).status == 303


# -- forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1"])
async def test_a_form_of_another_origin_is_refused(
    house: House, open_browser: Open, origin: str | None
) -> None:
    await account(house)
    browser = await open_browser()
    csrf = (await browser.get("/staff/sign-in")).csrf
    form = {"username": "reed", "password": PASSWORD}
    page = await browser.post("/staff/sign-in", form, csrf=csrf, origin=origin)
    assert page.status == 403
    assert (await browser.post("/staff/sign-in", form, csrf=csrf)).place == HOME


async def test_a_form_without_the_token_of_this_browser_is_refused(
    house: House, open_browser: Open
) -> None:
    await account(house)
    browser, other = await open_browser(), await open_browser()
    await browser.get("/staff/sign-in")
    foreign = (await other.get("/staff/sign-in")).csrf
    for csrf in ("", "0" * 64, foreign, csrf_token("")):
        form = {"username": "reed", "password": PASSWORD}
        assert (await browser.post("/staff/sign-in", form, csrf=csrf)).status == 403
    assert (await browser.sign_in("reed")).place == HOME
    for csrf in ("", foreign):
        assert (await browser.post("/staff/sign-out", csrf=csrf)).status == 403
    assert (await browser.get(HOME)).status == 200


async def test_every_form_of_staff_demands_token_and_origin(
    house: House, open_browser: Open
) -> None:
    member = await account(house)
    browser = await open_browser()
    await browser.sign_in("reed")
    csrf = (await browser.get(HOME)).csrf
    app = house.app
    paths = {
        re.sub(r"{\w+}", member.id, route.resource.canonical.replace("{reference}", "ABCD-2345"))
        for route in app.router.routes()
        if route.method == "POST" and route.resource is not None
        and route.resource.canonical.startswith("/staff")
    }  # fmt: skip
    assert len(paths) > 15
    for path in paths - {PATH_OF_STEP[step] for step in SignInStep}:
        assert (await browser.post(path, csrf="0" * 64)).status == 403, path
        assert (await browser.post(path, csrf=csrf, origin="https://x.example")).status == 403, path
    for path in paths & {PATH_OF_STEP[step] for step in SignInStep}:
        assert (await browser.post(path, csrf="0" * 64)).status == 303, path


# -- second factor ------------------------------------------------------------------------------


async def test_a_second_factor_is_asked_for_and_nothing_opens_before(
    house: House, open_browser: Open
) -> None:
    await account(house, totp_secret=SECRET)
    browser = await open_browser()
    assert (await browser.sign_in("reed")).place == "/staff/second-factor"
    for path in (HOME, "/staff/account", "/staff/people", "/staff/set-up-second-factor"):
        assert (await browser.get(path)).place.split("?")[0] == "/staff/second-factor"
    page = await browser.post("/staff/second-factor", {"code": "000000"})
    assert page.status == 422
    page = await browser.post("/staff/second-factor", {"code": code_now(house)})
    assert page.place == HOME
    assert (await browser.get(HOME)).status == 200


async def test_a_code_works_once(house: House, open_browser: Open) -> None:
    await account(house, totp_secret=SECRET)
    code = code_now(house)
    for expected in (303, 422):
        browser = await open_browser()
        await browser.sign_in("reed")
        assert (await browser.post("/staff/second-factor", {"code": code})).status == expected
    page = await browser.post("/staff/second-factor", {"code": code_now(house, steps=-1)})
    assert page.status == 422, "nor does an older one"


async def test_a_recovery_code_works_once(house: House, open_browser: Open) -> None:
    member = await account(house)
    done = Happening(at=1.0, actor="operator", what="staff_second_factor_set")
    code = "abcd-efgh-ijkl-mnop"
    await house.store.staff.set_totp(member.id, SECRET, 0, [hash_code(code)], done)
    for typed, expected in (("ABCD efgh IJKL mnop", 303), (code, 422)):
        browser = await open_browser()
        await browser.sign_in("reed")
        assert (await browser.post("/staff/second-factor", {"code": typed})).status == expected


async def test_many_wrong_codes_end_the_sign_in(house: House, open_browser: Open) -> None:
    await account(house, totp_secret=SECRET)
    browser = await open_browser()
    await browser.sign_in("reed")
    for _ in range(4):
        page = await browser.post("/staff/second-factor", {"code": "000000"})
        assert page.title.startswith("Error: Enter your code")
    page = await browser.post("/staff/second-factor", {"code": "000000"})
    assert page.title.startswith("Error: Staff sign in")
    assert (await browser.get(HOME)).place.startswith("/staff/sign-in")
    await browser.sign_in("reed")
    page = await browser.post("/staff/second-factor", {"code": code_now(house)})
    assert page.status == 422, "the right code is none while the account is closed"


async def test_an_unfinished_sign_in_is_over_after_ten_minutes(
    house: House, open_browser: Open
) -> None:
    await account(house, totp_secret=SECRET)
    browser = await open_browser()
    await browser.sign_in("reed")
    house.clock.now += 600
    page = await browser.get("/staff/second-factor")
    assert page.place.startswith("/staff/sign-in")


# -- a password that was made for somebody --------------------------------------------------------


async def test_a_one_time_password_must_be_changed(house: House, open_browser: Open) -> None:
    await account(house, expires_at=house.clock() + 3600)
    browser = await open_browser()
    assert (await browser.sign_in("reed")).place == "/staff/new-password"
    assert (await browser.get(HOME)).place.startswith("/staff/new-password")
    for new, again, problem in (
        ("short", "short", "The new password is too short"),
        ("x" * 201, "x" * 201, "The new password is too long"),
        ("long enough now", "another one", "Type the same new password twice"),
        (PASSWORD, PASSWORD, "The new password must not be the old one"),
    ):
        page = await browser.post("/staff/new-password", {"new": new, "again": again})
        assert (page.status, page.problems) == (422, [problem])
    form = {"new": "a better password", "again": "a better password"}
    assert (await browser.post("/staff/new-password", form)).place == HOME
    assert (await browser.get(HOME)).status == 200
    assert (await (await open_browser()).sign_in("reed")).status == 422
    assert (await (await open_browser()).sign_in("reed", "a better password")).place == HOME


async def test_a_one_time_password_that_has_expired_is_a_wrong_one_until_it_is_renewed(
    house: House, open_browser: Open
) -> None:
    await account(house, expires_at=house.clock() + 3600)
    await account(house, "admin")
    house.clock.advance(3600)
    browser, admin = await open_browser(), await open_browser()
    assert await refusal(browser, "reed", PASSWORD) == await refusal(browser, "reed", "wrong one")
    await admin.sign_in("admin")
    listed = (await admin.get("/staff/people")).text
    (person,) = re.findall(r'href="(/staff/people/[0-9a-f]{32})">Officer Reed', listed)[:1]
    assert "Reset the password to give them another." in (await admin.get(person)).text
    once = await admin.post(f"{person}/reset-password")
    assert "Good until" in once.text
    (password,) = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", once.text)
    assert "It is good until" in (await admin.get(person)).text
    house.clock.advance(ONE_TIME_S - 1)
    assert (await browser.sign_in("reed", password)).place == "/staff/new-password"
    form = {"new": "a better password", "again": "a better password"}
    assert (await browser.post("/staff/new-password", form)).place == HOME
    house.clock.advance(10 * ONE_TIME_S)
    again = await open_browser()
    assert (await again.sign_in("reed", "a better password")).place == HOME, "their own stays"


# -- what is said of it -----------------------------------------------------------------------


async def test_nothing_secret_is_logged(
    house: House, open_browser: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await account(house, totp_secret=SECRET)
    browser = await open_browser()
    cookies = []
    for password in ("wrong password", PASSWORD):
        await browser.sign_in("reed", password)
        cookies.append(browser.cookie)
    code = code_now(house)
    await browser.post("/staff/second-factor", {"code": code})
    await browser.get("/staff/account")
    for secret in ("wrong password", PASSWORD, SECRET, *cookies, browser.cookie, "argon2id"):
        assert secret not in caplog.text
