"""The monitoring terminal in a real browser: two rooms, pictures only, and a call that needs it."""

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Invite, World, start_world, stop_world
from tests.browser.desk import DeskPage, sign_in
from tests.browser.eventually import eventually
from tests.browser.monitor import MonitorPage
from tests.browser.person import Person
from tests.browser.rooms import TestRoom, make_room, make_rooms
from tests.browser.steps import knock, open_with_the_pin
from tests.browser.test_accessibility import check, faint_in_the_dark, faults_in_large_text

SOCIAL, OTHER, LEGAL = "Visits 1", "Visits 2", "Consultation 1"
LOOKED_AT_MS = 60_000
"""Three looks, 5 s apart, at frames that may change for some seconds after the camera has not."""
SHOW = "state => vmrTest.setVisibility(state)"
RECEIVERS = """async () => {
  const found = [];
  for (const peer of vmrTest.peers) {
    if (peer.connectionState === "closed") continue;
    for (const { receiver, sender, direction } of peer.getTransceivers()) {
      found.push([receiver.track.kind, sender.track === null, direction]);
    }
    for (const stat of (await peer.getStats()).values()) {
      if (stat.type === "inbound-rtp") found.push([stat.kind, true, "recvonly"]);
    }
  }
  return found;
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def social_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A server that lets social rooms open for demonstration."""
    world = await start_world(tmp_path_factory.mktemp("monitor"), social_unrecorded="true")
    yield world
    await stop_world(world)


async def pauses(person: Person) -> None:
    await expect(person.page.get_by_text("no monitoring officer is watching").first).to_be_visible(
        timeout=15_000
    )


async def goes_on(person: Person) -> None:
    paused = person.page.get_by_text("The call is paused because no monitoring officer is watching")
    await expect(paused).to_have_count(0, timeout=15_000)


async def at_the_pin(room: TestRoom, officer: Person) -> None:
    await officer.open(room.host_path)
    await officer.start()
    await officer.in_view("pin")


async def monitor_of(world: World, room: TestRoom, person: Person) -> MonitorPage:
    url = f"http://127.0.0.1:{person.proxy.port}"
    return await MonitorPage.add(world, room.address, person.page, url, person.name)


async def test_a_social_room_needs_its_monitor_who_sees_and_never_hears(
    social_world: World, people: Invite
) -> None:
    world, come = social_world, partial(people, world=social_world)
    rooms = await make_rooms(world.server.database, "social", [SOCIAL, OTHER])
    officer = await come("Officer", 4)
    await at_the_pin(rooms[0], officer)
    await officer.enter_pin(rooms[0].pin)
    refused = officer.page.get_by_text("This room cannot open without a monitoring terminal.")
    await expect(refused.first).to_be_visible()

    hale = await come("M. Hale", 1)
    monitor = await monitor_of(world, rooms[0], hale)
    await monitor.sign_in()
    await check(hale.page, "choice of rooms")
    assert await faint_in_the_dark(hale.page) == [], "choice of rooms"
    assert await faults_in_large_text(hale.page) == [], "choice of rooms"
    await monitor.watch(SOCIAL, OTHER)
    await monitor.is_watching(SOCIAL)
    await monitor.is_watching(OTHER)
    await officer.enter_pin(rooms[0].pin)
    await officer.in_view("meeting")
    await monitor.shows(SOCIAL)
    await check(hale.page, "wall")
    assert await faint_in_the_dark(hale.page) == [], "wall"
    assert await faults_in_large_text(hale.page) == [], "wall"
    await officer.press("Who can see and hear me", exact=False)
    seen = officer.page.get_by_text("A monitoring officer is watching. They cannot hear you.")
    await expect(seen.first).to_be_visible()
    await officer.page.keyboard.press("Escape")

    receivers = await hale.page.evaluate(RECEIVERS)
    assert receivers
    assert {(kind, silent, way) for kind, silent, way in receivers} == {("video", True, "recvonly")}

    async def counters() -> Any:
        """The workers tell them now and then."""
        found = (await world.server.health())["counters"]
        return found if found["out_packets_camera_tap"] else None

    assert (await eventually("its pictures are counted", counters))["out_packets_audio_tap"] == 0

    await monitor.tile(SOCIAL).get_by_role("button", name="Closer look").click()
    await monitor.shows(SOCIAL)
    await check(hale.page, "a closer look")
    assert await faint_in_the_dark(hale.page) == [], "a closer look"
    assert await faults_in_large_text(hale.page) == [], "a closer look"
    await monitor.is_watching(OTHER)

    await monitor.tile(SOCIAL).get_by_role("button", name="Own player").click()
    own = hale.page.get_by_role("dialog")
    await own.get_by_role("button", name="Get an address and token").click()
    await expect(own.get_by_label("Address")).to_have_value(re.compile(r"^http.*/whep$"))
    await expect(own.get_by_label("Bearer token")).to_have_value(re.compile(r"^\S{40,}$"))
    await check(hale.page, "an own player")
    await own.get_by_role("button", name="Close").click()

    await hale.page.evaluate(SHOW, "hidden")
    await pauses(officer)
    await hale.page.evaluate(SHOW, "visible")
    await goes_on(officer)

    await monitor.tile(SOCIAL).get_by_role("button", name="Concern").click()
    dialog = hale.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Save the concern").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await check(hale.page, "a concern")
    assert await faint_in_the_dark(hale.page) == [], "a concern"
    assert await faults_in_large_text(hale.page) == [], "a concern"
    await dialog.get_by_role("radio", name="Security").check()
    await dialog.get_by_role("textbox", name="What you saw").fill("A telephone on the table")
    await dialog.get_by_role("button", name="Save the concern").click()
    await expect(dialog).to_be_hidden()
    badge = monitor.tile(SOCIAL).get_by_text("Concern raised by a monitor")
    await expect(badge).to_be_visible()

    await hale.page.close()
    await pauses(officer)
    shaw = await come("B. Shaw", 2)
    second = await monitor_of(world, rooms[0], shaw)
    await second.sign_in()
    await second.watch(SOCIAL)
    await goes_on(officer)
    await second.shows(SOCIAL)


