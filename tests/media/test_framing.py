"""Packets on a stream: however it is cut, what went in comes out."""

from hypothesis import given
from hypothesis import strategies as st

from media.framing import MAX_PACKET_BYTES, Deframer, frame

PACKETS = st.lists(st.binary(min_size=1, max_size=MAX_PACKET_BYTES), max_size=12)


def test_each_packet_has_its_length_before_it() -> None:
    assert frame([b"abc", b"", b"d"]) == b"\x00\x03abc\x00\x00\x00\x01d"


@given(PACKETS, st.lists(st.integers(min_value=1, max_value=700), min_size=1))
def test_packets_come_out_whole_however_the_stream_is_cut(
    packets: list[bytes], cuts: list[int]
) -> None:
    stream, deframer, out, at = frame(packets), Deframer(), [], 0
    while at < len(stream):
        for cut in cuts:
            out += deframer.feed(stream[at : at + cut])
            at += cut
    assert out == packets
    assert deframer.waiting_bytes == 0
    assert not deframer.is_broken


@given(st.lists(st.binary(max_size=5000), max_size=20))
def test_any_bytes_give_packets_within_bounds(chunks: list[bytes]) -> None:
    deframer = Deframer()
    for chunk in chunks:
        packets = deframer.feed(chunk)
        assert all(0 < len(packet) <= MAX_PACKET_BYTES for packet in packets)
        assert deframer.waiting_bytes < 2 + MAX_PACKET_BYTES


@given(PACKETS, st.integers(min_value=MAX_PACKET_BYTES + 1, max_value=0xFFFF), st.binary())
def test_what_came_before_a_frame_too_long_comes_out_and_nothing_after(
    packets: list[bytes], length: int, noise: bytes
) -> None:
    deframer = Deframer()
    stream = frame(packets) + length.to_bytes(2, "big") + noise + frame(packets)
    assert deframer.feed(stream) == packets
    assert deframer.is_broken
    assert deframer.feed(frame([b"more"])) == []
    assert deframer.waiting_bytes == 0


def test_empty_frames_are_skipped() -> None:
    assert Deframer().feed(frame([b"", b"a", b""])) == [b"a"]
