"""The picture size in parameter sets, of a real encoder and of any bytes."""

import re

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.h264 import frame_size
from media.h264_sps import picture_size
from tests.media.test_h264 import stap


def encoded(width: int, height: int, profile: str) -> bytes:
    """Return the SPS libx264 writes for a picture of this size."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.options = {
        "profile": profile,
        "preset": "ultrafast" if profile == "baseline" else "medium",
    }
    picture = av.VideoFrame.from_ndarray(np.zeros((height, width, 3), np.uint8), format="rgb24")
    data = b"".join(map(bytes, [*encoder.encode(picture), *encoder.encode(None)]))
    units = re.split(rb"\x00\x00\x00?\x01", data)
    return next(unit for unit in units if unit and unit[0] & 0x1F == 7)


@pytest.mark.parametrize("profile", ["baseline", "main", "high"])
@pytest.mark.parametrize("size", [(320, 180), (640, 360), (1280, 720), (176, 144), (1920, 1080)])
def test_the_size_a_real_encoder_writes_is_read(size: tuple[int, int], profile: str) -> None:
    unit = encoded(*size, profile)
    assert picture_size(unit) == size
    assert frame_size(unit) == size
    assert frame_size(stap(b"\x09\x10", unit, b"\x68\xce")) == size
    assert frame_size(b"\x7c\x87" + unit[1:]) == size


def test_of_several_parameter_sets_the_largest_counts() -> None:
    small, large = encoded(320, 180, "baseline"), encoded(640, 360, "baseline")
    assert frame_size(stap(small, large)) == frame_size(stap(large, small)) == (640, 360)
    assert frame_size(stap(small, large[:4])) is None


@pytest.mark.parametrize(
    "unit",
    [
        b"",
        b"\x67",
        b"\x67" + bytes(200),
        b"\x67" + b"\xff" * 3,
        b"\x67\x64\x00\x1f" + b"\xb4" + bytes(30),
        bytes.fromhex("6742001fda0580"),
    ],
    ids=["nothing", "header", "zeros", "cut short", "scaling lists", "cut in the middle"],
)
def test_what_has_no_size_has_none(unit: bytes) -> None:
    assert picture_size(unit) is None


@pytest.mark.parametrize("payload", [b"", b"\x65\x88", b"\x41", stap(b"\x65"), b"\x7c\x85\x00"])
def test_a_packet_without_parameter_sets_has_no_size(payload: bytes) -> None:
    assert frame_size(payload) is None


@given(st.binary(max_size=300))
def test_any_bytes_have_a_size_or_none(data: bytes) -> None:
    for found in (picture_size(data), frame_size(b"\x67" + data), frame_size(stap(data))):
        assert found is None or (found[0] > 0 and found[1] > 0)
