"""The duty desk in real browsers: a locked room is knocked on, heard, taken over and decided."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.browser.conftest import Invite, World, start_world, stop_world
from tests.browser.desk import DeskPage, sign_in
from tests.browser.desk_screenshots import Crowd
from tests.browser.person import Person
from tests.browser.rooms import TestRoom, make_room
from tests.browser.steps import (
    hand_over,
    knock,
    lock,
    locked_meeting,
    open_with_the_pin,
    record_id,
)
from tests.browser.test_accessibility import check, faint_in_the_dark, faults_in_large_text
from vmr.store.store import Store

ROOM = "Consultation 2"
DESK_COMMANDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("room.unlock", {}),
    ("room.pause", {"reason": "none"}),
    ("room.message", {"text": "none"}),
    ("room.end", {"reason": "none"}),
)
NOTIFICATIONS = """
window.vmrNotified = [];
window.Notification = class {
  static permission = "granted";
  constructor(title, options) { vmrNotified.push({ title, ...options }); }
};
"""


@pytest_asyncio.fixture(loop_scope="session")
async def quick_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A server whose alerts ring again, and may be taken over, after seconds."""
    directory = tmp_path_factory.mktemp("desk")
    world = await start_world(directory, alert_repeat_s="2", alert_takeover_s="3")
    yield world
    await stop_world(world)


async def desk_of(world: World, room: TestRoom, person: Person) -> DeskPage:
    """An officer's page, through this person's own network."""
    cookie = await sign_in(world.server.database, room.address, person.name)
    return await DeskPage.open(person.page, f"http://127.0.0.1:{person.proxy.port}", cookie)


async def officers_in_the_record(world: World, room: TestRoom) -> list[tuple[str, str]]:
    """What officers have done, with their names, in order."""
    store = await Store.open(f"sqlite:///{world.server.database}")
    try:
        found = await store.room_by_address(room.address)
        assert found is not None
        (meeting,) = await store.meetings(found.id)
        assert await store.verify(meeting.id)
        return [
            (kept.entry.what, dict(kept.personal)["officer"])
            for kept in await store.record(meeting.id)
            if kept.entry.actor.startswith("officer:")
        ]
    finally:
        await store.close()


async def meeting_of(world: World, room: TestRoom) -> dict[str, str]:
    """What a request of the desk says which room and meeting it is about with."""
    store = await Store.open(f"sqlite:///{world.server.database}")
    try:
        found = await store.room_by_address(room.address)
        assert found is not None
        (meeting,) = await store.meetings(found.id)
        return {"room": found.id, "meeting": meeting.id}
    finally:
        await store.close()


async def sign_everybody_out(world: World) -> None:
    """As an administrator does, elsewhere."""
    store = await Store.open(f"sqlite:///{world.server.database}")
    try:
        for member in await store.staff.members():
            for session in await store.staff.sessions_of(member.id):
                await store.staff.end_session(session.id, member.id)
    finally:
        await store.close()


