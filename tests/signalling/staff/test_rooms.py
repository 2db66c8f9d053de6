"""An administrator's pages for rooms, personal links and the establishment."""

import re
from dataclasses import replace
from html import unescape

import pytest

from tests.signalling.fakes.store import PRISON
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import Browser, Page
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.test_people import ADMINISTRATOR, OTHER, administrator
from vmr.policies import PolicyName
from vmr.rooms import Invite, Room
from vmr.staff import StaffRole
from vmr.store import KeptEntry
from vmr.store.secrets import hash_token, verify_pin

ROOMS, ESTABLISHMENT = "/staff/rooms", "/staff/establishment"
NEW = {"name": " Legal  room 2", "policy": "legal"}


async def rooms(house: House) -> tuple[Room, ...]:
    found: tuple[Room, ...] = await house.store.office.rooms_of(PRISON.id)
    return found


async def links(house: House, room: Room) -> tuple[Invite, ...]:
    found: tuple[Invite, ...] = await house.store.office.invites(room.id)
    return found


async def said(house: House) -> list[KeptEntry]:
    """What the establishment's record says of its rooms, oldest first."""
    kept = await house.store.staff.record(PRISON.id)
    return [one for one in kept if not one.entry.what.startswith("staff_")]


def pin_in(page: Page) -> str:
    (found,) = re.findall(r"vmr-code\">([0-9]{6})<", page.text)
    return str(found)


async def made(house: House, browser: Browser) -> tuple[Room, Page]:
    page = await browser.post(f"{ROOMS}/add", NEW)
    (room,) = await rooms(house)
    return room, page


async def run_meeting(house: House, room: Room) -> None:
    """A meeting is open in this room, as the server knows it."""
    house.store.rooms[room.id] = replace(room, pin_hash=house.room.pin_hash)
    house.room = house.store.rooms[room.id]
    await house.host()


@pytest.mark.parametrize("role", [one for one in StaffRole if one not in ADMINISTRATOR])
async def test_only_an_administrator_opens_the_rooms(
    house: House, open_browser: Open, role: StaffRole
) -> None:
    _me, mine = await administrator(house, open_browser)
    room, _page = await made(house, mine)
    await account(house, roles=[role])
    browser = await open_browser()
    await browser.sign_in("reed")
    home = await browser.get("/staff")
    assert ROOMS not in home.text
    one = f"{ROOMS}/{room.id}"
    asked = [ROOMS, f"{ROOMS}/add", one, *(f"{one}/{act}" for act in ("change", "pin", "close"))]
    for path in (*asked, f"{one}/links/add", ESTABLISHMENT):
        assert (await browser.get(path)).status == 403, path
        if path not in (ROOMS, one):
            assert (await browser.post(path, NEW, csrf=home.csrf)).status == 403, path
    assert await rooms(house) == (room,)


async def test_a_room_is_added_with_a_pin_that_is_shown_once(
    house: House, open_browser: Open
) -> None:
    me, browser = await administrator(house, open_browser)
    room, page = await made(house, browser)
    assert (room.name, room.policy) == ("Legal room 2", PolicyName.LEGAL)
    pin = pin_in(page)
    assert verify_pin(room.pin_hash, pin)
    assert f"{house.url}/r/{room.address}#host" in page.text
    shown = await browser.get(f"{ROOMS}/{room.id}")
    assert f"{house.url}/r/{room.address}" in shown.text
    assert pin not in shown.text
    assert "Legal room 2" in (await browser.get(ROOMS)).text
    (entry,) = await said(house)
    assert (entry.entry.what, entry.entry.actor) == ("room_added", f"officer:{me.id}")
    assert dict(entry.entry.facts) == {"room": "Legal room 2", "policy": "legal"}
    assert dict(entry.personal) == {"officer": "Ada Admin"}


@pytest.mark.parametrize("may_book", [True, False])
async def test_a_room_leads_to_its_hours_and_who_may_book_to_its_bookings(
    house: House, open_browser: Open, may_book: bool
) -> None:
    roles = {*ADMINISTRATOR, *({StaffRole.BOOKING} if may_book else ())}
    await account(house, roles=roles)
    browser = await open_browser()
    await browser.sign_in("reed")
    room, _page = await made(house, browser)
    page = await browser.get(f"{ROOMS}/{room.id}")
    booked = f'href="/staff/bookings/rooms/{room.id}'
    assert f'{booked}/hours"' in page.text
    assert (f'{booked}"' in page.text) is may_book
    await browser.post(f"{ROOMS}/{room.id}/close", {})
    assert booked not in (await browser.get(f"{ROOMS}/{room.id}")).text


