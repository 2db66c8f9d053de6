"""A line between leader and worker is a number and a message, and nothing else is read as one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import frames
from media.config import Config
from media.frames import Broke, Counted, Frame, Look, NotStarted, Start, Started
from media.messages import Done, SetGate, SlotsPaused
from media.serial import MessageError

SECONDS = st.floats(allow_nan=False, allow_infinity=False)
STARTS = st.builds(Start, config=st.builds(Config, consent_s=SECONDS, connect_s=SECONDS))


def any_frame() -> st.SearchStrategy[Frame]:
    kinds = (Look, Started, NotStarted, Counted, Broke, Done, SetGate, SlotsPaused)
    return st.one_of(STARTS, *(st.from_type(kind) for kind in kinds))


@given(st.integers(0, 10**18 - 1), any_frame())
def test_a_line_survives_the_way(number: int, frame: Frame) -> None:
    line = frames.build_line(number, frame)
    assert line.endswith(b"\n")
    assert b"\n" not in line[:-1]
    assert frames.parse_line(line[:-1]) == (number, frame)


def test_the_settings_of_an_engine_go_whole() -> None:
    config = Config(host="::1", port=5, tcp_port=None, announced=("192.0.2.1:5",), consent_s=2.5)
    start = Start(number=3, config=config, log_level=20, log_form="json")
    assert frames.parse_line(frames.build_line(1, start)[:-1]) == (1, start)


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_not_sent(seconds: float) -> None:
    start = Start(number=1, config=Config(connect_s=seconds), log_level=20, log_form="text")
    with pytest.raises(ValueError, match="not JSON compliant"):
        frames.build_line(1, start)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999"])
def test_a_number_that_is_not_finite_is_not_read(number: bytes) -> None:
    start = Start(number=1, config=Config(connect_s=7.25), log_level=20, log_form="text")
    line = frames.build_line(1, start)[:-1]
    assert b":7.25" in line
    with pytest.raises(MessageError):
        frames.parse_line(line.replace(b":7.25", b":" + number))


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"1", b"x {}", b'-1 {"type":"Look"}', b'1 {"type":"Nothing"}', b"9" * 400]
)
def test_what_is_no_line_is_refused(line: bytes) -> None:
    with pytest.raises(MessageError):
        frames.parse_line(line)


@given(st.binary(max_size=80))
def test_any_bytes_give_a_line_or_the_error(line: bytes) -> None:
    with pytest.raises(MessageError):
        frames.parse_line(line)
