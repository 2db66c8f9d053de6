"""A guest has an encoder send in place of their page: set up on the page, sent by WHIP."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import expect

from tests.browser.conftest import Browsers, Invite, World
from tests.browser.eventually import eventually
from tests.browser.faces import FACES
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.steps import hand_over, knock, lock, open_with_the_pin, record_id
from tests.browser.test_accessibility import check
from tests.peers.aiortc_encoder import AiortcEncoder
from tests.signalling.encoder import EncoderClient

ENCODER = FACES[2]
IN_PAGE = Path(__file__).parent / "encoder_in_page.js"


async def set_up(guest: Person) -> EncoderClient:
    """As a person does: from the devices to an address and a token, typed into the encoder."""
    page = guest.page
    await guest.press("Devices")
    await guest.press("Use an encoder")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", name="Use an encoder")).to_be_visible()
    await guest.press("Get an address and token")
    await expect(dialog.get_by_text("Waiting for the encoder")).to_be_visible()
    await check(page, "the encoder's dialog")
    address = await page.get_by_label("Address", exact=True).input_value()
    token = await page.get_by_label("Bearer token", exact=True).input_value()
    await guest.press("Close")
    await expect(dialog).to_be_hidden()
    parts = urlsplit(address)
    return EncoderClient(f"{parts.scheme}://{parts.netloc}", token, parts.path)


async def test_an_encoder_sends_in_place_of_the_page_and_the_page_goes_on(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Encoder")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await officer.meets(guest.face)
    encoder = AiortcEncoder(colour=ENCODER.colour, number=ENCODER.number, pitch_hz=ENCODER.tone_hz)
    notice = guest.page.locator('[data-notice="encoder"]')
    own = guest.page.locator('[data-self="true"][data-kind="camera"]')
    async with await set_up(guest) as http:
        peers = await guest.peer_connections()
        made = await http.offer(await encoder.offer())
        assert made.status == 201, made.text
        await encoder.accept(made.text)
        await officer.meets(ENCODER)
        await expect(notice).to_contain_text("Your picture and sound come from your encoder.")
        await expect(own).to_have_attribute("data-picture", "none")
        await guest.meets(officer.face)
        alert = officer.page.locator("[data-alert^=encoder]")
        await expect(alert).to_contain_text("Asha come from an encoder now")
        row = officer.page.locator("[data-participant-row]", has_text="Asha")
        await expect(row).to_contain_text("Encoder")
        await check(guest.page, "a meeting with an encoder")

        await guest.press("Mute")
        await officer.hears_faces()
        await guest.press("Unmute")
        await officer.hears_faces(ENCODER)

        await guest.press("Stop the encoder")
        await officer.meets(guest.face)
        await expect(notice).to_be_hidden()
        await expect(own).to_have_attribute("data-picture", "live")
        assert (await http.delete()).status == 404
        assert await guest.peer_connections() == peers
    await encoder.close()


async def test_a_page_of_another_origin_is_an_encoder_with_layers(
    world: World, people: Invite, browsers: Browsers
) -> None:
    """Chromium's own WebRTC over WHIP: simulcast, a trickle, and an ICE restart by PATCH."""
    room = await make_room(world.server.database, "legal", "Browser as encoder")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    access = await set_up(guest)
    context = await (await browsers.of(ENCODER.number)).new_context()
    page = await context.new_page()  # about:blank: an origin of its own
    await page.evaluate(IN_PAGE.read_text())
    token = access.headers["Authorization"].removeprefix("Bearer ")
    sent = [access.address, token, list(ENCODER.colour), ENCODER.tone_hz]
    assert await page.evaluate("sent => encoder.start(...sent)", sent) == 201
    await officer.meets(ENCODER)
    assert await page.evaluate("encoder.trickle()") == 204

    before = await page.evaluate("encoder.pair()")
    assert await page.evaluate("encoder.restart()") == 200

    async def has_moved() -> bool:
        return bool(await page.evaluate("encoder.pair()") != before)

    await eventually("media flows by the new ICE session", has_moved)
    frames = await officer.frames_decoded()

    async def goes_on() -> bool:
        return await officer.frames_decoded() > frames + 30

    await eventually("the picture goes on", goes_on)
    await officer.meets(ENCODER)
    layers = await page.evaluate("encoder.layers()")
    assert layers.keys() == {"l", "h"}

    async def sends_both() -> bool:
        return all((await page.evaluate("encoder.layers()")).values())

    await eventually("Chromium sends the upper layer once it has measured its way", sends_both)
    assert await page.evaluate("encoder.end()") == 200
    await officer.meets(guest.face)
    await context.close()


async def test_a_terminal_that_is_handed_over_offers_no_encoder(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "No encoder")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await record_id(officer, guest)
    await lock(officer, guest)
    await guest.press("Devices")
    await expect(guest.page.get_by_role("button", name="Use an encoder")).to_be_hidden()
    await guest.press("Close")
    await hand_over(officer)
    await expect(officer.page.get_by_role("button", name="Devices")).to_be_hidden()
    answer = await officer.raw("encoder.start")
    assert answer["error"]["code"] == "not_permitted"