async def test_what_is_wrong_in_the_form_is_said_and_adds_nothing(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    wrong = await browser.post(f"{ROOMS}/add", {"name": " ", "policy": "party"})
    assert (wrong.status, wrong.problems) == (
        422, ["Enter a name for the room", "Select a policy"],
    )  # fmt: skip
    again = await browser.post(f"{ROOMS}/add", {"name": "<b>Room</b>"})
    assert "<b>Room</b>" not in again.text
    assert await rooms(house) == ()


async def test_a_new_pin_voids_the_old_one_after_a_question(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    room, page = await made(house, browser)
    path = f"{ROOMS}/{room.id}/pin"
    assert "The old Host PIN is void at once." in (await browser.get(path)).text
    assert await rooms(house) == (room,), "asking is not doing"
    new = pin_in(await browser.post(path))
    (changed,) = await rooms(house)
    assert verify_pin(changed.pin_hash, new)
    assert not verify_pin(changed.pin_hash, pin_in(page))
    last = (await said(house))[-1]
    assert last.entry.what == "room_pin_renewed"
    assert new not in repr(await house.store.staff.record(PRISON.id))


async def test_name_and_policy_change_but_the_policy_not_while_a_meeting_runs(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    room, _page = await made(house, browser)
    path = f"{ROOMS}/{room.id}/change"
    form = {"name": "Court link", "policy": "hearing"}
    assert (await browser.post(path, form)).place == f"{ROOMS}/{room.id}"
    (changed,) = await rooms(house)
    assert (changed.name, changed.policy) == ("Court link", PolicyName.HEARING)
    await browser.post(path, form)
    assert [one.entry.what for one in await said(house)] == ["room_added", "room_changed"]
    await browser.post(path, NEW)
    await run_meeting(house, room)
    refused = await browser.post(path, {"name": "Court link", "policy": "social"})
    assert refused.problems == [
        "A meeting is running in this room. Change the policy when it has ended"
    ]
    assert (await rooms(house))[0].policy is PolicyName.LEGAL
    assert "Meeting running" in (await browser.get(ROOMS)).text
    assert (await browser.post(path, {"name": "Court link", "policy": "legal"})).status == 303


async def test_a_room_is_closed_after_a_question_and_not_changed_any_more(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    room, _page = await made(house, browser)
    one = f"{ROOMS}/{room.id}"
    assert (await browser.get(f"{one}/close")).title.startswith("Close Legal room 2?")
    assert not (await rooms(house))[0].is_closed, "asking is not doing"
    assert (await browser.post(f"{one}/close")).place == one
    assert (await rooms(house))[0].is_closed
    assert (await said(house))[-1].entry.what == "room_closed"
    shown = await browser.get(one)
    assert "Nobody can start anything in this room." in shown.text
    assert f"{one}/pin" not in shown.text
    csrf = (await browser.get("/staff")).csrf
    for path in ("close", "pin", "change", "links/add"):
        assert (await browser.post(f"{one}/{path}", NEW, csrf=csrf)).status == 404, path


async def test_a_personal_link_is_made_shown_once_and_revoked(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    room, _page = await made(house, browser)
    one = f"{ROOMS}/{room.id}"
    wrong = await browser.post(f"{one}/links/add", {"name": ""})
    assert wrong.problems == ["Enter for whom the link is"]
    page = await browser.post(f"{one}/links/add", {"name": "Ms Shah"})
    (token,) = re.findall(rf"/r/{room.address}#invite=([A-Za-z0-9_-]{{32}})", unescape(page.text))
    (invite,) = await links(house, room)
    found = await house.store.office.invite(invite.id)
    assert (found.label, found.room, found.is_revoked) == ("Ms Shah", room.id, False)
    shown = await browser.get(one)
    assert "Ms Shah" in shown.text
    assert token not in shown.text
    last = (await said(house))[-1]
    assert (last.entry.what, dict(last.entry.facts)) == (
        "personal_link_made", {"room": "Legal room 2"},
    )  # fmt: skip
    assert dict(last.personal) == {"name": "Ms Shah", "officer": "Ada Admin"}
    record = repr(await house.store.staff.record(PRISON.id))
    assert token not in record
    assert hash_token(token) not in record
    revoke = f"{one}/links/{invite.id}/revoke"
    assert (await browser.get(revoke)).title.startswith("Revoke the link of Ms Shah?")
    assert not (await links(house, room))[0].is_revoked, "asking is not doing"
    assert (await browser.post(revoke)).place == one
    assert (await links(house, room))[0].is_revoked
    assert (await said(house))[-1].entry.what == "personal_link_revoked"
    assert (await browser.post(revoke, csrf=shown.csrf)).status == 404


async def test_another_establishments_room_does_not_exist(house: House, open_browser: Open) -> None:
    await add_prison(house.store.staff, OTHER)
    await account(house, "other", roles=ADMINISTRATOR, establishment=OTHER)
    _me, mine = await administrator(house, open_browser)
    room, _page = await made(house, mine)
    await mine.post(f"{ROOMS}/{room.id}/links/add", {"name": "Ms Shah"})
    (invite,) = await links(house, room)
    theirs = await open_browser()
    await theirs.sign_in("other")
    csrf = (await theirs.get("/staff")).csrf
    assert "Legal room 2" not in (await theirs.get(ROOMS)).text
    own = await theirs.post(f"{ROOMS}/add", {"name": "Theirs", "policy": "legal"})
    (ours,) = re.findall(rf'href="({ROOMS}/[0-9a-f]{{32}})"', own.text)
    one, revoke = f"{ROOMS}/{room.id}", f"links/{invite.id}/revoke"
    for path in (one, *(f"{one}/{act}" for act in ("change", "pin", "close", "links/add", revoke))):
        assert (await theirs.get(path)).status == 404, path
        if path != one:
            assert (await theirs.post(path, NEW, csrf=csrf)).status == 404, path
    through = await theirs.post(f"{ours}/{revoke}", csrf=csrf)
    assert through.status == 404, "a link is revoked by way of its own room alone"
    assert (await rooms(house), await links(house, room)) == ((room,), (invite,))


async def test_the_establishment_is_changed_by_name(house: House, open_browser: Open) -> None:
    me, browser = await administrator(house, open_browser)
    room, _page = await made(house, browser)
    wrong = {"name": "", "phone": " ", "safer_custody": "1" * 41}
    assert (await browser.post(ESTABLISHMENT, wrong)).problems == [
        "Enter the name of the establishment",
        "Enter a telephone number of 40 characters or fewer",
        "Enter a safer custody number of 40 characters or fewer, or none",
    ]
    form = {"name": "HMP New", "phone": "01632 960 055 ext 2", "safer_custody": "",
            "takes_requests": "yes"}  # fmt: skip
    for _ in range(2):
        done = await browser.post(ESTABLISHMENT, form)
        assert done.place == f"{ESTABLISHMENT}?saved=yes"
    assert "Saved." in (await browser.get(done.place)).text
    found = await house.store.office.room(room.id)
    assert found.establishment == replace(
        PRISON, name="HMP New", phone="01632 960 055 ext 2", takes_requests=True
    )
    changes = [one for one in await said(house) if one.entry.what == "establishment_changed"]
    assert [one.entry.actor for one in changes] == [f"officer:{me.id}"]
    assert dict(changes[0].entry.facts)["phone"] == "01632 960 055 ext 2"


async def test_a_form_about_rooms_from_elsewhere_changes_nothing(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    room, _page = await made(house, browser)
    await browser.post(f"{ROOMS}/{room.id}/links/add", {"name": "Ms Shah"})
    (invite,) = await links(house, room)
    one = f"{ROOMS}/{room.id}"
    paths = [f"{one}/{act}" for act in ("change", "pin", "close", "links/add")]
    form = {"name": "Evil", "policy": "social", "phone": "1"}
    csrf = (await browser.get("/staff")).csrf
    for path in (f"{ROOMS}/add", *paths, f"{one}/links/{invite.id}/revoke", ESTABLISHMENT):
        assert (await browser.post(path, form, csrf="0" * 64)).status == 403, path
        evil = await browser.post(path, form, csrf=csrf, origin="https://evil.example")
        assert evil.status == 403, path
    assert (await rooms(house), await links(house, room)) == ((room,), (invite,))
    assert (await house.store.office.room(room.id)).establishment == PRISON
