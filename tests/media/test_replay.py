"""Who joins sees a picture at once, and never anything that was not for them."""

import dataclasses
import itertools

import pytest

from media import rtcp
from media.description import Kind
from media.messages import Gate
from tests.media.packets import CAMERA, H264, describe, rtp_packet, ssrc_of
from tests.media.stage import OPEN, Person, Stage

SEEN = dataclasses.replace(OPEN, audience="open")


def running() -> tuple[Stage, Person, Person]:
    """Ann is seen by Bob and by whoever comes."""
    stage = Stage()
    ann, bob = stage.join(1, gate=SEEN), stage.join(2, gate=SEEN)
    stage.show(bob, ann)
    return stage, ann, bob


def arrive(stage: Stage, ann: Person, number: int = 3) -> Person:
    eve = stage.join(number, gate=SEEN)
    stage.show(eve, ann)
    return eve


def frames(stage: Stage, ann: Person, count: int, *, body: bytes = b"picture") -> None:
    """A key frame and what follows, 25 frames a second."""
    for index in range(count):
        ann.picture(is_key=index == 0, body=body)
        stage.now += 0.04


def bodies(person: Person) -> list[bytes]:
    return [heard.payload for heard in person.got(Kind.CAMERA)]


# -- the joiner -------------------------------------------------------------------------------


def test_a_joiner_sees_the_last_key_frame_and_what_followed_without_a_request() -> None:
    stage, ann, bob = running()
    frames(stage, ann, 5)
    ann.asked(rtcp.Pli)
    eve = arrive(stage, ann)
    assert bodies(eve) == bodies(bob)
    assert eve.got(Kind.CAMERA)[0].is_key
    assert not ann.asked(rtcp.Pli)
    assert stage.count("replayed") == 1


def test_what_comes_after_a_replay_follows_without_a_seam() -> None:
    stage, ann, _ = running()
    frames(stage, ann, 5)
    eve = arrive(stage, ann)
    first_live = len(eve.got(Kind.CAMERA))
    frames(stage, ann, 5)
    got = eve.got(Kind.CAMERA)
    assert all(
        (after.sequence - before.sequence) & 0xFFFF == 1
        for before, after in itertools.pairwise(got)
    )
    steps = [
        (after.timestamp - before.timestamp) & 0xFFFFFFFF
        for before, after in itertools.pairwise(got)
    ]
    assert set(steps[: first_live - 1]) == {0, 90}, "what was replayed is shown at once"
    assert set(steps[first_live - 1 :]) == {0, 3600}, "what follows keeps its time"


def test_a_replay_into_a_slot_that_was_used_before_never_steps_back() -> None:
    stage, ann, bob = running()
    cleo = stage.join(4, gate=SEEN)
    stage.show(bob, cleo)
    frames(stage, cleo, 3)
    frames(stage, ann, 3)
    dan = stage.join(5, gate=SEEN)
    stage.show(dan, cleo)
    stage.show(dan, cleo, ann)
    stage.show(dan, ann)
    frames(stage, ann, 3)
    for place in (0, 1):
        times = [heard.timestamp for heard in dan.got(Kind.CAMERA, place)]
        assert times == sorted(times)


def test_a_joiner_of_a_locked_room_is_shown_what_came_since_the_lock() -> None:
    stage, ann, bob = running()
    stage.gate(ann, dataclasses.replace(SEEN, audience="locked"))
    frames(stage, ann, 3)
    assert bodies(arrive(stage, ann)) == bodies(bob)


