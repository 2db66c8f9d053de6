"""One received stream: order, loss, layers, silence, key frames of each format."""

import pytest

from media import rtcp
from media.description import Kind
from media.messages import Gate
from tests.media.packets import CAMERA, H264, MICROPHONE, SCREEN, describe, rtp_packet, ssrc_of
from tests.media.stage import OPEN, Person, Stage


def pair() -> tuple[Stage, Person, Person]:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    stage.show(bob, ann, screen=True)
    return stage, ann, bob


def offsets(person: Person, kind: Kind = Kind.CAMERA) -> list[int]:
    got = person.got(kind)
    return [heard.sequence - got[0].sequence & 0xFFFF for heard in got]


# -- order and loss ---------------------------------------------------------------------------


def test_packets_out_of_order_are_forwarded_as_they_come() -> None:
    _, ann, bob = pair()
    ann.picture(is_key=True, packets=1)
    late = ann.picture(packets=1, lose=(0,))
    ann.picture(packets=1)
    ann.receive(late[0])
    assert offsets(bob) == [0, 2, 1]


def test_a_packet_twice_is_forwarded_once() -> None:
    stage, ann, bob = pair()
    made = ann.picture(is_key=True, packets=3)
    for packet in made:
        ann.receive(packet)
        ann.repair(packet)
    assert offsets(bob) == [0, 1, 2]
    assert stage.count("dropped_duplicate") == 6


def test_what_is_missing_is_asked_for_and_a_repair_fills_the_gap() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True, packets=1)
    lost = ann.picture(packets=3, lose=(0, 1))
    stage.pass_time(0.05)
    (nack,) = ann.asked(rtcp.Nack)
    assert nack.media == ssrc_of(1, CAMERA)
    assert len(nack.sequences) == 2
    ann.repair(lost[0])
    ann.repair(lost[1])
    assert offsets(bob) == [0, 3, 1, 2]
    stage.pass_time(1.0)
    assert not ann.asked(rtcp.Nack)
    assert stage.count("recovered_in") == 2


def test_what_cannot_be_recovered_is_asked_for_as_a_key_frame() -> None:
    stage, ann, _ = pair()
    ann.picture(is_key=True)
    stage.pass_time(1.0)
    ann.picture(packets=2, lose=(0,))
    ann.asked(rtcp.Pli)
    stage.pass_time(3.0)
    assert ann.asked(rtcp.Pli)


def test_a_great_loss_is_answered_by_a_key_frame_request_at_once() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True)
    stage.pass_time(1.0)
    ann.picture(packets=800, lose=tuple(range(799)))
    ann.asked(rtcp.Pli)
    stage.pass_time(0.1)
    assert ann.asked(rtcp.Pli)
    assert not ann.asked(rtcp.Nack)
    assert offsets(bob)[-1] == 801


def test_a_gap_in_sound_without_nack_is_left() -> None:
    stage, ann, bob = pair()
    ann.sound()
    ann.next(ssrc_of(1, MICROPHONE))
    ann.sound()
    stage.pass_time(2.0)
    assert offsets(bob, Kind.AUDIO) == [0, 2]
    assert not ann.asked(rtcp.Nack)


def test_a_single_wild_number_is_not_believed() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True, packets=1)
    ssrc = ssrc_of(1, CAMERA)
    known = ann.sequences[ssrc]
    ann.sequences[ssrc] = known + 9000
    ann.picture(packets=1)
    ann.sequences[ssrc] = known
    ann.picture(packets=1)
    assert offsets(bob) == [0, 1]
    assert stage.count("dropped_jump") == 1


@pytest.mark.parametrize("leap", [9000, -9000, 32768])
def test_a_sender_that_begins_anew_is_followed_from_its_next_key_frame(leap: int) -> None:
    _, ann, bob = pair()
    ann.picture(is_key=True, packets=1)
    ann.sequences[ssrc_of(1, CAMERA)] += leap
    ann.picture(packets=2)
    ann.picture(packets=2)
    ann.picture(is_key=True, packets=2)
    assert offsets(bob) == [0, 1, 2]


@pytest.mark.parametrize("leap", [9000, -9000])
def test_a_sender_that_begins_anew_while_muted_is_followed(leap: int) -> None:
    stage, ann, bob = pair()
    ann.sound()
    stage.gate(ann, Gate())
    stage.gate(ann, OPEN)
    ann.sequences[ssrc_of(1, MICROPHONE)] += leap
    for _ in range(3):
        ann.sound()
    assert len(bob.got(Kind.AUDIO)) == 3  # the first after the leap is not believed alone


def test_a_repair_packet_never_begins_a_stream_nor_runs_ahead() -> None:
    stage, ann, bob = pair()
    made = ann.picture(is_key=True, packets=2, lose=(0, 1))
    ann.repair(made[0])
    assert bob.got(Kind.CAMERA) == []
    ann.picture(is_key=True, packets=1)
    ahead = ann.picture(packets=2, lose=(0, 1))
    ann.repair(ahead[1])
    assert offsets(bob) == [0]
    assert stage.count("dropped_duplicate") == 2


def test_numbers_seen_while_muted_are_behind_the_gate() -> None:
    stage, ann, bob = pair()
    stage.gate(ann, Gate())
    hidden = [ann.picture(is_key=True, packets=1)[0] for _ in range(3)]
    ann.receive(hidden[0])
    stage.gate(ann, OPEN)
    for packet in hidden:
        ann.receive(packet)
    assert not bob.got(Kind.CAMERA)
    ann.picture(is_key=True, packets=1)
    assert len(bob.got(Kind.CAMERA)) == 1


# -- silence ----------------------------------------------------------------------------------