async def test_a_knock_is_heard_taken_over_and_refused_and_the_prisoner_calls_for_staff(
    quick_world: World, people: Invite
) -> None:
    world, come = quick_world, partial(people, world=quick_world)
    room = await make_room(world.server.database, "legal", ROOM)
    guest, officer = await asyncio.gather(come("Asha", 1), come("Officer", 4))
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await record_id(officer, guest)
    await lock(officer, guest)
    await hand_over(officer)
    reed = await desk_of(world, room, await come("A. Reed", 2))
    shaw = await desk_of(world, room, await come("B. Shaw", 2))
    await expect(reed.page).to_have_title("Duty desk: Video meeting rooms")
    assert await reed.sounds() == 0

    late = await come("Late", 2)
    await knock(late, room.path)
    heard = await reed.rings_more_than(0)
    await reed.rings_more_than(heard)
    alert = reed.alert(ROOM, "knock")
    await expect(alert).to_contain_text("Knock: Late")
    await expect(reed.page).to_have_title("(1) Duty desk: Video meeting rooms")
    assert await reed.page.evaluate("document.activeElement === document.body")
    await check(reed.page, "duty desk")
    assert await faint_in_the_dark(reed.page) == [], "duty desk"
    assert await faults_in_large_text(reed.page) == [], "duty desk"

    await alert.get_by_role("button", name="Acknowledge").press("Enter")
    await expect(shaw.alert(ROOM, "knock")).to_have_attribute("data-owner", "A. Reed")
    await expect(reed.page.locator("#app")).to_have_attribute("data-ringing", "0")
    await shaw.alert(ROOM, "knock").get_by_role("button", name="Take over").click()
    await expect(reed.alert(ROOM, "knock")).to_have_attribute("data-owner", "B. Shaw")

    await shaw.room(ROOM).get_by_role("button", name="Refuse").click()
    dialog = shaw.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Refuse now").click()
    await expect(dialog.get_by_text("Enter a reason")).to_be_visible()
    await check(shaw.page, "a question of the duty desk")
    assert await faint_in_the_dark(shaw.page) == [], "a question of the duty desk"
    assert await faults_in_large_text(shaw.page) == [], "a question of the duty desk"
    await shaw.ask("Refuse now", "Not on the list")
    await late.in_view("ended")
    await expect(late.page.get_by_text("Not on the list")).to_be_visible()
    await expect(reed.alert(ROOM, "knock")).to_have_count(0)

    before = await reed.sounds()
    await officer.press("Call staff")
    await reed.rings_more_than(before)
    call = reed.alert(ROOM, "staff_called")
    await expect(call).to_contain_text(
        "Call for staff: The room\u2019s terminal, handed over by Officer"
    )
    await call.get_by_role("button", name="Acknowledge").click()
    await reed.room(ROOM).get_by_role("button", name="Message").click()
    await reed.ask("Send message", "Somebody is on the way", "Message")
    await expect(guest.page.locator(".alerts")).to_contain_text("Somebody is on the way")
    await call.get_by_role("button", name="Done").click()
    await expect(call).to_have_count(0)
    await guest.press("Call staff")
    await expect(shaw.alert(ROOM, "staff_called")).to_contain_text("Call for staff: Asha")

    assert await officers_in_the_record(world, room) == [
        ("alert_acknowledged", "A. Reed"),
        ("alert_taken_over", "B. Shaw"),
        ("refused", "B. Shaw"),
        ("alert_acknowledged", "A. Reed"),
        ("messaged", "A. Reed"),
        ("alert_closed", "A. Reed"),
    ]


