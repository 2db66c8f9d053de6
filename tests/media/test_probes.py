"""Probes at a real engine: their own picture comes back, beside a meeting that never meets them."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from media import probes, rtp
from media.engine import Config
from media.messages import (
    AddEndpoint,
    Answer,
    Done,
    Negotiate,
    OpenProbe,
    Refused,
    RemoveEndpoint,
    Reply,
    SetGate,
    SetSources,
    Source,
)
from media.negotiation import OfferWithoutSlots, UnfitOffer
from media.reflector import Reflector
from media.transport import Transport
from tests.media.live_stage import EVERYTHING, Stage, until
from tests.media.test_engine import green, red, sees
from tests.media.test_negotiation import offer
from tests.peers.aiortc_probe import AiortcProbe

BLUE = (50, 70, 210)
ONE_EACH_WAY = offer("video|sendonly|a=ssrc:5 cname:x", "video|recvonly")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    await made.start(Config(host="127.0.0.1", tcp_port=0, max_probes=2))
    yield made
    await made.close()


async def open_probe(stage: Stage, name: str, text: str = ONE_EACH_WAY, over: str = "udp") -> Reply:
    return await stage.engine.request(OpenProbe(probe=name, over=over, offer=text))


@pytest.fixture
async def probe(stage: Stage) -> AsyncIterator[AiortcProbe]:
    made = AiortcProbe(colour=BLUE)
    answer = await open_probe(stage, "probe", await made.offer())
    assert isinstance(answer, Answer)
    assert answer.bindings == ()
    await made.accept(answer.sdp)
    yield made
    await made.close()


def agreed(text: str) -> Any:
    ssrcs = iter(range(100, 200))
    return probes.agree(text, ("vp8", "h264"), lambda: next(ssrcs), "cname")[1]


# -- what is agreed ---------------------------------------------------------------------------


def test_one_picture_each_way_is_agreed_without_repairs() -> None:
    found = agreed(
        ONE_EACH_WAY.replace("a=fmtp:97", "a=rtcp-fb:98 nack\na=rtcp-fb:98 nack pli\na=fmtp:97")
    )
    assert [len(found.description.tracks), len(found.description.slots)] == [1, 1]
    assert not any(codec.nack or codec.pli for codec in found.description.codecs)


@pytest.mark.parametrize(
    "sections",
    [
        ("video|sendonly",),
        ("video|recvonly",),
        ("video|sendonly", "video|recvonly", "video|recvonly"),
        ("video|sendonly", "video|sendonly", "video|recvonly"),
        ("video|sendonly", "video|recvonly", "audio|sendonly"),
        ("audio|sendonly", "audio|recvonly"),
        ("video|sendonly", "video|recvonly|no-mux"),
        ("video|sendonly|a=rid:h send|a=rid:l send|a=simulcast:send l;h", "video|recvonly"),
    ],
)
def test_any_other_offer_is_refused_whole(sections: tuple[str, ...]) -> None:
    with pytest.raises((UnfitOffer, OfferWithoutSlots)):
        agreed(offer(*sections))


async def test_an_answer_names_the_ports_of_its_protocol_alone(stage: Stage) -> None:
    for over, name in (("udp", "udp"), ("tcp", "tcp")):
        reply = await open_probe(stage, name, over=over)
        assert isinstance(reply, Answer)
        assert set(re.findall(r"a=candidate:\d+ 1 (\w+)", reply.sdp)) == {name}


async def test_a_way_the_engine_does_not_have_is_refused() -> None:
    stage = Stage()
    await stage.start(Config(host="127.0.0.1"))
    for over in ("tcp", "carrier pigeon"):
        reply = await open_probe(stage, "probe", over=over)
        assert isinstance(reply, Refused)
        assert reply.code == "no_such_way"
    assert stage.engine.counters()["probes"] == 0
    await stage.close()


async def test_there_are_only_so_many(stage: Stage) -> None:
    for name in ("one", "two"):
        assert isinstance(await open_probe(stage, name), Answer)
    reply = await open_probe(stage, "three")
    assert isinstance(reply, Refused)
    assert reply.code == "media_full"
    counters = stage.engine.counters()
    assert (counters["probes"], counters["probes_refused"]) == (2, 1)
    assert counters["handshakes"] == counters["endpoints"] == counters["transports"] == 0


async def test_a_broken_offer_opens_nothing(stage: Stage) -> None:
    for text, code in (("hello", "bad_offer"), (offer("video|sendonly"), "offer_without_slots")):
        reply = await open_probe(stage, "probe", text)
        assert isinstance(reply, Refused)
        assert reply.code == code
    assert stage.engine.counters()["probes"] == 0


# -- what comes back --------------------------------------------------------------------------


async def test_a_probe_sees_its_own_picture(stage: Stage, probe: AiortcProbe) -> None:
    await until(lambda: probe.eye.sees(BLUE), f"the own picture comes back: {probe.eye.colour}")
    counters = stage.engine.counters()
    assert counters["probes_connected"] == counters["probes"] == 1
    assert counters["probe_packets"] > 0
    assert counters["transports"] == counters["packets_in_camera"] == 0
    assert stage.events == []


async def test_a_probe_ends_with_its_peer(stage: Stage, probe: AiortcProbe) -> None:
    await until(lambda: probe.state == "connected", "it is connected")
    await probe.close()
    await until(lambda: stage.engine.counters()["probes"] == 0, "it is gone")
    counters = stage.engine.counters()
    assert counters["addresses"] == 0
    assert stage.events == [], "nobody is told of a probe"


async def test_a_probe_ends_when_its_time_is_over(
    stage: Stage, probe: AiortcProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until(lambda: probe.eye.frames > 0, "it runs")
    monkeypatch.setattr(probes, "LIFE_S", 0.0)
    await until(lambda: stage.engine.counters()["probes"] == 0, "its time is over")
    await until(lambda: probe.state == "closed", "and it is told so")


# -- beside a meeting -------------------------------------------------------------------------


async def test_a_probe_never_gets_a_packet_of_a_meeting_nor_a_meeting_one_of_it(
    stage: Stage, probe: AiortcProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is asked for under its name, also of an endpoint that is called the same."""
    engine = stage.engine
    sent: list[tuple[object, bytes]] = []
    seal = Transport.seal

    def note(transport: Any, packet: bytes, is_rtcp: bool) -> bytes | None:
        sent.append((transport.port, packet))
        return seal(transport, packet, is_rtcp)

    came: set[bytes] = set()
    take = Reflector.receive_rtp

    def note_own(reflector: Reflector, packet: bytes, now: float) -> None:
        came.add(packet[rtp.parse(packet)[6] : rtp.parse(packet)[7]])
        take(reflector, packet, now)

    monkeypatch.setattr(Transport, "seal", note)
    monkeypatch.setattr(Reflector, "receive_rtp", note_own)
    await stage.enter("red", red())
    await stage.enter("green", green())
    everything = (Source(endpoint="red", audio=True, camera=True, screen=True),)
    for request in (
        SetSources(endpoint="probe", sources=everything),
        SetGate(endpoint="probe", gate=EVERYTHING),
        Negotiate(endpoint="probe", offer=ONE_EACH_WAY),
        AddEndpoint(room="room", endpoint="x", kind="probe"),
    ):
        reply = await engine.request(request)
        assert isinstance(reply, Refused), request
    assert await engine.request(AddEndpoint(room="room", endpoint="probe")) == Done()
    assert await engine.request(SetSources(endpoint="probe", sources=everything)) == Done()
    await stage.show("green", ["red", "probe"])
    await sees(stage, "green", "red")
    await sees(stage, "red", "green")
    await until(lambda: probe.eye.frames > 20, "the probe goes on")
    assert probe.eye.sees(BLUE)
    ours = {port for port, _ in sent if isinstance(port, Reflector)}
    assert len(ours) == 1
    to_probe = [packet for port, packet in sent if port in ours]
    to_people = [packet for port, packet in sent if port not in ours]
    slot = next(iter(ours))._ssrc.to_bytes(4, "big")
    media = [packet for packet in to_probe if not 192 <= packet[1] <= 223]
    assert media
    assert {packet[8:12] for packet in media} == {slot}
    assert slot not in {packet[8:12] for packet in to_people}
    assert len(media) == engine.counters()["probe_packets"]
    assert {packet[12:] for packet in media} <= came, "what it sent itself"
    assert not any(eye.sees(BLUE) for eye in stage.peers["green"].eyes.values())
    assert await engine.request(RemoveEndpoint(endpoint="probe")) == Done()
    frames = probe.eye.frames
    await until(lambda: probe.eye.frames > frames + 5, "no endpoint's end is a probe's")
