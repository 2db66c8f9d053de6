"""RED: read with its copies, kept as plain sound, sent with copies to who loses packets."""

import dataclasses
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp
from media.description import Codec, Kind
from media.messages import Gate
from media.red import LONGEST_COPY, LONGEST_OFFSET, blocks, wrap
from media.transport_cc import Arrivals
from tests.media.packets import EXTENSIONS, MICROPHONE, OPUS, VP8, describe, rtp_packet, ssrc_of
from tests.media.stage import Heard, Person, Stage

RED = dataclasses.replace(OPUS, name="red", key="red/111", payload_type=63, carries=111)
OPUS_TYPE, RED_TYPE, STEP = 111, 63, 960
SILENT, LOUD = 127, 40


def red(newest: bytes, *older: bytes, payload_type: int = OPUS_TYPE) -> bytes:
    """Return a RED payload as RFC 2198 draws it: older blocks first, 20 ms apart."""
    head = b"".join(
        bytes([0x80 | payload_type])
        + struct.pack("!I", (STEP * (len(older) - at)) << 10 | len(block))[1:]
        for at, block in enumerate(older)
    )
    return head + bytes([payload_type]) + b"".join(older) + newest


class TestTheFormat:
    @pytest.mark.parametrize("older", [(), (b"before",), (b"two before", b""), (bytes(1000), b"x")])
    def test_every_block_is_read_with_its_offset_the_newest_last(
        self, older: tuple[bytes, ...]
    ) -> None:
        offsets = [STEP * back for back in range(len(older), 0, -1)]
        read = [(OPUS_TYPE, *block) for block in zip(offsets, older, strict=True)]
        assert blocks(red(b"newest", *older)) == [*read, (OPUS_TYPE, 0, b"newest")]

    @pytest.mark.parametrize(
        "payload",
        [b"", b"\xef", b"\xef\x00\x00", b"\xef\x00\x00\x05", b"\x6f", b"\xef\x00\x00\x01\x6fa"],
    )
    def test_what_is_cut_short_has_no_blocks(self, payload: bytes) -> None:
        assert blocks(payload) == []

    def test_what_is_of_many_blocks_has_none(self) -> None:
        assert len(blocks(red(b"x", *[b"c"] * 32))) == 33
        assert blocks(red(b"x", *[b"c"] * 33)) == []

    @given(st.binary(max_size=200))
    def test_any_bytes_give_blocks_that_add_up_or_none(self, payload: bytes) -> None:
        found = blocks(payload)
        if found:
            assert 4 * len(found) - 3 + sum(len(block[2]) for block in found) == len(payload)
            assert payload.endswith(b"".join(block[2] for block in found))

    @given(
        st.integers(0, 127),
        st.binary(min_size=1, max_size=50),
        st.lists(
            st.tuples(st.integers(0, LONGEST_OFFSET), st.binary(max_size=LONGEST_COPY)), max_size=4
        ),
    )
    def test_what_is_written_is_read_again(
        self, payload_type: int, newest: bytes, copies: list[tuple[int, bytes]]
    ) -> None:
        written = [(payload_type, *copy) for copy in copies]
        assert blocks(wrap(payload_type, newest, copies)) == [*written, (payload_type, 0, newest)]


def say(
    person: Person,
    payload: bytes,
    payload_type: int = OPUS_TYPE,
    *,
    is_lost: bool = False,
    level: int = LOUD,
) -> None:
    """Send 20 ms of sound, unless it is lost on the way."""
    stage, ssrc = person.stage, ssrc_of(person.number, MICROPHONE)
    packet = rtp_packet(
        ssrc=ssrc,
        payload_type=payload_type,
        sequence=person.next(ssrc),
        timestamp=round(stage.now * 48_000),
        payload=payload,
        elements={EXTENSIONS.audio_level or 0: bytes([level])},
    )
    if not is_lost:
        person.receive(packet)
    stage.now += 0.02


