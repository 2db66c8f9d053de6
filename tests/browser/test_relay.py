"""A guest whose network lets out nothing but TLS to a TURN server: the page gets there itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.browser.conftest import Invite, World, start_world, stop_world
from tests.browser.eventually import eventually
from tests.browser.rooms import make_room
from tests.browser.steps import all_see_and_hear, knock, open_with_the_pin
from tests.peers.coturn import SECRET, Coturn

RELAY_ONLY = """
const Peer = window.RTCPeerConnection;
const limited = (configuration) => ({ ...configuration, iceTransportPolicy: "relay" });
window.RTCPeerConnection = class RTCPeerConnection extends Peer {
  constructor(configuration) { super(limited(configuration)); }
  setConfiguration(configuration) { super.setConfiguration(limited(configuration)); }
};
"""
RELAY_PROTOCOLS = """async () => [...(await vmrTest.peers.at(-1).getStats()).values()]
    .filter((one) => one.type === "local-candidate").map((one) => one.relayProtocol)"""

# What the server says after 20 s of loss, said at once.
BAD_QUALITY = """() => {
  const envelope = { n: 0, at: Date.now() / 1000, data: { quality: "bad" } };
  const data = `42${JSON.stringify(["quality.changed", envelope])}`;
  vmrTest.sockets.at(-1).dispatchEvent(new MessageEvent("message", { data }));
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def coturn(tmp_path: Path) -> AsyncIterator[Coturn]:
    made = Coturn(tmp_path)
    await made.start()
    yield made
    await made.stop()
    print(made.log())  # shown when the test has failed


@pytest_asyncio.fixture(loop_scope="session")
async def relayed(coturn: Coturn, tmp_path: Path) -> AsyncIterator[World]:
    """A server that tells its pages of the TURN server."""
    world = await start_world(tmp_path, turn_urls=coturn.urls["tls"], turn_secret=SECRET)
    yield world
    await stop_world(world)
    assert SECRET not in world.server.log_text()


async def test_a_guest_with_a_relay_alone_waits_without_it_and_meets_through_it(
    coturn: Coturn, relayed: World, people: Invite
) -> None:
    room = await make_room(relayed.server.database, "legal", "Far away")
    trust = f"--ignore-certificate-errors-spki-list={coturn.spki}"
    guest, officer = await asyncio.gather(
        people("Asha", 1, world=relayed, arguments=(trust,)), people("Officer", 4, world=relayed)
    )
    await guest.context.add_init_script(RELAY_ONLY)
    await knock(guest, room.invite_path(0))
    assert "ALLOCATE" not in coturn.log()
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await all_see_and_hear(guest, officer)
    assert "ALLOCATE processed, success" in coturn.log()
    assert set(await guest.ask(RELAY_PROTOCOLS)) == {"tls"}

    async def is_told_of_the_detour() -> bool:
        """The server judges too, and may say that all is well in between."""
        await guest.ask(BAD_QUALITY)
        return await guest.page.locator('[data-trouble="relay"]').count() == 1

    await eventually("bad quality by a relay is told as a detour", is_told_of_the_detour)
