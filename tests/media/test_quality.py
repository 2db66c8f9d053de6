"""How good a connection is: its own loss over 20 s, the worse direction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp
from media.description import Kind
from media.messages import QualityChanged
from media.quality import MIN_PACKETS, TELL_S, WINDOW_S, LossWindow, QualityMeter, grade_of
from media.rtcp import ReportBlock
from tests.media.network import Link, World
from tests.media.packets import CAMERA, ssrc_of
from tests.media.stage import Person, Stage


def block(ssrc: int, highest: int, lost: int, jitter: int = 0) -> ReportBlock:
    return ReportBlock(
        ssrc=ssrc,
        fraction_lost=0,
        packets_lost=lost,
        highest_sequence=highest,
        jitter=jitter,
        last_sr=0,
        delay=0,
    )


@pytest.mark.parametrize(
    ("permille", "grade"),
    [
        (0, "good"),
        (9, "good"),
        (10, "fair"),
        (29, "fair"),
        (30, "poor"),
        (99, "poor"),
        (100, "bad"),
    ],
)
def test_the_words_are_those_of_the_product(permille: int, grade: str) -> None:
    assert grade_of(permille) == grade


def test_of_few_packets_nothing_is_said() -> None:
    window = LossWindow()
    window.add(MIN_PACKETS - 1, 40, 0.0)
    assert window.loss_permille(0.0) is None
    window.add(1, 0, 0.0)
    assert window.loss_permille(0.0) == 800


def test_what_is_longer_ago_than_the_window_is_forgotten() -> None:
    window = LossWindow()
    window.add(100, 100, 0.0)
    for second in range(1, 19):
        window.add(100, 0, float(second))
    assert window.loss_permille(18.0) == 1000 // 19
    assert window.loss_permille(WINDOW_S + 1.0) == 0


def test_late_packets_take_back_a_loss() -> None:
    window = LossWindow()
    window.add(100, 10, 0.0)
    window.add(100, -10, 1.0)
    assert window.loss_permille(1.0) == 0


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(-50, 600), st.floats(0, 3)), max_size=200)
)
def test_a_loss_is_a_share_and_what_is_kept_is_bounded(
    steps: list[tuple[int, int, float]],
) -> None:
    window, now = LossWindow(), 0.0
    for expected, lost, passed in steps:
        now += passed
        window.add(expected, lost, now)
        found = window.loss_permille(now)
        assert found is None or 0 <= found <= 1000
        assert len(window._bins) <= WINDOW_S + 1


def test_the_worse_direction_counts() -> None:
    for up, down in ((50, 0), (0, 50)):
        meter = QualityMeter()
        meter.received(block(1, 0, 0), (1000, up), 90_000, 1.0)
        meter.reported(block(2, 5000, 7), 3, 90_000, 0.0)
        meter.reported(block(2, 6000, 7 + down), 3, 90_000, 1.0)
        quality = meter.poll(1.0)
        assert quality is not None
        assert (quality.grade, quality.loss_permille) == ("poor", 50)


def test_what_was_lost_before_it_reached_us_is_not_the_subscribers_loss() -> None:
    meter = QualityMeter()
    meter.reported(block(2, 1000, 0), 0, 90_000, 0.0)
    meter.reported(block(2, 2000, 210), 200, 90_000, 1.0)
    quality = meter.poll(1.0)
    assert quality is not None
    assert quality.loss_permille == 10 * 1000 // 800


def test_numbers_that_leap_or_step_back_are_not_counted() -> None:
    meter = QualityMeter()
    for highest in (1_000_000, 5, 900_000):
        meter.reported(block(2, highest, 9), 0, 90_000, 0.0)
    assert meter.poll(0.0) is None


def test_what_has_not_changed_is_not_told_and_nothing_too_often() -> None:
    meter = QualityMeter()
    meter.rtt_ms = 52
    meter.received(block(1, 0, 0, jitter=900), (1000, 0), 90_000, 0.0)
    told = meter.poll(0.0)
    assert told is not None
    assert (told.grade, told.rtt_ms, told.jitter_ms) == ("good", 50, 10)
    meter.received(block(1, 0, 0, jitter=900), (1000, 900), 90_000, 0.1)
    assert meter.poll(TELL_S - 0.01) is None
    changed = meter.poll(TELL_S)
    assert changed is not None
    assert changed.grade == "bad"
    meter.received(block(1, 0, 0, jitter=900), (0, 0), 90_000, 0.1)
    assert meter.poll(2 * TELL_S) is None


# -- in the core ------------------------------------------------------------------------------


def told(stage: Stage, person: Person) -> list[QualityChanged]:
    stage.collect()
    return [
        event
        for event in stage.events
        if isinstance(event, QualityChanged) and event.endpoint == person.name
    ]


def test_a_publishers_loss_is_theirs_and_not_their_subscribers() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    bob_before = bob.slot(Kind.CAMERA)
    for index in range(100):
        ann.picture(is_key=index == 0, packets=4, lose=(1,) if index % 5 == 4 else ())
        stage.pass_time(0.04)
        if index % 25 == 24:
            got = bob.got(Kind.CAMERA)
            missing = got[-1].sequence - got[0].sequence + 1 - len(got)
            report = block(bob_before, got[-1].sequence, missing)
            bob.send_rtcp(rtcp.build_receiver_report(rtcp.ReceiverReport(ssrc=1, blocks=(report,))))
    stage.pass_time(2.0)
    assert told(stage, ann)[-1].quality == "poor"
    assert 40 <= told(stage, ann)[-1].loss_permille <= 60
    assert told(stage, bob)[-1].quality == "good"


def test_a_layer_is_judged_by_what_came_and_not_by_what_was_repaired() -> None:
    stage = Stage()
    ann, _ = stage.meet(2)
    for index in range(100):
        sent = ann.picture(is_key=index == 0, packets=4, lose=(1,))
        ann.repair(sent[1])
        stage.pass_time(0.04)
    assert ssrc_of(1, CAMERA) in {b.ssrc for r in ann.asked(rtcp.ReceiverReport) for b in r.blocks}
    assert told(stage, ann)[-1].quality == "bad"


@pytest.mark.parametrize(("loss", "grades"), [(0.0, {"good"}), (0.06, {"poor"}), (0.25, {"bad"})])
def test_loss_on_the_way_up_is_found_over_a_lossy_network(loss: float, grades: set[str]) -> None:
    world = World(3, 1, lambda chance: Link(chance))
    world.links["e1", True].loss = loss
    world.run(24.0)
    events = [
        event
        for event in world.router.poll_events()
        if isinstance(event, QualityChanged) and event.endpoint == "e1"
    ]
    assert {event.quality for event in events} == grades
