"""The engine whole, over loopback UDP, with participants that decode what they get."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from media.engine import Config, MediaEngine
from media.messages import (
    AddEndpoint,
    Gate,
    Negotiate,
    Refused,
    SetGate,
    SpeakersChanged,
    TransportConnected,
    TransportLost,
)
from media.paths import Path, address_of
from media.router import Port, Router
from tests.media.live_stage import EVERYTHING, Stage, until
from tests.peers.aiortc_peer import AiortcPeer

RED, GREEN, BLUE = (200, 40, 40), (40, 170, 60), (50, 70, 210)
LOW, MIDDLE, HIGH = 440.0, 700.0, 1000.0


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    await made.start()
    yield made
    await made.close()


def red(**options: object) -> AiortcPeer:
    return AiortcPeer(colour=RED, number=1, pitch_hz=LOW, **options)  # type: ignore[arg-type]


def green(**options: object) -> AiortcPeer:
    return AiortcPeer(colour=GREEN, number=2, pitch_hz=MIDDLE, **options)  # type: ignore[arg-type]


def blue(**options: object) -> AiortcPeer:
    return AiortcPeer(colour=BLUE, number=3, pitch_hz=HIGH, **options)  # type: ignore[arg-type]


COLOURS = {"red": RED, "green": GREEN, "blue": BLUE}
PITCHES = {"red": LOW, "green": MIDDLE, "blue": HIGH}


async def sees(stage: Stage, subscriber: str, source: str, kind: str = "camera") -> None:
    eye = stage.peers[subscriber].eyes[stage.mid(subscriber, source, kind)]
    await until(lambda: eye.sees(COLOURS[source]), f"{subscriber} sees {source}: {eye.colour}")


async def hears(stage: Stage, subscriber: str, source: str) -> None:
    ear = stage.peers[subscriber].ears[stage.mid(subscriber, source, "audio")]
    await until(
        lambda: abs((ear.pitch_hz or 0) - PITCHES[source]) < 10, f"{subscriber} hears {source}"
    )


async def test_three_people_see_and_hear_each_other(stage: Stage) -> None:
    for name, peer in (("red", red()), ("green", green()), ("blue", blue())):
        await stage.enter(name, peer)
    await stage.connected()
    for subscriber in COLOURS:
        for source in COLOURS:
            if source != subscriber:
                await sees(stage, subscriber, source)
                await hears(stage, subscriber, source)
    assert TransportConnected(endpoint="red") in stage.events
    assert any(isinstance(event, SpeakersChanged) for event in stage.events)
    counters = stage.engine.counters()
    assert counters["endpoints"] == counters["transports"] == 3
    assert counters["not_sealed"] == counters["srtp_refused"] == 0


async def test_a_peer_without_transport_cc_is_told_how_much_it_may_send(stage: Stage) -> None:
    """aiortc knows abs-send-time and REMB alone, and takes what it is told for its picture."""
    peer = red()
    await stage.enter("red", peer)
    await stage.connected()
    await until(lambda: (peer.allowed_bps or 0) > 500_000, "REMB is believed")
    assert stage.engine.counters()["rembs_out"] > 0


@pytest.mark.parametrize(
    "profile", ["SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_256_GCM", "SRTP_AES128_CM_SHA1_80"]
)
async def test_every_srtp_profile_carries_media(stage: Stage, profile: str) -> None:
    await stage.enter("red", red(srtp_profiles=(profile,)))
    await stage.enter("green", green())
    await stage.connected()
    assert stage.peers["red"].srtp_profile == profile
    assert stage.peers["green"].srtp_profile == "SRTP_AEAD_AES_128_GCM"
    await sees(stage, "red", "green")
    await sees(stage, "green", "red")


async def test_h264_is_carried_where_it_alone_is_allowed() -> None:
    stage = Stage()
    await stage.start(Config(host="127.0.0.1", codecs=("h264",)))
    await stage.enter("red", red(codec="H264"))
    await stage.enter("green", green(codec="H264"))
    await sees(stage, "green", "red")
    await sees(stage, "red", "green")
    await stage.close()


class NotedRouter(Router):
    """Notes what the engine tells of a transport on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def expect(self, port: Port, now: float) -> None:
        self.told.append("expected")
        super().expect(port, now)

    def set_ready(self, port: Port, now: float) -> None:
        self.told.append("ready")
        super().set_ready(port, now)


async def test_a_key_frame_is_asked_for_when_a_joiner_is_answered_and_when_reached() -> None:
    stage, router = Stage(), NotedRouter()
    stage.engine = MediaEngine(stage.events.append, router)
    await stage.start()
    peer = stage.peers["red"] = red()
    await stage.engine.request(AddEndpoint(room="room", endpoint="red"))
    answer = await stage.negotiate("red", await peer.offer())
    assert router.told == ["expected"], "when answered"
    await peer.accept(answer)
    await stage.connected()
    both = ["expected", "expected", "ready"]
    await until(lambda: router.told == both, "when reached, and when the handshake is over")
    await stage.close()


