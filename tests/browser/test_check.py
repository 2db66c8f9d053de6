"""The self-test in Chromium: what works, is refused or closed, and a server that stops."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Invite, World, start_world, stop_world
from tests.browser.eventually import eventually
from tests.browser.person import Person
from tests.browser.rooms import TestRoom, make_room
from tests.browser.test_accessibility import check, faults_in_large_text
from tests.browser.test_relay import RELAY_ONLY
from tests.peers.coturn import SECRET, Coturn
from vmr.self_test import SelfTest
from vmr.store import Store
from vmr.store.secrets import hash_token

LONGEST_S = 30.0
SPARE_S = 15.0
"""For a machine that does other things too."""
NOT_MEASURED = ("measuring", "unreached", "broken", "unmeasured")
FIGURES = ("up", "down", "delay", "loss", "jitter")
FAILS = """
(([kind, name]) => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (kind === "both" || wanted[kind]) throw new DOMException("", name);
    return real(wanted);
  };
})
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def coturn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Coturn]:
    made = Coturn(tmp_path_factory.mktemp("coturn"))
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def open_world(
    coturn: Coturn, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A server with every way to it."""
    world = await start_world(
        tmp_path_factory.mktemp("open"), media_tcp_port="0", turn_urls=coturn.urls["tls"],
        turn_secret=SECRET,
    )  # fmt: skip
    yield world
    await stop_world(world)


async def somebody(people: Invite, world: World, coturn: Coturn | None = None) -> Person:
    trust = () if coturn is None else (f"--ignore-certificate-errors-spki-list={coturn.spki}",)
    return await people("Asha", 1, world=world, arguments=trust)


async def fails(person: Person, kind: str, name: str) -> None:
    """`kind` (video, audio, both) cannot be had, for the reason `name` of a DOMException."""
    await person.context.add_init_script(f"{FAILS}(['{kind}', '{name}'])")


async def begin(person: Person, path: str = "/check") -> float:
    await person.page.goto(f"http://127.0.0.1:{person.proxy.port}{path}")
    await in_phase(person.page, "ready")
    began = time.monotonic()
    await person.press("Start the test")
    await expect(person.page.locator('#app[data-runs="1"]')).to_be_attached()
    return began


async def in_phase(page: Page, phase: str) -> None:
    timeout_ms = 1000 * (LONGEST_S + SPARE_S)
    await expect(page.locator(f'#app[data-view="{phase}"]')).to_be_attached(timeout=timeout_ms)


async def once_more(person: Person, run: int) -> None:
    """Begin once more, and wait for its end, which comes at once where no server is."""
    await person.press("Test again")
    await expect(person.page.locator(f'#app[data-runs="{run}"]')).to_be_attached()
    await in_phase(person.page, "done")


async def findings(page: Page) -> dict[str, tuple[str, str]]:
    """Mark and code of each thing that was tested."""
    rows = page.locator("[data-finding]")
    found = await rows.evaluate_all(
        "rows => rows.map(({dataset}) => [dataset.finding, dataset.mark, dataset.code])"
    )
    return {name: (mark, code) for name, mark, code in found}


async def is_measured(page: Page) -> bool:
    """How well the machine of the test does beside others is no matter of the page."""
    found = await findings(page)
    return not any(found[one][1].endswith(NOT_MEASURED) for one in FIGURES)


async def test_every_way_and_every_device_is_tested_within_half_a_minute(
    open_world: World, coturn: Coturn, people: Invite
) -> None:
    person = await somebody(people, open_world, coturn)
    page = person.page
    await page.goto(f"http://127.0.0.1:{person.proxy.port}/check")
    await in_phase(page, "ready")
    await check(page, "before the test")
    assert await faults_in_large_text(page) == [], "before the test"
    began = await begin(person)
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await check(page, "while it runs")
    await in_phase(page, "done")
    assert time.monotonic() - began < LONGEST_S + SPARE_S
    found = await findings(page)
    assert found["speaker"] == ("todo", "speaker.unasked")
    del found["speaker"]
    ways_and_devices = {name: mark for name, (mark, _) in found.items() if name not in FIGURES}
    assert set(ways_and_devices.values()) == {"good"}, found
    assert await is_measured(page), found
    assert found["microphone"][1] == "microphone.heard"
    await expect(page.get_by_text("We can hear you.", exact=True)).to_be_visible()
    await person.press("Play a sound")
    await person.press("Yes, I heard them")
    await expect(page.locator('[data-finding="speaker"][data-mark="good"]')).to_be_visible()
    await person.press("Record 3 seconds and play them to me")
    await expect(page.get_by_text("This is how others will hear you.")).to_be_visible()
    await check(page, "passed")
    assert await faults_in_large_text(page) == [], "passed"
    report = await page.locator(".report__text").inner_text()
    for part in (
        f"UDP 127.0.0.1:{open_world.relay.port}",
        f"127.0.0.1:{coturn.tls_port}",
        "TCP 127",
    ):
        assert part in report, report
    assert "ALLOCATE processed, success" in coturn.log()
    health = await open_world.server.health()
    assert health["counters"]["probes_connected"] >= 3
    assert health["counters"]["probes"] == 0
    assert health["meetings"] == health["sessions"] == 0
    assert SECRET not in open_world.server.log_text()


async def test_a_refused_camera_is_helped_with_and_can_be_allowed_afterwards(
    world: World, people: Invite
) -> None:
    person = await somebody(people, world)
    await fails(person, "both", "NotAllowedError")
    await begin(person)
    await in_phase(person.page, "done")
    found = await findings(person.page)
    assert found["camera"] == ("bad", "camera.refused")
    assert found["microphone"] == ("bad", "microphone.refused")
    assert found["udp"] == ("good", "udp.reached")
    assert found["tcp"] == ("note", "tcp.absent")
    assert found["relay"] == ("note", "relay.absent")
    await expect(person.page.locator('[data-outcome="failed"]')).to_be_visible()
    await expect(person.page.locator('[data-help="chrome"]')).to_contain_text("left of the address")
    await check(person.page, "camera refused")
    assert await faults_in_large_text(person.page) == [], "camera refused"
    await person.page.evaluate("delete navigator.mediaDevices.getUserMedia")
    await person.press("Try again")
    await expect(person.page.locator('[data-finding="camera"][data-mark="good"]')).to_be_visible()
    await expect(person.page.locator('[data-code="microphone.heard"]')).to_be_visible()


async def test_without_a_microphone_the_camera_is_tested_all_the_same(
    world: World, people: Invite
) -> None:
    person = await somebody(people, world)
    await fails(person, "audio", "NotFoundError")
    await begin(person)
    await in_phase(person.page, "done")
    found = await findings(person.page)
    assert found["camera"][0] == "good"
    assert found["microphone"] == ("bad", "microphone.missing")
    await check(person.page, "no microphone")


async def test_where_udp_is_closed_tcp_is_measured_and_udp_advised(
    open_world: World, coturn: Coturn, people: Invite
) -> None:
    person = await somebody(people, open_world, coturn)
    open_world.relay.cut([], and_new=True)
    try:
        began = await begin(person)
        await in_phase(person.page, "done")
    finally:
        open_world.relay.mend()
    assert time.monotonic() - began < LONGEST_S + SPARE_S
    found = await findings(person.page)
    assert found["udp"] == ("advice", "udp.failed")
    assert found["tcp"] == ("good", "tcp.reached")
    assert await is_measured(person.page), found
    assert f"allow UDP 127.0.0.1:{open_world.relay.port}." in await person.text()
    await check(person.page, "UDP closed")


async def test_where_nothing_but_tls_gets_out_the_relay_is_measured(
    open_world: World, coturn: Coturn, people: Invite
) -> None:
    person = await somebody(people, open_world, coturn)
    await person.context.add_init_script(RELAY_ONLY)
    began = await begin(person)
    await in_phase(person.page, "done")
    assert time.monotonic() - began < LONGEST_S + SPARE_S
    found = await findings(person.page)
    assert found["udp"] == ("advice", "udp.failed")
    assert found["tcp"] == ("advice", "tcp.failed")
    assert found["relay"] == ("good", "relay.reached")
    assert await is_measured(person.page), found


async def test_a_server_that_stops_half_way_is_told_and_the_next_test_works(
    people: Invite, tmp_path: Path
) -> None:
    world = await start_world(tmp_path)
    person = await somebody(people, world)
    person.may_lose_network = True
    await begin(person)
    await expect(person.page.locator('[data-code="udp.reached"]')).to_be_visible(timeout=15_000)
    await world.server.stop()
    await in_phase(person.page, "done")
    found = await findings(person.page)
    assert found["up"] == ("bad", "up.broken")
    await check(person.page, "broken")
    await once_more(person, 2)
    assert (await findings(person.page))["udp"] == ("bad", "udp.unasked")
    await world.server.start()
    await once_more(person, 3)
    found = await findings(person.page)
    assert found["camera"][0] == found["udp"][0] == "good"
    assert await is_measured(person.page), found
    await stop_world(world)


async def test_a_browser_without_peer_connections_is_told_so(world: World, people: Invite) -> None:
    person = await somebody(people, world)
    await person.context.add_init_script("delete window.RTCPeerConnection")
    await begin(person)
    await in_phase(person.page, "done")
    found = await findings(person.page)
    assert found["browser"] == ("bad", "browser.unsupported")
    assert found["udp"] == ("note", "udp.unable")
    heading = person.page.get_by_role("heading", name="Test your device and network")
    await expect(heading).to_be_focused()


async def test_a_test_by_a_personal_link_is_told_and_leads_back_to_the_room(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Tested before")
    person = await somebody(people, world)
    await person.open(room.invite_path(0))
    await person.page.get_by_role("link", name="Test your device and network").click()
    await in_phase(person.page, "ready")
    assert "#" not in person.page.url
    await expect(person.page.get_by_text("You came from your personal link")).to_be_visible()
    await person.press("Start the test")
    await in_phase(person.page, "done")
    await expect(person.page.locator('[data-told="told"]')).to_be_visible()
    await check(person.page, "told")
    (kept,) = await kept_tests(world, room)
    assert kept.browser == "Chrome"
    assert not {"camera", "microphone", "udp"} & set(kept.problems)
    await person.press("Play a sound")
    await person.press("No")

    async def is_told_again() -> bool:
        (after,) = await kept_tests(world, room)
        return "speaker" in after.problems

    await eventually("the speaker is told too", is_told_again)
    await person.page.get_by_role("link", name="Go to your meeting room").click()
    await person.in_view("prejoin")
    await person.start()
    await person.in_view("waiting")


async def kept_tests(world: World, room: TestRoom) -> list[SelfTest]:
    """What the server keeps of tests by this room's personal links."""
    store = await Store.open(f"sqlite:///{world.server.database}")
    try:
        invites = [await store.invite_by_token_hash(hash_token(one)) for one in room.invites]
        return [*(await store.self_tests.of([one.id for one in invites if one])).values()]
    finally:
        await store.close()
