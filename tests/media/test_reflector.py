"""A probe gets its own packets back, and nothing else is in it."""

import dataclasses
import random
from itertools import pairwise

from media import rtcp, transport_cc
from media.description import Description, ExtensionIds, Kind
from media.reflector import BURST_BYTES, RATE_BPS, Reflector
from tests.media.packets import CAMERA, VP8, describe, rtp_packet, slot_ssrc, ssrc_of
from tests.media.stage import Heard, read
from tests.media.test_core_imports import imported

SOURCE = ssrc_of(1, CAMERA)
OURS = slot_ssrc(1, Kind.CAMERA, 0)
WIDE, SENT_AT = 3, 2
BY_TRANSPORT_CC = ExtensionIds(transport_cc=WIDE)


def probe(extensions: ExtensionIds = BY_TRANSPORT_CC) -> Description:
    """What a probe negotiated: one picture each way."""
    whole = describe(1, codecs=(VP8,), extensions=extensions)
    tracks = tuple(track for track in whole.tracks if track.kind is Kind.CAMERA)
    slots = tuple(slot for slot in whole.slots if slot.ssrc == OURS)
    return dataclasses.replace(whole, tracks=tracks, slots=slots)


class Probed:
    def __init__(self, description: Description | None = None) -> None:
        self.now = 10.0
        self.reflector = Reflector(description or probe(), self.now)
        self.reports: list[rtcp.RtcpPacket] = []

    def send(
        self, sequence: int, *, ssrc: int = SOURCE, body: bytes = b"picture", **more: int
    ) -> None:
        self.receive(
            rtp_packet(
                ssrc=ssrc,
                payload_type=more.get("payload_type", 96),
                sequence=sequence,
                timestamp=sequence * 3000,
                payload=body,
                marker=True,
                elements={WIDE: sequence.to_bytes(2, "big"), SENT_AT: b"\x01\x02\x03"},
            )
        )

    def receive(self, packet: bytes) -> None:
        self.reflector.receive_rtp(packet, self.now)

    def back(self) -> list[Heard]:
        output = self.reflector.take_output()
        self.reports += [
            part for packet, is_rtcp in output if is_rtcp for part in rtcp.parse(packet)
        ]
        return [read(packet) for packet, is_rtcp in output if not is_rtcp]

    def told(self, seconds: float = 1.1) -> list[rtcp.RtcpPacket]:
        until = self.now + seconds
        while self.now < until:
            self.now += 0.02
            self.reflector.tick(self.now)
        self.back()
        reports, self.reports = self.reports, []
        return reports


def test_what_is_sent_comes_back_in_the_slot_as_it_was() -> None:
    probed = Probed()
    for sequence in (7, 8, 9):
        probed.send(sequence, body=b"body %d" % sequence)
    came = probed.back()
    assert [heard.payload for heard in came] == [b"body 7", b"body 8", b"body 9"]
    assert {heard.ssrc for heard in came} == {OURS}
    assert [(heard.timestamp, heard.payload_type, heard.marker) for heard in came] == [
        (21000, 96, True), (24000, 96, True), (27000, 96, True),
    ]  # fmt: skip
    assert not any(heard.elements for heard in came)


def test_a_loss_on_the_way_in_is_no_loss_on_the_way_out() -> None:
    probed = Probed()
    for sequence in (7, 8, 12):
        probed.send(sequence)
    first, second, third = (heard.sequence for heard in probed.back())
    assert (second - first, third - second) == (1, 1)


def test_only_one_source_of_the_agreed_codecs_comes_back() -> None:
    probed = Probed()
    probed.send(1)
    probed.send(1, ssrc=SOURCE + 1)
    probed.send(2, payload_type=97)
    probed.send(3, payload_type=13)
    probed.send(4, body=b"")
    probed.receive(b"\x80no packet")
    assert len(probed.back()) == 1


