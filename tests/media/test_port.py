"""One transport: what it learns of its sources, what it tells its publisher and its subscriber."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import rtcp, transport_cc
from media.description import ExtensionIds, Kind, PublishedTrack
from media.messages import Gate
from tests.media.packets import (
    CAMERA,
    CAMERA_RTX,
    EXTENSIONS,
    MICROPHONE,
    OPUS,
    VP8,
    describe,
    opus_packet,
    rtp_packet,
    ssrc_of,
    vp8_packet,
)
from tests.media.stage import OPEN, WALL_S, Person, Stage

RIDS = ("q", "h", "f")


BY_REMB = ExtensionIds(audio_level=1, mid=4, abs_send_time=2)


def named(
    mid: str | None = None, rid: str | None = None, rrid: str | None = None
) -> dict[int, bytes]:
    found = {4: mid, 10: rid, 11: rrid}
    return {name: value.encode() for name, value in found.items() if value is not None}


def learned_stage(rids: tuple[str, ...] = ()) -> tuple[Stage, Person, Person]:
    """Ann announces no SSRC; Bob sees and hears her."""
    stage = Stage()
    ann = stage.join(1, description=describe(1, rids=rids, announces=False))
    bob = stage.join(2)
    stage.show(bob, ann)
    return stage, ann, bob


def key_frame(ssrc: int, sequence: int, elements: dict[int, bytes], timestamp: int = 0) -> bytes:
    return vp8_packet(
        ssrc=ssrc,
        sequence=sequence,
        timestamp=timestamp,
        picture_id=1,
        is_key=True,
        elements=elements,
    )


# -- learning ---------------------------------------------------------------------------------


def test_a_source_that_names_itself_is_learned_and_then_known_by_its_ssrc() -> None:
    stage, ann, bob = learned_stage()
    ann.receive(opus_packet(ssrc=77, sequence=1, timestamp=0, elements=named("0")))
    ann.receive(opus_packet(ssrc=77, sequence=2, timestamp=960))
    assert len(bob.got(Kind.AUDIO)) == 2
    assert stage.count("dropped_unknown_source") == 0


def test_a_source_that_names_nothing_is_counted_and_dropped() -> None:
    stage, ann, bob = learned_stage()
    for sequence in range(200):
        ann.receive(opus_packet(ssrc=77, sequence=sequence, timestamp=0))
    assert not bob.got(Kind.AUDIO)
    assert stage.count("dropped_unknown_source") == 200


def test_a_source_ignored_for_long_is_looked_at_no_more() -> None:
    _, ann, bob = learned_stage()
    for sequence in range(60):
        ann.receive(opus_packet(ssrc=77, sequence=sequence, timestamp=0))
    ann.receive(opus_packet(ssrc=77, sequence=61, timestamp=0, elements=named("0")))
    assert not bob.got(Kind.AUDIO)


def test_many_unknown_sources_do_not_keep_a_true_one_out() -> None:
    _, ann, bob = learned_stage()
    for ssrc in range(1000, 2000):
        ann.receive(opus_packet(ssrc=ssrc, sequence=1, timestamp=0))
    ann.receive(opus_packet(ssrc=77, sequence=1, timestamp=0, elements=named("0")))
    assert bob.got(Kind.AUDIO)


@pytest.mark.parametrize("mid", ["9", "", "2x", "\x00"])
def test_a_section_that_was_not_negotiated_is_not_learned(mid: str) -> None:
    stage, ann, _ = learned_stage()
    ann.receive(opus_packet(ssrc=77, sequence=1, timestamp=0, elements={4: mid.encode() or b"-"}))
    assert stage.count("dropped_unknown_source") == 1


def test_an_ssrc_is_bound_to_its_transport_alone() -> None:
    stage = Stage()
    ann, eve, bob = stage.join(1), stage.join(2), stage.join(3)
    stage.show(bob, ann)
    eve.receive(opus_packet(ssrc=ssrc_of(1, MICROPHONE), sequence=1, timestamp=0))
    assert not bob.got(Kind.AUDIO)
    assert stage.count("dropped_unknown_source") == 1


def test_a_new_ssrc_of_a_section_takes_the_place_of_the_old() -> None:
    _, ann, bob = learned_stage()
    ann.receive(key_frame(70, 1, named("1")))
    ann.receive(key_frame(71, 500, named("1")))
    ann.receive(key_frame(70, 2, {}))
    got = bob.got(Kind.CAMERA)
    assert len(got) == 2
    assert got[1].sequence == got[0].sequence + 1


def test_a_new_ssrc_replaces_an_announced_one() -> None:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    stage.show(bob, ann)
    ann.sound()
    ann.receive(opus_packet(ssrc=77, sequence=1, timestamp=0, elements=named("0")))
    ann.sound()
    assert len(bob.got(Kind.AUDIO)) == 2


def test_layers_are_told_apart_by_rid_with_or_without_mid() -> None:
    for mid in ("1", None):
        stage, ann, bob = learned_stage(RIDS)
        for layer, rid in enumerate(RIDS):
            ann.receive(key_frame(70 + layer, 1, named(mid, rid)))
        assert stage.count("key_frames_in") == 3
        assert len(bob.got(Kind.CAMERA)) == 3  # upwards at each key frame


@pytest.mark.parametrize("elements", [named("1"), named("1", "x"), named(None, "x")])
def test_a_simulcast_source_without_a_known_rid_is_not_learned(elements: dict[int, bytes]) -> None:
    stage, ann, _ = learned_stage(RIDS)
    ann.receive(key_frame(70, 1, elements))
    assert stage.count("dropped_unknown_source") == 1


def test_a_repair_stream_is_learned_by_repaired_rid() -> None:
    stage, ann, bob = learned_stage(RIDS)
    ann.receive(key_frame(70, 1, named("1", "q")))
    lost = key_frame(70, 2, {}, 3000)
    ann.receive(key_frame(70, 3, {}, 6000))
    for ssrc in (80, 81):  # the second takes the place of the first
        ann.receive(
            rtp_packet(
                ssrc=ssrc,
                payload_type=97,
                sequence=9,
                timestamp=3000,
                payload=b"\x00\x02" + lost[12:],
                elements=named("1", None, "q"),
            )
        )
    assert len(bob.got(Kind.CAMERA)) == 3
    assert stage.count("recovered_in") == 1
    assert stage.count("dropped_duplicate") == 1


def test_a_repair_stream_is_learned_by_mid_and_payload_type() -> None:
    stage, ann, _ = learned_stage()
    ann.receive(key_frame(70, 1, named("1")))
    ann.receive(key_frame(70, 3, {}))
    ann.receive(
        rtp_packet(
            ssrc=80,
            payload_type=97,
            sequence=9,
            timestamp=0,
            payload=b"\x00\x02" + b"\x10\x01",
            elements=named("1"),
        )
    )
    assert stage.count("recovered_in") == 1


def test_a_second_track_of_a_kind_is_not_published() -> None:
    description = describe(1, announces=False)
    extra = PublishedTrack(mid="7", kind=Kind.CAMERA, rids=(), ssrcs=(), rtx_ssrcs=())
    stage = Stage()
    ann = stage.join(
        1,
        description=type(description)(
            tracks=(*description.tracks, extra),
            slots=description.slots,
            codecs=description.codecs,
            extensions=description.extensions,
            cname="x",
        ),
    )
    ann.receive(key_frame(70, 1, named("7")))
    assert stage.count("dropped_unknown_source") == 1


def test_without_extensions_only_announced_sources_pass() -> None:
    stage = Stage()
    ann = stage.join(1, description=describe(1, extensions=ExtensionIds()))
    bob = stage.join(2, description=describe(2, extensions=ExtensionIds()))
    stage.show(bob, ann)
    ann.sound()
    ann.receive(opus_packet(ssrc=77, sequence=1, timestamp=0, elements=named("0", "q")))
    got = bob.got(Kind.AUDIO)
    assert [heard.elements for heard in got] == [{}]
    stage.pass_time(0.2)
    assert not ann.asked(rtcp.TransportFeedback)


# -- what does not pass -----------------------------------------------------------------------


def test_what_is_no_rtp_is_counted() -> None:
    stage, ann, _ = learned_stage()
    for packet in (b"", b"x" * 11, b"\x00" * 40):
        ann.receive(packet)
    assert stage.count("dropped_malformed") == 3


def test_a_payload_type_of_another_kind_does_not_pass() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.receive(
        rtp_packet(
            ssrc=ssrc_of(1, CAMERA),
            payload_type=OPUS.payload_type,
            sequence=1,
            timestamp=0,
            payload=b"sound in the camera",
        )
    )
    ann.receive(
        rtp_packet(
            ssrc=ssrc_of(1, MICROPHONE),
            payload_type=VP8.payload_type,
            sequence=1,
            timestamp=0,
            payload=b"\x10\x00picture in the microphone",
        )
    )
    stage.collect()
    assert bob.rtp == []
    assert stage.count("dropped_payload_type") == 2


def repair(payload_type: int, payload: bytes) -> bytes:
    return rtp_packet(
        ssrc=ssrc_of(1, CAMERA_RTX),
        payload_type=payload_type,
        sequence=1,
        timestamp=0,
        payload=payload,
    )


def test_repair_packets_that_repair_nothing_are_counted() -> None:
    stage = Stage()
    ann = stage.join(1)
    ann.receive(repair(97, b""))
    ann.receive(repair(96, b"\x00\x01x"))
    ann.receive(repair(97, b"\x00\x01x"))
    assert stage.count("dropped_padding") == 1
    assert stage.count("dropped_payload_type") == 1
    assert stage.count("dropped_duplicate") == 1
    stage.gate(ann, Gate())
    ann.receive(repair(97, b"\x00\x01x"))
    assert stage.count("dropped_gate") == 1


def test_a_repair_stream_of_a_layer_never_seen_is_unknown() -> None:
    stage, ann, _ = learned_stage(RIDS)
    ann.receive(
        rtp_packet(
            ssrc=80,
            payload_type=97,
            sequence=1,
            timestamp=0,
            payload=b"\x00\x01x",
            elements=named("1", None, "q"),
        )
    )
    assert stage.count("dropped_unknown_source") == 1


@settings(deadline=None)
@given(packets=st.lists(st.binary(max_size=80), max_size=10), data=st.data())
def test_any_bytes_are_dropped_or_forwarded_and_nothing_raises(
    packets: list[bytes], data: st.DataObject
) -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    for packet in packets:
        ssrc = data.draw(st.sampled_from([ssrc_of(1, what) for what in range(1, 6)]))
        first = data.draw(st.integers(0x80, 0xBF))
        kind = data.draw(st.sampled_from([96, 97, 102, 103, 111, 224]))
        ann.receive(packet)
        ann.receive(struct.pack("!BBHII", first, kind, len(packet), 5, ssrc) + packet)
        ann.port.receive_rtcp(packet, stage.now)
        ann.port.receive_rtcp(bytes([0x80 | len(packet) & 31, 200 + kind % 7]) + packet, stage.now)
    stage.pass_time(0.2)
    assert bob.port.round_trip_s > 0


# -- RTCP -------------------------------------------------------------------------------------


def test_malformed_rtcp_is_counted() -> None:
    stage = Stage()
    ann = stage.join(1)
    ann.send_rtcp(b"\x80")
    assert stage.count("dropped_malformed_rtcp") == 1


def test_key_frame_requests_of_many_are_one_request_to_the_source() -> None:
    stage = Stage()
    people = stage.meet(4)
    ann = people[0]
    ann.picture(is_key=True)
    stage.pass_time(3.0)
    ann.asked(rtcp.Pli)
    for person in people[1:]:
        place = next(
            b.mid for b in stage.router.bindings(person.name) if b.source == "e1"
        ).removeprefix("a")
        person.send_rtcp(rtcp.build_pli(1, person.slot(Kind.CAMERA, int(place))))
        person.send_rtcp(rtcp.build_fir(1, person.slot(Kind.CAMERA, int(place)), 1))
    stage.pass_time(0.1)
    assert len(ann.asked(rtcp.Pli)) == 1
    assert stage.count("plis_in") == 6


def test_a_request_for_an_unknown_stream_asks_nobody() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    stage.pass_time(1.0)
    ann.asked(rtcp.Pli)
    bob.send_rtcp(rtcp.build_pli(1, 4711))
    bob.send_rtcp(rtcp.build_pli(1, bob.slot(Kind.CAMERA, 2)))
    bob.send_rtcp(rtcp.build_pli(1, bob.slot(Kind.AUDIO)))
    bob.nack(4711, 5)
    stage.pass_time(1.0)
    assert not ann.asked(rtcp.Pli)


def test_a_publisher_is_told_what_arrived_every_hundred_milliseconds() -> None:
    stage = Stage()
    ann = stage.join(1)
    stage.router.handle_timeout(stage.now)
    sent = {}
    for wide in range(40):
        if wide != 7:
            ann.receive(opus_packet(ssrc=ssrc_of(1, 1), sequence=wide, timestamp=0, wide=wide))
            sent[wide] = stage.now
        stage.pass_time(0.02)
    stage.pass_time(0.1)
    found = ann.asked(rtcp.TransportFeedback)
    assert 8 <= len(found) <= 16
    received = dict(pair for packet in found for pair in transport_cc.parse(packet.body).received)
    assert received.keys() == sent.keys()
    assert all(abs(received[wide] - sent[wide]) < 0.001 for wide in sent)


def test_feedback_covers_what_is_muted_or_unknown() -> None:
    stage = Stage()
    ann = stage.join(1, gate=Gate())
    ann.receive(opus_packet(ssrc=ssrc_of(1, 1), sequence=1, timestamp=0, wide=5))
    ann.receive(opus_packet(ssrc=4711, sequence=1, timestamp=0, wide=6))
    stage.pass_time(0.2)
    (packet,) = ann.asked(rtcp.TransportFeedback)
    assert [wide for wide, _ in transport_cc.parse(packet.body).received] == [5, 6]


def test_arrivals_between_two_looks_are_bounded() -> None:
    stage = Stage()
    ann = stage.join(1)
    for wide in range(5000):
        ann.receive(opus_packet(ssrc=ssrc_of(1, 1), sequence=wide, timestamp=0, wide=wide))
    stage.pass_time(0.02)
    bodies = [transport_cc.parse(p.body) for p in ann.asked(rtcp.TransportFeedback)]
    assert sum(len(body.received) for body in bodies) <= transport_cc.MAX_PENDING


def test_a_publisher_is_told_its_loss_and_when_we_saw_its_report() -> None:
    stage = Stage()
    ann, _ = stage.meet(2)
    for index in range(20):
        ann.picture(is_key=index == 0, packets=2, lose=(1,) if index % 2 else ())
        stage.now += 0.02
    ann.report(ssrc_of(1, CAMERA), 5, 700.0)
    stage.pass_time(1.1)
    blocks = [b for r in ann.asked(rtcp.ReceiverReport) for b in r.blocks]
    block, *_, last = [b for b in blocks if b.ssrc == ssrc_of(1, CAMERA)]
    assert block.packets_lost == 9  # the last gap is not known yet
    assert block.fraction_lost == pytest.approx(9 / 39 * 256, abs=1)
    assert block.last_sr == rtcp.compact(rtcp.ntp_time(700.0))
    assert (block.delay, last.fraction_lost) == (0, 0)
    assert last.delay == pytest.approx(1.0 * 65536, rel=0.1)


def test_nothing_is_reported_of_a_closed_gate() -> None:
    stage = Stage()
    ann, _ = stage.meet(2)
    ann.picture(is_key=True)
    stage.gate(ann, Gate())
    for _ in range(20):
        ann.picture()
    stage.pass_time(1.1)
    assert not [b for r in ann.asked(rtcp.ReceiverReport) for b in r.blocks]


def test_a_subscriber_is_sent_reports_that_map_its_timestamps_to_time() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    for tick in range(60):
        ann.sound()
        ann.picture(is_key=tick == 0)
        stage.pass_time(0.02)
    stage.collect()
    reports = {r.ssrc: r for r in bob.asked(rtcp.SenderReport)}
    for kind, rate in ((Kind.AUDIO, 48000), (Kind.CAMERA, 90000)):
        report = reports[bob.slot(kind)]
        last = bob.got(kind)[-1]
        sent_at = stage.now - 0.02 + WALL_S
        elapsed = (last.timestamp - report.timestamp) / rate
        assert rtcp.unix_time(report.ntp) + elapsed == pytest.approx(sent_at, abs=0.025)
        assert report.packets > 0
        assert report.octets > 0


def test_lips_and_voice_of_one_person_share_one_timeline() -> None:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    stage.show(bob, ann)
    # Ann's camera is 150 ms behind her microphone on the way here; her reports say so.
    ntp_s = 700.0
    ann.report(ssrc_of(1, MICROPHONE), 48_000, ntp_s)
    ann.report(ssrc_of(1, CAMERA), 900_000, ntp_s)
    for tick in range(60):
        moment = tick * 0.02
        ann.receive(
            opus_packet(
                ssrc=ssrc_of(1, MICROPHONE),
                sequence=tick,
                timestamp=48_000 + round(moment * 48_000),
            )
        )
        ann.receive(
            vp8_packet(
                ssrc=ssrc_of(1, CAMERA),
                sequence=tick,
                timestamp=900_000 + round((moment - 0.15) * 90_000),
                picture_id=tick,
                is_key=tick == 0,
            )
        )
        stage.pass_time(0.02)
    reports = {r.ssrc: r for r in bob.asked(rtcp.SenderReport)}

    def sampled(kind: Kind, rate: int) -> float:
        report, last = reports[bob.slot(kind)], bob.got(kind)[-1]
        return rtcp.unix_time(report.ntp) + (last.timestamp - report.timestamp) / rate

    assert sampled(Kind.AUDIO, 48_000) - sampled(Kind.CAMERA, 90_000) == pytest.approx(
        0.15, abs=0.001
    )


def test_the_round_trip_is_learned_from_echoed_reports() -> None:
    stage = Stage()
    _, bob = stage.meet(2)
    for _ in range(30):
        last_sr = rtcp.compact(rtcp.ntp_time(stage.now + WALL_S - 0.25))
        block = rtcp.ReportBlock(
            ssrc=bob.slot(Kind.AUDIO),
            fraction_lost=0,
            packets_lost=0,
            highest_sequence=0,
            jitter=0,
            last_sr=last_sr,
            delay=int(0.05 * 65536),
        )
        bob.send_rtcp(rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=1, blocks=(block,))))
    assert bob.port.round_trip_s == pytest.approx(0.2, abs=0.01)


def test_a_microphone_is_told_the_loss_of_who_hears_it_worst_and_a_camera_our_own() -> None:
    stage = Stage()
    ann, bob, eve = stage.meet(3)
    for kind, lost in ((Kind.AUDIO, 26), (Kind.CAMERA, 30)):
        for listener, share in ((bob, lost), (eve, 3)):
            block = rtcp.ReportBlock(
                ssrc=listener.slot(kind),
                fraction_lost=share,
                packets_lost=9,
                highest_sequence=0,
                jitter=0,
                last_sr=0,
                delay=0,
            )
            report = rtcp.ReceiverReport(ssrc=1, blocks=(block,))
            listener.send_rtcp(rtcp.build_receiver_report(report))
    ann.sound()
    ann.picture(is_key=True)
    ann.forget()
    stage.pass_time(1.1)

    def told() -> dict[int, tuple[int, int]]:
        reports = ann.asked(rtcp.ReceiverReport)
        return {b.ssrc: (b.fraction_lost, b.packets_lost) for r in reports for b in r.blocks}

    assert told() == {ssrc_of(1, MICROPHONE): (26, 0), ssrc_of(1, CAMERA): (0, 0)}
    stage.show(bob)
    stage.pass_time(1.0)
    assert told()[ssrc_of(1, MICROPHONE)] == (3, 0)


@pytest.mark.parametrize(
    ("ssrc", "last_sr"), [(4711, 5), (2000, 0), (2000, 5)], ids=["unknown", "no echo", "absurd"]
)
def test_a_senseless_echo_teaches_nothing(ssrc: int, last_sr: int) -> None:
    stage = Stage()
    bob = stage.join(2)
    block = rtcp.ReportBlock(
        ssrc=ssrc,
        fraction_lost=0,
        packets_lost=0,
        highest_sequence=0,
        jitter=0,
        last_sr=last_sr,
        delay=0,
    )
    sender = rtcp.SenderReport(ssrc=9, ntp=0, timestamp=0, packets=0, octets=0, blocks=(block,))
    bob.send_rtcp(rtcp.build_sender_report(sender))
    assert bob.port.round_trip_s == 0.1


def test_what_nobody_reads_is_passed_over() -> None:
    stage = Stage()
    ann = stage.join(1)
    ann.send_rtcp(
        rtcp.build_source_description([1], "ann")
        + rtcp.build_remb(1, 500_000, (2,))
        + rtcp.build_transport_feedback(1, 2, b"")
        + rtcp.build_bye((4711,))
    )
    assert stage.count("rtcp_in") == 1


def test_a_transport_without_slots_is_told_of_its_packets_too() -> None:
    stage = Stage()
    description = describe(1)
    ann = stage.join(
        1,
        description=type(description)(
            tracks=description.tracks,
            slots=(),
            codecs=description.codecs,
            extensions=EXTENSIONS,
            cname="whip",
        ),
        gate=OPEN,
    )
    ann.sound()
    stage.pass_time(1.2)
    report = ann.asked(rtcp.ReceiverReport)[0]
    assert report.ssrc == 1
    assert report.blocks[0].ssrc == ssrc_of(1, MICROPHONE)


# -- estimates for publishers without transport-wide feedback ---------------------------------


def test_a_publisher_without_transport_cc_is_told_an_estimate_for_its_pictures() -> None:
    stage = Stage()
    ann = stage.join(1, description=describe(1, extensions=BY_REMB))
    camera = ssrc_of(1, CAMERA)
    for number in range(60):
        at = int(stage.now * 1024 % 65536) << 8
        ann.receive(
            vp8_packet(
                ssrc=camera, sequence=number, timestamp=number * 900, picture_id=number,
                is_key=not number, elements={2: at.to_bytes(3, "big")},
            )
        )  # fmt: skip
        stage.pass_time(0.01)
    told = ann.asked(rtcp.Remb)
    assert told
    assert camera in told[0].ssrcs
    assert ssrc_of(1, MICROPHONE) not in told[0].ssrcs
    assert told[-1].bitrate_bps > 0
    assert not ann.asked(rtcp.TransportFeedback)
    assert stage.count("rembs_out") == len(told)


def test_a_publisher_with_transport_cc_is_told_no_estimate() -> None:
    stage = Stage()
    ann = stage.join(1)
    for number in range(30):
        ann.receive(
            vp8_packet(
                ssrc=ssrc_of(1, CAMERA), sequence=number, timestamp=number * 900,
                picture_id=number, is_key=not number,
                elements={3: number.to_bytes(2, "big"), 2: bytes(3)},
            )
        )  # fmt: skip
        stage.pass_time(0.01)
    assert ann.asked(rtcp.TransportFeedback)
    assert not ann.asked(rtcp.Remb)
