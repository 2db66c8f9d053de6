"""The stage of one page among people with prepared cameras: whom it shows, where, in what words."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from playwright.async_api import Locator, WebSocket, expect

from tests.browser.call import Call
from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.test_accessibility import faults

HOLD_S = 2.0
"""Nobody leaves the large place before that (`HOLD_MS` of state/stage.js)."""
SEAT_MAY = ["speak", "show", "leave", "call_staff", "ready_to_leave", "step_up"]
TELL = """([event, data]) => {
  const envelope = { n: 0, at: Date.now() / 1000, data };
  const text = `42${JSON.stringify([event, envelope])}`;
  vmrTest.sockets.at(-1).dispatchEvent(new MessageEvent("message", { data: text }));
}"""


@dataclass(slots=True)
class Seen:
    """One person at Chromium in a call of four."""

    person: Person
    call: Call
    asked: list[str]
    """What the page sent on its socket."""

    def tile(self, name: str, kind: str = "camera") -> Locator:
        return self.person.page.locator(
            f'.stage [data-participant="{self.call.id(name)}"][data-kind="{kind}"]'
        )

    @property
    def own(self) -> Locator:
        return self.person.page.locator('.stage [data-self="true"]')

    async def tell(self, event: str, data: dict[str, Any]) -> None:
        """As if the server had said it."""
        await self.person.page.evaluate(TELL, [event, data])

    async def speaks(self, name: str) -> None:
        who = self.call.id(name)
        await self.tell("speaker.changed", {"dominant": who, "speaking": [who]})

    async def is_large(self, name: str, kind: str = "camera") -> None:
        await expect(self.tile(name, kind)).to_have_attribute("data-large", "true")

    async def has_asked(self, text: str) -> None:
        async def probe() -> bool:
            return any(text in frame for frame in self.asked)

        await eventually(f"the page sends {text}", probe, 10)


Enter = Callable[..., Awaitable[Seen]]


@pytest_asyncio.fixture(loop_scope="session")
async def enter(world: World, people: Invite) -> AsyncIterator[Enter]:
    """`await enter()`: Asha among an officer, Ben and Carol, with all pictures on screen."""
    calls: list[Call] = []

    async def begin(*scripts: str) -> Seen:
        room = await make_room(world.server.database, "legal", "Stage")
        call = Call(world.server.url, room)
        calls.append(call)
        await call.begin("Officer Hale", "Ben", "Carol Ann Featherstonehaugh")
        asha = await people("Asha", 1)
        asked: list[str] = []
        asha.page.on("websocket", lambda socket: _listen(socket, asked))
        for script in scripts:
            await asha.context.add_init_script(script)
        await asha.open(room.invite_path(0))
        await asha.start()
        await asha.in_view("meeting")
        for name in call.clients:
            tile = asha.page.locator(f'.stage [data-participant="{call.id(name)}"]')
            await expect(tile).to_have_attribute("data-picture", "live", timeout=30_000)
        return Seen(asha, call, asked)

    yield begin
    for call in calls:
        await call.close()


def _listen(socket: WebSocket, asked: list[str]) -> None:
    socket.on("framesent", lambda frame: asked.append(str(frame)))


async def test_the_stage_follows_the_speaker_calmly_and_rebuilds_no_picture(enter: Enter) -> None:
    seen = await enter()
    page = seen.person.page
    await page.evaluate("() => { window.vmrVideos = [...document.querySelectorAll('video')]; }")
    await seen.speaks("Ben")
    await seen.is_large("Ben")
    await expect(seen.tile("Ben")).to_have_attribute("data-speaking", "true")
    await expect(seen.tile("Ben").locator(".tile__mark--speaking")).to_contain_text("speaking")
    switched = asyncio.get_running_loop().time()
    await seen.speaks("Officer Hale")
    await expect(seen.tile("Officer Hale")).to_have_attribute("data-speaking", "true")
    if asyncio.get_running_loop().time() - switched < HOLD_S / 2:
        await seen.is_large("Ben")
    await seen.is_large("Officer Hale")
    same = "() => [...document.querySelectorAll('video')].every((v, i) => v === vmrVideos[i])"
    assert await page.evaluate(same)
    assert await page.evaluate("() => vmrVideos.every((video) => !video.paused)")


async def test_who_is_kept_large_by_keyboard_stays_and_the_server_hears_of_it(enter: Enter) -> None:
    seen = await enter()
    page, ben = seen.person.page, seen.call.id("Ben")
    await page.get_by_role("button", name="Enlarge Ben").focus()
    await page.keyboard.press("Enter")
    await seen.is_large("Ben")
    await expect(seen.tile("Ben")).to_contain_text("kept large by you")
    await seen.has_asked(json.dumps(["media.prefer", {"participant": ben}], separators=(",", ":")))
    await seen.speaks("Officer Hale")
    await expect(seen.tile("Officer Hale")).to_have_attribute("data-speaking", "true")
    await seen.is_large("Ben")
    await page.keyboard.press("Escape")
    await seen.is_large("Officer Hale")
    await seen.has_asked('["media.prefer",{"participant":null}]')


async def test_a_presentation_takes_the_stage_with_the_speaker_beside_it(enter: Enter) -> None:
    seen = await enter()
    await seen.speaks("Ben")
    await seen.is_large("Ben")
    await seen.call.clients["Officer Hale"].request("presentation.start", take_over=False)
    await seen.is_large("Officer Hale", "screen")
    screen = await seen.tile("Officer Hale", "screen").bounding_box()
    beside, other = await seen.tile("Ben").bounding_box(), await seen.own.bounding_box()
    assert screen is not None
    assert beside is not None
    assert other is not None
    assert screen["width"] > 2 * beside["width"] > 3 * other["width"]
    assert beside["x"] >= screen["x"] + screen["width"]
    assert beside["y"] < other["y"]
    assert not await faults(seen.person.page)


async def test_ones_own_picture_goes_to_a_corner_and_never_over_a_name(enter: Enter) -> None:
    seen = await enter()
    page = seen.person.page
    await seen.speaks("Ben")
    await seen.is_large("Ben")
    box = await seen.own.bounding_box()
    stage = await page.locator(".stage").bounding_box()
    assert box is not None
    assert stage is not None
    await page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 40)
    await page.mouse.down()
    await page.mouse.move(stage["x"] + 200, stage["y"] + stage["height"] - 90, steps=5)
    await page.mouse.up()
    await expect(seen.own).to_have_class(_with("tile--bottom-left"))
    await _clear_of_names(seen)
    move = page.get_by_role("button", name="Move my picture")
    await move.focus()
    for key, corner in (("ArrowUp", "top-left"), ("ArrowRight", "top-right"),
                        ("ArrowDown", "bottom-right"), ("ArrowLeft", "bottom-left")):  # fmt: skip
        await page.keyboard.press(key)
        await expect(seen.own).to_have_class(_with(f"tile--{corner}"))
        await expect(seen.own.get_by_role("status")).to_have_text(
            f"Your picture is at the {corner.replace('-', ' ')}"
        )
        await _clear_of_names(seen)
    await page.keyboard.press("Enter")
    await expect(seen.own).to_have_class(_with("tile--top-left"))
    await page.set_viewport_size({"width": 320, "height": 640})
    for _ in ("among faces of one size", "beside the speaker"):
        await page.get_by_role("button", name="Layout", exact=True).click()
        await move.focus()
        for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"):
            await page.keyboard.press(key)
            await _clear_of_names(seen)


async def test_ones_own_picture_is_hidden_and_shown_again_without_losing_the_focus(
    enter: Enter,
) -> None:
    seen = await enter()
    page = seen.person.page
    await page.get_by_role("button", name="Hide my picture from me").focus()
    await page.keyboard.press("Enter")
    await expect(seen.own).to_have_count(0)
    shown = page.get_by_role("button", name="Show my picture")
    await expect(shown).to_be_focused()
    assert not await faults(page)
    assert "still sent" in (await shown.get_attribute("title") or "")
    await page.keyboard.press("Enter")
    await expect(seen.own).to_have_attribute("data-picture", "live")
    await expect(page.get_by_role("button", name="Hide my picture from me")).to_be_focused()


async def test_a_picture_that_has_stopped_is_said_so_until_it_goes_on(enter: Enter) -> None:
    seen = await enter()
    seen.call.hold("Ben")
    await expect(seen.tile("Ben")).to_have_attribute("data-picture", "frozen", timeout=30_000)
    await expect(seen.tile("Ben")).to_contain_text("The picture has stopped")
    await expect(seen.tile("Officer Hale")).to_have_attribute("data-picture", "live")
    assert not await faults(seen.person.page)
    seen.call.hold("Ben", is_held=False)
    await expect(seen.tile("Ben")).to_have_attribute("data-picture", "live", timeout=30_000)


async def test_the_small_window_has_who_is_large_and_mute_and_a_terminal_none(
    enter: Enter,
) -> None:
    seen = await enter()
    page = seen.person.page
    await seen.speaks("Ben")
    await seen.is_large("Ben")
    async with seen.person.context.expect_page() as opening:
        await page.get_by_role("button", name="Small window").click()
    small = await opening.value
    await expect(small.locator('[data-participant][data-picture="live"]')).to_contain_text("Ben")
    await small.get_by_role("button", name="Mute", exact=True).click()
    await expect(page.get_by_role("button", name="Unmute", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Small window").click()
    await expect(page.get_by_role("button", name="Small window", pressed=False)).to_be_visible()
    assert await page.evaluate("() => documentPictureInPicture.window === null")
    you = await seen.own.get_attribute("data-participant")
    view = {**seen.call.clients["Ben"].view, "you": you, "is_handed_over": True, "may": SEAT_MAY}
    await seen.tell("meeting.updated", view)
    await expect(page.locator('#app[data-handed-over="true"]')).to_be_attached()
    await expect(page.get_by_role("button", name="Small window")).to_have_count(0)
    await expect(page.get_by_role("button", name="Enlarge Ben")).to_be_attached()


async def test_no_small_window_is_offered_where_the_browser_has_none(enter: Enter) -> None:
    neither = """
      delete window.documentPictureInPicture;
      Object.defineProperty(document, "pictureInPictureEnabled", { value: false });
    """
    seen = await enter(neither)
    button = seen.person.page.get_by_role("button", name="Small window")
    await expect(button).to_have_count(0)


async def _clear_of_names(seen: Seen) -> None:
    """One's own picture covers no name of another on the stage."""
    covered = await seen.person.page.evaluate("""() => {
      const own = document.querySelector('.stage [data-self="true"]').getBoundingClientRect();
      return [...document.querySelectorAll('.stage [data-self="false"] .tile__label')]
        .filter((label) => {
          const box = label.getBoundingClientRect();
          return box.left < own.right && box.right > own.left
            && box.top < own.bottom && box.bottom > own.top;
        }).map((label) => label.textContent);
    }""")
    assert covered == []


def _with(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{name}\b")