async def test_the_desk_records_every_id_and_lets_people_into_a_locked_room(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", ROOM)
    guest, officer = await locked_meeting(room, people)
    await hand_over(officer)
    desk = await desk_of(world, room, await people("A. Reed", 2))
    late = await people("Late", 2)
    await late.open(room.path)
    await late.press("Add another person beside you")
    await late.page.get_by_role("textbox", name="Name of person 2").fill("Interpreter")
    await late.start()
    await late.in_view("waiting")

    card, dialog = desk.room(ROOM), desk.page.get_by_role("dialog")
    await card.get_by_role("button", name="Admit Late, Interpreter").click()
    await desk.record_id("Late", "Next person")
    await dialog.get_by_role("button", name="Save ID record and admit").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Enter the name on the ID")
    await check(desk.page, "an ID record at the desk")
    assert await faults_in_large_text(desk.page) == [], "an ID record at the desk"
    assert await late.view() == "waiting"
    await desk.record_id("Interpreter", "Save ID record and admit")
    await expect(dialog).to_be_hidden()
    await late.in_view("meeting")
    told = guest.page.locator(".alerts")
    await expect(told).to_contain_text("Late was let in after the lock. Decided by: Duty desk.")
    await guest.stage("locked")
    await expect(card.get_by_text("ID recorded")).to_have_count(2)

    await card.get_by_text("More", exact=False).first.click()
    await card.get_by_role("button", name="Send back Late").click()
    await desk.ask("Send back now", "One moment")
    await late.in_view("waiting")
    who = await card.locator("[data-knock]").get_attribute("data-knock")
    answer = await desk.raw("knock.admit", {**await meeting_of(world, room), "participant": who})
    assert answer["error"]["code"] == "attestation_required"
    await card.get_by_role("button", name="Admit Late, Interpreter").click()
    await expect(dialog).to_contain_text("Record the ID of every person first.")
    assert await late.view() == "waiting"

    assert await officers_in_the_record(world, room) == [
        ("attested", "A. Reed"),
        ("attested", "A. Reed"),
        ("admitted", "A. Reed"),
        ("sent_back", "A. Reed"),
    ]


async def test_a_desk_that_is_not_connected_never_looks_alive(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", ROOM)
    person = await people("A. Reed", 2)
    desk = await desk_of(world, room, person)
    person.may_lose_network = True
    person.proxy.cut()
    band = desk.page.locator('[data-band="lost"]')
    await expect(band).to_contain_text("You are not connected.", timeout=30_000)
    await expect(desk.page).to_have_title("(!) Not connected: Duty desk: Video meeting rooms")
    assert await desk.page.locator(".desk__rooms").evaluate("it => it.inert")
    person.proxy.mend()
    await expect(band).to_have_count(0, timeout=30_000)
    await expect(desk.page.locator("#app")).to_have_attribute("data-link", "open")


async def test_a_desk_whose_session_ends_says_so_within_seconds(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", ROOM)
    person = await people("A. Reed", 2)
    desk = await desk_of(world, room, person)
    await sign_everybody_out(world)
    band = desk.page.locator('[data-band="lost"]')
    await expect(band).to_contain_text("You were signed out", timeout=15_000)

    await expect(band.get_by_role("link", name="Sign in", exact=True)).to_be_visible()


async def test_a_desk_that_may_not_sound_says_so_until_it_may(
    world: World,
) -> None:
    room = await make_room(world.server.database, "legal", ROOM)
    cookie = await sign_in(world.server.database, room.address, "A. Reed")
    arguments = [one for one in ARGUMENTS if not one.startswith("--autoplay-policy")]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(EXECUTABLE), args=arguments)
        desk = await DeskPage.open(await browser.new_page(), world.server.url, cookie)
        band = desk.page.locator('[data-band="sound"]')
        await expect(band).to_contain_text("Sound is off.")
        await check(desk.page, "duty desk without sound")
        await band.get_by_role("button", name="Turn sound on").click()
        await expect(band).to_have_count(0)
        await browser.close()


async def test_a_hidden_desk_notifies_without_a_name_and_a_visible_one_does_not(
    quick_world: World, people: Invite
) -> None:
    room = await make_room(quick_world.server.database, "legal", ROOM)
    person = await people("A. Reed", 2, world=quick_world)
    await person.context.add_init_script(NOTIFICATIONS)
    desk = await desk_of(quick_world, room, person)
    crowd = Crowd(quick_world.server.url)
    try:
        host = await crowd.host(room)
        await crowd.guest(room, "Late")
        heard = await desk.rings_more_than(0)
        heard = await desk.rings_more_than(heard)
        assert await desk.page.evaluate("vmrNotified") == []

        await desk.page.evaluate("vmrTest.setVisibility('hidden')")
        await desk.rings_more_than(heard)
        (first, *_) = await desk.page.evaluate("vmrNotified")
        assert (first["title"], first["body"]) == ("Duty desk", f"{ROOM}: Knock")

        await desk.page.evaluate("vmrTest.setVisibility('visible'); vmrNotified.length = 0")
        await host.request("staff.call")
        await expect(desk.page).to_have_title("(2) Duty desk: Video meeting rooms")
        await desk.rings_more_than(await desk.sounds())
        assert await desk.page.evaluate("vmrNotified") == []
    finally:
        await crowd.close()


async def test_another_establishments_room_does_not_exist_for_a_desk(
    world: World, people: Invite
) -> None:
    own = await make_room(world.server.database, "legal", ROOM)
    other = await make_room(world.server.database, "legal", "Elsewhere")
    reed, shaw = await people("A. Reed", 2), await people("B. Shaw", 2)
    desk, theirs = await desk_of(world, own, reed), await desk_of(world, other, shaw)
    crowd = Crowd(world.server.url)
    try:
        await crowd.locked(other, "Asha")
        await expect(theirs.room("Elsewhere")).to_have_attribute("data-stage", "locked")
        about = await meeting_of(world, other)
        for event, more in DESK_COMMANDS:
            answer = await desk.raw(event, {**about, **more})
            assert answer["error"]["code"] == "unknown_room", (event, answer)
        assert not await reed.page.evaluate("vmrTest.wasTold('Elsewhere')")
        await expect(theirs.room("Elsewhere")).to_have_attribute("data-stage", "locked")
        assert await theirs.raw("room.unlock", about) == {"data": {}}
    finally:
        await crowd.close()
    assert await officers_in_the_record(world, other) == [("unlocked", "B. Shaw")]
