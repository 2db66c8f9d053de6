"""One receive slot: what a subscriber's packets look like, and what is sent to it again."""

import dataclasses

import pytest

from media import rtcp
from media.description import ExtensionIds, Kind
from media.repair import MAX_REQUESTED
from tests.media.packets import CAMERA, OPUS, VP8, describe, ssrc_of
from tests.media.stage import Person, Stage

THEIR_VP8 = dataclasses.replace(VP8, payload_type=120, rtx_payload_type=121)
THEIR_OPUS = dataclasses.replace(OPUS, payload_type=109)
THEIR_IDS = ExtensionIds(audio_level=7, transport_cc=8, mid=9)


def pair(**changes: object) -> tuple[Stage, Person, Person]:
    """Ann is seen and heard by Bob, who agreed on numbers of his own."""
    stage = Stage()
    ann = stage.join(1)
    bob = stage.join(
        2,
        description=describe(2, codecs=(THEIR_OPUS, THEIR_VP8), extensions=THEIR_IDS)
        if not changes
        else describe(2, **changes),  # type: ignore[arg-type]
    )
    stage.show(bob, ann)
    return stage, ann, bob


def test_a_packet_carries_the_subscribers_own_numbers_and_nothing_else() -> None:
    _, ann, bob = pair()
    ann.picture(is_key=True, packets=1)
    ann.sound(33)
    (picture,), (sound,) = bob.got(Kind.CAMERA), bob.got(Kind.AUDIO)
    assert (picture.payload_type, sound.payload_type) == (120, 109)
    assert set(picture.elements) == {8, 9}
    assert set(sound.elements) == {7, 8, 9}
    assert picture.elements[9] == b"c0"
    assert sound.elements[9] == b"a0"
    assert sound.elements[7] == bytes([0x80 | 33])
    assert picture.marker
    assert not sound.marker


def test_transport_wide_numbers_count_every_packet_sent_here() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True, packets=3)
    ann.sound()
    stage.collect()
    bob.nack(bob.slot(Kind.CAMERA), bob.got(Kind.CAMERA)[0].sequence)
    numbers = [int.from_bytes(heard.elements[8], "big") for heard in bob.rtp]
    assert numbers == [1, 2, 3, 4, 5]


def test_the_first_number_sent_is_far_from_the_wrap() -> None:
    _, ann, bob = pair()
    ann.picture(is_key=True)
    ann.sound()
    for kind in (Kind.CAMERA, Kind.AUDIO):
        assert 1000 <= bob.got(kind)[0].sequence <= 32767


# -- resending --------------------------------------------------------------------------------


def test_a_lost_packet_is_sent_again_in_the_repair_stream() -> None:
    _, ann, bob = pair()
    ann.picture(is_key=True, packets=3)
    lost = bob.got(Kind.CAMERA)[1]
    bob.nack(lost.ssrc, lost.sequence)
    (repair,) = bob.got(Kind.CAMERA, repair=True)
    assert repair.payload_type == 121
    assert repair.payload == lost.sequence.to_bytes(2, "big") + lost.payload
    assert (repair.timestamp, repair.marker) == (lost.timestamp, lost.marker)
    assert 1000 <= repair.sequence <= 32767


def test_a_repaired_packet_has_the_picture_numbers_of_its_time() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True)
    stage.show(bob)
    stage.show(bob, ann)
    ann.frame += 50
    ann.picture(is_key=True)
    lost = bob.got(Kind.CAMERA)[-1]
    bob.nack(lost.ssrc, lost.sequence)
    assert bob.got(Kind.CAMERA, repair=True)[0].payload[2:] == lost.payload


def test_without_a_repair_stream_the_same_bytes_are_sent_again() -> None:
    plain = dataclasses.replace(VP8, rtx_payload_type=None)
    voice = dataclasses.replace(OPUS, nack=True)
    stage, ann, bob = pair(codecs=(voice, plain))
    ann.picture(is_key=True)
    ann.sound()
    stage.collect()
    before = list(bob.raw)
    for kind in (Kind.CAMERA, Kind.AUDIO):
        bob.nack(bob.slot(kind), bob.got(kind)[0].sequence)
    assert bob.raw[len(before) :] == [before[0], before[2]]
    assert stage.count("resent_out") == 2
    # a transport-wide number could not be the same again
    assert all(3 not in heard.elements for heard in bob.rtp)


def test_what_was_numbered_and_has_no_repair_stream_is_not_sent_again() -> None:
    stage, ann, bob = pair(codecs=(OPUS, VP8))
    ann.sound()
    bob.nack(bob.slot(Kind.AUDIO), bob.got(Kind.AUDIO)[0].sequence)
    assert len(bob.got(Kind.AUDIO)) == 1
    assert stage.count("nacks_refused") == 1


def test_repairs_to_somebody_without_transport_wide_numbers_carry_none() -> None:
    _, ann, bob = pair(extensions=ExtensionIds(mid=4))
    ann.picture(is_key=True)
    lost = bob.got(Kind.CAMERA)[0]
    bob.nack(lost.ssrc, lost.sequence)
    assert set(bob.got(Kind.CAMERA, repair=True)[0].elements) == {4}


