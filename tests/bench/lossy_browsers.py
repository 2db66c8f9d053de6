"""What two Chromiums in a meeting lose of each other when one of them is on a bad network.

The product's own page at both ends, the whole server between. The guest's network loses packets
both ways at random, RTCP among them, and has a round trip; the host's is whole. What the host
hears is the guest as a sender; what the guest hears, the guest as a receiver.
"""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from tests.bench.browser_room import TIMEOUT_MS, BrowserRoom, in_view, start
from tests.bench.table import Figure
from tests.browser.eventually import eventually

LOSS, ROUND_TRIP_MS = 0.1, 100
SETTLE_S = 10.0
CONCEALED_BAR, FRAMES_BAR = 0.02, 20 / 25
# Keeps hold of the page's peer connection and adds up what its receivers count.
WATCH = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) { super(...options); window.vmrPeer = this; }
};
window.vmrHeard = async () => {
  const found = { samples: 0, concealed: 0, waited: 0, emitted: 0, packets: 0, lost: 0,
    frames: 0, sent: 0, freezes: 0, at: performance.now() };
  for (const stat of (await window.vmrPeer.getStats()).values()) {
    if (stat.type === "outbound-rtp") found.sent = Math.max(found.sent, stat.framesSent ?? 0);
    if (stat.type !== "inbound-rtp") continue;
    if (stat.kind === "video") {
      found.frames = Math.max(found.frames, stat.framesDecoded ?? 0);
      found.freezes += stat.freezeCount ?? 0;
    } else if (stat.totalSamplesReceived && stat.packetsReceived) {
      found.samples += stat.totalSamplesReceived;
      found.concealed += stat.concealedSamples - stat.silentConcealedSamples;
      found.waited += stat.jitterBufferDelay;
      found.emitted += stat.jitterBufferEmittedCount;
      found.packets += stat.packetsReceived;
      found.lost += stat.packetsLost;
    }
  }
  return found;
};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one page took in within a time; shares of one, milliseconds, frames a second."""

    concealed: float
    """Sound made up, silence not counted, of all that was played."""
    lost: float
    held_ms: float
    """How long the sound waited before it was played."""
    frames: float
    """Decoded a second."""
    sent: float
    """What this page's own camera sent a second."""
    freezes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Guest and host, before anything was lost and then; the first is what the machine costs."""

    whole: tuple[Heard, Heard]
    lossy: tuple[Heard, Heard]


def _between(before: dict[str, Any], after: dict[str, Any]) -> Heard:
    grown = {key: after[key] - before[key] for key in after}
    sent = grown["packets"] + grown["lost"]
    return Heard(
        concealed=grown["concealed"] / max(1, grown["samples"]),
        lost=grown["lost"] / max(1, sent),
        held_ms=1000 * grown["waited"] / max(1, grown["emitted"]),
        frames=1000 * grown["frames"] / grown["at"],
        sent=1000 * grown["sent"] / grown["at"],
        freezes=grown["freezes"],
    )


async def _counts(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("vmrHeard()")
    return found


async def lossy_meeting(seconds: float) -> Meeting:
    """What both heard and saw, each for so long, once both know of the network."""
    with tempfile.TemporaryDirectory() as name:
        async with async_playwright() as playwright:
            room = BrowserRoom(Path(name), playwright)
            await room.start(WATCH)
            try:
                room.set_guest_weather(round_trip_ms=ROUND_TRIP_MS)
                _, guest = await room.prepare_guest(WATCH)
                await start(guest)
                await in_view(guest, "meeting")
                pages = (guest, room.host)

                async def flows() -> bool:
                    counts = [await _counts(page) for page in pages]
                    return all(one["frames"] > 5 and one["packets"] > 5 for one in counts)

                await eventually("both see and hear each other", flows, TIMEOUT_MS / 1000)
                whole = await _listen(*pages, seconds)
                room.set_guest_weather(round_trip_ms=ROUND_TRIP_MS, loss=LOSS)
                return Meeting(whole=whole, lossy=await _listen(*pages, seconds))
            finally:
                await room.close()


async def _listen(guest: Page, host: Page, seconds: float) -> tuple[Heard, Heard]:
    await asyncio.sleep(SETTLE_S)
    before = [await _counts(page) for page in (guest, host)]
    await asyncio.sleep(seconds)
    after = [await _counts(page) for page in (guest, host)]
    return _between(before[0], after[0]), _between(before[1], after[1])


def lossy_figures(seconds: float) -> list[Figure]:
    """One meeting at 10 % of loss and a round trip of 100 ms, seen from both ends."""
    found = []
    meeting = asyncio.run(lossy_meeting(seconds))
    guest, host = meeting.lossy
    for whose, heard, whole, sent in (
        ("to the receiver", guest, meeting.whole[0], host.sent),
        ("from the sender", host, meeting.whole[1], guest.sent),
    ):
        found += [
            Figure(
                name=f"10 % lost {whose}, 100 ms: sound made up",
                measured=f"{heard.concealed:.1%} ({whole.concealed:.1%} without loss),"
                f" {heard.lost:.1%} of its packets missing, played after {heard.held_ms:.0f} ms"
                f" ({whole.held_ms:.0f})",
                bar=f"< {CONCEALED_BAR:.0%}",
                is_met=heard.concealed < CONCEALED_BAR,
            ),
            Figure(
                name="the same: frames decoded a second",
                measured=f"{heard.frames:.1f} ({whole.frames:.1f} without loss) of {sent:.1f}"
                f" sent, {heard.freezes} freezes in {seconds:.0f} s ({whole.freezes})",
                bar=f">= {FRAMES_BAR:.0%}",
                is_met=heard.frames >= FRAMES_BAR * sent,
            ),
        ]
    return found
