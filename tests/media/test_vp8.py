"""VP8 payload descriptors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import vp8
from tests.media.packets import vp8_payload


def test_a_key_frame_is_told_by_its_first_packet() -> None:
    assert vp8.inspect(vp8_payload(picture_id=9, is_key=True)) == (True, (9, 2, 0x7FFF, 0, 0))
    assert vp8.inspect(vp8_payload(picture_id=9, is_key=False))[0] is False
    assert vp8.inspect(vp8_payload(picture_id=9, is_key=True, is_first=False, body=b"x"))[0] is (
        False
    )


def test_a_descriptor_without_extension_has_no_picture() -> None:
    assert vp8.inspect(b"\x10\x00") == (True, None)
    assert vp8.inspect(b"\x10\x01") == (False, None)


def test_a_later_partition_begins_no_key_frame() -> None:
    assert vp8.inspect(b"\x11\x00") == (False, None)


@pytest.mark.parametrize(
    ("payload", "picture"),
    [
        (b"\x90\x80\x05\x01", (5, 2, 0x7F, 0, 0)),
        (b"\x90\x80\x85\x01\x01", (0x501, 2, 0x7FFF, 0, 0)),
        (b"\x90\xe0\x85\x01\x07\x20\x01", (0x501, 2, 0x7FFF, 7, 4)),
        (b"\x90\x40\x07\x01", (0, 0, 0, 7, 2)),
        (b"\x90\x10\x00\x01", None),
    ],
    ids=["7 bits", "15 bits", "with TL0 and TID", "TL0 alone", "KEYIDX alone"],
)
def test_the_numbers_are_found_where_they_are(
    payload: bytes, picture: tuple[int, ...] | None
) -> None:
    assert vp8.inspect(payload) == (False, picture)


def test_numbers_move_in_their_own_width() -> None:
    narrow, wide = b"\x90\x80\x7f\x01body", b"\x90\xe0\xff\xff\xfe\x20\x01body"
    for payload, moved in (
        (narrow, b"\x90\x80\x01\x01body"),
        (wide, b"\x90\xe0\x80\x01\x01\x20\x01body"),
    ):
        picture = vp8.inspect(payload)[1]
        assert picture is not None
        assert vp8.rewrite(payload, picture, 2, 3) == moved


def test_what_is_absent_is_not_written() -> None:
    payload = b"\x90\x40\x07\x01"
    picture = vp8.inspect(payload)[1]
    assert picture is not None
    assert vp8.rewrite(payload, picture, 5, 1) == b"\x90\x40\x08\x01"


@pytest.mark.parametrize("tl0", [None, 3])
def test_the_size_is_read_from_a_key_frame(tl0: int | None) -> None:
    payload = vp8_payload(picture_id=1, is_key=True, size=(320, 180), tl0=tl0)
    assert vp8.frame_size(payload) == (320, 180)


def test_the_size_is_read_behind_every_descriptor() -> None:
    frame = b"\x00\x00\x00\x9d\x01\x2a\x40\x01\xb4\x00"
    for descriptor in (b"\x10", b"\x90\x00", b"\x90\x10\x00", b"\x90\x80\x05"):
        assert vp8.frame_size(descriptor + frame) == (320, 180)


@pytest.mark.parametrize(
    "payload",
    [b"", vp8_payload(picture_id=1, is_key=False), b"\x10\x00\x00\x00", b"\x10" + bytes(10)],
    ids=["nothing", "no key frame", "cut short", "wrong start code"],
)
def test_other_packets_have_no_size(payload: bytes) -> None:
    assert vp8.frame_size(payload) is None


@given(st.binary(max_size=20), st.integers(-9999, 9999), st.integers(-999, 999))
def test_any_bytes_are_inspected_and_rewritten_without_changing_anything_else(
    payload: bytes, picture_delta: int, tl0_delta: int
) -> None:
    vp8.frame_size(payload)
    is_key, picture = vp8.inspect(payload)
    if picture is None:
        return
    patched = vp8.rewrite(payload, picture, picture_delta, tl0_delta)
    after = vp8.inspect(patched)
    assert after[1] is not None
    assert after[0] == is_key
    assert after[1][1:3] == picture[1:3]
    assert vp8.rewrite(patched, after[1], -picture_delta, -tl0_delta) == payload