def test_a_packet_is_sent_again_once_a_round_trip() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True)
    lost = bob.got(Kind.CAMERA)[0]
    for _ in range(5):
        bob.nack(lost.ssrc, lost.sequence)
    assert len(bob.got(Kind.CAMERA, repair=True)) == 1
    stage.now += bob.port.round_trip_s + 0.001
    bob.nack(lost.ssrc, lost.sequence)
    assert len(bob.got(Kind.CAMERA, repair=True)) == 2


def test_a_request_that_crossed_a_late_packet_is_answered_by_it() -> None:
    stage, ann, bob = pair()
    packets = ann.picture(is_key=True, packets=3, lose=(1,))
    lost = bob.got(Kind.CAMERA)[0].sequence + 1
    bob.nack(bob.slot(Kind.CAMERA), lost)
    ann.repair(packets[1])
    assert [heard.sequence for heard in bob.got(Kind.CAMERA)].count(lost) == 1
    stage.now += bob.port.round_trip_s
    bob.nack(bob.slot(Kind.CAMERA), lost)
    assert not bob.got(Kind.CAMERA, repair=True)
    stage.now += 0.25 * bob.port.round_trip_s
    bob.nack(bob.slot(Kind.CAMERA), lost)
    assert len(bob.got(Kind.CAMERA, repair=True)) == 1


def test_the_first_request_is_answered_though_the_path_was_thought_longer() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True)
    stage.now += bob.port.round_trip_s / 10
    bob.nack(bob.slot(Kind.CAMERA), bob.got(Kind.CAMERA)[0].sequence)
    assert len(bob.got(Kind.CAMERA, repair=True)) == 1


def test_what_is_too_old_or_was_never_sent_is_not_sent() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True)
    first, last = bob.got(Kind.CAMERA)
    bob.nack(first.ssrc, first.sequence - 1 & 0xFFFF, last.sequence + 1 & 0xFFFF)
    stage.pass_time(2.1)
    bob.nack(first.ssrc, first.sequence)
    assert not bob.got(Kind.CAMERA, repair=True)
    assert stage.count("nacks_refused") == 3


def test_resending_stays_within_its_share_of_the_rate() -> None:
    stage, ann, bob = pair()
    for index in range(300):
        ann.picture(is_key=index == 0, packets=3, body=bytes(1000))
        stage.now += 0.001
    stage.collect()
    sent = sum(len(heard.payload) for heard in bob.got(Kind.CAMERA))
    for _ in range(20):
        stage.now += 0.05
        bob.nack(bob.slot(Kind.CAMERA), *(h.sequence for h in bob.got(Kind.CAMERA)[-400:]))
    again = sum(len(heard.payload) for heard in bob.got(Kind.CAMERA, repair=True))
    assert again <= sent * 0.15 + 31_000
    assert again > 50_000


def test_a_request_for_thousands_of_packets_is_bounded_work() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True)
    bob.send_rtcp(rtcp.build_nack(1, bob.slot(Kind.CAMERA), list(range(6000))))
    assert stage.count("nacks_in") == MAX_REQUESTED


def test_the_memory_of_what_was_resent_is_bounded() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True, packets=400, body=b"")
    stage.collect()
    for part in range(4):
        ann.picture(packets=400, body=b"")
        sequences = [heard.sequence for heard in bob.got(Kind.CAMERA)[part * 400 :][:400]]
        bob.nack(bob.slot(Kind.CAMERA), *sequences)
    assert len(bob.got(Kind.CAMERA, repair=True)) > 1024


# -- reports ----------------------------------------------------------------------------------


def test_a_slot_that_carries_nothing_has_no_report() -> None:
    stage, ann, bob = pair()
    ann.sound()
    stage.pass_time(1.2)
    assert {report.ssrc for report in bob.asked(rtcp.SenderReport)} == {bob.slot(Kind.AUDIO)}
    stage.pass_time(8.0)
    bob.asked(rtcp.SenderReport)
    stage.pass_time(2.0)
    assert not bob.asked(rtcp.SenderReport)


def test_every_report_goes_with_a_name() -> None:
    stage, ann, bob = pair()
    ann.sound()
    stage.pass_time(1.2)
    (chunks,) = {d.chunks for d in bob.asked(rtcp.SourceDescription)}
    assert chunks == ((bob.slot(Kind.AUDIO), "vmr"),)


def test_the_report_of_a_paused_timeline_runs_on() -> None:
    stage, ann, bob = pair()
    ann.report(ssrc_of(1, CAMERA), round(stage.now * 90_000) + 1_000_000, 700.0)
    ann.picture(is_key=True)
    last = bob.got(Kind.CAMERA)[-1]
    stage.pass_time(3.0)
    report = [r for r in bob.asked(rtcp.SenderReport) if r.ssrc == last.ssrc][-1]
    age = stage.now - 10.0
    assert (report.timestamp - last.timestamp) / 90_000 == pytest.approx(age, abs=1.1)
