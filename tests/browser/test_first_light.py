"""The main job, whole: a locked consultation between real browsers, from link to good-bye."""

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.person import Person
from tests.browser.rooms import TestRoom, make_room
from tests.browser.steps import (
    all_see_and_hear,
    confirm,
    end_for_all,
    expect_transports,
    hand_over,
    lock,
    record_id,
    save_id,
    step_up,
    transports,
    waits_without_transport,
)

WRONG_PIN = "000000"


async def test_a_locked_consultation_from_the_first_link_to_the_last_good_bye(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "First light")
    asha, ben, cara = await asyncio.gather(people("Asha", 1), people("Ben", 2), people("Cara", 3))
    officer = await people("Officer", 4)
    await wait_at_the_door(world, room, asha, ben, cara)
    await open_with_the_pin(room, officer)
    await asyncio.gather(asha.in_view("meeting"), ben.in_view("meeting"))
    assert await cara.view() == "waiting"
    await officer.press("Admit Cara")
    await cara.in_view("meeting")
    await all_see_and_hear(asha, ben, cara, officer)
    await check_ids_and_lock(officer, asha, ben, cara)
    dan = await knock_on_the_lock(world, people, room, "Dan", 3)
    await hand_over(officer)
    await unlock_and_lock_again(room, officer, dan, ben, cara)
    eve = await knock_on_the_lock(world, people, room, "Eve", 2)
    await nobody_inside_knows(eve, officer, asha, ben, cara)
    await refuse(room, officer, eve)
    await present(ben, asha, cara, officer)
    await lose_the_network(world, asha, ben, cara, officer)
    await end_for_all(officer, asha, ben, cara, dan)

    await expect_transports(world, 0, "the meeting is over")


async def wait_at_the_door(
    world: World, room: TestRoom, asha: Person, ben: Person, cara: Person
) -> None:
    """Two by personal links, one by the room's address: all wait, and have no transport."""
    links = (room.invite_path(0), room.invite_path(1), room.path)
    for person, link in zip((asha, ben, cara), links, strict=True):
        await person.open(link)
        await person.start()
    await waits_without_transport(world, asha, ben, cara)


async def open_with_the_pin(room: TestRoom, officer: Person) -> None:
    await officer.open(room.host_path)
    await officer.start()
    await officer.in_view("pin")
    await officer.enter_pin(WRONG_PIN)
    await expect(officer.page.get_by_text("The Host PIN is wrong").first).to_be_visible()
    assert await officer.view() == "pin"
    await officer.enter_pin(room.pin)
    await officer.in_view("meeting")


async def check_ids_and_lock(officer: Person, *guests: Person) -> None:
    """A room that asks for ID does not lock before everybody is attested."""
    early = await officer.raw("room.lock")
    assert early["error"]["code"] == "attestation_missing"
    asha, *others = guests
    await officer.press(f"Check ID {asha.name}")
    await asyncio.gather(*(other.sees(officer, *_without(others, other)) for other in others))
    await officer.sees(*guests)
    assert asha.face.number not in await others[0].faces_heard()
    await save_id(officer, asha)
    await officer.press("End the check")
    for guest in others:
        await record_id(officer, guest)
    await lock(officer, *guests)
    await all_see_and_hear(officer, *guests)


def _without(people: list[Person], one: Person) -> list[Person]:
    return [person for person in people if person is not one]


async def knock_on_the_lock(
    world: World, people: Invite, room: TestRoom, name: str, face: int
) -> Person:
    """A latecomer with another browser profile waits outside, without a transport."""
    before = await transports(world)
    late = await people(name, face)
    await late.open(room.path)
    await late.start()
    await late.in_view("waiting")
    assert await transports(world) == before
    return late


async def unlock_and_lock_again(
    room: TestRoom, officer: Person, knocker: Person, *inside: Person
) -> None:
    """Unlocking admits nobody, not even one who reloads."""
    await step_up(room, officer)
    await officer.press("Unlock the room")
    await asyncio.gather(*(person.stage("open") for person in inside))
    await knocker.page.reload()
    if await knocker.view() == "prejoin":
        await knocker.start()
    await knocker.in_view("waiting")
    assert await knocker.received() == []
    await lock(officer, *inside)
    await officer.press("Hand back now")


async def nobody_inside_knows(knocker: Person, *inside: Person) -> None:
    """They hear that somebody knocks, and learn no name."""
    for person in inside:
        await expect(person.page.locator('[data-alert="knock"]')).to_be_visible()
        assert knocker.name not in await person.page.content()
        assert not await person.was_told(knocker.name)


async def refuse(room: TestRoom, officer: Person, knocker: Person) -> None:
    await step_up(room, officer)
    await confirm(officer, f"Refuse {knocker.name}", "Refuse now", "Not expected today")
    await knocker.in_view("ended")
    assert "Not expected today" in await knocker.text()


async def present(presenter: Person, *others: Person) -> None:
    await presenter.press("Present")

    for person in others:

        async def sees_screen(person: Person = person) -> bool:
            return any(one["width"] > 320 for one in (await person.pictures("screen")).values())

        await eventually(f"{person.name} sees the screen", sees_screen)
    await presenter.press("Stop presenting")


async def lose_the_network(world: World, lost: Person, *others: Person) -> None:
    """Long enough for the server to give the transport up; back without a knock."""
    before = await transports(world)
    views = await lost.views()
    await lost.cut()

    await expect_transports(world, before - 1, "the lost one is given up", 20)
    await others[0].sees(*others[1:])
    lost.mend()
    await all_see_and_hear(lost, *others)
    assert await lost.views() == views
