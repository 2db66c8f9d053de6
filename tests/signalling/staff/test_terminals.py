"""Enrolled terminals: who may open their pages, what enrols one, and what does not."""

import re
from collections.abc import Callable

import pytest

from signalling.staff.enrolment import NONCE_S, PLACE
from tests.signalling.client import DeviceKey
from tests.signalling.fakes.store import PRISON
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import Browser, Page
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.test_people import ADMINISTRATOR, OTHER, administrator
from vmr.ids import DeviceId
from vmr.staff import StaffRole
from vmr.terminals import EnrolledTerminal

LIST, ENROL, ONLY = "/staff/terminals", "/staff/terminals/enrol", "/staff/terminals/only"


def nonce_of(page: Page) -> str:
    found = re.search(r'data-nonce="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def signed(key: DeviceKey, nonce: str, place: str = PLACE) -> dict[str, str]:
    proof = key.sign(place, nonce)
    return {"x": proof["jwk"]["x"], "y": proof["jwk"]["y"], "signature": proof["signature"]}


async def enrol(browser: Browser, key: DeviceKey, name: str = "Legal 1") -> Page:
    page = await browser.get(ENROL)
    form = {"name": name, **signed(key, nonce_of(page))}
    return await browser.post(ENROL, form, csrf=page.csrf)


async def terminals(house: House) -> tuple[EnrolledTerminal, ...]:
    found: tuple[EnrolledTerminal, ...] = await house.store.terminals.terminals(PRISON.id)
    return found


async def is_enrolled(house: House, key: DeviceKey) -> bool:
    found: bool = await house.store.terminals.is_enrolled(PRISON.id, DeviceId(key.id))
    return found


@pytest.mark.parametrize("role", [one for one in StaffRole if one not in ADMINISTRATOR])
async def test_only_an_administrator_opens_the_terminals(
    house: House, open_browser: Open, role: StaffRole
) -> None:
    await account(house, roles=[role])
    browser = await open_browser()
    await browser.sign_in("reed")
    home = await browser.get("/staff")
    assert LIST not in home.text
    for path in (LIST, ENROL, f"{LIST}/{'0' * 32}/revoke"):
        assert (await browser.get(path)).status == 403, path
    for path in (ONLY, ENROL, f"{LIST}/{'0' * 32}/revoke"):
        assert (await browser.post(path, {"only": "yes"}, csrf=home.csrf)).status == 403, path
    assert not await terminals(house)


async def test_a_terminal_is_enrolled_by_its_own_key(house: House, open_browser: Open) -> None:
    me, browser = await administrator(house, open_browser)
    key = DeviceKey()
    page = await enrol(browser, key, "  Video room 2 ")
    assert page.title.startswith("This terminal is enrolled")
    assert page.text.count('action="/staff/sign-out"') == 2, "a button beside the one of the bar"
    (terminal,) = await terminals(house)
    assert (terminal.name, terminal.device, terminal.enrolled_by) == (
        "Video room 2", key.id, "Ada Admin",
    )  # fmt: skip
    listed = (await browser.get(LIST)).text
    assert "Video room 2" in listed
    assert "by Ada Admin" in listed
    last = (await house.store.staff.record(PRISON.id))[-1]
    assert last.entry.what == "terminal_enrolled"
    assert last.entry.actor == f"officer:{me.id}"
    assert dict(last.personal) == {"officer": "Ada Admin"}


Forge = Callable[[DeviceKey, str], dict[str, str]]
FORGED: dict[str, Forge] = {
    "the signature of another key": lambda key, nonce: {
        **signed(key, nonce), "signature": signed(DeviceKey(), nonce)["signature"],
    },
    "of another nonce": lambda key, nonce: signed(key, nonce[::-1]),
    "made to join a room": lambda key, nonce: signed(key, nonce, "abcdefghijkl"),
    "no key": lambda key, nonce: {},
    "no base64": lambda key, nonce: {**signed(key, nonce), "x": "é!"},
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_what_does_not_prove_the_key_enrols_nothing(
    house: House, open_browser: Open, forge: Forge
) -> None:
    _me, browser = await administrator(house, open_browser)
    page = await browser.get(ENROL)
    form = {"name": "Legal 1", **forge(DeviceKey(), nonce_of(page))}
    answer = await browser.post(ENROL, form, csrf=page.csrf)
    assert (answer.status, answer.problems) == (
        422, ["This browser did not prove its key. Try again"],
    )  # fmt: skip
    assert not await terminals(house)


async def test_a_nonce_is_good_once_for_its_session_and_for_a_time(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    key = DeviceKey()
    page = await browser.get(ENROL)
    form = {"name": "Legal 1", **signed(key, nonce_of(page))}
    other = await open_browser()
    await other.sign_in("admin")
    theirs = await other.get(ENROL)
    assert (await other.post(ENROL, form, csrf=theirs.csrf)).status == 422
    assert (await browser.post(ENROL, form, csrf=page.csrf)).status == 200
    (terminal,) = await terminals(house)
    await browser.post(f"{LIST}/{terminal.id}/revoke")
    assert (await browser.post(ENROL, form, csrf=page.csrf)).status == 422
    assert not await is_enrolled(house, key), "sent again"
    late = await browser.get(ENROL)
    house.clock.advance(NONCE_S)
    form = {"name": "Legal 1", **signed(key, nonce_of(late))}
    assert (await browser.post(ENROL, form, csrf=late.csrf)).status == 422


async def test_a_terminal_needs_a_name_and_is_enrolled_once(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    key = DeviceKey()
    assert (await enrol(browser, key, " ")).problems == ["Enter a name for the terminal"]
    await enrol(browser, key)
    again = await enrol(browser, key, "<script>")
    assert again.problems == ["This browser is enrolled already"]
    assert 'value="<script>"' not in again.text
    assert len(await terminals(house)) == 1


async def test_a_terminal_is_revoked_after_a_question(house: House, open_browser: Open) -> None:
    me, browser = await administrator(house, open_browser)
    key = DeviceKey()
    await enrol(browser, key)
    (terminal,) = await terminals(house)
    path = f"{LIST}/{terminal.id}/revoke"
    assert (await browser.get(path)).title.startswith("Revoke Legal 1?")
    assert await is_enrolled(house, key), "asking is not doing"
    assert (await browser.post(path)).place == LIST
    assert not await is_enrolled(house, key)
    assert "Revoked" in (await browser.get(LIST)).text
    home = await browser.get("/staff")
    assert (await browser.post(path, csrf=home.csrf)).status == 404
    last = (await house.store.staff.record(PRISON.id))[-1].entry
    assert (last.what, last.actor) == ("terminal_revoked", f"officer:{me.id}")


async def test_another_establishments_terminal_does_not_exist(
    house: House, open_browser: Open
) -> None:
    await add_prison(house.store.staff, OTHER)
    await account(house, "other", roles=ADMINISTRATOR, establishment=OTHER)
    _me, mine = await administrator(house, open_browser)
    key = DeviceKey()
    await enrol(mine, key, "Our terminal")
    (terminal,) = await terminals(house)
    theirs = await open_browser()
    await theirs.sign_in("other")
    csrf = (await theirs.get("/staff")).csrf
    assert "Our terminal" not in (await theirs.get(LIST)).text
    path = f"{LIST}/{terminal.id}/revoke"
    assert (await theirs.get(path)).status == 404
    assert (await theirs.post(path, csrf=csrf)).status == 404
    await theirs.post(ONLY, {"only": "yes", "confirmed": "yes"}, csrf=csrf)
    assert await is_enrolled(house, key)
    assert 'value="yes" checked' in (await theirs.get(LIST)).text
    assert 'value="yes" checked' not in (await mine.get(LIST)).text


async def test_the_setting_is_written_down_when_it_changes(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    await enrol(browser, DeviceKey())
    for form in ({"only": "yes"}, {"only": "yes"}, {}):
        csrf = (await browser.get(LIST)).csrf
        assert (await browser.post(ONLY, form, csrf=csrf)).place == LIST
    said = [one.entry for one in await house.store.staff.record(PRISON.id)]
    changes = [dict(one.facts) for one in said if one.what == "hosts_only_at_terminals_set"]
    assert changes == [{"only": True}, {"only": False}]


async def test_without_a_terminal_the_setting_is_asked_about_and_warned_of(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    warned = "No host can join now."
    csrf = (await browser.get(LIST)).csrf
    asked = await browser.post(ONLY, {"only": "yes"}, csrf=csrf)
    assert asked.title.startswith("No terminal is enrolled. Switch this on?")
    listed = await browser.get(LIST)
    assert 'value="yes" checked' not in listed.text, "asking is not doing"
    assert warned not in listed.text
    await browser.post(ONLY, {"only": "yes", "confirmed": "yes"}, csrf=asked.csrf)
    listed = await browser.get(LIST)
    assert 'value="yes" checked' in listed.text
    assert warned in listed.text
    await enrol(browser, DeviceKey())
    assert warned not in (await browser.get(LIST)).text
    (terminal,) = await terminals(house)
    await browser.post(f"{LIST}/{terminal.id}/revoke", csrf=listed.csrf)
    assert warned in (await browser.get(LIST)).text, "one that is revoked is none"
    csrf = (await browser.get(LIST)).csrf
    assert (await browser.post(ONLY, {}, csrf=csrf)).place == LIST, "off needs no question"


async def test_the_list_says_when_a_host_last_joined_at_a_terminal(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    key = DeviceKey()
    await enrol(browser, key)
    assert "Not yet" in (await browser.get(LIST)).text
    house.clock.advance(3600)
    guest = await house.guest(key=key)
    assert (await terminals(house))[0].used_at is None, "only hosts count"
    await guest.request("room.leave")
    await house.host(key)
    assert (await terminals(house))[0].used_at == house.clock()
    assert "Not yet" not in (await browser.get(LIST)).text


async def test_a_form_from_elsewhere_changes_nothing(house: House, open_browser: Open) -> None:
    _me, browser = await administrator(house, open_browser)
    key = DeviceKey()
    await enrol(browser, key)
    (terminal,) = await terminals(house)
    page = await browser.get(ENROL)
    proof = {"name": "Legal 2", **signed(DeviceKey(), nonce_of(page))}
    revoke = f"{LIST}/{terminal.id}/revoke"
    forms: dict[str, dict[str, str]] = {ENROL: proof, ONLY: {"only": "yes"}, revoke: {}}
    for path, form in forms.items():
        assert (await browser.post(path, form, csrf="0" * 64)).status == 403, path
        evil = await browser.post(path, form, csrf=page.csrf, origin="https://evil.example")
        assert evil.status == 403, path
    assert await terminals(house) == (terminal,)
    assert 'value="yes" checked' not in (await browser.get(LIST)).text
