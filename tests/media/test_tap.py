"""A monitoring tap: pictures within its limit, never a sound, never seen."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from media import rtcp
from media.description import Description, Kind, Role
from media.engine import Config, MediaEngine
from media.messages import (
    AddEndpoint,
    Answer,
    Done,
    Negotiate,
    PictureWithheld,
    Refused,
    SetSources,
    Source,
)
from media.sdp import SdpError
from media.tap import AudioToTap, PictureSource, is_silent, judge, picture_sources
from tests.media.packets import CAMERA, H264, describe, rtp_packet, ssrc_of, vp8_payload
from tests.media.stage import OPEN, Person, Stage
from tests.media.test_h264_sps import encoded
from tests.media.test_negotiation import agree, answer, offer
from tests.media.test_sdp import CHROMIUM

SEEN = dataclasses.replace(OPEN, audience="open")
LIMIT = (320, 180)


def silent(number: int) -> Description:
    """What a tap negotiated."""
    whole = describe(number)
    slots = tuple(slot for slot in whole.slots if slot.kind is not Kind.AUDIO)
    return dataclasses.replace(whole, tracks=(), slots=slots)


class Watched:
    """Ann, in layers or in one, watched by a tap."""

    def __init__(self, *, rids: tuple[str, ...] = (), limit: tuple[int, int] = LIMIT) -> None:
        self.stage = Stage()
        self.ann = self.stage.join(1, gate=SEEN, description=describe(1, rids=rids))
        self.rids = rids
        self.sequences: dict[int, int] = {}
        self.stage.router.add_endpoint("e9", "room", Role.TAP)
        self.tap = Person(self.stage, 9, silent(9))
        self.tap.port = self.stage.router.attach("e9", silent(9), self.stage.now)
        self.stage.people["e9"] = self.tap
        self.watch(limit)

    def watch(self, limit: tuple[int, int], *, screen: bool = False) -> None:
        source = Source(
            endpoint="e1", camera=True, screen=screen, max_width=limit[0], max_height=limit[1]
        )
        self.stage.router.set_sources("e9", (source,), self.stage.now)

    def key_frame(self, size: tuple[int, int], layer: int = 0, *, is_key: bool = True) -> None:
        self.sequences[layer] = sequence = self.sequences.get(layer, 10) + 1
        self.ann.receive(
            rtp_packet(
                ssrc=70 + layer if self.rids else ssrc_of(1, CAMERA),
                payload_type=96,
                sequence=sequence,
                timestamp=sequence * 3000,
                payload=vp8_payload(picture_id=sequence, is_key=is_key, size=size),
                marker=True,
                elements={4: b"1", 10: self.rids[layer].encode()} if self.rids else None,
            )
        )
        self.stage.pass_time(0.04)

    def told(self) -> list[tuple[str, str, str | None]]:
        self.stage.pass_time(0.04)
        events = [e for e in self.stage.events if isinstance(e, PictureWithheld)]
        self.stage.events.clear()
        assert all(event.endpoint == "e9" for event in events)
        return [(event.source, event.kind, event.reason) for event in events]

    def shown(self) -> int:
        return len(self.tap.got(Kind.CAMERA))


# -- no sound ---------------------------------------------------------------------------------


def test_the_table_of_a_tap_has_no_place_for_sound() -> None:
    (source,) = picture_sources((Source(endpoint="a", camera=True),))
    assert {field.name for field in dataclasses.fields(PictureSource)} == {
        "endpoint", "camera", "screen", "max_width", "max_height",
    }  # fmt: skip
    assert source.camera
    with pytest.raises(AudioToTap):
        picture_sources((Source(endpoint="a", camera=True), Source(endpoint="b", audio=True)))


def test_audio_to_a_tap_is_refused_and_changes_nothing() -> None:
    watched = Watched()
    before = watched.stage.router.bindings("e9")
    with pytest.raises(AudioToTap):
        watched.stage.router.set_sources("e9", (Source(endpoint="e1", audio=True),), 0.0)
    assert watched.stage.router.bindings("e9") == before
    watched.key_frame((320, 180))
    assert watched.shown() == 1


def test_no_packet_of_sound_ever_leaves_towards_a_tap() -> None:
    watched = Watched()
    bob = watched.stage.join(2, gate=SEEN)
    watched.stage.show(bob, watched.ann)
    for _ in range(20):
        watched.ann.sound()
        watched.key_frame((320, 180))
    assert len(bob.got(Kind.AUDIO)) == 20
    assert watched.stage.count("out_packets_audio_tap") == 0
    assert watched.stage.count("out_packets_camera_tap") == watched.shown() == 20
    assert watched.stage.count("out_packets_audio_person") == 20


def test_a_transport_with_sound_or_a_track_is_no_tap() -> None:
    assert is_silent(silent(1))
    assert not is_silent(describe(1))
    assert not is_silent(dataclasses.replace(silent(1), tracks=describe(1).tracks))
    stage = Stage()
    stage.router.add_endpoint("e1", "room", Role.TAP)
    with pytest.raises(AssertionError):
        stage.router.attach("e1", describe(1), 0.0)


# -- what is agreed ---------------------------------------------------------------------------


def test_a_tap_that_offers_what_a_browser_offers_gets_pictures_alone() -> None:
    description = agree(CHROMIUM, role=Role.TAP).description
    assert description.tracks == ()
    assert {slot.kind for slot in description.slots} == {Kind.CAMERA, Kind.SCREEN}
    assert {codec.name for codec in description.codecs} == {"vp8", "h264"}


def test_sections_of_sound_and_of_sending_are_refused() -> None:
    text = offer("audio|sendrecv", "video|sendonly", "audio|recvonly", "video|recvonly")
    lines = answer(text, role=Role.TAP)
    ports = [line.split()[1] for line in lines if line.startswith("m=")]
    assert ports == ["0", "0", "0", "9"]
    assert "a=group:BUNDLE 3" in lines


def test_a_tap_that_offers_sound_alone_is_refused() -> None:
    with pytest.raises(SdpError):
        agree(offer("audio|recvonly"), role=Role.TAP)


# -- the limit --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "limit", "why"),
    [
        ((320, 180), None, None),
        (None, None, None),
        ((320, 180), (320, 180), None),
        ((322, 180), (320, 180), "too_large"),
        ((320, 182), (320, 180), "too_large"),
        (None, (320, 180), "size_unknown"),
    ],
)
def test_a_picture_is_judged_by_both_sides(
    size: tuple[int, int] | None, limit: tuple[int, int] | None, why: str | None
) -> None:
    assert judge(size, limit) == why


def test_a_larger_picture_is_not_shown_and_the_reason_is_told_once() -> None:
    watched = Watched()
    for _ in range(5):
        watched.key_frame((640, 360))
    assert watched.shown() == 0
    assert watched.told() == [("e1", "camera", "too_large")]


def test_a_picture_that_shrinks_is_shown_and_one_that_grows_no_more() -> None:
    watched = Watched()
    watched.key_frame((640, 360))
    watched.key_frame((320, 180))
    watched.key_frame((320, 180), is_key=False)
    assert watched.shown() == 2
    assert watched.told()[-1] == ("e1", "camera", None)
    watched.key_frame((640, 360))
    watched.key_frame((640, 360), is_key=False)
    assert watched.shown() == 2
    assert watched.told() == [("e1", "camera", "too_large")]


def test_nothing_of_a_picture_that_was_too_large_is_resent() -> None:
    watched = Watched()
    watched.key_frame((320, 180))
    sequence = watched.tap.got(Kind.CAMERA)[-1].sequence
    watched.key_frame((640, 360))
    watched.tap.nack(watched.tap.slot(Kind.CAMERA), sequence, sequence + 1)
    assert not watched.tap.got(Kind.CAMERA, repair=True)


def test_of_several_layers_the_best_that_fits_is_shown() -> None:
    watched = Watched(rids=("q", "h", "f"))
    sizes = {0: (160, 90), 1: (320, 180), 2: (640, 360)}
    for _ in range(20):
        asked = {pli.media - 70 for pli in watched.ann.asked(rtcp.Pli)}
        for layer, size in sizes.items():
            watched.key_frame(size, layer, is_key=layer in asked or layer == 2)
    assert watched.shown() > 0
    assert watched.told() == []
    taken = watched.tap.port.subscriptions[0].stream
    assert taken is not None
    assert taken.size in ((160, 90), (320, 180))


def test_a_larger_last_key_frame_is_not_replayed_either() -> None:
    watched = Watched(limit=(0, 0))
    watched.key_frame((640, 360))
    assert watched.shown() == 1
    watched.watch(LIMIT)
    assert watched.shown() == 1
    assert watched.told() == [("e1", "camera", "too_large")]
    watched.watch((0, 0))
    watched.key_frame((640, 360))
    assert watched.shown() > 1
    assert watched.told() == [("e1", "camera", None)]


def test_an_h264_picture_is_judged_by_its_parameter_sets() -> None:
    def send(sequence: int, payload: bytes) -> None:
        packet = rtp_packet(
            ssrc=ssrc_of(1, CAMERA),
            payload_type=H264.payload_type,
            sequence=sequence,
            timestamp=sequence,
            payload=payload,
        )
        watched.ann.receive(packet)

    watched = Watched()
    send(1, b"\x65a picture without parameter sets")
    assert watched.told() == [("e1", "camera", "size_unknown")]
    send(2, encoded(640, 360, "baseline"))
    assert watched.told() == [("e1", "camera", "too_large")]
    assert watched.shown() == 0
    send(3, encoded(320, 180, "baseline"))
    send(4, b"\x65a picture")
    assert watched.shown() == 2
    assert watched.told() == [("e1", "camera", None)]


# -- the seam ---------------------------------------------------------------------------------


@pytest.fixture
async def engine() -> AsyncIterator[MediaEngine]:
    made = MediaEngine(lambda event: None)
    await made.start(Config(host="127.0.0.1"))
    yield made
    await made.close()


async def test_the_engine_refuses_a_tap_its_sound(engine: MediaEngine) -> None:
    assert await engine.request(AddEndpoint(room="r", endpoint="t", kind="tap")) == Done()
    reply = await engine.request(
        SetSources(endpoint="t", sources=(Source(endpoint="a", audio=True, camera=True),))
    )
    assert isinstance(reply, Refused)
    assert reply.code == "audio_to_tap"
    answered = await engine.request(Negotiate(endpoint="t", offer=CHROMIUM))
    assert isinstance(answered, Answer)
    assert {binding.kind for binding in answered.bindings} == {"camera", "screen"}
    assert answered.sdp.count("m=audio 0 ") == CHROMIUM.count("m=audio ")
    assert engine.counters()["out_packets_audio_tap"] == 0


async def test_what_an_endpoint_is_never_changes(engine: MediaEngine) -> None:
    for kind, expected in (("spy", "bad_kind"), ("tap", None), ("person", "bad_kind")):
        reply = await engine.request(AddEndpoint(room="r", endpoint="t", kind=kind))
        assert getattr(reply, "code", None) == expected