def listen(*codecs: Codec) -> tuple[Person, Person]:
    """Ann, who may send RED, and Bob, who agreed these formats."""
    stage = Stage()
    ann = stage.join(1, description=describe(1, codecs=(OPUS, RED, VP8)))
    bob = stage.join(2, description=describe(2, codecs=codecs))
    stage.show(bob, ann)
    return ann, bob


def lose(person: Person, share: float) -> None:
    """Say that so much of the sound did not come, and let that be considered."""
    block = rtcp.ReportBlock(
        ssrc=person.slot(Kind.AUDIO),
        fraction_lost=round(share * 256),
        packets_lost=0,
        highest_sequence=0,
        jitter=0,
        last_sr=0,
        delay=0,
    )
    report = rtcp.ReceiverReport(ssrc=1, blocks=(block,))
    person.send_rtcp(rtcp.build_receiver_report(report))
    person.stage.pass_time(0.3)


def acknowledge(person: Person, lost_of: int = 0) -> None:
    """Say when all that was sent arrived, or all but each `lost_of`-th packet."""
    arrivals = Arrivals()
    for number in range(1, person.port.wide + 1):
        if not lost_of or number % lost_of:
            arrivals.pending[number] = person.stage.now + number / 1000
    for body in arrivals.take_feedback():
        person.send_rtcp(rtcp.build_transport_feedback(1, 2, body))


def heard(person: Person) -> list[tuple[int, bytes]]:
    return [(one.payload_type, one.payload) for one in person.got(Kind.AUDIO)]


def copies(one: Heard) -> list[bytes]:
    return [content for _, _, content in blocks(one.payload)[:-1]]


