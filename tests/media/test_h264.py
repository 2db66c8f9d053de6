"""Where an H.264 key frame begins."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.h264 import Start, inspect


def stap(*units: bytes) -> bytes:
    return b"\x78" + b"".join(struct.pack("!H", len(unit)) + unit for unit in units)


@pytest.mark.parametrize(
    ("payload", "start"),
    [
        (b"", Start.NOTHING),
        (b"\x67\x42", Start.PARAMETER_SETS),
        (b"\x65\x88", Start.IDR_PICTURE),
        (b"\x41\x9a", Start.NOTHING),
        (stap(b"\x67\x42", b"\x68\xce"), Start.PARAMETER_SETS),
        (stap(b"\x06\x05", b"\x65\x88"), Start.IDR_PICTURE),
        (stap(b"\x41", b"\x41"), Start.NOTHING),
        (b"\x78\x00\x00\x67", Start.NOTHING),
        (b"\x7c\x85\x88", Start.IDR_PICTURE),
        (b"\x7c\x87\x42", Start.PARAMETER_SETS),
        (b"\x7c\x05\x88", Start.NOTHING),
        (b"\x7c\x45\x88", Start.NOTHING),
        (b"\x7c", Start.NOTHING),
    ],
    ids=[
        "nothing",
        "SPS",
        "IDR",
        "slice",
        "STAP-A with SPS",
        "STAP-A with SEI and IDR",
        "STAP-A of slices",
        "STAP-A with an empty unit",
        "first part of an IDR",
        "first part of an SPS",
        "middle of an IDR",
        "end of an IDR",
        "FU-A cut short",
    ],
)
def test_each_kind_of_packet_is_told_apart(payload: bytes, start: Start) -> None:
    assert inspect(payload) is start


@given(st.binary(max_size=40))
def test_any_bytes_give_a_value(payload: bytes) -> None:
    assert inspect(payload) in Start
