"""Steps that several meetings share, as a person takes them on the pages."""

import asyncio
from typing import Protocol

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.person import Person
from tests.browser.rooms import TestRoom
from tests.browser.somebody import Somebody

HOST_COMMANDS: tuple[tuple[str, dict[str, str | bool]], ...] = (
    ("room.unlock", {}),
    ("room.lock", {}),
    ("room.pause", {"reason": "none"}),
    ("room.end", {"reason": "none"}),
    ("knock.admit_expected", {}),
    ("presentation.start", {}),
    ("presentation.allow", {"is_allowed": True}),
    ("hand.raise", {}),
    ("encoder.start", {}),
)


class Named(Protocol):
    """Whoever has a name on screen."""

    name: str


async def transports(world: World) -> int:
    return int((await world.server.health())["transports"])


async def waits_without_transport(world: World, *people: Person) -> None:
    """In the waiting room: no credentials on either side."""
    for person in people:
        await person.in_view("waiting")
        assert await person.received() == []
    assert await transports(world) == 0


async def expect_transports(world: World, count: int, why: str, timeout_s: float = 15) -> None:
    async def probe() -> bool:
        return await transports(world) == count

    await eventually(f"{count} transports: {why}", probe, timeout_s)


async def knock(person: Somebody, path: str) -> None:
    """Open a link, press Start, and wait outside."""
    await person.open(path)
    await person.start()
    await person.in_view("waiting")


async def open_with_the_pin(room: TestRoom, officer: Somebody) -> None:
    await officer.open(room.host_path)
    await officer.start()
    await officer.in_view("pin")
    await officer.enter_pin(room.pin)
    await officer.in_view("meeting")


async def all_see_and_hear(*people: Somebody) -> None:
    """Everybody decodes everybody else's own picture and hears everybody else's own tone."""

    async def one(person: Somebody) -> None:
        others = [other for other in people if other is not person]
        await person.sees(*others)
        await person.hears(*others)
        await person.faces_and_voices_agree()

    await asyncio.gather(*(one(person) for person in people))


async def confirm(person: Person, button: str, in_dialog: str, reason: str = "") -> None:
    """Press a button, and the one of the dialog that asks."""
    await person.press(button)
    dialog = person.page.get_by_role("dialog")
    if reason:
        await dialog.get_by_role("textbox", name="Reason").fill(reason)
    await person.click(dialog.get_by_role("button", name=in_dialog))


async def save_id(host: Person, guest: Named) -> None:
    """In an open check: a professional photo card, as the officer enters it."""
    check = host.page.get_by_role("region", name=f"ID check: {guest.name}")
    await check.get_by_role("radio", name="Professional photo card").check()
    await check.get_by_role("textbox", name="Name on the ID").fill(f"Verified {guest.name}")
    await host.click(check.get_by_role("button", name="Save ID record"))
    await check.get_by_text("The ID of every person here is recorded").wait_for()


async def record_id(host: Person, guest: Named) -> None:
    """A whole ID check of one guest."""
    await host.press(f"Check ID {guest.name}")
    await save_id(host, guest)
    await host.press("End the check")


async def lock(host: Somebody, *others: Somebody) -> None:
    await host.press("Lock the room")
    await asyncio.gather(*(person.stage("locked") for person in (host, *others)))


async def hand_over(officer: Person) -> None:
    """From now on this terminal is a prisoner's, and the server knows it."""
    await confirm(officer, "Hand over", "Hand over now")
    await expect(officer.page.locator('#app[data-handed-over="true"]')).to_be_attached()
    await refused_as_handed_over(officer)


async def refused_as_handed_over(officer: Person) -> None:
    """Nothing of an officer's can be done there."""
    for event, payload in HOST_COMMANDS:
        answer = await officer.raw(event, payload)
        assert answer["error"]["code"] == "not_permitted", (event, answer)


async def step_up(room: TestRoom, officer: Person) -> None:
    await officer.press("Staff: Host PIN")
    dialog = officer.page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Host PIN").fill(room.pin)
    await officer.click(dialog.get_by_role("button", name="Open staff controls"))
    await expect(dialog).to_be_hidden()


async def end_for_all(host: Person, *others: Person) -> None:
    await confirm(host, "End for all", "End the meeting now", "All is said")
    await asyncio.gather(*(person.in_view("ended") for person in (host, *others)))


async def locked_meeting(room: TestRoom, people: Invite) -> tuple[Person, Person]:
    """An attested guest and a host in a locked room."""
    guest, officer = await asyncio.gather(people("Asha", 1), people("Officer", 4))
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await record_id(officer, guest)
    await lock(officer, guest)
    return guest, officer
