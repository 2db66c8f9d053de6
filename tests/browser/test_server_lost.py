"""The server is restarted, or killed, in the middle of a locked meeting: locked stays locked."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Invite, World, start_world, stop_world
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.steps import all_see_and_hear, knock, locked_meeting


async def _comes_back(people: Invite, world: World, how: str, directory: Path) -> None:
    room = await make_room(world.server.database, "legal", "Restarted")

    async def here(name: str, face: int) -> Person:
        return await people(name, face, world=world)

    guest, officer = await locked_meeting(room, here)
    for person in (guest, officer):
        person.may_lose_network = True
    if how == "stop":
        await world.server.stop()
        line = guest.page.locator('[data-notice="trouble"]')
        await expect(line).to_have_attribute("data-trouble", "server", timeout=30_000)
    else:
        await world.server.kill()
    await world.server.start()
    await all_see_and_hear(guest, officer)
    await guest.stage("locked")
    late = await here("Late", 2)
    late.may_lose_network = True  # this server ends before the page does
    await knock(late, room.invite_path(1))
    assert await late.received() == []
    await guest.stage("locked")


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_locked_meeting_outlives_its_server_and_only_strangers_knock(
    people: Invite, tmp_path: Path, how: str
) -> None:
    world = await start_world(tmp_path)
    try:
        await _comes_back(people, world, how, tmp_path)
    finally:
        await stop_world(world)
