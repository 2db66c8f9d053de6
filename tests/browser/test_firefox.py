"""Firefox ESR, Chromium and aiortc in one meeting, in a private network (`private_network`)."""

import asyncio

import pytest

from tests.browser.conftest import Invite, InviteFirefox, World
from tests.browser.eventually import eventually
from tests.browser.faces import FACES, name_colour
from tests.browser.firefox_person import FirefoxPerson
from tests.browser.person import Person
from tests.browser.python_guest import PythonGuest
from tests.browser.rooms import TestRoom, make_room
from tests.browser.steps import (
    expect_transports,
    lock,
    open_with_the_pin,
    record_id,
    transports,
)

pytestmark = pytest.mark.private_network
CUT_S = 3.0
MOVED_FRAMES = 50
"""At ten a second, longer than a picture may stand still before it is called stopped."""


async def test_firefox_chromium_and_aiortc_meet(
    world: World, people: Invite, at_firefox: InviteFirefox
) -> None:
    room = await make_room(world.server.database, "legal", "Three kinds")
    officer, guest = await asyncio.gather(people("Officer", 4), at_firefox("Asha", 1))
    ben = PythonGuest("Ben", FACES[1], world)
    try:
        await wait_outside(world, room, guest)
        await ben.knock(room, room.invites[1])
        await open_with_the_pin(room, officer)
        await asyncio.gather(guest.in_view("meeting"), ben.come_in())
        await all_meet(guest, officer, ben)
        assert await guest.ask("() => document.documentElement.clientWidth === innerWidth")
        await moving_pictures_are_not_called_stopped(guest)
        await sends_two_layers(guest)
        await mute_and_unmute(guest, officer, ben)
        await speak_welsh(guest)
        await restart_ice(guest, officer, ben)
        for one in (guest, ben):
            await record_id(officer, one)
        await lock(officer, guest)
        await reload(guest, officer, ben)
        await lose_the_network(guest, officer, ben)
        await hang_up(world, guest, officer, ben)
    finally:
        await ben.close()


async def wait_outside(world: World, room: TestRoom, guest: FirefoxPerson) -> None:
    """The first page shows the own picture and the devices; waiting, nothing is sent."""
    await guest.open(room.invite_path(0))
    await sees_themselves(guest)
    for device in ("Camera", "Microphone"):
        chosen = "node => node.selectedOptions[0].textContent.trim()"
        assert await guest.firefox.read("combobox", device, chosen)
    await guest.start()
    await guest.in_view("waiting")
    assert "Waiting for the host" in await guest.text()
    assert await transports(world) == 0
    assert await guest.received() == []


async def sees_themselves(guest: FirefoxPerson) -> None:
    async def probe() -> bool:
        pictures = await guest.ask("() => vmrTest.pictures()")
        own = {name_colour(*one["colour"]) for one in pictures if one["isSelf"]}
        return own == {guest.face.number}

    await eventually(f"{guest.name} sees their own picture", probe)


async def all_meet(guest: FirefoxPerson, officer: Person, ben: PythonGuest) -> None:
    """Everybody sees and hears the two others, by colour and by pitch."""
    await asyncio.gather(
        guest.meets(officer.face, ben.face),
        officer.meets(guest.face, ben.face),
        ben.sees_and_hears(guest, officer),
        sees_themselves(guest),
    )
    await guest.faces_and_voices_agree()


async def moving_pictures_are_not_called_stopped(guest: FirefoxPerson) -> None:
    """Frames are counted here as well: after some seconds of them every picture is still live."""
    counted = """async () => [...(await vmrTest.peers.at(-1).getStats()).values()]
        .filter(one => one.type === "inbound-rtp" && one.kind === "video" && one.framesDecoded)
        .map(one => one.framesDecoded)"""
    pictures = """() => [...document.querySelectorAll('[data-self="false"]')]
        .map(one => one.dataset.picture)"""

    async def have_moved() -> bool:
        frames = await guest.ask(counted)
        return len(frames) == 2 and min(frames) > MOVED_FRAMES

    await eventually("the others' pictures have moved for some seconds", have_moved, 60)
    assert await guest.ask(pictures) == ["live", "live"]


