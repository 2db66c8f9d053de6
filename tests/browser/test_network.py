"""One guest's network goes dark and comes back, in every length that the ladder knows."""

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.network import Weather
from tests.browser.rooms import make_room
from tests.browser.steps import all_see_and_hear, expect_transports, locked_meeting


async def test_a_guest_cut_off_until_the_server_gives_up_comes_back_without_a_knock(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Cut off")
    guest, officer = await locked_meeting(room, people)
    views = await guest.views()
    await guest.cut()
    await expect_transports(world, 1, "consent of the lost one ran out", 20)
    guest.mend()
    await all_see_and_hear(guest, officer)
    await guest.stage("locked")
    assert await guest.views() == views


async def test_a_guest_who_lost_seat_and_socket_comes_back_without_a_knock(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Thrown out")
    guest, officer = await locked_meeting(room, people)
    await guest.cut()
    guest.proxy.reset()
    await expect_transports(world, 1, "the seat is absent", 20)
    await expect(officer.page.get_by_text("Reconnecting").first).to_be_visible()
    guest.mend()
    await all_see_and_hear(guest, officer)
    await guest.stage("locked")
    assert "waiting" not in (await guest.views())[2:]


async def test_a_lost_socket_is_resumed_and_the_media_not_touched(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Socket")
    guest, officer = await locked_meeting(room, people)
    await all_see_and_hear(guest, officer)
    before = await guest.peer_connections(), await guest.frames_decoded()
    guest.may_lose_network = True
    guest.proxy.reset()

    async def answers_again() -> bool:
        return "data" in await guest.raw("self.set_media", {"microphone": True})

    await eventually("the same session answers on another socket", answers_again)

    async def goes_on() -> bool:
        return await guest.frames_decoded() > before[1]

    await eventually("pictures come", goes_on)
    assert await guest.peer_connections() == before[0]


async def test_two_people_talk_through_loss_and_delay(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Weather")
    world.relay.set_weather(Weather(loss=0.03, delay_ms=25, jitter_ms=10, seed=20))
    try:
        guest, officer = await locked_meeting(room, people)
        await all_see_and_hear(guest, officer)
        before = await guest.frames_decoded()

        async def goes_on() -> bool:
            return await guest.frames_decoded() > before + 45

        await eventually("three more seconds of pictures are decoded", goes_on)
    finally:
        world.relay.set_weather(Weather())
