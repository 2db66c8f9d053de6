"""One outgoing stream over many sources: never a step back, no hole that was not loss."""

import itertools
import random
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.packet import Packet
from media.rewrite import Rewriter, first_sequence
from media.rtp import signed32
from media.stream import Stream
from media.vp8 import Picture


class Source:
    """A sender with its own random numbers: frames of some packets each."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.sequence = chance.randrange(0x10000)
        self.timestamp = chance.randrange(1 << 32)
        self.mask = chance.choice((0x7F, 0x7FFF))
        self.picture_id = chance.randrange(self.mask + 1)
        self.tl0 = chance.randrange(256)
        self.has_pictures = chance.random() < 0.8

    def frame(self) -> list[Packet]:
        self.timestamp = (self.timestamp + 3000) & 0xFFFFFFFF
        self.picture_id = (self.picture_id + 1) & self.mask
        self.tl0 = (self.tl0 + 1) & 0xFF
        picture: Picture | None = None
        if self.has_pictures:
            picture = (self.picture_id, 2, self.mask, self.tl0, 4)
        packets = []
        for _ in range(self.chance.randint(1, 4)):
            packets.append(Packet(self.sequence, self.timestamp, 0, b"", picture, -1, 0.0))
            self.sequence += 1
        return packets


class Sent:
    """What the subscriber gets: (sequence, timestamp, picture id, mask, TL0)."""

    def __init__(self, seed: int) -> None:
        self.line = Rewriter(seed)
        self.rows: list[tuple[int, int, tuple[int, int, int] | None]] = []

    def forward(self, packet: Packet) -> None:
        """As `Subscription.forward` does it, without the bytes."""
        segment = self.line.segment
        assert segment is not None
        if packet.sequence < segment.base:
            return
        sequence = packet.sequence + segment.sequence_delta
        if sequence > self.line.highest:
            self.line.highest, self.line.newest = sequence, packet
        numbers = None
        if packet.picture is not None:
            picture_id, _, mask, tl0, _ = packet.picture
            numbers = (
                (picture_id + segment.picture_delta) & mask,
                mask,
                (tl0 + segment.tl0_delta) & 0xFF,
            )
        timestamp = (packet.timestamp + segment.timestamp_delta) & 0xFFFFFFFF
        self.rows.append((sequence, timestamp, numbers))


def stream(name: object) -> Stream:
    return cast(Stream, name)


@given(st.integers(0, 2**32 - 1))
def test_the_first_number_is_far_from_the_wrap(seed: int) -> None:
    assert 1000 <= first_sequence(seed) <= 32767


@pytest.mark.parametrize("seed", range(200))
def test_switches_losses_reordering_and_wraps_show_no_seam(seed: int) -> None:
    play_schedule(seed)


def play_schedule(seed: int) -> None:
    """One random schedule of switches, losses, reordering and wraps; `make fuzz` plays 10^5."""
    chance = random.Random(seed)
    sources = [Source(chance) for _ in range(3)]
    sent = Sent(seed)
    lost: set[int] = set()
    for _ in range(chance.randint(2, 12)):
        source = chance.choice(sources)
        frames = [source.frame() for _ in range(chance.randint(1, 20))]
        first = frames[0][0]
        wanted = chance.randrange(1 << 32) if chance.random() < 0.5 else first.timestamp
        sent.line.begin(stream(source), first, wanted)
        packets = [packet for frame in frames for packet in frame]
        held: list[Packet] = []
        for packet in packets:
            if packet is not first and chance.random() < 0.1:
                assert sent.line.segment is not None
                lost.add(packet.sequence + sent.line.segment.sequence_delta)
            elif packet is not first and chance.random() < 0.1:
                held.append(packet)
            else:
                sent.forward(packet)
                if held and chance.random() < 0.5:
                    sent.forward(held.pop(0))
        for packet in held:
            sent.forward(packet)
    check_rows(sent, lost)


def check_rows(sent: Sent, lost: set[int]) -> None:
    rows = sorted(sent.rows, key=lambda row: row[0])
    numbers = [row[0] for row in rows]
    assert len(set(numbers)) == len(numbers), "a number was used twice"
    assert 1000 <= numbers[0] <= 32767
    for previous, row in itertools.pairwise(rows):
        between = set(range(previous[0] + 1, row[0]))
        assert between <= lost, "a hole that was not loss"
        assert signed32(row[1] - previous[1]) >= 0, "a timestamp stepped back"
    with_pictures = [row for row in rows if row[2] is not None]
    for previous, row in itertools.pairwise(with_pictures):
        assert previous[2] is not None
        assert row[2] is not None
        (before, mask_before, tl0_before), (after, mask, tl0) = previous[2], row[2]
        narrow = mask & mask_before
        step = (after - before) & narrow
        assert step < narrow // 2, "a picture id stepped back"
        if row[1] != previous[1]:
            assert step, "two pictures with one id"
        assert (tl0 - tl0_before) & 0xFF < 128


def test_packets_from_before_a_switch_are_known_by_their_numbers() -> None:
    line = Rewriter(5)
    first, second = stream("first"), stream("second")
    line.begin(first, Packet(100, 0, 0, b"", None, -1, 0.0), 0)
    line.highest += 3
    segment = line.begin(second, Packet(900, 0, 0, b"", None, -1, 0.0), 9000)
    line.highest += 2
    found = line.find(segment.first & 0xFFFF)
    assert found is not None
    assert found[0].source is second
    found = line.find((segment.first - 1) & 0xFFFF)
    assert found is not None
    assert found[0].source is first
    assert found[1] - found[0].sequence_delta == 102


def test_after_forgetting_no_number_is_known_and_the_next_follows_on() -> None:
    line = Rewriter(5)
    line.begin(stream("first"), Packet(100, 0, 0, b"", None, -1, 0.0), 0)
    line.highest += 3
    newest = line.highest
    line.forget()
    assert line.find(newest & 0xFFFF) is None
    assert line.begin(stream("b"), Packet(7, 0, 0, b"", None, -1, 0.0), 1).first == newest + 1


def test_only_the_last_segments_are_kept() -> None:
    line = Rewriter(5)
    first = line.highest + 1
    for index in range(10):
        line.begin(stream(index), Packet(100, 0, 0, b"", None, -1, 0.0), index)
        line.highest += 1
    assert line.find(first & 0xFFFF) is None
    assert len(line.segments) == 4


def test_what_is_left_out_on_purpose_leaves_no_hole() -> None:
    sent = Sent(5)
    packets = [Packet(n, n * 960, 0, b"", (n, 2, 0x7F, 0, 0), -1, 0.0) for n in range(20)]
    sent.line.begin(stream("a"), packets[0], 50)
    for packet in packets[:5]:
        sent.forward(packet)
    sent.line.skip(15)
    sent.forward(packets[12])
    sent.forward(packets[16])
    sequences = [row[0] for row in sent.rows]
    assert sequences[-1] - sequences[-2] == 2  # packet 15 is still on its way
    assert sent.rows[-1][1] - sent.rows[0][1] == 16 * 960


def test_a_timestamp_that_would_step_back_is_moved_just_past_the_last() -> None:
    sent = Sent(5)
    sent.line.begin(stream("a"), Packet(0, 0, 0, b"", None, -1, 0.0), 1000)
    sent.forward(Packet(0, 0, 0, b"", None, -1, 0.0))
    assert sent.line.timestamp == 1000
    sent.line.begin(stream("b"), Packet(0, 77, 0, b"", None, -1, 0.0), 400)
    sent.forward(Packet(0, 77, 0, b"", None, -1, 0.0))
    assert sent.rows[-1][1] == 1001


def test_numbers_a_source_does_not_have_are_left_alone() -> None:
    line = Rewriter(5)
    deltas = []
    for picture in (None, (5, 2, 0x7F, 0, 0), (9, 2, 0x7F, 3, 3), (0, 0, 0, 8, 2), None):
        packet = Packet(0, 0, 0, b"", picture, -1, 0.0)
        segment = line.begin(stream("a"), packet, 0)
        line.newest = packet
        deltas.append((segment.picture_delta, segment.tl0_delta, segment.moves_pictures))
    assert deltas == [
        (0, 0, False),
        (0, 0, False),  # the first picture keeps its id
        (6 - 9, 0, True),  # the next follows it; the first TL0 stays
        (0, 4 - 8, True),
        (0, 0, False),
    ]
