"""The pictures of README, taken of a real meeting: python -m tests.browser.screenshots FOLDER.

The people are drawn and their devices named; all else is the product: server, browsers, media.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import async_playwright

from tests.browser.chromium import launch
from tests.browser.conftest import IN_PAGE, World, start_world, stop_world
from tests.browser.eventually import eventually
from tests.browser.faces import FACES, write_voice
from tests.browser.faces import planes as to_planes
from tests.browser.network import TcpProxy
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.steps import (
    hand_over,
    knock,
    lock,
    open_with_the_pin,
    record_id,
    save_id,
)

WIDTH, HEIGHT = 640, 360
VIEWPORT = {"width": 1440, "height": 900}
SHARP_S = 180.0
SHARP_FRAMES = 40
"""So many later an encoder has made the best of a picture that stands still."""
# A file in place of a camera is called what the file is called.
NAMED = """
const names = { videoinput: "Integrated Camera", audioinput: "Built-in Microphone",
  audiooutput: "Built-in Speakers" };
Object.defineProperty(MediaDeviceInfo.prototype, "label", {
  get() { return names[this.kind]; },
});
"""
# Of what is shown large: its own width, and how many frames there were.
LARGE = """(width) => [...document.querySelectorAll("video")]
  .filter((one) => one.offsetWidth >= width)
  .map((one) => [one.videoWidth, one.getVideoPlaybackQuality().totalVideoFrames])"""
Colour = tuple[int, int, int]
PEOPLE: dict[int, tuple[str, tuple[Colour, Colour, Colour, Colour]]] = {
    1: ("Amara Okafor", ((185, 165, 140), (141, 91, 63), (29, 21, 18), (107, 47, 58))),
    2: ("Witness A", ((159, 179, 164), (201, 152, 115), (85, 58, 36), (64, 81, 63))),
    4: ("Officer", ((138, 155, 168), (224, 181, 148), (59, 42, 32), (40, 64, 92))),
}
"""By face: the name, and the colours of wall, skin, hair and clothes."""


def draw(wall: Colour, skin: Colour, hair: Colour, clothes: Colour) -> NDArray[np.float64]:
    """A person at a desk, from ellipses; RGB."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    shade = 1 - 0.4 * (x / WIDTH + y / HEIGHT)[..., None] / 2
    picture: NDArray[np.float64] = np.array(wall, dtype=float) * shade
    ellipses: tuple[tuple[Colour, int, int, int], ...] = (
        (clothes, 400, 190, 150), (skin, 250, 34, 60), (hair, 150, 82, 98), (skin, 172, 66, 84),
    )  # fmt: skip
    for colour, middle, width, height in ellipses:
        inside = ((x - WIDTH / 2) / width) ** 2 + ((y - middle) / height) ** 2 <= 1
        picture[inside] = colour
    for eye in (-24, 24):
        picture[(x - WIDTH / 2 - eye) ** 2 + (y - 165) ** 2 <= 36] = (42, 29, 24)
    picture[((x - WIDTH / 2) / 20) ** 2 + ((y - 214) / 6) ** 2 <= 1] = (140, 74, 68)
    return picture


def write_person(number: int, folder: Path) -> None:
    """Camera and microphone of a face's browser, in the place where `launch` looks for them."""
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    frame = b"FRAME\n" + to_planes(draw(*PEOPLE[number][1]))
    (folder / f"face{number}.y4m").write_bytes(header + frame * 10)
    write_voice(FACES[number - 1], folder / f"voice{number}.wav")


