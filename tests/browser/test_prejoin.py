"""Before joining: whatever is wrong with camera and microphone is said, mended, or done without."""

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.steps import open_with_the_pin
from tests.browser.test_accessibility import check

# Answers of the browser, by kind; the test changes `failures`, `isGone` and tells of it.
TROUBLE = """() => {
    window.failures = { video: null, audio: null };
    window.gone = { video: false, audio: false };
    window.tracks = [];
    const devices = navigator.mediaDevices;
    const get = devices.getUserMedia.bind(devices);
    const list = devices.enumerateDevices.bind(devices);
    devices.getUserMedia = async (wanted) => {
        for (const kind of ["video", "audio"]) {
            if (!wanted[kind]) continue;
            if (gone[kind]) throw new DOMException("", "NotFoundError");
            if (failures[kind]) throw new DOMException(failures[kind][1], failures[kind][0]);
        }
        const stream = await get(wanted);
        tracks.push(...stream.getTracks());
        return stream;
    };
    devices.enumerateDevices = async () => (await list()).filter(
        ({ kind }) => !gone[kind.replace("input", "")]);
    window.changed = () => devices.dispatchEvent(new Event("devicechange"));
    window.unplug = (kind) => {
        gone[kind] = true;
        for (const track of tracks) {
            if (track.kind !== kind || track.readyState !== "live") continue;
            track.stop();
            track.dispatchEvent(new Event("ended"));
        }
        changed();
    };
    window.plug = (kind) => { gone[kind] = false; changed(); };
}"""


async def arrive(world: World, people: Invite, name: str, before: str = "") -> Person:
    room = await make_room(world.server.database, "legal", name)
    guest = await people("Asha", 1)
    await guest.context.add_init_script(f"({TROUBLE})(); {before}")
    await guest.open(room.invite_path(0))
    return guest


async def joins_with(guest: Person, what: str) -> None:
    await expect(guest.page.locator(f"[data-joins-with={what}]")).to_be_visible()


async def test_a_refusal_is_explained_and_mended_by_trying_again(
    world: World, people: Invite
) -> None:
    refused = 'failures.video = failures.audio = ["NotAllowedError", "Permission denied"];'
    guest = await arrive(world, people, "Refused", refused)
    await joins_with(guest, "nothing")
    await expect(guest.page.get_by_text("turn on Camera and Microphone")).to_be_visible()
    await check(guest.page, "prejoin after a refusal")
    await guest.ask("() => { failures.video = failures.audio = null; }")
    await guest.press("Try again")
    await joins_with(guest, "both")
    await expect(guest.page.get_by_role("button", name="Try again")).to_have_count(0)


async def test_a_refusal_by_the_system_and_a_camera_in_use_have_help_of_their_own(
    world: World, people: Invite
) -> None:
    trouble = """failures.video = ["NotReadableError", "in use"];
        failures.audio = ["NotAllowedError", "Permission denied by system"];"""
    guest = await arrive(world, people, "System", trouble)
    await expect(guest.page.get_by_text("Another program is using the camera")).to_be_visible()
    await expect(guest.page.get_by_text("Close other programs that use")).to_be_visible()
    await expect(guest.page.get_by_text("privacy settings of your device")).to_be_visible()
    await guest.ask("() => { failures.audio = null; }")
    await guest.press("Try again")
    await joins_with(guest, "sound")
    await check(guest.page, "prejoin with sound only")


async def test_a_camera_that_is_unplugged_and_plugged_in_again_comes_back_by_itself(
    world: World, people: Invite
) -> None:
    guest = await arrive(world, people, "Unplugged")
    await joins_with(guest, "both")
    await guest.ask("() => unplug('video')")
    await joins_with(guest, "sound")
    await expect(guest.page.get_by_text("Plug it in again.")).to_be_visible()
    await check(guest.page, "prejoin with a camera unplugged")
    await guest.ask("() => plug('video')")
    await joins_with(guest, "both")
    await expect(guest.page.locator("[data-device-news='device.camera.back']")).to_be_visible()


async def test_one_joins_to_watch_and_listen_and_turns_the_camera_on_later(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Watching")
    guest, officer = await asyncio.gather(people("Asha", 1), people("Officer", 4))
    await guest.context.add_init_script(f"({TROUBLE})(); gone.video = gone.audio = true;")
    await guest.open(room.invite_path(0))
    await joins_with(guest, "nothing")
    await guest.start()
    await guest.in_view("waiting")
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await guest.sees(officer)
    await guest.hears(officer)
    tile = officer.page.locator("li.tile[data-kind=camera][data-self=false]")
    await expect(tile.get_by_text("Camera is off")).to_be_visible()
    await expect(tile).to_have_attribute("data-muted", "true")
    await guest.ask("() => { plug('video'); plug('audio'); }")
    await expect(tile).to_have_attribute("data-muted", "true")  # nothing sends by itself
    assert await guest.ask("() => tracks.length") == 0
    await guest.press("Start camera")
    await guest.press("Unmute")
    await officer.sees(guest)
    await officer.hears(guest)


async def test_one_joins_muted_and_with_picture_only(world: World, people: Invite) -> None:
    guest = await arrive(world, people, "Picture only")
    await joins_with(guest, "both")
    await guest.press("Mute")
    await joins_with(guest, "picture")
    await guest.press("Stop camera")
    await joins_with(guest, "nothing")
    await guest.press("Unmute")
    await joins_with(guest, "sound")
