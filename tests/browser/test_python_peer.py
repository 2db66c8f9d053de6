"""The same meeting with a guest that is no browser: aiortc and a socket of Python's."""

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.faces import FACES, name_colour
from tests.browser.person import Person
from tests.browser.python_guest import PythonGuest
from tests.browser.rooms import TestRoom, make_room
from tests.browser.steps import (
    end_for_all,
    expect_transports,
    hand_over,
    knock,
    lock,
    open_with_the_pin,
    record_id,
    step_up,
    transports,
)

SCREEN_COLOUR = FACES[3].colour


async def test_a_locked_consultation_with_a_guest_that_is_no_browser(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Python")
    guest = PythonGuest("Asha", FACES[0], world)
    ben, officer = await people("Ben", 2), await people("Officer", 4)
    try:
        await guest.knock(room, room.invites[0])
        await guest.client.wait_place("waiting")
        await knock(ben, room.invite_path(1))
        assert await transports(world) == 0
        await open_with_the_pin(room, officer)
        await guest.come_in()
        await everybody_meets(guest, ben, officer)
        for one in (guest, ben):
            await record_id(officer, one)
        await lock(officer, ben)
        await hand_over(officer)
        await present(guest, ben, officer)
        await lose_power(world, room, guest, ben, officer)
        await officer_ends(room, officer, ben)
        ended = await guest.client.wait_event("session.ended")
        assert ended["code"] == "meeting_ended"
        await expect_transports(world, 0, "the meeting is over")
    finally:
        await guest.close()


async def everybody_meets(guest: PythonGuest, ben: Person, officer: Person) -> None:
    await guest.sees_and_hears(ben, officer)
    await ben.meets(guest.face, officer.face)
    await officer.meets(guest.face, ben.face)


async def present(guest: PythonGuest, *others: Person) -> None:
    """The peer's third track, which was negotiated from the start, begins to flow."""
    await guest.client.request("presentation.start", take_over=False)
    guest.peer.present(SCREEN_COLOUR)
    for person in others:

        async def sees_screen(person: Person = person) -> bool:
            screens = (await person.pictures("screen")).values()
            return any(name_colour(*one["colour"]) == 4 for one in screens)

        await eventually(f"{person.name} sees the screen", sees_screen)
    guest.peer.present(None)
    await guest.client.request("presentation.stop")


async def lose_power(
    world: World, room: TestRoom, guest: PythonGuest, ben: Person, officer: Person
) -> None:
    """An attested guest comes back into the locked room by the key of the same device."""
    before = await transports(world)
    await guest.lose_everything()
    await expect_transports(world, before - 1, "the lost one is given up", 20)
    await guest.come_back(room)
    assert "waiting" not in [note.data.get("place") for note in guest.client.notes]
    await everybody_meets(guest, ben, officer)
    await ben.stage("locked")


async def officer_ends(room: TestRoom, officer: Person, ben: Person) -> None:
    await step_up(room, officer)
    await end_for_all(officer, ben)
