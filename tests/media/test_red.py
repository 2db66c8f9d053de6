"""RED: forwarded to who agreed it, unwrapped for who did not."""

import dataclasses
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.description import Codec, Kind
from media.red import primary
from tests.media.packets import MICROPHONE, OPUS, VP8, describe, rtp_packet, ssrc_of
from tests.media.stage import Person, Stage

RED = dataclasses.replace(OPUS, name="red", key="red/111", payload_type=63)
OTHER_RED = dataclasses.replace(RED, key="red/109")


def wrap(newest: bytes, *older: bytes) -> bytes:
    """Return a RED payload: older blocks first, 20 ms apart."""
    head = b"".join(
        bytes([0x80 | 111]) + struct.pack("!I", (960 * (len(older) - at)) << 10 | len(block))[1:]
        for at, block in enumerate(older)
    )
    return head + bytes([111]) + b"".join(older) + newest


@pytest.mark.parametrize("older", [(), (b"before",), (b"two before", b""), (bytes(1000), b"x")])
def test_the_newest_block_is_found_behind_the_older(older: tuple[bytes, ...]) -> None:
    assert primary(wrap(b"newest", *older)) == b"newest"


@pytest.mark.parametrize("payload", [b"", b"\xef", b"\xef\x00\x00", b"\xef\x00\x00\x05", b"\x6f"])
def test_what_is_cut_short_has_no_newest_block(payload: bytes) -> None:
    assert primary(payload) == b""


@given(st.binary(max_size=200))
def test_any_bytes_give_their_end_or_nothing(payload: bytes) -> None:
    assert payload.endswith(primary(payload))


def say(person: Person, payload: bytes, payload_type: int = 63) -> None:
    ssrc = ssrc_of(person.number, MICROPHONE)
    person.receive(
        rtp_packet(
            ssrc=ssrc,
            payload_type=payload_type,
            sequence=person.next(ssrc),
            timestamp=round(person.stage.now * 48_000),
            payload=payload,
        )
    )
    person.stage.now += 0.02


def listen(*codecs: Codec) -> tuple[Person, Person]:
    """Ann, who sends RED, and Bob, who agreed these formats."""
    stage = Stage()
    ann = stage.join(1, description=describe(1, codecs=(OPUS, RED, VP8)))
    bob = stage.join(2, description=describe(2, codecs=codecs))
    stage.show(bob, ann)
    return ann, bob


def heard(person: Person) -> list[tuple[int, bytes]]:
    return [(one.payload_type, one.payload) for one in person.got(Kind.AUDIO)]


def test_red_is_forwarded_as_it_is_to_who_agreed_it() -> None:
    ann, bob = listen(OPUS, RED, VP8)
    say(ann, wrap(b"two", b"one"))
    assert heard(bob) == [(63, wrap(b"two", b"one"))]


@pytest.mark.parametrize("codecs", [(OPUS, VP8), (OPUS, OTHER_RED, VP8)])
def test_red_is_unwrapped_for_who_did_not(codecs: tuple[Codec, ...]) -> None:
    ann, bob = listen(*codecs)
    say(ann, wrap(b"two", b"one"))
    say(ann, b"\xef broken")
    say(ann, wrap(b"four", b"three"))
    assert heard(bob) == [(111, b"two"), (111, b"four")]
    first, last = bob.got(Kind.AUDIO)
    assert (last.sequence - first.sequence) & 0xFFFF == 2, "what was broken is lost"


def test_what_is_unwrapped_is_resent_unwrapped() -> None:
    plain = dataclasses.replace(OPUS, nack=True)
    ann, bob = listen(plain, VP8)
    say(ann, wrap(b"two", b"one"))
    sequence = bob.got(Kind.AUDIO)[0].sequence
    before = list(bob.raw)
    bob.nack(bob.slot(Kind.AUDIO), sequence)
    assert bob.raw == [*before, *before]


def test_a_sender_that_goes_between_red_and_opus_is_heard_without_a_gap() -> None:
    ann, bob = listen(OPUS, RED, VP8)
    for number in range(6):
        say(ann, wrap(b"voice", b"before") if number % 2 else b"voice", 63 if number % 2 else 111)
    got = bob.got(Kind.AUDIO)
    assert [one.payload_type for one in got] == [111, 63] * 3
    assert [one.sequence - got[0].sequence for one in got] == list(range(6))
    assert [one.timestamp - got[0].timestamp for one in got] == [960 * step for step in range(6)]