def test_no_more_goes_out_than_the_rate_allows_and_no_hole_shows_it() -> None:
    probed = Probed()
    body = bytes(1000)
    sent_bytes = 0
    for sequence in range(4000):
        probed.now += 0.001
        probed.send(sequence, body=body)
    came = probed.back()
    sent_bytes = sum(len(heard.payload) + 12 for heard in came)
    assert sent_bytes <= RATE_BPS / 8 * 4 + BURST_BYTES
    assert sent_bytes >= 0.9 * RATE_BPS / 8 * 4
    numbers = [heard.sequence for heard in came]
    assert {(b - a) & 0xFFFF for a, b in pairwise(numbers)} == {1}
    assert probed.reflector.over_rate == 4000 - len(came)
    assert probed.reflector.reflected == len(came)


def test_any_bytes_give_at_most_one_packet_that_is_no_longer() -> None:
    seed = 61
    chance = random.Random(seed)
    probed = Probed()
    probed.send(1)
    probed.back()
    whole = rtp_packet(ssrc=SOURCE, payload_type=96, sequence=5, timestamp=1, payload=bytes(40))
    for _ in range(3000):
        packet = bytearray(whole)
        for _ in range(chance.randrange(6)):
            packet[chance.randrange(len(packet))] = chance.randrange(256)
        cut = bytes(packet[: chance.randrange(len(packet) + 1)])
        probed.receive(cut)
        probed.reflector.receive_rtcp(cut, probed.now)
        output = probed.reflector.take_output()
        assert len(output) <= 1, seed
        assert sum(len(data) for data, _ in output) <= len(cut), seed


def test_the_peer_is_told_when_its_packets_came_and_how_many_did_not() -> None:
    probed = Probed()
    for sequence in (100, 101, 102, 103, 105, 106, 107, 109):
        probed.send(sequence)
    told = probed.told()
    arrivals = [part for part in told if isinstance(part, rtcp.TransportFeedback)]
    found = transport_cc.parse(arrivals[0].body)
    assert [number for number, _ in found.received] == [100, 101, 102, 103, 105, 106, 107, 109]
    (report,) = [part for part in told if isinstance(part, rtcp.ReceiverReport)]
    (block,) = report.blocks
    assert (block.ssrc, block.packets_lost, block.highest_sequence) == (SOURCE, 2, 109)
    assert block.fraction_lost == (2 << 8) // 10
    assert not any(isinstance(part, rtcp.Nack) for part in told), "what is lost stays lost"


def test_a_report_lets_the_peer_measure_its_round_trip() -> None:
    probed = Probed()
    probed.send(1)
    ntp = rtcp.ntp_time(1_700_000_000.0)
    report = rtcp.SenderReport(ssrc=SOURCE, ntp=ntp, timestamp=3000, packets=1, octets=7)
    probed.reflector.receive_rtcp(rtcp.build_sender_report(report), probed.now)
    probed.reflector.receive_rtcp(b"nonsense", probed.now)
    (found,) = [part for part in probed.told() if isinstance(part, rtcp.ReceiverReport)]
    (block,) = found.blocks
    assert block.last_sr == rtcp.compact(ntp)
    assert 0.9 <= block.delay / 65536 < 1.1


def test_a_peer_without_transport_wide_numbers_is_told_its_rate() -> None:
    probed = Probed(probe(ExtensionIds(abs_send_time=SENT_AT)))
    told = []
    for sequence in range(200):
        probed.send(sequence, body=bytes(1000))
        told += probed.told(0.02)
    rates = [part for part in told if isinstance(part, rtcp.Remb)]
    assert rates
    assert all(one.ssrcs == (SOURCE,) for one in rates)


def test_nothing_is_told_before_anything_came() -> None:
    assert Probed().told() == []


def test_a_reflector_knows_nothing_that_a_meeting_flows_through() -> None:
    """What it imports are formats, counts and estimates."""
    names = {name.removeprefix("media.") for name in imported("reflector")}
    assert "reception" in names
    assert not names & {
        "router", "port", "publication", "subscription", "stream", "slots", "outbox", "feedback",
    }  # fmt: skip
