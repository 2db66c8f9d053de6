"""Random schedules of layer switches, losses, reordering and wraps, through the whole router.

What a subscriber gets is read from its packets alone: each carries which layer it is of and its
number there, so that a hole can be told from a loss.
"""

import itertools
import random

from media import rtcp
from media.description import Kind
from media.rtp import signed32, unwrap
from tests.media.packets import describe, vp8_packet
from tests.media.stage import Heard, Person, Stage

RIDS = ("q", "h", "f")
FRAMES = 50
FRAME_S = 0.04
FIRST_SSRC = 70
LOST, LATE, SWITCHED = 0.08, 0.1, 0.12


class _Layer:
    """One simulcast layer, all of whose numbers may wrap at any moment."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.number = number
        self.chance = chance
        self.sequence = chance.choice((chance.randrange(1 << 16), 65_500))
        self.timestamp = chance.choice((chance.randrange(1 << 32), (1 << 32) - 90_000))
        self.picture_id = chance.choice((chance.randrange(1 << 15), (1 << 15) - 20))
        self.tl0 = chance.randrange(256)
        self.wants_key = True

    def frame(self) -> list[tuple[int, bytes]]:
        """Return the packets of a frame, each with its number in this layer."""
        self.timestamp += round(FRAME_S * 90_000)
        self.picture_id += 1
        self.tl0 += 1
        is_key, self.wants_key = self.wants_key, False
        count = self.chance.randint(1, 4)
        made = []
        for part in range(count):
            self.sequence += 1
            packet = vp8_packet(
                ssrc=FIRST_SSRC + self.number,
                sequence=self.sequence,
                timestamp=self.timestamp,
                picture_id=self.picture_id,
                is_key=is_key,
                is_first=part == 0,
                marker=part == count - 1,
                tl0=self.tl0,
                body=bytes([self.number]) + self.sequence.to_bytes(4, "big"),
                elements={4: b"1", 10: RIDS[self.number].encode()},
            )
            made.append((self.sequence, packet))
        return made


def play(seed: int) -> int:
    """Play one schedule; return how often the subscriber's layer changed. Raises AssertionError."""
    chance = random.Random(seed)
    stage = Stage()
    ann = stage.join(1, description=describe(1, rids=RIDS))
    bob = stage.join(2)
    stage.show(bob, ann)
    slot = next(s for s in bob.port.subscriptions if s.slot.kind is Kind.CAMERA)
    layers = [_Layer(number, chance) for number in range(3)]
    lost: set[tuple[int, int]] = set()
    held: list[tuple[int, int, bytes]] = []
    for _ in range(FRAMES):
        stage.now += FRAME_S
        _ask(stage, ann, layers)
        if slot.publication is not None and chance.random() < SWITCHED:
            slot.ceiling = chance.randrange(3)
            slot.publication.aim(slot, stage.now)
        for layer in layers:
            for sequence, packet in layer.frame():
                if chance.random() < LOST:
                    lost.add((layer.number, sequence))
                elif chance.random() < LATE:
                    held.append((layer.number, sequence, packet))
                else:
                    ann.receive(packet)
                    while held and chance.random() < 0.3:
                        _come_late(held.pop(0), ann, bob, lost)
    for late in held:
        _come_late(late, ann, bob, lost)
    return _check(bob.got(Kind.CAMERA), lost)


def _come_late(
    late: tuple[int, int, bytes], ann: Person, bob: Person, lost: set[tuple[int, int]]
) -> None:
    """What comes after a switch to another layer is dropped: lost, for the subscriber."""
    layer, sequence, packet = late
    before = len(bob.got(Kind.CAMERA))
    ann.receive(packet)
    if len(bob.got(Kind.CAMERA)) == before:
        lost.add((layer, sequence))


def _ask(stage: Stage, ann: Person, layers: list[_Layer]) -> None:
    stage.router.handle_timeout(stage.now)
    for request in ann.asked(rtcp.Pli):
        layers[request.media - FIRST_SSRC].wants_key = True


def _check(heard: list[Heard], lost: set[tuple[int, int]]) -> int:
    numbers: list[int] = []
    for packet in heard:
        numbers.append(unwrap(packet.sequence, max(numbers, default=packet.sequence)))
    assert len(set(numbers)) == len(numbers), "a number was used twice"
    rows = sorted(zip(numbers, heard, strict=True), key=lambda row: row[0])
    switches = 0
    for (before, old), (after, new) in itertools.pairwise(rows):
        (was, last), (layer, sequence) = _origin(old), _origin(new)
        if layer == was:
            assert sequence - last == after - before, "the source's order is not kept"
            missing = {(layer, number) for number in range(last + 1, sequence)}
            assert missing <= lost, "a hole that was not loss"
        else:
            switches += 1
            assert after == before + 1, "a hole at a switch"
            assert new.is_key, "a switch that is not at a key frame"
        step = signed32(new.timestamp - old.timestamp)
        assert step >= 0, "a timestamp stepped back"
        pictures = (new.picture[0] - old.picture[0]) & 0x7FFF
        assert pictures < 1 << 14, "a picture id stepped back"
        assert bool(step) == bool(pictures), "two frames with one id, or one with two"
        assert (new.picture[1] - old.picture[1]) & 0xFF < 128, "TL0 stepped back"
    return switches


def _origin(packet: Heard) -> tuple[int, int]:
    return packet.payload[-5], int.from_bytes(packet.payload[-4:], "big")