async def test_a_joiner_decodes_the_last_key_frame_without_a_request(stage: Stage) -> None:
    seen = Gate(audio=True, camera=True, audience="open")
    await stage.enter("red", red(), seen)
    await stage.enter("green", green(), Gate())
    peer = stage.peers["blue"] = blue()
    await stage.engine.request(AddEndpoint(room="room", endpoint="blue"))
    await peer.accept(await stage.negotiate("blue", await peer.offer()))
    await stage.connected()
    await sees(stage, "green", "red")
    await stage.show("green", [])
    before = stage.engine.counters()
    await stage.show("green", ["red"])
    await until(
        lambda: stage.engine.counters()["key_frames_in"] > before["key_frames_in"],
        "red sends the key frame green asked for",
    )
    asked = stage.engine.counters()["plis_out"]
    await stage.show("blue", ["red"])
    assert stage.engine.counters()["replayed"] == before["replayed"] + 1
    await sees(stage, "blue", "red")
    assert stage.engine.counters()["plis_out"] == asked


async def test_a_muted_microphone_is_heard_by_nobody(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.enter("green", green())
    await hears(stage, "green", "red")
    await stage.gate("red", Gate(audio=False, camera=True))
    ear = stage.peers["green"].ears[stage.mid("green", "red", "audio")]
    before = stage.engine.counters()
    await until(
        lambda: stage.engine.counters()["dropped_gate"] >= before["dropped_gate"] + 20,
        "the muted packets arrive and are dropped",
    )
    after = stage.engine.counters()
    sent_by_green = after["packets_in_audio"] - before["packets_in_audio"]
    assert after["packets_out_audio"] - before["packets_out_audio"] <= sent_by_green + 1
    await stage.gate("red", EVERYTHING)
    ear.forget()
    await hears(stage, "green", "red")


async def test_a_stopped_camera_is_seen_by_nobody(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.enter("green", green())
    await sees(stage, "green", "red")
    await stage.gate("red", Gate(audio=True, camera=False))
    eye = stage.peers["green"].eyes[stage.mid("green", "red", "camera")]
    frames = eye.frames
    dropped = stage.engine.counters()["dropped_gate"]
    await until(
        lambda: stage.engine.counters()["dropped_gate"] >= dropped + 10, "the camera still sends"
    )
    assert eye.frames <= frames + 3  # what was on its way through the decoder
    await stage.gate("red", EVERYTHING)
    eye.forget()
    await sees(stage, "green", "red")


async def test_a_slot_is_bound_to_another_person_without_a_new_offer(stage: Stage) -> None:
    for name, peer in (("red", red()), ("green", green()), ("blue", blue())):
        await stage.enter(name, peer)
    await stage.show("green", ["red"])
    await sees(stage, "green", "red")
    first = stage.mid("green", "red", "camera")
    await stage.show("green", ["blue"])
    assert stage.mid("green", "blue", "camera") == first
    await sees(stage, "green", "blue")
    await hears(stage, "green", "blue")
    assert stage.engine.counters()["transports_opened"] <= 3


async def test_sound_may_be_kept_from_somebody_who_sees(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.enter("green", green())
    await stage.show("green", ["red"], audio=False)
    await stage.show("red", [])
    await stage.connected()
    await sees(stage, "green", "red")
    before = stage.engine.counters()["packets_out_audio"]
    camera = stage.engine.counters()["packets_out_camera"]
    await until(
        lambda: stage.engine.counters()["packets_out_camera"] > camera + 10, "the picture flows"
    )
    assert stage.engine.counters()["packets_out_audio"] == before


async def test_a_presented_screen_has_its_own_slot(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.enter("green", green())
    await stage.connected()
    stage.peers["red"].present(BLUE, 4)
    eye = stage.peers["green"].eyes[stage.mid("green", "red", "screen")]
    await until(lambda: eye.sees(BLUE), "green sees the screen")
    assert eye.size == (480, 270)
    await sees(stage, "green", "red")


async def test_nothing_flows_from_or_to_somebody_removed(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.enter("green", green())
    await sees(stage, "green", "red")
    await sees(stage, "red", "green")
    await stage.remove("red")
    counters = stage.engine.counters()
    assert counters["transports"] == counters["endpoints"] == counters["addresses"] == 1
    before = stage.engine.counters()
    await until(
        lambda: stage.engine.counters()["packets_in_audio"] > before["packets_in_audio"] + 10,
        "green still sends",
    )
    after = stage.engine.counters()
    assert after["packets_out_audio"] == before["packets_out_audio"]
    assert after["packets_out_camera"] == before["packets_out_camera"]
    await until(lambda: stage.peers["red"].state == "closed", "red is told")
    assert TransportLost(endpoint="red", reason="closed_by_peer") not in stage.events


async def test_an_ice_restart_keeps_the_media_going(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.enter("green", green())
    await sees(stage, "green", "red")
    peer = stage.peers["red"]
    first = await stage.negotiate("red", peer.restart_offer())
    peer.accept_restart(first)
    assert stage.engine.counters()["ice_restarts"] == 1
    eye = stage.peers["green"].eyes[stage.mid("green", "red", "camera")]
    eye.forget()
    await sees(stage, "green", "red")
    await until(
        lambda: stage.engine._transports["red"].agent._overlap_until is not None,
        "the new credentials are used",
    )
    assert stage.engine.counters()["transports_opened"] == 2


async def test_the_same_offer_again_changes_nothing(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.connected()
    offer = stage.peers["red"].connection.localDescription.sdp
    first = await stage.negotiate("red", offer)
    assert await stage.negotiate("red", offer) == first
    assert stage.engine.counters()["ice_restarts"] == 0


async def test_another_connection_takes_the_place_of_the_first(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.enter("green", green())
    await sees(stage, "green", "red")
    old = stage.peers["red"]
    stage.peers["red"] = red()
    await stage.peers["red"].accept(await stage.negotiate("red", await stage.peers["red"].offer()))
    await until(lambda: old.state == "closed", "the old connection is told")
    await stage.connected()
    eye = stage.peers["green"].eyes[stage.mid("green", "red", "camera")]
    eye.forget()
    await sees(stage, "green", "red")
    await sees(stage, "red", "green")
    await old.close()


async def test_somebody_who_hangs_up_is_reported(stage: Stage) -> None:
    await stage.enter("red", red())
    await stage.connected()
    await stage.peers["red"].close()
    lost = TransportLost(endpoint="red", reason="closed_by_peer")
    await until(lambda: lost in stage.events, "the end is reported")
    assert stage.engine.counters()["transports"] == 0


async def test_somebody_who_vanishes_is_reported_when_consent_ends() -> None:
    stage = Stage()
    await stage.start(Config(host="127.0.0.1", consent_s=0.5))
    await stage.enter("red", red())
    await stage.connected()
    await stage.peers["red"].vanish()
    lost = TransportLost(endpoint="red", reason="consent_lost")
    await until(lambda: lost in stage.events, "the loss is reported")
    assert stage.engine.counters()["addresses"] == 0
    await stage.close()


async def test_a_lost_transport_is_not_restarted_but_replaced() -> None:
    stage = Stage()
    await stage.start(Config(host="127.0.0.1", consent_s=0.5))
    await stage.enter("red", red())
    await stage.connected()
    peer = stage.peers["red"]
    await peer.vanish()
    lost = TransportLost(endpoint="red", reason="consent_lost")
    await until(lambda: lost in stage.events, "the loss is reported")
    restart = Negotiate(endpoint="red", offer=peer.restart_offer())
    reply = await stage.engine.request(restart)
    assert isinstance(reply, Refused)
    assert reply.code == "transport_gone"
    other = red()
    await stage.negotiate("red", await other.offer())
    await peer.close()
    await other.close()
    await stage.close()


async def test_somebody_who_never_comes_is_reported() -> None:
    stage = Stage()
    await stage.start(Config(host="127.0.0.1", connect_s=0.3))
    peer = red()
    stage.peers["red"] = peer
    await stage.engine.request(AddEndpoint(room="room", endpoint="red"))
    await stage.negotiate("red", await peer.offer())
    lost = TransportLost(endpoint="red", reason="ice_timeout")
    await until(lambda: lost in stage.events, "the loss is reported")
    await stage.close()


async def test_a_wrong_fingerprint_gives_no_media(stage: Stage) -> None:
    peer = red()
    stage.peers["red"] = peer
    await stage.engine.request(AddEndpoint(room="room", endpoint="red"))
    offer = await peer.offer()
    sha256 = next(line for line in offer.splitlines() if line.startswith("a=fingerprint:sha-256"))
    forged = offer.replace(sha256, "a=fingerprint:sha-256 " + ":".join(["AB"] * 32))
    await peer.accept(await stage.negotiate("red", forged))
    lost = TransportLost(endpoint="red", reason="handshake_failed")
    await until(lambda: lost in stage.events, "the handshake fails")
    assert stage.engine.counters()["transports"] == 0


async def test_requests_for_nobody_are_refused(stage: Stage) -> None:
    for request in (
        SetGate(endpoint="nobody", gate=Gate()),
        Negotiate(endpoint="nobody", offer="v=0"),
    ):
        reply = await stage.engine.request(request)
        assert isinstance(reply, Refused)
        assert reply.code == "unknown_endpoint"
    await stage.remove("nobody")


async def test_closing_twice_is_harmless() -> None:
    stage = Stage()
    await stage.start()
    await stage.enter("red", red())
    await stage.connected()
    await stage.engine.close()
    await stage.engine.close()
    await asyncio.gather(*(peer.close() for peer in stage.peers.values()))


async def test_people_meet_by_ipv6_alone() -> None:
    stage = Stage()
    await stage.start(Config(host="::1"))
    await stage.enter("red", red(host="::1"))
    await stage.enter("green", green(host="::1"))
    await stage.connected()
    await sees(stage, "red", "green")
    await hears(stage, "green", "red")
    path = cast(Path, stage.engine._transports["red"].path)
    assert address_of(path)[0] == "::1"
    await stage.close()
