"""The controls of a meeting as a guest and a host use them: keys, hands, presenting, devices."""

import asyncio

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.steps import (
    hand_over,
    knock,
    locked_meeting,
    open_with_the_pin,
    refused_as_handed_over,
)
from tests.browser.test_accessibility import check

MAX_TABS = 60
COUNT_WAKE_LOCKS = """() => {
    window.wakeLocks = [];
    navigator.wakeLock.request = async () => {
        const lock = new EventTarget();
        lock.released = false;
        lock.release = async () => { lock.released = true; };
        window.wakeLocks.push(lock);
        return lock;
    };
}"""
ON_DEVICE = """() => {
    window.heardBy = [];
    window.SpeechRecognition = class {
        get processLocally() { return this.isLocal; }
        set processLocally(wanted) { this.isLocal = wanted; }
        static available = async (asked) => asked.processLocally ? "available" : "unavailable";
        static install = async () => true;
        start(track) {
            window.mouth = this;
            window.heardBy.push([this.processLocally, track.kind]);
        }
        abort() {}
    };
}"""
SAY = """(text) => mouth.onresult({
    resultIndex: 0, results: [Object.assign([{ transcript: text }], { isFinal: true })] })"""
PLAYS_ALOUD = """() => {
    const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await native(wanted);
        if (!wanted.audio) return stream;
        window.loudspeaker = new AudioContext();
        window.microphone = loudspeaker.createMediaStreamDestination();
        for (const track of stream.getAudioTracks()) stream.removeTrack(track);
        stream.addTrack(microphone.stream.getAudioTracks()[0]);
        return stream;
    };
}"""
IN_ONE_ROOM = """() => {
    const at = loudspeaker;
    const room = new DynamicsCompressorNode(at, { threshold: -18, ratio: 20 });
    const noise = new AudioBuffer({ length: at.sampleRate, sampleRate: at.sampleRate });
    const samples = noise.getChannelData(0);
    samples.forEach((_, index) => { samples[index] = (Math.random() - 0.5) / 50; });
    const air = new AudioBufferSourceNode(at, { buffer: noise, loop: true });
    air.start();
    const ring = { type: "bandpass", frequency: 1100, Q: 6 };
    const walls = [new BiquadFilterNode(at, ring), new BiquadFilterNode(at, ring)];
    const loud = new GainNode(at, { gain: 4 });
    air.connect(loud);
    loud.connect(room).connect(walls[0]).connect(walls[1]).connect(microphone);
    for (const { track } of vmrTest.peers.at(-1).getReceivers()) {
        if (track.kind !== "audio") continue;
        at.createMediaStreamSource(new MediaStream([track])).connect(loud);
    }
}"""
OWN_MICROPHONE = """() => vmrTest.peers.at(-1).getSenders().find(
    (one) => one.track?.kind === "audio")?.track"""


def own_tile(person: Person, of: Person) -> Locator:
    """The camera tile of `of` on the page of `person`."""
    tile = person.page.locator("li.tile[data-kind=camera]")
    return tile.filter(has=person.page.locator(".tile__name", has_text=of.name))


async def is_muted(person: Person, of: Person, muted: bool) -> None:
    tile = own_tile(person, of)
    await expect(tile).to_have_attribute("data-muted", str(muted).lower())


async def meeting(world: World, people: Invite, name: str) -> tuple[Person, Person]:
    room = await make_room(world.server.database, "legal", name)
    guest, officer = await asyncio.gather(people("Asha", 1), people("Officer", 4))
    for person in (guest, officer):
        await person.context.add_init_script(f"({COUNT_WAKE_LOCKS})()")
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await is_muted(officer, guest, False)
    return guest, officer


async def dialog_is_accessible(page: Page, view: str) -> None:
    await expect(page.get_by_role("dialog")).to_be_visible()
    await check(page, view)


async def test_keys_and_hands(world: World, people: Invite) -> None:
    guest, officer = await meeting(world, people, "Keys")
    await keys(guest, officer)
    await talk_by_the_space_bar(guest, officer)
    await hands(guest, officer)
    await the_list_and_its_switch(guest, officer)


async def keys(guest: Person, officer: Person) -> None:
    keyboard = guest.page.keyboard
    await guest.page.locator("#view-heading").focus()
    await keyboard.press("m")
    await is_muted(officer, guest, True)
    await keyboard.press("v")
    await expect(own_tile(officer, guest).get_by_text("Camera is off")).to_be_visible()
    await keyboard.press("v")
    await expect(own_tile(officer, guest)).to_have_attribute("data-picture", "live")


