"""RTCP packets, parsed and built."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp

words = st.integers(0, 0xFFFFFFFF)
blocks = st.builds(
    rtcp.ReportBlock,
    ssrc=words,
    fraction_lost=st.integers(0, 255),
    packets_lost=st.integers(-0x800000, 0x7FFFFF),
    highest_sequence=words,
    jitter=words,
    last_sr=words,
    delay=words,
)
ssrcs = st.lists(words, max_size=31).map(tuple)


@given(words, st.integers(0, 2**64 - 1), words, st.lists(blocks, max_size=31).map(tuple))
def test_reports_come_back_as_they_were(
    ssrc: int, ntp: int, count: int, found: tuple[rtcp.ReportBlock, ...]
) -> None:
    sender = rtcp.SenderReport(
        ssrc=ssrc, ntp=ntp, timestamp=count, packets=count, octets=count, blocks=found
    )
    receiver = rtcp.ReceiverReport(ssrc=ssrc, blocks=found)
    compound = rtcp.build_sender_report(sender) + rtcp.build_receiver_report(receiver)
    assert rtcp.parse(compound) == [sender, receiver]


def test_a_loss_beyond_24_bits_is_reported_as_the_largest() -> None:
    block = rtcp.ReportBlock(
        ssrc=1,
        fraction_lost=0,
        packets_lost=1 << 30,
        highest_sequence=0,
        jitter=0,
        last_sr=0,
        delay=0,
    )
    built = rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=1, blocks=(block,)))
    (report,) = rtcp.parse(built)
    assert isinstance(report, rtcp.ReceiverReport)
    assert report.blocks[0].packets_lost == 0x7FFFFF


@given(ssrcs, st.text("ab{}-é", max_size=20))
def test_a_source_description_names_every_ssrc(found: tuple[int, ...], name: str) -> None:
    built = rtcp.build_source_description(found, name)
    chunks = tuple((ssrc, name) for ssrc in found)
    assert len(built) % 4 == 0
    assert rtcp.parse(built) == [rtcp.SourceDescription(chunks=chunks)]


def test_other_items_of_a_description_are_stepped_over() -> None:
    item = b"\x06\x04tool\x01\x01n\x00" + bytes(2)
    body = struct.pack("!I", 5) + item + struct.pack("!I", 6) + bytes(4)
    packet = struct.pack("!BBH", 0x82, 202, len(body) // 4) + body
    assert rtcp.parse(packet) == [rtcp.SourceDescription(chunks=((5, "n"), (6, "")))]


@given(ssrcs)
def test_a_good_bye_comes_back(found: tuple[int, ...]) -> None:
    assert rtcp.parse(rtcp.build_bye(found)) == [rtcp.Bye(ssrcs=found)]


@given(words, words, st.sets(st.integers(0, 400), min_size=1), st.integers(0, 0xFFFF))
def test_a_nack_asks_for_the_same_packets_across_a_wrap(
    sender: int, media: int, offsets: set[int], first: int
) -> None:
    sequences = [(first + offset) & 0xFFFF for offset in sorted(offsets)]
    parsed = rtcp.parse(rtcp.build_nack(sender, media, sequences))
    assert parsed == [rtcp.Nack(sender=sender, media=media, sequences=tuple(sequences))]


@given(words, words, st.integers(0, 255))
def test_key_frame_requests_come_back(sender: int, media: int, number: int) -> None:
    data = rtcp.build_pli(sender, media) + rtcp.build_fir(sender, media, number)
    expected = [rtcp.Pli(sender=sender, media=media), rtcp.Fir(sender=sender, ssrcs=(media,))]
    assert rtcp.parse(data) == expected


@given(words, st.integers(0, 2**40), ssrcs)
def test_a_bitrate_comes_back_to_18_bits(sender: int, bitrate: int, found: tuple[int, ...]) -> None:
    (parsed,) = rtcp.parse(rtcp.build_remb(sender, bitrate, found))
    assert isinstance(parsed, rtcp.Remb)
    assert parsed.ssrcs == found
    assert bitrate * (1 - 2**-17) <= parsed.bitrate_bps <= bitrate


@given(words, st.binary(max_size=40))
def test_transport_feedback_keeps_its_body(sender: int, body: bytes) -> None:
    built = rtcp.build_transport_feedback(sender, 7, body)
    assert len(built) % 4 == 0
    assert rtcp.parse(built) == [rtcp.TransportFeedback(sender=sender, media=7, body=body)]


@pytest.mark.parametrize(
    "packet",
    [
        struct.pack("!BBHI", 0x80, 204, 1, 5),
        struct.pack("!BBHII", 0x83, 205, 2, 1, 2),
        struct.pack("!BBHII", 0x82, 206, 2, 1, 2),
        struct.pack("!BBHIII", 0x8F, 206, 3, 1, 2, 3),
    ],
    ids=["APP", "another transport feedback", "another payload feedback", "AFB that is no REMB"],
)
def test_what_nobody_needs_is_skipped(packet: bytes) -> None:
    assert rtcp.parse(packet + rtcp.build_pli(1, 2)) == [rtcp.Pli(sender=1, media=2)]


@pytest.mark.parametrize(
    "packet",
    [
        b"\x80",
        struct.pack("!BBHI", 0x00, 201, 1, 5),
        struct.pack("!BBHI", 0x80, 201, 2, 5),
        struct.pack("!BBHI", 0x81, 201, 1, 5),
        struct.pack("!BBHI", 0x80, 200, 1, 5),
        struct.pack("!BBHI", 0xA0, 201, 1, 0),
        struct.pack("!BBHI", 0xA0, 201, 1, 9),
        struct.pack("!BBH", 0xA0, 201, 0),
        struct.pack("!BBHI", 0x82, 203, 1, 5),
        struct.pack("!BBHI", 0x81, 202, 1, 5),
        struct.pack("!BBHIH2x", 0x81, 205, 2, 1, 2)[:-2],
        struct.pack("!BBHII4s", 0x8F, 206, 3, 1, 2, b"REMB"),
    ],
    ids=[
        "cut in the header",
        "version 0",
        "longer than the datagram",
        "a block short",
        "a sender report cut short",
        "padding of length zero",
        "padding longer than the packet",
        "padding without a body",
        "a good-bye that is cut short",
        "a description without an end",
        "feedback cut short",
        "a bitrate cut short",
    ],
)
def test_what_does_not_fit_is_refused(packet: bytes) -> None:
    with pytest.raises(rtcp.RtcpError) as caught:
        rtcp.parse(packet)
    assert caught.value.code == "rtcp_malformed"


headers = st.builds(
    lambda count, kind, body: (
        struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body[: len(body) // 4 * 4]
    ),
    st.integers(0, 63),
    st.integers(199, 208),
    st.binary(max_size=60),
)


@given(st.binary(max_size=100) | st.lists(headers, max_size=3).map(b"".join))
def test_any_bytes_give_packets_or_the_error(data: bytes) -> None:
    with contextlib.suppress(rtcp.RtcpError):
        assert isinstance(rtcp.parse(data), list)


@given(st.floats(0, 4e9))
def test_ntp_times_come_back(moment: float) -> None:
    assert abs(rtcp.unix_time(rtcp.ntp_time(moment)) - moment) < 1e-5


def test_the_compact_form_is_the_middle() -> None:
    assert rtcp.compact(0x1122334455667788) == 0x33445566
