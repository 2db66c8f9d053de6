"""Steps that several meetings share, as a person takes them on the pages."""

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.person import Person
from tests.browser.rooms import TestRoom


async def transports(world: World) -> int:
    return int((await world.server.health())["transports"])


async def expect_transports(world: World, count: int, why: str, timeout_s: float = 15) -> None:
    async def probe() -> bool:
        return await transports(world) == count

    await eventually(f"{count} transports: {why}", probe, timeout_s)


async def knock(person: Person, path: str) -> None:
    """Open a link, press Start, and wait outside."""
    await person.open(path)
    await person.start()
    await person.in_view("waiting")


async def open_with_the_pin(room: TestRoom, officer: Person) -> None:
    await officer.open(room.host_path)
    await officer.start()
    await officer.in_view("pin")
    await officer.enter_pin(room.pin)
    await officer.in_view("meeting")


async def all_see_and_hear(*people: Person) -> None:
    """Everybody decodes everybody else's own picture and hears everybody else's own tone."""

    async def one(person: Person) -> None:
        others = [other for other in people if other is not person]
        await person.sees(*others)
        await person.hears(*others)

    await asyncio.gather(*(one(person) for person in people))


async def confirm(person: Person, button: str) -> None:
    """Press a button and then the same words in the dialog that asks."""
    await person.press(button)
    await person.page.get_by_role("dialog").get_by_role("button", name=button).click()


async def record_id(host: Person, guest: Person) -> None:
    """The attestation of a lawyer's photo card, as the officer enters it."""
    await host.press(f"Record ID of {guest.name}")
    dialog = host.page.get_by_role("dialog")
    await dialog.get_by_role("radio").first.check()
    await dialog.get_by_role("textbox").first.fill(f"Verified {guest.name}")
    await dialog.get_by_role("button", name="Save ID record").click()
    await expect(dialog).to_be_hidden()


async def locked_meeting(room: TestRoom, people: Invite) -> tuple[Person, Person]:
    """An attested guest and a host in a locked room."""
    guest, officer = await asyncio.gather(people("Asha", 1), people("Officer", 4))
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await record_id(officer, guest)
    await confirm(officer, "Lock the room")
    await guest.stage("locked")
    return guest, officer
