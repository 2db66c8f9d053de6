"""A browser that plays nothing without a press, as Safari: one button starts everything."""

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.rooms import make_room
from tests.browser.steps import knock, open_with_the_pin

STRICT = """() => {
    const allowed = new WeakSet();
    let isPressed = false;
    const release = () => { isPressed = false; };
    addEventListener("click", () => { isPressed = true; setTimeout(release); }, true);
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
        if (this instanceof HTMLVideoElement) return play.call(this);
        if (isPressed) allowed.add(this);
        if (allowed.has(this)) return play.call(this);
        return Promise.reject(new DOMException("press first", "NotAllowedError"));
    };
}"""
"""Only a press whose handler still runs counts, and an element it has started may go on."""


async def test_one_button_turns_the_sound_of_everybody_on(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Held back")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await guest.context.add_init_script(f"({STRICT})()")
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    notice = guest.page.locator('[data-notice="sound"]')
    await expect(notice).to_have_count(1)
    await guest.press("Turn sound on")
    await expect(notice).to_have_count(0)
    await guest.hears(officer)
    await expect(notice).to_have_count(0)
