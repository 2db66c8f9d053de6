"""The staff list: who may open it, what it changes, and what it never shows."""

import pytest

from tests.signalling.fakes.store import PRISON
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import PASSWORD, Browser
from tests.signalling.staff.conftest import Open
from vmr.ids import EstablishmentId
from vmr.rooms import Establishment
from vmr.staff import StaffMember, StaffRole
from vmr.staff_accounts import StaffAccount

ADMINISTRATOR = frozenset({StaffRole.ADMINISTRATOR})
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTHER = Establishment(id=EstablishmentId("e2"), name="HMP Elsewhere", phone="01632 960002")


async def administrator(house: House, open_browser: Open) -> tuple[StaffMember, Browser]:
    member = await account(house, "admin", name="Ada Admin", roles=ADMINISTRATOR)
    browser = await open_browser()
    await browser.sign_in("admin")
    return member, browser


async def stored(house: House, member: StaffMember) -> StaffAccount:
    found: StaffAccount | None = await house.store.staff.account(member.id)
    assert found is not None
    return found


@pytest.mark.parametrize("role", [one for one in StaffRole if one not in ADMINISTRATOR])
async def test_only_an_administrator_opens_the_staff_list(
    house: House, open_browser: Open, role: StaffRole
) -> None:
    member = await account(house, roles=[role])
    browser = await open_browser()
    await browser.sign_in("reed")
    home = await browser.get("/staff")
    assert "/staff/people" not in home.text
    paths = ("/staff/people", "/staff/people/add", f"/staff/people/{member.id}")
    for path in paths:
        assert (await browser.get(path)).status == 403, path
    added = await browser.post("/staff/people/add", {"name": "X", "username": "xyz"})
    roles = await browser.post(
        f"/staff/people/{member.id}/roles", {"roles": "administrator"}, csrf=home.csrf
    )
    assert (added.status, roles.status) == (403, 403)
    assert (await stored(house, member)).member.roles == {role}


async def test_a_person_is_added_with_a_one_time_password(house: House, open_browser: Open) -> None:
    me, browser = await administrator(house, open_browser)
    form = [("name", "Sam Duty"), ("username", "Sam"), ("roles", "duty"), ("roles", "monitor")]
    page = await browser.post("/staff/people/add", form)
    (password,) = page.codes
    new = await open_browser()
    assert (await new.sign_in("sam", password)).place == "/staff/new-password"
    listed = (await browser.get("/staff/people")).text
    assert "Sam Duty" in listed
    assert "Duty officer, Monitoring officer" in listed
    assert password not in listed
    last = (await house.store.staff.record(PRISON.id))[-1]
    assert last.entry.what == "staff_added"
    assert last.entry.actor == f"officer:{me.id}"
    assert dict(last.personal) == {"name": "Sam Duty", "username": "sam", "officer": "Ada Admin"}


async def test_what_is_wrong_with_a_new_person_is_said(house: House, open_browser: Open) -> None:
    _me, browser = await administrator(house, open_browser)
    page = await browser.post("/staff/people/add", [("name", " "), ("username", "a b")])
    assert (page.status, len(page.problems)) == (422, 3)
    assert page.title.startswith("Error: ")
    for field in ("name", "username"):
        assert f'id="{field}-error"' in page.text
        assert f'aria-describedby="{field}-hint {field}-error"' in page.text
    taken = [("name", "Sam"), ("username", "ADMIN"), ("roles", "duty")]
    page = await browser.post("/staff/people/add", taken)
    assert page.problems == ["Somebody has this username already"]


