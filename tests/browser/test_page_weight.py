"""What the meeting page costs a browser that has never seen it: bytes by kind, requests, order.

Counted as they pass over the wire, headers and all, until the page before the meeting stands and
its socket is open.
"""

from collections import Counter
from typing import Any

from playwright.async_api import Page

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.rooms import make_room

TOTAL_BYTES = 250_000
BYTES = {"Document": 8_000, "Script": 120_000, "Stylesheet": 25_000}
"""Budgets by kind; all other kinds together, the sentences first of all, have OTHER_BYTES."""
OTHER_BYTES = 25_000
REQUESTS = 8
LAYOUT_SHIFT = 0.05
# The sum of all unexpected shifts of the layout so far, and what held back the first rendering.
TOLD = """() => new Promise((resolve) => {
  let shift = 0;
  const add = (list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) shift += one.value;
  };
  const observer = new PerformanceObserver(add);
  observer.observe({ type: "layout-shift", buffered: true });
  const blocking = performance.getEntriesByType("resource")
    .filter((one) => one.renderBlockingStatus === "blocking").map((one) => one.name);
  setTimeout(() => { observer.disconnect(); resolve({ shift, blocking }); }, 500);
})"""


class Wire:
    """What came over the wire, by kind of resource."""

    def __init__(self) -> None:
        self.bytes: Counter[str] = Counter()
        self.paths: list[str] = []
        self.packed: dict[str, str] = {}
        self.kept: dict[str, str] = {}
        self._kinds: dict[str, str] = {}

    async def watch(self, page: Page) -> None:
        session = await page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self._begun)
        session.on("Network.loadingFinished", self._ended)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _begun(self, event: dict[str, Any]) -> None:
        response = event["response"]
        if not response["url"].startswith("http"):
            return
        path = "/" + response["url"].split("/", 3)[3]
        headers = {name.lower(): value for name, value in response["headers"].items()}
        self._kinds[event["requestId"]] = event["type"]
        self.paths.append(path)
        self.packed[path] = headers.get("content-encoding", "")
        self.kept[path] = headers.get("cache-control", "")

    def _ended(self, event: dict[str, Any]) -> None:
        kind = self._kinds.get(event["requestId"])
        if kind is not None:
            self.bytes[kind] += event["encodedDataLength"]


async def test_the_meeting_page_is_light_and_needs_few_requests(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Weight")
    person = await people("Asha", 1)
    wire = Wire()
    await wire.watch(person.page)
    await person.open(room.invite_path(0))

    async def is_linked() -> bool:
        told: bool = await person.ask("() => vmrTest.wasTold('session.opened')")
        return told

    await eventually("the page has its session", is_linked)
    told = await person.ask(TOLD)
    print(f"{sum(wire.bytes.values())} bytes in {len(wire.paths)} requests: {dict(wire.bytes)}")
    assert sum(wire.bytes.values()) <= TOTAL_BYTES
    for kind, budget in BYTES.items():
        assert 0 < wire.bytes[kind] <= budget, kind
    others = {kind: count for kind, count in wire.bytes.items() if kind not in BYTES}
    assert sum(others.values()) <= OTHER_BYTES, others
    assert len(wire.paths) <= REQUESTS, wire.paths
    assert [name.rpartition(".")[2] for name in told["blocking"]] == ["css"], told["blocking"]
    assert told["shift"] <= LAYOUT_SHIFT
    large = [path for path in wire.paths if path.endswith((".js", ".css", ".json"))]
    assert {wire.packed[path] for path in large} == {"gzip"}
    bundles = [path for path in wire.paths if path.startswith("/static/bundles/")]
    assert len(bundles) == 2
    assert all("immutable" in wire.kept[path] for path in bundles)


async def test_a_second_visit_fetches_no_script_and_no_style_again(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Again")
    person = await people("Asha", 1)
    await person.open(room.invite_path(0))
    fetched: list[str] = []
    person.page.on("response", lambda answer: fetched.append(answer.url))
    session = await person.context.new_cdp_session(person.page)
    over_the_wire: list[str] = []
    session.on(
        "Network.responseReceived",
        lambda event: (
            None
            if event["response"]["fromDiskCache"] or event["response"]["fromServiceWorker"]
            else over_the_wire.append(event["response"]["url"])
        ),
    )
    await session.send("Network.enable")
    await person.page.goto("about:blank")
    await person.open(room.invite_path(0))
    assert any("/static/bundles/" in url for url in fetched), "the page asked for them"
    assert not [url for url in over_the_wire if "/static/bundles/" in url]