class TestFromWhoSendsIt:
    @pytest.mark.parametrize("codecs", [(OPUS, VP8), (OPUS, RED, VP8)])
    def test_it_is_forwarded_without_copies_on_a_path_that_is_whole(
        self, codecs: tuple[Codec, ...]
    ) -> None:
        ann, bob = listen(*codecs)
        say(ann, red(b"two", b"one"), RED_TYPE)
        say(ann, red(b"three", b"two"), RED_TYPE)
        assert heard(bob) == [(OPUS_TYPE, b"two"), (OPUS_TYPE, b"three")]

    @pytest.mark.parametrize(
        "broken", [b"\xef broken", red(b"x", b"y", payload_type=9), b""], ids=["cut", "type", "no"]
    )
    def test_what_is_broken_is_lost(self, broken: bytes) -> None:
        ann, bob = listen(OPUS, VP8)
        for payload in (red(b"two", b"one"), broken, red(b"four")):
            say(ann, payload, RED_TYPE)
        assert heard(bob) == [(OPUS_TYPE, b"two"), (OPUS_TYPE, b"four")]
        first, last = bob.got(Kind.AUDIO)
        assert (last.sequence - first.sequence) & 0xFFFF == 2
        assert bob.stage.count("dropped_malformed") == 1

    def test_what_was_lost_is_taken_from_the_copies_in_its_place_and_time(self) -> None:
        ann, bob = listen(OPUS, VP8)
        say(ann, red(b"1"), RED_TYPE)
        say(ann, b"", is_lost=True)
        say(ann, b"", is_lost=True)
        say(ann, red(b"4", b"1", b"2", b"3"), RED_TYPE)
        say(ann, red(b"5", b"3", b"4"), RED_TYPE)
        got = bob.got(Kind.AUDIO)
        assert [one.payload for one in got] == [b"1", b"2", b"3", b"4", b"5"]
        assert [one.sequence - got[0].sequence for one in got] == [0, 1, 2, 3, 4]
        assert [one.timestamp - got[0].timestamp for one in got] == [0, 960, 1920, 2880, 3840]
        assert bob.stage.count("recovered_red") == 2
        assert bob.stage.count("dropped_duplicate") == 0

    def test_a_packet_that_comes_behind_its_copy_is_not_sent_twice(self) -> None:
        ann, bob = listen(OPUS, VP8)
        say(ann, red(b"1"), RED_TYPE)
        ssrc = ssrc_of(1, MICROPHONE)
        late = rtp_packet(
            ssrc=ssrc,
            payload_type=RED_TYPE,
            sequence=ann.next(ssrc),
            timestamp=round(ann.stage.now * 48_000),
            payload=red(b"2"),
        )
        ann.stage.now += 0.02
        say(ann, red(b"3", b"2"), RED_TYPE)
        ann.receive(late)
        assert [one.payload for one in bob.got(Kind.AUDIO)] == [b"1", b"2", b"3"]

    def test_a_loss_that_was_mended_is_told_as_a_loss(self) -> None:
        ann, bob = listen(OPUS, VP8)
        for number in range(1, 11):
            copy = red(str(number).encode(), str(number - 1).encode())
            say(ann, copy, RED_TYPE, is_lost=number == 5)
        bob.stage.pass_time(1.0)
        [block] = [b for report in ann.asked(rtcp.ReceiverReport) for b in report.blocks][:1]
        assert block.packets_lost == 1
        assert len(bob.got(Kind.AUDIO)) == 10

    def test_a_copy_of_what_was_said_while_muted_is_heard_by_nobody(self) -> None:
        ann, bob = listen(OPUS, RED, VP8)
        lose(bob, 0.1)
        say(ann, red(b"before"), RED_TYPE)
        ann.stage.gate(ann, Gate(audio=False, camera=True, screen=True))
        say(ann, red(b"secret", b"before"), RED_TYPE)
        ann.stage.gate(ann, Gate(audio=True, camera=True, screen=True))
        say(ann, b"", is_lost=True)
        say(ann, red(b"after", b"secret", b"lost"), RED_TYPE)
        assert [one.payload for one in bob.got(Kind.AUDIO)] == [b"before", b"after"]

    def test_a_sender_that_goes_between_red_and_opus_is_heard_without_a_gap(self) -> None:
        ann, bob = listen(OPUS, RED, VP8)
        for number in range(6):
            say(
                ann, red(b"voice", b"before") if number % 2 else b"voice", 63 if number % 2 else 111
            )
        got = bob.got(Kind.AUDIO)
        assert [one.payload_type for one in got] == [111] * 6
        assert [one.sequence - got[0].sequence for one in got] == list(range(6))
        assert [one.timestamp - got[0].timestamp for one in got] == [960 * at for at in range(6)]


