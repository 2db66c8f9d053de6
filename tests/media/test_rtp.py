"""RTP headers and serial numbers."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtp


def build(first: int = 0x80, tail: bytes = b"payload") -> bytes:
    return struct.pack("!BBHII", first, 0x80 | 96, 7, 3000, 42) + tail


def test_a_plain_packet_is_read() -> None:
    assert rtp.parse(build()) == (0x80 | 96, 7, 3000, 42, 0, 12, 12, 19)


def test_contributing_sources_are_stepped_over() -> None:
    second, *_, payload, end = rtp.parse(build(0x82, bytes(8) + b"payload"))
    assert (second, payload, end) == (0x80 | 96, 20, 27)


def test_the_extension_block_lies_before_the_payload() -> None:
    packet = build(0x90, b"\xbe\xde\x00\x01abcd" + b"payload")
    assert rtp.parse(packet)[4:] == (0xBEDE, 16, 20, 27)


def test_padding_is_no_payload() -> None:
    packet = build(0xA0, b"payload" + bytes(3) + b"\x04")
    assert packet[rtp.parse(packet)[6] : rtp.parse(packet)[7]] == b"payload"


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        build()[:11],
        build(0x00),
        build(0xC0),
        build(0x81, b"abc"),
        build(0x90, b"\xbe\xde\x00"),
        build(0x90, b"\xbe\xde\x00\x02abcd"),
        build(0xA0, b"\x00"),
        build(0xA0, b"ab\x04"),
    ],
    ids=[
        "empty",
        "cut in the header",
        "version 0",
        "version 3",
        "cut in the sources",
        "cut in the extension header",
        "cut in the extension",
        "padding of length zero",
        "padding longer than the payload",
    ],
)
def test_what_is_no_packet_is_refused(packet: bytes) -> None:
    with pytest.raises(rtp.RtpError) as caught:
        rtp.parse(packet)
    assert caught.value.code == "rtp_malformed"


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: build(0xB3, tail)))
def test_any_bytes_give_a_value_inside_the_packet_or_the_error(packet: bytes) -> None:
    try:
        *_, start, payload, end = rtp.parse(packet)
    except rtp.RtpError:
        return
    assert 12 <= start <= payload <= end <= len(packet)


@given(st.integers(0, 2**40), st.integers(-0x8000, 0x7FFF))
def test_unwrapping_finds_the_nearest_number(reference: int, distance: int) -> None:
    assert rtp.unwrap((reference + distance) & 0xFFFF, reference) == reference + distance


@given(st.integers(0, 2**32 - 1), st.integers(-(2**31), 2**31 - 1))
def test_timestamps_differ_by_the_short_way_round(timestamp: int, distance: int) -> None:
    later = (timestamp + distance) & 0xFFFFFFFF
    assert rtp.signed32(later - timestamp) == distance