async def take(out: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = await start_world(folder, media_tcp_port="0")
        try:
            async with async_playwright() as playwright:
                people = {
                    number: await _person(playwright, world, number, folder) for number in PEOPLE
                }
                await _test(people[1], out)
                await _meet(world, people, out)
                for person in people.values():
                    await person.close()
        finally:
            await stop_world(world)


async def _person(playwright: object, world: World, number: int, folder: Path) -> Person:
    write_person(number, folder)
    browser = await launch(playwright, FACES[number - 1], folder)  # type: ignore[arg-type]
    context = await browser.new_context(
        viewport={"width": VIEWPORT["width"], "height": VIEWPORT["height"]},
    )
    context.set_default_timeout(60_000)
    await context.grant_permissions(["camera", "microphone"])
    await context.add_init_script(IN_PAGE)
    await context.add_init_script(NAMED)
    proxy = TcpProxy(("127.0.0.1", world.server.http_port))
    await proxy.start()
    page = await context.new_page()
    return Person(PEOPLE[number][0], FACES[number - 1], context, page, proxy, world.relay)


async def _test(lawyer: Person, out: Path) -> None:
    """The self-test, passed."""
    page = lawyer.page
    await page.goto(f"{lawyer.origin}/check")
    await page.get_by_role("button", name="Start the test").click()
    await page.locator('#app[data-view="done"]').wait_for(state="attached")
    await page.get_by_role("button", name="Play a sound").click()
    await page.get_by_role("button", name="Yes, I heard them").click()
    await page.locator('[data-outcome="passed"]').wait_for()
    await page.evaluate("scrollTo(0, 0)")
    await lawyer.picture(out / "self-test.png")


async def _meet(world: World, people: dict[int, Person], out: Path) -> None:
    lawyer, witness, officer = people[1], people[2], people[4]
    room = await make_room(world.server.database, "legal", "Consultation room 2")
    await lawyer.open(room.invite_path(0))
    await lawyer.page.get_by_role("textbox", name="Your name").fill(lawyer.name)
    await _has_pictures(lawyer, 1)
    await lawyer.picture(out / "prejoin.png")
    await lawyer.start()
    await lawyer.in_view("waiting")
    await _has_pictures(lawyer, 1)
    await lawyer.picture(out / "waiting.png")
    await knock(witness, room.invite_path(1))
    await open_with_the_pin(room, officer)
    await asyncio.gather(lawyer.in_view("meeting"), witness.in_view("meeting"))
    await _has_pictures(officer, 3)
    await _dismiss(officer)
    await officer.press(f"Check ID {lawyer.name}")
    await officer.page.get_by_role("region", name=f"ID check: {lawyer.name}").wait_for()
    await officer.picture(out / "check.png")
    await save_id(officer, lawyer)
    await officer.press("End the check")
    await record_id(officer, witness)
    await lock(officer, lawyer, witness)
    await _has_pictures(lawyer, 3)
    await _dismiss(officer, lawyer)
    await _is_sharp(officer)
    await officer.picture(out / "meeting.png")
    await hand_over(officer)
    await _dismiss(officer, lawyer)
    await asyncio.gather(_is_sharp(officer), _is_sharp(lawyer))
    await officer.picture(out / "handed-over.png")
    await lawyer.picture(out / "guest.png")
    await lawyer.page.set_viewport_size({"width": 360, "height": 740})
    await lawyer.picture(out / "phone.png")


async def _has_pictures(person: Person, count: int) -> None:
    """Wait until so many videos of the page show something."""

    async def probe() -> bool:
        shown = await person.page.evaluate(
            "[...document.querySelectorAll('video')].filter(one => one.videoWidth > 2).length"
        )
        return int(shown) >= count

    await eventually(f"{person.name} sees {count} pictures", probe)


async def _is_sharp(person: Person) -> None:
    """Wait until what is large comes in its full size, and has for some frames."""

    async def frames() -> int:
        """The fewest; 0 while something large is a small layer."""
        large = await person.page.evaluate(LARGE, WIDTH)
        return min((count if width >= WIDTH else 0 for width, count in large), default=0)

    first = await eventually(f"{person.name} sees full pictures", frames, SHARP_S)

    async def probe() -> bool:
        return await frames() >= first + SHARP_FRAMES

    await eventually(f"{person.name} sees sharp pictures", probe, SHARP_S)


async def _dismiss(*people: Person) -> None:
    """Messages stay until somebody has read them."""
    for person in people:
        button = person.page.locator("[data-alert] button")
        while await button.count():
            await button.first.click()
        await person.page.mouse.move(1, 1)  # nothing is pointed at


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(folder))