async def talk_by_the_space_bar(guest: Person, officer: Person) -> None:
    """Muted: heard while it is held, also where a button was clicked before; and no longer."""
    keyboard = guest.page.keyboard
    await guest.press("Layout")
    layout = await guest.page.locator(".stage").get_attribute("class")
    await keyboard.down(" ")
    await is_muted(officer, guest, False)
    await keyboard.up(" ")
    await is_muted(officer, guest, True)
    assert await guest.page.locator(".stage").get_attribute("class") == layout
    mute = guest.page.get_by_role("button", name="Unmute", exact=True)
    await keyboard.press("Tab")
    await mute.focus()
    await keyboard.press(" ")  # reached by keyboard: the space bar presses the button
    await is_muted(officer, guest, False)
    await keyboard.press("m")
    await is_muted(officer, guest, True)
    await guest.page.locator("#view-heading").focus()
    await keyboard.down(" ")
    await is_muted(officer, guest, False)
    await guest.page.evaluate("() => window.dispatchEvent(new Event('blur'))")
    await is_muted(officer, guest, True)  # whoever goes to another window is not heard from there
    await keyboard.up(" ")
    await keyboard.press("m")
    await is_muted(officer, guest, False)


async def hands(guest: Person, officer: Person) -> None:
    await guest.page.keyboard.press("h")
    await expect(officer.page.get_by_text("Asha has raised a hand.").first).to_be_visible()
    await expect(officer.page.locator("[data-hand]")).to_have_count(1)
    await check(officer.page, "a raised hand at the host")
    await officer.press("Lower hand Asha")
    await expect(guest.page.get_by_role("button", name="Raise hand")).to_be_visible()
    await expect(guest.page.get_by_text("The host has lowered your hand.").first).to_be_visible()
    await expect(officer.page.locator("[data-alert^=hand-]")).to_have_count(0)
    answer = await officer.raw("hand.raise", {})
    assert answer["error"]["code"] == "not_permitted"


async def the_list_and_its_switch(guest: Person, officer: Person) -> None:
    page = guest.page
    await page.keyboard.press("?")
    await dialog_is_accessible(page, "list of shortcuts")
    await page.keyboard.press("m")
    await page.get_by_role("checkbox", name="Use keys on their own").press(" ")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("m")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await is_muted(officer, guest, False)
    await guest.press("Devices")
    await dialog_is_accessible(page, "devices")
    await page.get_by_role("button", name="Keyboard shortcuts").click()
    await page.get_by_role("checkbox", name="Use keys on their own").press(" ")
    await page.keyboard.press("Escape")
    await page.keyboard.press("m")
    await is_muted(officer, guest, True)


async def test_every_control_of_a_guest_is_reached_and_used_by_keyboard_alone(
    world: World, people: Invite
) -> None:
    guest, _ = await meeting(world, people, "Keyboard alone")
    await tab_to(guest.page, "Raise hand")
    await guest.page.keyboard.press("Enter")
    await tab_to(guest.page, "Lower hand")
    await guest.page.keyboard.press("Space")
    await expect(guest.page.get_by_role("button", name="Raise hand")).to_be_visible()
    for name in ("Devices", "Who can see and hear me"):
        await tab_to(guest.page, name)
        await guest.page.keyboard.press("Enter")
        await expect(guest.page.get_by_role("dialog")).to_be_visible()
        assert await guest.page.evaluate("() => !!document.activeElement.closest('dialog')")
        await guest.page.keyboard.press("Escape")
        await expect(guest.page.get_by_role("dialog")).to_have_count(0)
        assert name in await focused(guest.page)
    await tab_to(guest.page, "Mute")
    await guest.page.keyboard.press("Space")
    await tab_to(guest.page, "Unmute")
    await tab_to(guest.page, "Hang up")
    await guest.page.keyboard.press("Enter")
    await guest.in_view("ended")


