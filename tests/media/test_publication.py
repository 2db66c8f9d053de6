"""Simulcast layers: the best that flows, changed only at key frames, without a seam."""

import itertools

from media import rtcp
from media.description import Kind
from media.messages import Gate
from tests.media.packets import H264, describe, rtp_packet, vp8_packet
from tests.media.stage import OPEN, Person, Stage

RIDS = ("q", "h", "f")


class Simulcaster:
    """Ann's camera in three layers, each with its own random numbers."""

    def __init__(self, *, has_reports: bool) -> None:
        self.stage = Stage()
        self.ann = self.stage.join(1, description=describe(1, rids=RIDS))
        self.bob = self.stage.join(2)
        self.stage.show(self.bob, self.ann)
        self.has_reports = has_reports
        self.sequences = [65_500, 9, 40_000]
        self.pictures = [5, 32_760, 900]
        self.tl0s = [250, 3, 77]
        self.bases = [4_000_000_000, 7, 2_000_000_000]

    def timestamp(self, layer: int) -> int:
        return (self.bases[layer] + round(self.stage.now * 90_000)) & 0xFFFFFFFF

    def frame(self, *layers: int, key: tuple[int, ...] = ()) -> None:
        """Send one frame of two packets in each of these layers, 40 ms after the last."""
        for layer in layers:
            self.pictures[layer] += 1
            self.tl0s[layer] += 1
            for part in range(2):
                self.sequences[layer] += 1
                self.ann.receive(
                    vp8_packet(
                        ssrc=70 + layer,
                        sequence=self.sequences[layer],
                        timestamp=self.timestamp(layer),
                        picture_id=self.pictures[layer],
                        tl0=self.tl0s[layer],
                        is_key=layer in key,
                        is_first=part == 0,
                        marker=part == 1,
                        body=RIDS[layer].encode(),
                        elements={4: b"1", 10: RIDS[layer].encode()},
                    )
                )
        if self.has_reports:
            for layer in layers:
                self.ann.report(70 + layer, self.timestamp(layer), 700 + self.stage.now)
        self.stage.pass_time(0.04)

    def run(self, seconds: float, *layers: int) -> None:
        """Send frames; a layer that is asked for a key frame sends one."""
        for _ in range(round(seconds / 0.04)):
            asked = {pli.media - 70 for pli in self.ann.asked(rtcp.Pli)}
            self.frame(*layers, key=tuple(asked))

    def shown(self) -> str:
        """Return the layers Bob was sent, in order, each change once."""
        got = [heard.payload[-1:].decode() for heard in self.bob.got(Kind.CAMERA)]
        return "".join(name for name, _ in itertools.groupby(got))


def check_continuity(bob: Person) -> None:
    got = bob.got(Kind.CAMERA)
    for before, after in itertools.pairwise(got):
        assert (after.sequence - before.sequence) & 0xFFFF == 1
        step = (after.timestamp - before.timestamp) & 0xFFFFFFFF
        assert step <= 90_000 * 2, "a timestamp stepped back or far ahead"
        is_new = step > 0
        assert (after.picture[0] - before.picture[0]) & 0x7FFF == is_new
        assert (after.picture[1] - before.picture[1]) & 0xFF == is_new


def test_the_best_layer_is_forwarded() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, 1, 2, key=(0, 1, 2))
    cast.run(1.0, 0, 1, 2)
    assert cast.shown()[-1] == "f"
    check_continuity(cast.bob)


def test_when_the_best_layer_stops_the_next_takes_over_at_a_key_frame_without_a_seam() -> None:
    for has_reports in (True, False):
        cast = Simulcaster(has_reports=has_reports)
        cast.frame(0, 1, 2, key=(0, 1, 2))
        cast.run(1.0, 0, 1, 2)
        cast.run(2.0, 0, 1)
        assert cast.shown()[-2:] == "fh"
        cast.run(2.0, 0)
        assert cast.shown()[-3:] == "fhq"
        cast.run(2.0, 0, 1, 2)
        assert cast.shown()[-4:] == "fhqf"
        check_continuity(cast.bob)


def test_time_goes_on_evenly_over_a_switch() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, 1, 2, key=(0, 1, 2))
    cast.run(1.0, 0, 1, 2)
    began = cast.stage.now
    first = cast.bob.got(Kind.CAMERA)[-1].timestamp
    cast.run(2.0, 0, 1)
    passed = (cast.bob.got(Kind.CAMERA)[-1].timestamp - first) & 0xFFFFFFFF
    assert abs(passed / 90_000 - (cast.stage.now - began)) < 0.002


