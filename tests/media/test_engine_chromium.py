"""The engine with real browsers: what no other client shows of ours."""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from media import rtcp, srtp
from media.port import Port
from tests.browser.eventually import eventually
from tests.browser.faces import FACES
from tests.media.conftest import Open
from tests.media.live_stage import until
from tests.media.theatre import SIMULCAST
from tests.peers.aiortc_peer import AiortcPeer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_two_browsers_see_and_hear_each_other(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1, SIMULCAST)
    await theatre.enter("second", 2, SIMULCAST)
    await theatre.sees("first", "second", 2)
    await theatre.sees("second", "first", 1)
    for subscriber, source in (("first", "second"), ("second", "first")):
        await theatre.grows(subscriber, source, "camera", "framesDecoded", 15)
        await theatre.grows(subscriber, source, "audio", "totalAudioEnergy", 0.001)

    [transport] = await first.evaluate("stats('transport')")
    assert transport["srtpCipher"].startswith("SRTP_AEAD_AES_128_GCM")
    assert transport["dtlsRole"] == "client"
    answer = theatre.answers["first"]
    assert "apt=" in answer
    assert " nack pli\r\n" in answer
    assert " transport-cc\r\n" in answer
    counters = theatre.stage.engine.counters()
    assert counters["not_sealed"] == counters["srtp_refused"] == 0
    assert counters["lost_handshake_failed"] == 0


async def test_the_best_simulcast_layer_reaches_the_others(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1, SIMULCAST, is_wide=True)
    await theatre.enter("second", 2)
    await theatre.sees("second", "first", 1)

    async def both_layers() -> bool:
        sent = await first.evaluate("stats('outbound-rtp')")
        rids = {item.get("rid") for item in sent if item.get("framesEncoded", 0) > 10}
        return rids >= {"l", "h"}

    async def widest() -> bool:
        return (await theatre.inbound("second", "first", "camera")).get("frameWidth") == 640

    await eventually("both layers are sent", both_layers, 30)
    await eventually("the wider layer is decoded", widest, 30)
    received = await theatre.inbound("second", "first", "camera")
    # Not freezeCount: on a busy machine the camera itself stands still.
    assert (received["pliCount"], received["nackCount"], received["packetsLost"]) == (0, 0, 0)


async def test_a_slot_goes_to_another_person_without_a_new_offer(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    third = AiortcPeer(colour=FACES[2].colour, number=3, pitch_hz=1000)
    await theatre.stage.enter("third", third)
    await theatre.stage.show("first", ["second"])
    await theatre.sees("first", "second", 2)
    slot = theatre.stage.mid("first", "second", "camera")
    await theatre.stage.show("first", ["third"])
    assert theatre.stage.mid("first", "third", "camera") == slot
    await theatre.sees("first", "third", 3)
    await theatre.grows("first", "third", "audio", "totalAudioEnergy", 0.001)
    assert await first.evaluate("needed") == 0
    assert theatre.stage.engine.counters()["transports_opened"] == 3


async def test_a_screen_is_shown_in_its_own_slot(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    await theatre.sees("second", "first", 1)
    await first.evaluate("(colour) => present(colour)", list(FACES[3].colour))
    seen = await theatre.sees("second", "first", 4, "screen")
    assert (seen["width"], seen["height"]) == (480, 270)
    await theatre.sees("second", "first", 1)
    assert await first.evaluate("needed") == 0


async def test_an_ice_restart_of_a_browser_loses_nothing(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    await theatre.sees("second", "first", 1)
    await first.evaluate("negotiate('first', {iceRestart: true})")
    assert theatre.stage.engine.counters()["ice_restarts"] == 1
    agent = theatre.stage.engine._transports["first"].agent
    await until(lambda: len(agent.ufrags) == 1, "the old credentials end", 30)
    await theatre.grows("second", "first", "camera", "framesDecoded", 15)
    await theatre.grows("first", "second", "camera", "framesDecoded", 15)
    assert await first.evaluate("connection.connectionState") == "connected"
    assert theatre.stage.engine.counters()["transports_opened"] == 2


async def test_h264_is_carried_where_it_alone_is_allowed(open_theatre: Open) -> None:
    theatre = await open_theatre(codecs=("h264",))
    await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    await theatre.sees("first", "second", 2)
    await theatre.sees("second", "first", 1)
    await theatre.grows("second", "first", "camera", "framesDecoded", 15)


ASKS_FOR_SOUND = """
const { createOffer } = RTCPeerConnection.prototype;
RTCPeerConnection.prototype.createOffer = async function (...options) {
  const { type, sdp } = await createOffer.apply(this, options);
  return { type, sdp: sdp.replace(/(a=rtpmap:111 .*\\r\\n)/g, "$1a=rtcp-fb:111 nack\\r\\n") };
};
"""


@dataclass
class Wire:
    """Sealed packets as they came, by source and number."""

    packets: dict[tuple[bytes, bytes], list[bytes]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        unprotect = srtp.SrtpSession.unprotect

        def watched(session: srtp.SrtpSession, packet: bytes) -> bytes | None:
            self.packets[packet[8:12], packet[2:4]].append(bytes(packet))
            return unprotect(session, packet)

        patch.setattr(srtp.SrtpSession, "unprotect", watched)


async def test_sound_that_chromium_sends_again_is_sealed_to_the_same_bytes(
    open_theatre: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With AES-GCM anything else gives the key away that proves who sent what."""
    wire = Wire()
    wire.watch(monkeypatch)
    theatre = await open_theatre()
    theatre.script = ASKS_FOR_SOUND
    page = await theatre.enter("first", 1)
    await until(lambda: len(wire.packets) > 100, "packets come")
    [transport] = await page.evaluate("stats('transport')")
    assert "GCM" in transport["srtpCipher"]
    port = theatre.stage.engine._transports["first"].port
    assert isinstance(port, Port)
    sound = next(stream for stream in port._streams.values() if not stream.is_video)
    assert sound.codec is not None
    assert sound.codec.nack
    source = sound.ssrc.to_bytes(4, "big")

    def repeated() -> list[list[bytes]]:
        return [sent for (ssrc, _), sent in wire.packets.items() if ssrc == source and sent[1:]]

    async def asked() -> bool:
        highest = sound.order.highest
        numbers = [(highest - back) & 0xFFFF for back in range(1, 6)]
        port._feedback._send(rtcp.build_nack(1, sound.ssrc, numbers))
        return len(repeated()) >= 10

    await eventually("sound is sent again", asked, 30)
    assert all(len(set(sent)) == 1 for sent in repeated())