async def focused(page: Page) -> str:
    """The words of the button that has the focus."""
    words = "() => document.activeElement.closest('button')?.textContent ?? ''"
    return str(await page.evaluate(words))


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of this name has the focus, and is seen to have it."""
    for _ in range(MAX_TABS):
        if name in await focused(page):
            break
        await page.keyboard.press("Tab")
    else:
        raise AssertionError(f"{name} is not reached by keyboard")
    ring = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert await page.evaluate(ring) != "none", f"the focus on {name} is not seen"


async def test_presenting_as_the_host_allows_and_what_it_is_prepared_for(
    world: World, people: Invite
) -> None:
    guest, officer = await meeting(world, people, "Presenting")
    notice = guest.page.locator("[data-notice=presenting]")
    await guest.page.keyboard.press("p")
    await expect(notice).to_have_attribute("data-content", "detail")
    await expect(officer.page.locator("li.tile[data-kind=screen]")).to_be_attached()
    await guest.press("Moving pictures")
    await expect(notice).to_have_attribute("data-content", "motion")
    hint, fps = await guest.ask("""() => {
        const sender = vmrTest.peers.at(-1).getSenders().find(
            (one) => one.track?.contentHint === "motion" && one.track.kind === "video"
            && one.getParameters().encodings.length === 1);
        return [sender.track.contentHint, sender.getParameters().encodings[0].maxFramerate];
    }""")
    assert (hint, fps) == ("motion", 25)
    await check(guest.page, "presenting")
    allowed = officer.page.get_by_role("checkbox", name="Guests may present")
    await allowed.click()
    await expect(notice).to_have_count(0)
    await expect(guest.page.get_by_role("button", name="Present", exact=True)).to_have_count(0)
    await expect(guest.page.get_by_text("Guests cannot present now.").first).to_be_visible()
    answer = await guest.raw("presentation.start", {"take_over": True})
    assert answer["error"]["code"] == "not_permitted"
    await expect(allowed).not_to_be_checked()
    await allowed.click()
    await guest.press("Present")
    await expect(notice).to_be_visible()


async def test_a_device_that_goes_and_sound_that_is_prepared_otherwise(
    world: World, people: Invite
) -> None:
    guest, officer = await meeting(world, people, "Devices")
    connections = await guest.ask("() => vmrTest.peers.length")
    before = await guest.ask(f"() => ({OWN_MICROPHONE})().id")
    await guest.ask(f"() => ({OWN_MICROPHONE})().dispatchEvent(new Event('ended'))")
    await expect(guest.page.locator("[data-alert=device-microphone]")).to_contain_text(
        "Your microphone is now"
    )

    async def is_another() -> bool:
        return bool(await guest.ask(f"(id) => ({OWN_MICROPHONE})()?.id !== id", before))

    await eventually("another microphone sends in the same place", is_another)
    await officer.hears(guest)
    await guest.press("Devices")
    await guest.page.get_by_role("checkbox", name="Remove background noise").uncheck()

    async def is_plain() -> bool:
        return not await guest.ask(f"() => ({OWN_MICROPHONE})()?.getSettings().noiseSuppression")

    await eventually("the microphone is opened as was asked", is_plain)
    await officer.hears(guest)
    assert await guest.ask("() => vmrTest.peers.length") == connections
    await guest.page.keyboard.press("Escape")
    await guest.press("Mute")  # a copy is listened to on the device now
    await is_muted(officer, guest, True)
    await guest.press("Devices")
    await guest.page.get_by_role("checkbox", name="Remove background noise").check()

    async def is_prepared() -> bool:
        return not await is_plain()

    await eventually("the microphone of who is muted is opened as was asked", is_prepared)


async def test_who_speaks_while_muted_is_told_and_sends_nothing(
    world: World, people: Invite
) -> None:
    guest, officer = await meeting(world, people, "Muted speech")
    told = guest.page.locator("[data-alert=muted]")
    await guest.press("Mute")
    await is_muted(officer, guest, True)
    await expect(told).to_contain_text("You are muted. Nobody hears you.")
    is_sent = """() => vmrTest.peers.flatMap((peer) => peer.getSenders()).some(
        (one) => one.track?.kind === "audio" && one.track.enabled)"""
    assert not await guest.ask(is_sent)
    await guest.press("Unmute")
    await is_muted(officer, guest, False)
    await expect(told).to_have_count(0)
    assert await guest.ask(is_sent)


async def test_a_handed_over_terminal_has_its_own_controls_alone(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Prisoner")
    guest, officer = await locked_meeting(room, people)
    await hand_over(officer)
    controls = officer.page.get_by_role("region", name="Meeting controls")
    shown = {name.strip() for name in await controls.get_by_role("button").all_inner_texts()}
    assert shown == {
        "Mute", "Stop camera", "Layout", "Ready to leave", "Call staff", "Hang up",
        "Staff: Host PIN",
    }  # fmt: skip
    await expect(controls.get_by_role("slider", name="Volume")).to_be_visible()
    await officer.page.locator("#view-heading").focus()
    for key in ("m", "v", "h", "p", "o", "d", "c", "?"):  # no place to switch keys off: none
        await officer.page.keyboard.press(key)
    await expect(officer.page.get_by_role("dialog")).to_have_count(0)
    await expect(officer.page.locator("aside.panel")).to_have_count(0)
    await officer.raw("self.set_media", {})  # after whatever a key asked
    await is_muted(guest, officer, False)
    await officer.press("Mute")
    await is_muted(guest, officer, True)
    await goes_back_by_itself(guest, officer)
    await officer.press("Hang up")
    await officer.in_view("ended")
    await officer.page.evaluate(AS_IF_INSIDE)
    await officer.page.reload()
    await officer.in_view("pin")
    await expect(officer.page.get_by_text("Call an officer.")).to_be_visible()


AS_IF_INSIDE = """() => {
    const [[key, visit]] = Object.entries(sessionStorage);
    const seat = {wasInside: true, seat: {microphone: true, camera: true}};
    sessionStorage.setItem(key, JSON.stringify({...JSON.parse(visit), ...seat}));
}"""
"""The terminal has lost its seat, and does not know."""


async def goes_back_by_itself(guest: Person, officer: Person) -> None:
    """A terminal that was handed over and loads anew: no form, no PIN, no staff controls."""
    page = officer.page
    await page.get_by_role("button", name="Cymraeg").click()
    await expect(page.get_by_role("button", name="Gadael yr alwad")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await officer.in_view("meeting")
    await expect(page.locator('#app[data-handed-over="true"]')).to_be_attached()
    await page.get_by_role("button", name="English").click()
    await refused_as_handed_over(officer)
    await is_muted(guest, officer, True)
    await guest.sees(officer)


async def test_staying_and_going(world: World, people: Invite) -> None:
    guest, officer = await meeting(world, people, "Going")
    would_ask = """() => !window.dispatchEvent(new Event("beforeunload", {cancelable: true}))"""
    assert await guest.ask(would_ask)
    assert await guest.ask("() => wakeLocks.length") == 1
    await guest.ask("() => vmrTest.setVisibility('hidden')")
    await guest.ask("() => { wakeLocks[0].released = true; }")
    await guest.ask("() => vmrTest.setVisibility('visible')")
    assert await guest.ask("() => wakeLocks.length") == 2
    await guest.ask("() => vmrTest.setVisibility('visible')")
    assert await guest.ask("() => wakeLocks.length") == 2
    await officer.press("Hang up")
    await dialog_is_accessible(officer.page, "hanging up as a host")
    await officer.press("Cancel")
    assert await officer.view() == "meeting"
    await guest.press("Hang up")
    await guest.in_view("ended")
    assert not await guest.ask(would_ask)
    assert await guest.ask("() => wakeLocks.every((one) => one.released)")
    await officer.press("Hang up")
    await officer.press("Hang up now")
    await officer.in_view("ended")


async def test_captions_are_offered_where_they_are_made_on_this_device(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Captions")
    guest, officer = await asyncio.gather(people("Asha", 1), people("Officer", 4))
    await guest.context.add_init_script(f"({ON_DEVICE})()")
    await officer.context.add_init_script("delete window.SpeechRecognition")
    await officer.context.add_init_script("delete window.webkitSpeechRecognition")
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await expect(officer.page.get_by_role("button", name="Captions")).to_have_count(0)
    await guest.press("Captions")
    captions = guest.page.locator("[data-captions=on]")
    await expect(captions).to_be_visible()
    assert await guest.ask("() => heardBy") == [[True, "audio"]]
    await guest.ask(SAY, "And who else was there?")
    await expect(captions).to_contain_text("And who else was there?")
    await check(guest.page, "captions")
    await guest.press("Captions")
    await expect(captions).to_have_count(0)
    await guest.ask("() => { SpeechRecognition.available = async () => 'unavailable'; }")
    await guest.press("Captions")
    await expect(guest.page.locator("[data-alert=captions]")).to_be_visible()
    assert await guest.ask("() => heardBy.length") == 1
    await guest.press("Hang up")
    await guest.in_view("ended")


async def test_sound_that_goes_round_between_two_devices_is_explained(
    world: World, people: Invite
) -> None:
    """Each microphone hears what its page plays, louder, in one room that rings: a real howl."""
    room = await make_room(world.server.database, "legal", "Feedback")
    guest, officer = await asyncio.gather(people("Asha", 1), people("Officer", 4))
    for person in (guest, officer):
        await person.context.add_init_script(f"({PLAYS_ALOUD})()")
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await guest.sees(officer)
    told = guest.page.locator("[data-alert=feedback]")
    await expect(told).to_have_count(0)
    await asyncio.gather(*(person.ask(IN_ONE_ROOM) for person in (guest, officer)))
    await expect(told).to_contain_text("Sound is going round", timeout=20_000)
    await check(guest.page, "feedback")