def test_long_silence_is_not_forwarded_and_leaves_no_hole() -> None:
    stage, ann, bob = pair()
    for level in [40] * 3 + [127] * 100 + [40] * 3:
        ann.sound(level)
        stage.now += 0.02
    got = bob.got(Kind.AUDIO)
    assert len(got) == 3 + 10 + 3
    assert offsets(bob, Kind.AUDIO) == list(range(16))
    assert got[13].timestamp - got[12].timestamp == pytest.approx(91 * 960, abs=5)
    assert stage.count("dropped_silence") == 90


def test_a_word_lost_at_the_end_of_silence_keeps_its_place() -> None:
    stage, ann, bob = pair()
    for _ in range(30):
        ann.sound(127)
    ssrc = ssrc_of(1, MICROPHONE)
    lost = ann.next(ssrc)
    ann.sound(40)
    first = offsets(bob, Kind.AUDIO)[-1]
    assert first == 11
    saved = ann.sequences[ssrc]
    ann.sequences[ssrc] = lost
    ann.sound(40)
    ann.sequences[ssrc] = saved
    assert offsets(bob, Kind.AUDIO)[-1] == 10
    assert stage.count("recovered_in") == 1


def test_late_packets_around_silence_open_no_hole() -> None:
    _, ann, bob = pair()
    ssrc = ssrc_of(1, MICROPHONE)
    ann.sound(40)
    before = ann.next(ssrc)
    for _ in range(15):
        ann.sound(127)
    within = ann.next(ssrc)
    late_silence = ann.next(ssrc)
    ann.sound(127)
    saved = ann.sequences[ssrc]
    for sequence, level in ((before, 40), (within, 40), (late_silence, 127)):
        ann.sequences[ssrc] = sequence
        ann.sound(level)
    ann.sequences[ssrc] = saved
    ann.sound(40)
    assert offsets(bob, Kind.AUDIO) == [0, *range(2, 12), 1, 12]


def test_somebody_bound_in_silence_begins_with_the_next_word() -> None:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    for _ in range(20):
        ann.sound(127)
    stage.show(bob, ann)
    ann.sound(127)
    assert not bob.got(Kind.AUDIO)
    ann.sound(40)
    assert len(bob.got(Kind.AUDIO)) == 1


def test_sound_without_levels_is_never_silence() -> None:
    _, ann, bob = pair()
    for _ in range(50):
        ann.sound(None)
    got = bob.got(Kind.AUDIO)
    assert len(got) == 50
    assert 1 not in got[0].elements


# -- formats ----------------------------------------------------------------------------------


def h264(person: Person, payload: bytes, what: int = CAMERA) -> None:
    ssrc = ssrc_of(person.number, what)
    person.receive(
        rtp_packet(
            ssrc=ssrc,
            payload_type=H264.payload_type,
            sequence=person.next(ssrc),
            timestamp=round(person.stage.now * 90000),
            payload=payload,
        )
    )


def test_h264_begins_with_its_parameter_sets() -> None:
    _, ann, bob = pair()
    for payload in (b"\x41slice", b"\x67sps", b"\x68pps", b"\x65idr", b"\x41slice"):
        h264(ann, payload)
    assert [heard.payload for heard in bob.got(Kind.CAMERA)] == [
        b"\x67sps",
        b"\x68pps",
        b"\x65idr",
        b"\x41slice",
    ]
    assert bob.got(Kind.CAMERA)[0].payload_type == H264.payload_type


def test_h264_without_parameter_sets_begins_with_the_picture() -> None:
    _, ann, bob = pair()
    h264(ann, b"\x65idr")
    assert len(bob.got(Kind.CAMERA)) == 1


def test_h264_whose_parameter_sets_were_lost_does_not_begin_with_the_picture() -> None:
    stage, ann, bob = pair()
    h264(ann, b"\x67sps")
    stage.show(bob)
    stage.show(bob, ann)
    bob.forget()
    ann.next(ssrc_of(1, CAMERA))
    h264(ann, b"\x65idr")
    assert not bob.got(Kind.CAMERA)


def test_a_change_of_format_begins_at_a_key_frame() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True, packets=1)
    ann.asked(rtcp.Pli)
    stage.pass_time(1.0)
    h264(ann, b"\x41slice")
    stage.pass_time(0.1)
    assert ann.asked(rtcp.Pli)
    h264(ann, b"\x67sps")
    assert [heard.payload_type for heard in bob.got(Kind.CAMERA)] == [96, 102]
    assert offsets(bob) == [0, 1]


def test_a_late_packet_in_another_format_changes_nothing() -> None:
    stage, ann, bob = pair()
    ann.picture(is_key=True, packets=1)
    lost = ann.picture(packets=1, lose=(0,))
    h264(ann, b"\x67sps")
    ann.receive(lost[0])
    h264(ann, b"\x41slice")
    assert [heard.payload_type for heard in bob.got(Kind.CAMERA)] == [96, 102, 102]
    assert stage.count("dropped_payload_type") == 1


def test_a_format_the_subscriber_did_not_agree_is_not_forwarded() -> None:
    stage = Stage()
    ann = stage.join(1)
    bob = stage.join(2, description=describe(2, codecs=(describe(2).codecs[0], H264)))
    stage.show(bob, ann)
    ann.picture(is_key=True)
    ann.picture()
    assert not bob.got(Kind.CAMERA)
    assert stage.count("dropped_no_codec") == 1
    h264(ann, b"\x67sps")
    assert bob.got(Kind.CAMERA)


def test_a_screen_is_shown_like_a_camera() -> None:
    _, ann, bob = pair()
    ann.picture(is_key=True, what=SCREEN)
    assert len(bob.got(Kind.SCREEN)) == 2