async def sends_two_layers(guest: FirefoxPerson) -> None:
    sent = """async () => [...(await vmrTest.peers.at(-1).getStats()).values()]
        .filter(one => one.type === "outbound-rtp" && one.rid && one.framesSent > 0)
        .map(one => [one.rid, one.frameWidth, one.frameHeight]).sort()"""

    async def probe() -> bool:
        return bool(await guest.ask(sent) == [["h", 640, 360], ["l", 320, 180]])

    await eventually("Firefox sends both layers of its camera", probe)


async def mute_and_unmute(guest: FirefoxPerson, officer: Person, ben: PythonGuest) -> None:
    await guest.press("Mute")
    await officer.hears_faces(ben.face)
    await guest.press("Unmute")
    await officer.hears_faces(guest.face, ben.face)
    await guest.firefox.key("m")
    await officer.hears_faces(ben.face)
    await guest.firefox.key(" ", "keyDown")
    await officer.hears_faces(guest.face, ben.face)
    await guest.firefox.key(" ", "keyUp")
    await officer.hears_faces(ben.face)
    await guest.firefox.key("m")
    await officer.hears_faces(guest.face, ben.face)


async def speak_welsh(guest: FirefoxPerson) -> None:
    """The page speaks another language, and the call goes on."""
    before = await guest.views(), await guest.peer_connections()
    await guest.press("Cymraeg")
    await says(guest, "Tewi")
    await guest.press("English")
    await says(guest, "Mute")
    assert (await guest.views(), await guest.peer_connections()) == before


async def says(guest: FirefoxPerson, text: str) -> None:
    async def probe() -> bool:
        return text in await guest.text()

    await eventually(f"the page of {guest.name} says {text!r}", probe, 30)


async def restart_ice(guest: FirefoxPerson, officer: Person, ben: PythonGuest) -> None:
    """The page is told that its path has faltered, and restarts ICE as its ladder says."""
    before, count = await guest.ask("() => vmrTest.ufrags()"), await guest.peer_connections()
    await guest.ask("""() => {
        const peer = vmrTest.peers.at(-1);
        const state = { value: "disconnected", configurable: true };
        Object.defineProperty(peer, "connectionState", state);
        peer.dispatchEvent(new Event("connectionstatechange"));
    }""")

    async def restarted() -> bool:
        return set(await guest.ask("() => vmrTest.ufrags()")).isdisjoint(before)

    await eventually("Firefox has new ICE credentials", restarted)
    await guest.ask("""() => {
        const peer = vmrTest.peers.at(-1);
        delete peer.connectionState;
        peer.dispatchEvent(new Event("connectionstatechange"));
    }""")
    heard = await guest.frames_decoded()

    async def goes_on() -> bool:
        return await guest.frames_decoded() > heard + 10

    await eventually("pictures go on on the restarted path", goes_on)
    await all_meet(guest, officer, ben)
    assert await guest.peer_connections() == count


async def reload(guest: FirefoxPerson, officer: Person, ben: PythonGuest) -> None:
    """An attested guest comes back into the locked room by the key of the browser."""
    await guest.firefox.reload()
    await guest.in_view("prejoin")
    await guest.start()
    await guest.in_view("meeting")
    await guest.stage("locked")
    assert "waiting" not in await guest.views()
    await all_meet(guest, officer, ben)


async def lose_the_network(guest: FirefoxPerson, officer: Person, ben: PythonGuest) -> None:
    views = await guest.views()
    await guest.cut()
    await asyncio.sleep(CUT_S)  # this long, as a person who walks through a lift's door
    await says(guest, "We are reconnecting")
    guest.mend()
    await all_meet(guest, officer, ben)
    await says(guest, "The connection is back.")
    assert await guest.views() == views


async def hang_up(world: World, guest: FirefoxPerson, officer: Person, ben: PythonGuest) -> None:
    await guest.press("Hang up")
    await guest.in_view("ended")
    await expect_transports(world, 2, "the guest has hung up")
    await officer.meets(ben.face)
    await officer.press("Hang up")
    await officer.press("Hang up now")
    await officer.in_view("ended")
