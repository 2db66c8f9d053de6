"""One guest's network goes dark and comes back, in every length that the ladder knows."""

from tests.browser.conftest import Invite, World
from tests.browser.rooms import make_room
from tests.browser.steps import all_see_and_hear, expect_transports, locked_meeting


async def test_a_guest_cut_off_until_the_server_gives_up_comes_back_without_a_knock(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Cut off")
    guest, officer = await locked_meeting(room, people)
    await guest.cut()
    await expect_transports(world, 1, "consent of the lost one ran out", 20)
    guest.mend()
    await all_see_and_hear(guest, officer)
    await guest.stage("locked")