async def test_what_somebody_typed_is_text_and_nothing_else(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    name = "<script>alert(1)</script>"
    await browser.post("/staff/people/add", [("name", name), ("username", "x")])
    form = [("name", name), ("username", "sam"), ("roles", "duty"), ("roles", "emperor")]
    assert "<script>" not in (await browser.post("/staff/people/add", form)).text
    assert "<script>" not in (await browser.get("/staff/people")).text


async def test_another_establishments_staff_do_not_exist(house: House, open_browser: Open) -> None:
    await add_prison(house.store.staff, OTHER)
    other = await account(house, "other", name="Olga Other", establishment=OTHER)
    _me, browser = await administrator(house, open_browser)
    assert "Olga Other" not in (await browser.get("/staff/people")).text
    csrf = (await browser.get("/staff")).csrf
    path = f"/staff/people/{other.id}"
    assert (await browser.get(path)).status == 404
    for change in (
        "roles", "disable", "enable", "reset-password", "reset-second-factor", "sign-out",
    ):  # fmt: skip
        page = await browser.post(f"{path}/{change}", {"roles": "duty"}, csrf=csrf)
        assert page.status == 404, change
    assert (await stored(house, other)).member == other


async def test_disabling_somebody_ends_their_session_at_once(
    house: House, open_browser: Open
) -> None:
    member = await account(house)
    victim = await open_browser()
    await victim.sign_in("reed")
    ended = []
    (session,) = await house.store.staff.sessions_of(member.id)
    house.running.staff.attend(session, lambda: ended.append("reed"), keeps_alive=True)
    _me, browser = await administrator(house, open_browser)
    csrf = (await browser.get("/staff")).csrf
    await browser.post(f"/staff/people/{member.id}/disable", csrf=csrf)
    assert ended == ["reed"]
    assert (await victim.get("/staff")).place.startswith("/staff/sign-in")
    assert (await victim.sign_in("reed")).status == 422
    await browser.post(f"/staff/people/{member.id}/enable", csrf=csrf)
    assert (await victim.sign_in("reed")).place == "/staff"


async def test_new_roles_hold_from_the_next_sign_in(house: House, open_browser: Open) -> None:
    member = await account(house, roles=ADMINISTRATOR)
    victim = await open_browser()
    await victim.sign_in("reed")
    _me, browser = await administrator(house, open_browser)
    csrf = (await browser.get("/staff")).csrf
    path = f"/staff/people/{member.id}/roles"
    assert (await browser.post(path, {"roles": "emperor"}, csrf=csrf)).status == 422
    await browser.post(path, {"roles": "booking"}, csrf=csrf)
    assert (await victim.get("/staff/people")).status == 303
    await victim.sign_in("reed")
    assert (await victim.get("/staff/people")).status == 403


async def test_a_reset_password_ends_sessions_and_must_be_changed(
    house: House, open_browser: Open
) -> None:
    member = await account(house)
    victim = await open_browser()
    await victim.sign_in("reed")
    _me, browser = await administrator(house, open_browser)
    csrf = (await browser.get("/staff")).csrf
    page = await browser.post(f"/staff/people/{member.id}/reset-password", csrf=csrf)
    (password,) = page.codes
    assert (await victim.get("/staff")).status == 303
    assert (await victim.sign_in("reed", PASSWORD)).status == 422
    assert (await victim.sign_in("reed", password)).place == "/staff/new-password"


async def test_a_lost_second_factor_is_reset(house: House, open_browser: Open) -> None:
    member = await account(house, totp_secret=SECRET)
    _me, browser = await administrator(house, open_browser)
    csrf = (await browser.get("/staff")).csrf
    await browser.post(f"/staff/people/{member.id}/reset-second-factor", csrf=csrf)
    assert not (await stored(house, member)).has_totp
    assert (await (await open_browser()).sign_in("reed")).place == "/staff"


async def test_nobody_takes_their_own_administration_away(house: House, open_browser: Open) -> None:
    me, browser = await administrator(house, open_browser)
    csrf = (await browser.get("/staff")).csrf
    for change in ("roles", "disable"):
        page = await browser.post(f"/staff/people/{me.id}/{change}", {"roles": "duty"}, csrf=csrf)
        assert (page.status, page.problems) == (
            422, ["Another administrator has to do this to your account"],
        ), change  # fmt: skip
    assert (await stored(house, me)).member == me


async def test_no_page_shows_a_secret_of_an_account(house: House, open_browser: Open) -> None:
    member = await account(house, totp_secret=SECRET)
    _me, browser = await administrator(house, open_browser)
    for path in ("/staff", "/staff/people", f"/staff/people/{member.id}", "/staff/account"):
        text = (await browser.get(path)).text
        assert "argon2" not in text
        assert SECRET not in text.replace(" ", "")
        assert PASSWORD not in text
