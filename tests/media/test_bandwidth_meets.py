"""Where bandwidth meets what else decides what is shown: replay, a tap's limit, quality."""

import dataclasses

import pytest

from media.description import Kind
from media.messages import Gate, Pictures, PictureWithheld, SlotsPaused, Source
from tests.media.hall import Camera, Hall, Seat
from tests.media.stage import OPEN, Stage
from tests.media.test_replay import arrive, frames
from tests.media.test_tap import Watched

SEEN = dataclasses.replace(OPEN, audience="open")


def test_what_is_replayed_counts_as_sent_when_it_is_sent() -> None:
    stage = Stage()
    ann = stage.join(1, gate=SEEN)
    frames(stage, ann, 6)
    eve = arrive(stage, ann)
    port = eve.port
    assert stage.count("replayed") == 1
    assert port.wide > 1
    assert {port.bandwidth.times[n] for n in range(1, port.wide + 1)} == {stage.now}


def test_a_replay_to_who_joins_is_not_taken_for_a_queue() -> None:
    seat = Seat(3, 20_000_000)
    hall = Hall([Camera(1), Camera(2)], [seat])
    for name in ("e1", "e2"):
        gate = Gate(camera=True, screen=True, audience="open")
        hall.router.set_gate(name, gate, hall.now)
    hall.run(3.0)
    for camera in hall.cameras.values():
        camera.wants_key = {0, 1, 2}
    hall.run(0.5)
    late = hall.join(Seat(4, 20_000_000))
    hall.run(10.0)
    assert hall.router.counters["replayed"] == 2
    assert [late.layer(hall.now, place) for place in (0, 1)] == [2, 2]
    assert not [event for _, event in hall.events if isinstance(event, SlotsPaused)]
    assert (hall.ports["e4"].bandwidth.estimator.bps or 0) > 2_500_000


def test_a_replay_is_of_the_layer_the_subscriber_is_aimed_at() -> None:
    seat = Seat(3, 1_000_000)
    hall = Hall([Camera(1)], [seat])
    gate = Gate(camera=True, screen=True, audience="open")
    hall.router.set_gate("e1", gate, hall.now)
    hall.run(15.0)
    assert hall.cameras["e1"].is_on == {"h"}
    hall.cameras["e1"].wants_key = {1}
    hall.run(0.3)
    began = hall.now
    late = hall.join(Seat(4, 20_000_000))
    hall.run(0.2)
    assert hall.router.counters["replayed"] == 1
    assert late.changes(began) == [1], "what flows now, until the better one has come"
    hall.run(2.0)
    assert late.layer(hall.now) == 2


def test_a_limit_holds_whatever_bandwidth_there_is() -> None:
    watched = Watched(rids=("q", "h"))
    tap = watched.tap.port.subscriptions[0]
    publication = tap.publication
    assert publication is not None
    for _ in range(30):
        watched.key_frame((320, 180), 0)
        watched.key_frame((1280, 720), 1)
    assert tap.ceiling > 2
    assert tap.stream is publication.streams[0]
    assert tap.wants == 0
    rates = publication.rates_bps(watched.stage.now, tap.limit)
    assert rates[0] is not None
    assert rates[1] is None, "no bandwidth is kept, and none looked for, for what may not be shown"
    assert publication.best(watched.stage.now) is publication.streams[1]


def test_a_picture_that_is_too_large_is_not_called_paused() -> None:
    watched = Watched(rids=("q", "h"))
    for _ in range(30):
        watched.key_frame((640, 360), 0)
        watched.key_frame((1280, 720), 1)
    assert ("e1", "camera", "too_large") in watched.told()
    port = watched.tap.port
    port.bandwidth.estimator.take_remb(20_000, watched.stage.now)
    for _ in range(60):
        watched.key_frame((640, 360), 0)
        watched.key_frame((1280, 720), 1)
    assert watched.ann.port.publications[Kind.CAMERA].rates_bps(watched.stage.now)[0]
    assert port.bandwidth._allocator.given == {}, "it takes no part in what is shared"
    assert port.bandwidth.paused == ()
    assert not [e for e in watched.stage.events if isinstance(e, PictureWithheld) and not e.reason]


def test_whom_somebody_chose_has_their_best_layer_first() -> None:
    seat = Seat(3, 3_000_000)
    hall = Hall([Camera(1), Camera(2)], [seat])
    for chosen in ("e2", "e1"):
        sources = tuple(
            Source(endpoint=name, camera=True, comes_first=name == chosen) for name in ("e1", "e2")
        )
        hall.router.set_sources("e3", sources, hall.now)
        hall.run(60.0, until=lambda chosen=chosen: best(hall, seat) == chosen)  # type: ignore[misc]
        assert best(hall, seat) == chosen


@pytest.mark.parametrize("link_bps", [20_000_000, 800_000])
def test_who_saves_data_is_sent_the_speaker_alone_in_the_lowest_layer(link_bps: int) -> None:
    seat = Seat(3, link_bps)
    hall = Hall([Camera(1), Camera(2)], [seat])
    hall.run(10.0)
    saves(hall, "speaker")
    hall.run(5.0)
    assert [seat.layer(hall.now, place) for place in (0, 1)] == [0, None]
    assert [*hall.ports["e3"].bandwidth.paused] == ["c1"]
    saves(hall, "speaker", first="e2")
    hall.run(5.0)
    assert [seat.layer(hall.now, place) for place in (0, 1)] == [None, 0]
    saves(hall, "none")
    hall.run(3.0)
    assert [seat.layer(hall.now, place) for place in (0, 1)] == [None, None]
    saves(hall, "all")
    hall.run(30.0)
    assert None not in [seat.layer(hall.now, place) for place in (0, 1)]
    assert [*hall.ports["e3"].bandwidth.paused] == []


def saves(hall: Hall, pictures: Pictures, first: str = "") -> None:
    sources = tuple(
        Source(endpoint=name, camera=True, pictures=pictures, comes_first=name == first)
        for name in ("e1", "e2")
    )
    hall.router.set_sources("e3", sources, hall.now)


def best(hall: Hall, seat: Seat) -> str | None:
    """Who alone is shown in the highest layer."""
    shown = {f"e{place + 1}" for place in (0, 1) if seat.layer(hall.now, place) == 2}
    return shown.pop() if len(shown) == 1 else None


def test_padding_is_no_loss_and_no_hole() -> None:
    seat = Seat(3, 800_000)
    hall = Hall([Camera(1)], [seat])
    hall.run(20.0)
    seat.capacity_bps = 10_000_000
    hall.run(30.0, until=lambda: seat.padding > 5)
    subscription = next(
        s for s in hall.ports["e3"].subscriptions if s.slot.kind is Kind.CAMERA and s.publication
    )
    assert seat.padding > 5
    assert subscription.holes == 0
    assert hall.router.counters["out_packets_audio_person"] == 0