def test_a_picture_without_picture_numbers_is_replayed_too() -> None:
    stage, ann, bob = running()
    ssrc = ssrc_of(1, CAMERA)
    for index, payload in enumerate((b"\x67sps", b"\x65idr", b"\x41more")):
        ann.receive(
            rtp_packet(
                ssrc=ssrc,
                payload_type=H264.payload_type,
                sequence=index,
                timestamp=9 + 3000 * (index // 2),
                payload=payload,
            )
        )
    assert bodies(arrive(stage, ann)) == bodies(bob) == [b"\x67sps", b"\x65idr", b"\x41more"]


def test_a_format_the_joiner_did_not_agree_is_not_replayed() -> None:
    stage, ann, _ = running()
    frames(stage, ann, 3)
    eve = stage.join(3, gate=SEEN, description=describe(3, codecs=(H264,)))
    stage.show(eve, ann)
    assert not bodies(eve)
    assert stage.count("replayed") == 0


def test_a_transport_that_becomes_ready_is_shown_what_came_last() -> None:
    stage, ann, bob = running()
    eve = stage.join(3, gate=SEEN, is_ready=False)
    stage.show(eve, ann)
    frames(stage, ann, 3)
    assert not bodies(eve)
    stage.router.set_ready(eve.port, stage.now)
    assert bodies(eve) == bodies(bob)


def test_who_begins_the_handshake_finds_a_young_key_frame_at_its_end() -> None:
    stage, ann, bob = running()
    frames(stage, ann, 2)
    stage.now += 2.0
    eve = stage.join(3, gate=SEEN, is_ready=False)
    stage.show(eve, ann)
    ann.asked(rtcp.Pli)
    stage.router.expect(eve.port, stage.now)
    assert len(ann.asked(rtcp.Pli)) == 1
    frames(stage, ann, 3)
    stage.router.expect(eve.port, stage.now)
    stage.pass_time(0.35)
    assert not ann.asked(rtcp.Pli)
    assert not bodies(eve)
    stage.router.set_ready(eve.port, stage.now)
    assert bodies(eve) == bodies(bob)[-6:]
    stage.pass_time(0.5)
    assert not ann.asked(rtcp.Pli)


@pytest.mark.parametrize("gate", [OPEN, Gate(audience="open")], ids=["no audience", "shut"])
def test_no_key_frame_is_asked_for_whom_it_may_not_be_shown(gate: Gate) -> None:
    stage, ann, _ = running()
    frames(stage, ann, 2)
    stage.gate(ann, gate)
    stage.now += 2.0
    eve = stage.join(3, gate=SEEN, is_ready=False)
    stage.show(eve, ann)
    ann.asked(rtcp.Pli)
    stage.router.expect(eve.port, stage.now)
    assert not ann.asked(rtcp.Pli)


def test_nothing_is_expected_of_a_transport_that_is_gone_or_ready() -> None:
    stage, ann, _ = running()
    frames(stage, ann, 2)
    stage.now += 2.0
    eve = stage.join(3, gate=SEEN, is_ready=False)
    stage.show(eve, ann)
    ann.asked(rtcp.Pli)
    old = eve.port
    eve.port = stage.router.attach("e3", eve.description, stage.now, is_ready=False)
    stage.router.expect(old, stage.now)
    assert not ann.asked(rtcp.Pli)
    stage.router.remove_endpoint("e3")
    stage.router.expect(eve.port, stage.now)
    assert not ann.asked(rtcp.Pli)


def test_an_old_key_frame_is_not_replayed_but_a_new_one_asked_for() -> None:
    stage, ann, _ = running()
    frames(stage, ann, 2)
    stage.now += 1.0
    ann.asked(rtcp.Pli)
    eve = arrive(stage, ann)
    assert not bodies(eve)
    assert len(ann.asked(rtcp.Pli)) == 1


def test_a_key_frame_somebody_else_asked_for_is_still_asked_for_after_a_replay() -> None:
    stage, ann, bob = running()
    frames(stage, ann, 2)
    bob.send_rtcp(rtcp.build_pli(1, bob.slot(Kind.CAMERA)))
    arrive(stage, ann)
    stage.pass_time(0.5)
    assert ann.asked(rtcp.Pli)


# -- recovery of what was replayed ------------------------------------------------------------


def test_what_was_replayed_is_repaired_as_it_was_sent() -> None:
    stage, ann, _ = running()
    frames(stage, ann, 5)
    eve = arrive(stage, ann)
    sent = eve.got(Kind.CAMERA)
    eve.nack(eve.slot(Kind.CAMERA), *(heard.sequence for heard in sent))
    again = eve.got(Kind.CAMERA, repair=True)
    assert [heard.payload[2:] for heard in again] == [heard.payload for heard in sent]
    assert [heard.timestamp for heard in again] == [heard.timestamp for heard in sent]


def test_nothing_from_before_what_was_replayed_is_resent() -> None:
    stage, ann, _ = running()
    frames(stage, ann, 3, body=b"before")
    frames(stage, ann, 3)
    eve = arrive(stage, ann)
    first = eve.got(Kind.CAMERA)[0].sequence
    eve.nack(eve.slot(Kind.CAMERA), *(first - back & 0xFFFF for back in range(20, 0, -1)))
    assert not eve.got(Kind.CAMERA, repair=True)
    assert not any(b"before" in packet for packet in eve.raw)


# -- what is shown to nobody new --------------------------------------------------------------


def test_without_an_audience_nothing_is_replayed() -> None:
    stage, ann, bob = running()
    stage.gate(ann, OPEN)
    frames(stage, ann, 3)
    assert not bodies(arrive(stage, ann))
    assert bodies(bob)


@pytest.mark.parametrize(
    "changes",
    [
        [dataclasses.replace(SEEN, audience="locked")],
        [dataclasses.replace(SEEN, audience="locked"), SEEN],
        [OPEN, SEEN],
        [Gate(audio=True, audience="open"), SEEN],
        [Gate(), SEEN],
    ],
    ids=["lock", "lock and unlock", "check ended", "camera stopped", "pause"],
)
def test_what_came_before_a_change_is_shown_to_nobody_new(changes: list[Gate]) -> None:
    stage, ann, bob = running()
    frames(stage, ann, 3, body=b"the card")
    for gate in changes:
        stage.gate(ann, gate)
    eve = arrive(stage, ann)
    assert not bodies(eve)
    assert any(b"the card" in body for body in bodies(bob))
    frames(stage, ann, 3)
    assert bodies(eve)
    assert not any(b"the card" in packet for packet in eve.raw)


def test_a_card_shown_in_a_check_reaches_nobody_however_the_check_and_the_joining_fall() -> None:
    for recovered_after in (False, True):
        stage, ann, bob = running()
        frames(stage, ann, 2)
        stage.gate(ann, OPEN)  # the check begins: Bob alone
        card = ann.picture(is_key=True, packets=3, lose=(0,), body=b"the card")
        if not recovered_after:
            ann.repair(card[0])
        stage.gate(ann, SEEN)  # and ends
        if recovered_after:
            ann.repair(card[0])
        eve = arrive(stage, ann)
        ann.picture(body=b"after")
        eve.nack(eve.slot(Kind.CAMERA), *range(1000, 1010))
        assert not eve.raw
        assert any(b"the card" in packet for packet in bob.raw)


def test_who_was_there_without_a_source_is_not_shown_what_came_before_they_had_it() -> None:
    stage, ann, bob = running()
    eve = stage.join(3, gate=SEEN)
    stage.show(eve, bob)
    frames(stage, ann, 3, body=b"the card")
    stage.show(eve, bob, ann)
    assert not bodies(eve)
    frames(stage, ann, 1)
    assert eve.got(Kind.CAMERA, 1)
    assert not any(b"the card" in packet for packet in eve.raw)


def test_who_lost_a_source_and_has_it_again_is_not_shown_what_came_between() -> None:
    stage, ann, _ = running()
    eve = arrive(stage, ann)
    frames(stage, ann, 3)
    stage.show(eve)
    frames(stage, ann, 3, body=b"the card")
    stage.show(eve, ann)
    assert not any(b"the card" in packet for packet in eve.raw)


def test_a_second_transport_is_shown_only_what_its_endpoint_had() -> None:
    stage, ann, bob = running()
    eve = stage.join(3, gate=SEEN)
    stage.show(eve, bob)
    frames(stage, ann, 3, body=b"the card")
    stage.show(eve, bob, ann)
    eve.port = stage.router.attach("e3", describe(3), stage.now)
    assert not any(b"the card" in packet for packet in eve.raw)


def test_a_muted_microphone_is_never_replayed() -> None:
    stage, ann, _ = running()
    ann.sound()
    ann.sound()
    assert not arrive(stage, ann).got(Kind.AUDIO)