async def test_a_wall_that_is_not_connected_says_so_and_begins_anew(
    social_world: World, people: Invite
) -> None:
    world, come = social_world, partial(people, world=social_world)
    (room,) = await make_rooms(world.server.database, "social", ["Visits 3"])
    hale = await come("M. Hale", 1)
    monitor = await monitor_of(world, room, hale)
    await monitor.sign_in()
    await monitor.watch("Visits 3")
    await monitor.is_watching("Visits 3")
    hale.may_lose_network = True
    hale.proxy.cut()
    await expect(hale.page.locator('[data-band="lost"]')).to_be_visible(timeout=30_000)
    hale.proxy.mend()
    ask = hale.page.locator('[data-band="ask"]')
    await ask.get_by_role("button", name="Start watching").click(timeout=30_000)
    await monitor.is_watching("Visits 3")


async def test_a_covered_and_a_frozen_picture_are_found_from_the_frames_that_are_shown(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", LEGAL)
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await guest.paint_own_camera()
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await officer.press("Stop camera")
    await guest.in_view("meeting")
    hale, reed = await people("M. Hale", 2), await people("A. Reed", 2)
    monitor = await monitor_of(world, room, hale)
    await monitor.sign_in()
    await monitor.watch(LEGAL)
    await monitor.shows(LEGAL)
    cookie = await sign_in(world.server.database, room.address, reed.name)
    desk = await DeskPage.open(reed.page, f"http://127.0.0.1:{reed.proxy.port}", cookie)
    await expect(desk.room(LEGAL)).to_contain_text("Watched by M. Hale.")
    seen = desk.room(LEGAL).locator("[data-picture]")
    badges = monitor.tile(LEGAL).get_by_role("list")

    for state, problem, words in (
        ("black", "covered", "Picture black or covered"),
        ("still", "frozen", "Picture frozen"),
    ):
        await guest.set_camera(state)
        await expect(badges).to_contain_text(f"{words}: Asha", timeout=LOOKED_AT_MS)
        alert = desk.alert(LEGAL, f"picture_{problem}")
        await expect(alert).to_contain_text(f"{words}: Asha")
        await expect(seen).to_have_attribute("data-picture", problem)
        await monitor.tile(LEGAL).get_by_role("button", name="Closer look").click()
        await expect(monitor.tile(LEGAL).locator(f'[data-problem="{problem}"]')).to_be_visible()
        await check(hale.page, f"a closer look at a {problem} picture")
        await check(reed.page, f"duty desk with a {problem} picture")
        await monitor.tile(LEGAL).get_by_role("button", name="Back to the wall").click()
        await guest.set_camera("live")
        await expect(alert).to_have_count(0, timeout=LOOKED_AT_MS)
        await expect(seen).to_have_count(0)
        await expect(badges.get_by_text(words)).to_have_count(0)
