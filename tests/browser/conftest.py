"""Fixtures of the browser tests: the server, its relay, browsers with faces, and the people.

Browsers live for the whole run and each person gets a fresh context (a device of their own);
starting a browser costs more than most of these tests.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser import private_network
from tests.browser.chromium import launch
from tests.browser.eventually import eventually
from tests.browser.faces import FACES
from tests.browser.firefox import Firefox
from tests.browser.firefox_person import FirefoxPerson
from tests.browser.network import TcpProxy, UdpRelay, Weather
from tests.browser.person import Person
from tests.browser.server_process import CopiedServer, ServerProcess
from tests.browser.somebody import Somebody

OUT = Path(__file__).parent / "out"
IN_PAGE = (Path(__file__).parent / "in_page.js").read_text()
VIEWPORT = {"width": 1280, "height": 720}
TIMEOUT_MS = 60_000
TEST_TIMEOUT_S = 300
LOG_CHARACTERS = 5000
expect.set_options(timeout=TIMEOUT_MS)  # by itself 5 s, too short for a busy machine
Invite = Callable[..., Awaitable[Person]]
InviteFirefox = Callable[[str, int], Awaitable[FirefoxPerson]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives a browser, on one loop for the whole run."""
    here = str(Path(__file__).parent)
    items[:] = private_network.wrap(items, TEST_TIMEOUT_S)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            spare_s = 2 * private_network.SPARE_S * isinstance(item, private_network.PrivateItem)
            item.add_marker(pytest.mark.timeout(TEST_TIMEOUT_S + spare_s), append=False)
            if pytest_asyncio.is_async_test(item):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_REPORT] = report
    return report


_REPORT: pytest.StashKey[pytest.TestReport] = pytest.StashKey()


class Browsers:
    """One browser process a face and its arguments, started when first needed."""

    def __init__(self, playwright: Any, directory: Path) -> None:
        self._playwright = playwright
        self._directory = directory
        self._running: dict[tuple[int, tuple[str, ...]], Browser] = {}

    async def of(self, number: int, *arguments: str) -> Browser:
        key = (number, arguments)
        if key not in self._running:
            face = FACES[number - 1]
            self._running[key] = await launch(self._playwright, face, self._directory, *arguments)
        return self._running[key]

    async def close(self) -> None:
        await asyncio.gather(*(browser.close() for browser in self._running.values()))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    async with async_playwright() as playwright:
        browsers = Browsers(playwright, tmp_path_factory.mktemp("faces"))
        yield browsers
        await browsers.close()


@dataclass(slots=True)
class World:
    """A running server behind its relay."""

    server: ServerProcess
    relay: UdpRelay


async def start_world(
    directory: Path, make: Callable[..., ServerProcess] = CopiedServer, **settings: str
) -> World:
    host = private_network.media_host()
    settings = {"media_host": host, **settings}
    server = make(directory, {f"VMR_{k.upper()}": v for k, v in settings.items()})
    relay = UdpRelay((host, server.media_port), host)
    await relay.start()
    server.settings["VMR_MEDIA_ANNOUNCE"] = f"{relay.host}:{relay.port}"
    server.settings.setdefault("VMR_MEDIA_TCP_PORT", "off")  # no way past the relay
    await server.start()
    return World(server=server, relay=relay)


async def stop_world(world: World) -> None:
    await world.server.stop()
    await world.relay.close()
    log = world.server.log_text()
    print(log[-LOG_CHARACTERS:])  # shown when the test has failed
    assert "Traceback" not in log, log[-LOG_CHARACTERS:]
    assert " ERROR " not in log, log[-LOG_CHARACTERS:]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The server most tests share; each test has a room of its own."""
    world = await start_world(tmp_path_factory.mktemp("server"))
    yield world
    await stop_world(world)


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(world: World, request: pytest.FixtureRequest) -> AsyncIterator[list[Somebody]]:
    """Everybody who was invited to this test; they leave at its end."""
    crowd: list[Somebody] = []
    yield crowd
    report = request.node.stash.get(_REPORT, None)
    if report is None or report.failed:
        await _keep_evidence(request.node.name, crowd)
    world.relay.mend()  # a test that failed while somebody was cut off fails alone
    world.relay.set_weather(Weather())
    for person in crowd:
        await person.close()
    await _nobody_left(world)
    faults = {person.name: person.faults for person in crowd if person.faults}
    assert not faults, faults


@pytest_asyncio.fixture(loop_scope="session")
async def people(world: World, browsers: Browsers, crowd: list[Somebody]) -> Invite:
    """`await people("Asha", 1)`: a person with face 1 in a fresh browser profile.

    `arguments` are those of a browser process of its own.
    """

    async def invite(
        name: str,
        number: int,
        world: World = world,
        arguments: tuple[str, ...] = (),
        **options: Any,
    ) -> Person:
        proxy = await _own_proxy(world)
        browser = await browsers.of(number, *arguments)
        context = await browser.new_context(**{"viewport": VIEWPORT, **options})
        context.set_default_timeout(TIMEOUT_MS)
        await context.grant_permissions(["camera", "microphone"])
        await context.add_init_script(IN_PAGE)
        page = await context.new_page()
        person = Person(name, FACES[number - 1], context, page, proxy, world.relay)
        crowd.append(person)
        return person

    return invite


@pytest_asyncio.fixture(loop_scope="session")
async def at_firefox(world: World, crowd: list[Somebody], tmp_path: Path) -> InviteFirefox:
    """`await at_firefox("Asha", 1)`: a person with face 1 at a Firefox of their own."""

    async def invite(name: str, number: int) -> FirefoxPerson:
        face = FACES[number - 1]
        firefox = Firefox(
            tmp_path / f"firefox{number}", {"media.navigator.audio.fake_frequency": face.tone_hz}
        )
        person = FirefoxPerson(name, face, firefox, await _own_proxy(world), world.relay)
        crowd.append(person)
        await person.begin(IN_PAGE)
        await firefox.resize(VIEWPORT["width"], VIEWPORT["height"])
        return person

    return invite


async def _own_proxy(world: World) -> TcpProxy:
    proxy = TcpProxy(("127.0.0.1", world.server.http_port))
    await proxy.start()
    return proxy


async def _nobody_left(world: World) -> None:
    """The next test begins with an empty server, and no transport outlives its browser."""

    async def is_empty() -> bool:
        return int((await world.server.health())["transports"]) == 0

    await eventually("closed browsers leave no transport", is_empty, 20)


async def _keep_evidence(test: str, crowd: list[Somebody]) -> None:
    """Screenshots of everybody's page where somebody will look for them, and what became of it."""
    OUT.mkdir(exist_ok=True)
    for person in crowd:
        name = re.sub(r"\W+", "-", f"{test}-{person.name}")
        try:
            await person.picture(OUT / f"{name}.png")
            found = await person.ask("() => vmrTest.evidence()")
            (OUT / f"{name}.json").write_text(json.dumps(found, indent=1))
            found["trail"] = [step for step in found["trail"] if "candidate:" not in step]
            print(f"{person.name}: {json.dumps(found)}")
        except Exception as error:  # a page that has crashed has none; keep the rest
            print(f"nothing of {person.name}: {error}")