def test_the_old_layer_flows_until_the_new_ones_key_frame() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, key=(0,))
    cast.run(0.5, 0)
    for _ in range(10):
        cast.frame(0, 2)
    assert cast.shown() == "q"
    assert cast.ann.asked(rtcp.Pli)
    cast.frame(0, 2, key=(2,))
    assert cast.shown() == "qf"
    check_continuity(cast.bob)


def test_late_packets_of_the_old_layer_are_dropped_after_a_switch() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, key=(0,))
    cast.sequences[0] += 1  # one is lost
    cast.frame(0, 2, key=(2,))
    assert cast.shown() == "qf"
    lost = cast.sequences[0] - 2
    saved = cast.sequences[0]
    cast.sequences[0] = lost - 1
    cast.frame(0)
    cast.sequences[0] = saved
    assert cast.shown() == "qf"


def test_reports_that_lie_about_time_are_not_believed() -> None:
    cast = Simulcaster(has_reports=False)
    cast.frame(0, key=(0,))
    cast.ann.report(70, cast.timestamp(0), 700.0)
    cast.run(0.2, 0)
    cast.ann.receive(
        vp8_packet(
            ssrc=72,
            sequence=1,
            timestamp=5,
            picture_id=1,
            elements={4: b"1", 10: b"f"},
        )
    )
    cast.ann.report(72, 5, 900.0)
    cast.ann.report(72, 90_000 * 3600, 700.0)
    cast.sequences[2], cast.pictures[2] = 1, 1
    cast.run(1.0, 0, 2)
    assert cast.shown() == "qf"
    check_continuity(cast.bob)


def test_a_layer_whose_end_is_announced_is_left_at_once() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, 2, key=(0, 2))
    cast.run(0.4, 0, 2)
    cast.ann.send_rtcp(rtcp.build_bye((72,)))
    cast.run(0.6, 0)
    assert cast.shown()[-1] == "q"


def test_muting_all_layers_ends_all_and_begins_again_with_the_best() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, 1, 2, key=(0, 1, 2))
    cast.run(0.4, 0, 1, 2)
    cast.stage.gate(cast.ann, Gate(audio=True))
    cast.bob.forget()
    cast.run(0.4, 0, 1, 2)
    assert cast.shown() == ""
    cast.stage.gate(cast.ann, OPEN)
    cast.run(1.0, 0, 1, 2)
    assert cast.shown()[-1] == "f"
    check_continuity(cast.bob)


def test_muting_while_a_switch_is_pending_forgets_the_old_layer_too() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, key=(0,))
    for _ in range(10):
        cast.frame(0, 2)  # no key frame yet: Bob takes q and waits for f
    cast.stage.gate(cast.ann, Gate(audio=True))
    cast.stage.gate(cast.ann, OPEN)
    cast.bob.forget()
    cast.frame(0, 2)
    assert cast.shown() == ""
    cast.frame(0, 2, key=(2,))
    assert cast.shown() == "f"


def test_a_pending_switch_is_given_up_when_the_layer_stops() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, key=(0,))
    for _ in range(5):
        cast.frame(0, 2)
    for _ in range(40):
        cast.frame(0)
    cast.frame(0, 2, key=(2,))
    assert cast.shown() == "q"


def test_setting_the_gate_to_what_it_is_changes_nothing() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, key=(0,))
    cast.stage.gate(cast.ann, OPEN)
    cast.frame(0)
    assert len(cast.bob.got(Kind.CAMERA)) == 4


def test_packets_of_the_layer_before_a_switch_can_still_be_repaired() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, key=(0,))
    cast.frame(0, 2, key=(2,))
    assert cast.shown() == "qf"
    before = cast.bob.got(Kind.CAMERA)[1]
    cast.bob.nack(before.ssrc, before.sequence)
    (repair,) = cast.bob.got(Kind.CAMERA, repair=True)
    assert repair.payload[2:] == before.payload


def test_layers_of_different_formats_each_keep_their_own() -> None:
    cast = Simulcaster(has_reports=True)
    cast.frame(0, key=(0,))
    before = cast.bob.got(Kind.CAMERA)[0]
    for sequence, payload in enumerate((b"\x67sps", b"\x65idr")):
        cast.ann.receive(
            rtp_packet(
                ssrc=72,
                payload_type=H264.payload_type,
                sequence=sequence,
                timestamp=9,
                payload=payload,
                elements={4: b"1", 10: b"f"},
            )
        )
    assert [heard.payload_type for heard in cast.bob.got(Kind.CAMERA)] == [96, 96, 102, 102]
    cast.bob.nack(before.ssrc, before.sequence)
    assert not cast.bob.got(Kind.CAMERA, repair=True)
