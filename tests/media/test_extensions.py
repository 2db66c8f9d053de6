"""Header extensions: both forms read, the one-byte form written."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtp
from media.extensions import NOT_AGREED, ONE_BYTE, HeaderLayout, elements, scan

ids = st.integers(1, 14)
TWO_BYTE = 0x1000


def one_byte(found: dict[int, bytes]) -> bytes:
    return b"".join(bytes([name << 4 | len(value) - 1]) + value for name, value in found.items())


def two_byte(found: dict[int, bytes]) -> bytes:
    return b"".join(bytes([name, len(value)]) + value for name, value in found.items())


@given(st.dictionaries(ids, st.binary(min_size=1, max_size=16)))
def test_the_one_byte_form_is_read(found: dict[int, bytes]) -> None:
    block = one_byte(found)
    assert elements(block, ONE_BYTE, 0, len(block)) == found


@given(st.dictionaries(st.integers(1, 255), st.binary(max_size=40)), st.integers(0, 15))
def test_the_two_byte_form_is_read_whatever_its_application_bits(
    found: dict[int, bytes], application: int
) -> None:
    block = two_byte(found)
    assert elements(block, TWO_BYTE | application, 0, len(block)) == found


def test_padding_between_elements_is_stepped_over() -> None:
    block = b"\x00" + one_byte({3: b"ab"}) + b"\x00\x00" + one_byte({4: b"c"})
    assert elements(block, ONE_BYTE, 0, len(block)) == {3: b"ab", 4: b"c"}
    assert scan(block, ONE_BYTE, 0, len(block), 4, 3) == (ord("c"), 0x6162)


def test_id_15_ends_the_one_byte_form() -> None:
    block = one_byte({3: b"ab"}) + b"\xf0\x00" + one_byte({4: b"c"})
    assert elements(block, ONE_BYTE, 0, len(block)) == {3: b"ab"}
    assert scan(block, ONE_BYTE, 0, len(block), 4, 3) == (-1, 0x6162)


def test_an_unknown_profile_has_no_elements() -> None:
    assert elements(b"\x10\x01", 0x1234, 0, 2) == {}


@pytest.mark.parametrize("block", [b"\x12a", b"\x30", b"\x31a"])
def test_an_element_cut_short_ends_the_reading(block: bytes) -> None:
    assert elements(block, ONE_BYTE, 0, len(block)) == {}
    assert scan(block, ONE_BYTE, 0, len(block), 1, 3) == (-1, -1)


@pytest.mark.parametrize("block", [b"\x03", b"\x03\x02a"])
def test_a_two_byte_element_cut_short_ends_the_reading(block: bytes) -> None:
    assert elements(block, TWO_BYTE, 0, len(block)) == {}


@given(st.integers(0, 255), st.integers(0, 0xFFFF), st.booleans())
def test_scanning_finds_level_and_number_in_either_form(level: int, wide: int, small: bool) -> None:
    found = {2: b"abc", 1: bytes([level]), 3: struct.pack("!H", wide), 4: b"mid"}
    block = one_byte(found) if small else two_byte(found)
    profile = ONE_BYTE if small else TWO_BYTE
    assert scan(block, profile, 0, len(block), 1, 3) == (level, wide)
    assert scan(block, profile, 0, len(block), NOT_AGREED, NOT_AGREED) == (-1, -1)


def test_a_number_of_one_byte_is_not_a_number() -> None:
    for block, profile in ((b"\x30a", ONE_BYTE), (b"\x03\x01a", TWO_BYTE)):
        assert scan(block, profile, 0, len(block), 1, 3) == (-1, -1)


@given(st.binary(max_size=80), st.sampled_from([ONE_BYTE, TWO_BYTE, 0x1007, 0]))
def test_any_bytes_give_elements_of_those_bytes(block: bytes, profile: int) -> None:
    found = elements(block, profile, 0, len(block))
    assert all(value in block for value in found.values())
    level, wide = scan(block, profile, 0, len(block), 1, 3)
    assert -1 <= level <= 255
    assert -1 <= wide <= 0xFFFF


@given(
    mid_id=st.none() | st.integers(0, 20),
    mid=st.text("abc01", max_size=20),
    level_id=st.none() | st.integers(0, 20),
    wide_id=st.none() | st.integers(0, 20),
    wide=st.integers(0, 0xFFFF),
    level=st.integers(-1, 255),
)
def test_a_header_says_what_was_agreed_and_nothing_else(
    mid_id: int | None,
    mid: str,
    level_id: int | None,
    wide_id: int | None,
    wide: int,
    level: int,
) -> None:
    writable = [name for name in (mid_id, level_id, wide_id) if name and name <= 14]
    if len(set(writable)) < len(writable):
        return
    layout = HeaderLayout(mid_id=mid_id, mid=mid, level_id=level_id, wide_id=wide_id)
    header = layout.build(0xE0, 5, 6, 7, wide if wide_id in writable else 0, level)
    second, sequence, timestamp, ssrc, profile, start, payload, end = rtp.parse(header)
    assert (second, sequence, timestamp, ssrc) == (0xE0, 5, 6, 7)
    assert payload == end == len(header)
    expected = {}
    if mid_id in writable and mid:
        expected[mid_id] = mid.encode()[:16]
    if wide_id in writable:
        expected[wide_id] = struct.pack("!H", wide)
    if level_id in writable and level >= 0:
        expected[level_id] = bytes([level])
    assert elements(header, profile, start, end) == expected