class TestToWhoLosesPackets:
    @pytest.mark.parametrize(
        ("loss", "expected"),
        [(0.0, []), (0.01, []), (0.03, [b"4"]), (0.06, [b"3", b"4"]), (0.5, [b"3", b"4"])],
    )
    def test_as_many_copies_as_the_loss_asks_for_go_with_each_sound(
        self, loss: float, expected: list[bytes]
    ) -> None:
        ann, bob = listen(OPUS, RED, VP8)
        lose(bob, loss)
        for number in range(1, 6):
            say(ann, str(number).encode())
        last = bob.got(Kind.AUDIO)[-1]
        assert last.payload_type == (RED_TYPE if expected else OPUS_TYPE)
        assert copies(last) == expected

    @pytest.mark.parametrize(("lost_of", "expected"), [(0, 0), (10, 2)])
    def test_what_was_lost_before_it_reached_us_asks_for_none(
        self, lost_of: int, expected: int
    ) -> None:
        ann, bob = listen(OPUS, RED, VP8)
        for _ in range(3):
            for _ in range(25):
                say(ann, b"word")
            acknowledge(bob, lost_of)
            lose(bob, 0.1)
        say(ann, b"last")
        assert len(copies(bob.got(Kind.AUDIO)[-1])) == expected

    def test_copies_stand_where_their_packets_stood_in_time(self) -> None:
        ann, bob = listen(OPUS, RED, VP8)
        lose(bob, 0.1)
        for number in range(1, 4):
            say(ann, str(number).encode())
        got = bob.got(Kind.AUDIO)
        assert [offset for _, offset, _ in blocks(got[-1].payload)] == [1920, 960, 0]
        assert [one.timestamp - got[0].timestamp for one in got] == [0, 960, 1920]
        assert [one.sequence - got[0].sequence for one in got] == [0, 1, 2]

    def test_who_did_not_agree_the_format_gets_none(self) -> None:
        ann, bob = listen(OPUS, VP8)
        lose(bob, 0.1)
        say(ann, b"1")
        say(ann, b"2")
        assert heard(bob) == [(OPUS_TYPE, b"1"), (OPUS_TYPE, b"2")]

    def test_the_microphone_need_not_protect_what_goes_with_copies(self) -> None:
        told = {}
        for codecs in ((OPUS, VP8), (OPUS, RED, VP8)):
            ann, bob = listen(*codecs)
            say(ann, b"1")
            lose(bob, 0.25)
            ann.forget()
            ann.stage.pass_time(1.0)
            reports = ann.asked(rtcp.ReceiverReport)
            told[len(codecs)] = max(b.fraction_lost for one in reports for b in one.blocks)
        assert told == {2: 64, 3: 0}

    def test_nothing_said_before_somebody_was_listening_comes_as_a_copy(self) -> None:
        ann, bob = listen(OPUS, RED, VP8)
        lose(bob, 0.1)
        ann.stage.show(bob)
        say(ann, b"private")
        ann.stage.show(bob, ann)
        say(ann, b"1")
        say(ann, b"2")
        assert bob.got(Kind.AUDIO)[0].payload == b"1"
        assert copies(bob.got(Kind.AUDIO)[-1]) == [b"1"]

    def test_silence_that_was_left_out_does_not_come_as_a_copy(self) -> None:
        ann, bob = listen(OPUS, RED, VP8)
        lose(bob, 0.1)
        for _ in range(15):
            say(ann, b"silence", level=SILENT)
        bob.forget()
        say(ann, b"1")
        say(ann, b"2")
        assert [copies(one) for one in bob.got(Kind.AUDIO)] == [[], [b"1"]]

    def test_a_long_sound_goes_without_the_copies_that_it_has_no_room_for(self) -> None:
        ann, bob = listen(OPUS, RED, VP8)
        lose(bob, 0.1)
        for size in (1040, 500, 480, 400, 1200):
            say(ann, bytes(size))
        sizes = [[len(copy) for copy in copies(one)] for one in bob.got(Kind.AUDIO)]
        assert sizes == [[], [], [500], [500], []]


class TestSentAgain:
    """Under counter mode one number must never cover two texts."""

    def test_what_went_with_copies_is_never_sent_again_plainly(self) -> None:
        plain = dataclasses.replace(OPUS, nack=True)
        ann, bob = listen(plain, RED, VP8)
        say(ann, b"1")
        lose(bob, 0.1)
        for number in range(2, 5):
            say(ann, str(number).encode())
        sent = list(bob.got(Kind.AUDIO))
        assert [len(copies(one)) for one in sent[1:]] == [1, 2, 2]
        before = list(bob.raw)
        bob.nack(bob.slot(Kind.AUDIO), *(one.sequence for one in sent))
        assert bob.raw == before
        assert bob.stage.count("nacks_refused") == 4

    def test_what_follows_without_copies_is_sent_again_bit_for_bit(self) -> None:
        plain = dataclasses.replace(OPUS, nack=True)
        ann, bob = listen(plain, RED, VP8)
        lose(bob, 0.02)
        say(ann, b"1")
        say(ann, b"2")
        lose(bob, 0.0)
        bob.stage.pass_time(16.0)
        say(ann, b"3")
        say(ann, b"4")
        bob.stage.collect()
        before = list(bob.raw)
        bob.nack(bob.slot(Kind.AUDIO), bob.got(Kind.AUDIO)[-1].sequence)
        assert bob.raw == [*before, before[-1]]
