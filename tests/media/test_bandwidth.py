"""Subscribers behind narrow links: what they are shown, what they are told, what senders send."""

import itertools

import pytest

from media import rtcp
from media.description import Kind
from media.messages import LayersWanted, SlotsPaused, Source
from tests.media.hall import SCREEN_PLACE, Camera, Hall, Seat
from tests.media.packets import SCREEN
from tests.media.starved import StarvedSeat


def told(hall: Hall, camera: str) -> list[tuple[str, ...]]:
    return [
        event.rids
        for _, event in hall.events
        if isinstance(event, LayersWanted) and event.endpoint == camera
    ]


@pytest.mark.parametrize(
    ("capacity_bps", "layers"),
    [(20_000_000, (2, 2)), (3_000_000, (2, 1)), (1_500_000, (1, 1)), (600_000, (0, 0))],
)
def test_a_subscriber_gets_the_layers_that_fit(capacity_bps: int, layers: tuple[int, int]) -> None:
    seat = Seat(3, capacity_bps)
    hall = Hall([Camera(1), Camera(2)], [seat])
    hall.run(20.0)
    seen: list[tuple[int | None, int | None]] = []
    for _ in range(20):
        hall.run(1.0)
        seen.append((seat.layer(hall.now, 0), seat.layer(hall.now, 1)))
    shown = max(set(seen), key=seen.count)
    assert tuple(sorted(shown, key=str, reverse=True)) == layers
    assert seat.paused == ()


def test_one_slow_subscriber_does_not_lower_what_another_gets() -> None:
    slow, fast = Seat(3, 450_000), Seat(4, 20_000_000)
    hall = Hall([Camera(1), Camera(2)], [slow, fast])
    hall.run(15.0)
    assert [fast.layer(hall.now, place) for place in (0, 1)] == [2, 2]
    assert [slow.layer(hall.now, place) for place in (0, 1)] == [0, 0]


def test_a_camera_is_paused_where_not_even_the_lowest_layers_fit_and_the_person_is_told() -> None:
    seat = Seat(3, 240_000)
    hall = Hall([Camera(1), Camera(2)], [seat])
    hall.run(20.0, until=lambda: hall.now > 5 and len(seat.paused) == 1)
    hall.run(1.0)
    assert len(seat.paused) == 1
    place = int(seat.paused[0][1:])
    assert seat.layer(hall.now, place) is None
    assert seat.layer(hall.now, 1 - place) == 0
    seat.capacity_bps = 5_000_000
    assert hall.run(40.0, until=lambda: not seat.paused) < 40.0
    hall.run(1.0)
    assert seat.layer(hall.now, place) is not None


def test_a_halved_link_gets_a_lower_layer_within_two_seconds_and_no_gap_in_its_numbers() -> None:
    seat = Seat(3, 4_000_000)
    hall = Hall([Camera(1)], [seat])
    hall.run(15.0)
    assert seat.layer(hall.now) == 2
    seat.capacity_bps = 1_000_000
    assert hall.run(5.0, until=lambda: seat.layer(hall.now) == 1) < 2.0
    hall.run(3.0)
    dropped = seat.dropped
    before = len(seat.sequences[0])
    hall.run(10.0)
    assert seat.layer(hall.now) == 1
    assert seat.dropped == dropped
    numbers = seat.sequences[0][before:]
    assert all(b - a & 0xFFFF == 1 for a, b in itertools.pairwise(numbers))


def test_probing_finds_what_the_link_can_do_again() -> None:
    seat = Seat(3, 800_000)
    hall = Hall([Camera(1)], [seat])
    hall.run(20.0)
    assert seat.layer(hall.now) == 1
    seat.capacity_bps = 10_000_000
    padding = seat.padding
    assert hall.run(60.0, until=lambda: seat.layer(hall.now) == 2) < 60.0
    assert seat.padding > padding
    padding = hall.router.counters["padding_out"]
    hall.run(10.0)
    assert hall.router.counters["padding_out"] == padding, "there is nothing more to want"


@pytest.mark.parametrize("capacity_bps", [400_000, 700_000, 900_000, 1_900_000, 2_300_000])
def test_layers_change_less_than_six_times_a_minute_on_a_steady_link(capacity_bps: int) -> None:
    seat = Seat(3, capacity_bps)
    hall = Hall([Camera(1), Camera(2)], [seat])
    hall.run(15.0)
    began = hall.now
    hall.run(60.0)
    assert sum(len(seat.changes(began, place)) - 1 for place in (0, 1)) < 6
    keys = sum(camera.key_frames for camera in hall.cameras.values())
    assert keys < 40


def test_who_gives_no_feedback_gets_everything() -> None:
    seat = Seat(3, 50_000_000)
    seat.gives_feedback = False
    hall = Hall([Camera(1), Camera(2)], [seat])
    hall.run(5.0)
    assert [seat.layer(hall.now, place) for place in (0, 1)] == [2, 2]
    assert seat.padding == 0


def test_remb_limits_who_has_nothing_better_to_say() -> None:
    seat = Seat(3, 50_000_000)
    seat.gives_feedback = False
    hall = Hall([Camera(1)], [seat])
    hall.run(3.0)
    hall.ports["e3"].receive_rtcp(rtcp.build_remb(1, 700_000, (1,)), hall.now)
    hall.run(2.0)
    assert seat.layer(hall.now) == 1
    assert seat.padding == 0


def test_feedback_that_is_broken_or_about_nothing_is_harmless() -> None:
    seat = Seat(3, 50_000_000)
    hall = Hall([Camera(1)], [seat])
    hall.run(1.0)
    port = hall.ports["e3"]
    broken = rtcp.build_transport_feedback(1, 2, b"\x00\x01\x00\x09\x00\x00\x00\x00")
    port.receive_rtcp(broken, hall.now)
    assert hall.router.counters["dropped_malformed_rtcp"] == 1
    ancient = (port.wide - 9000) & 0xFFFF
    body = ancient.to_bytes(2, "big") + b"\x00\x01\x00\x00\x00\x00\x20\x01\x04"
    before = port.bandwidth.estimator.bps
    port.receive_rtcp(rtcp.build_transport_feedback(1, 2, body), hall.now)
    assert port.bandwidth.estimator.bps == before


# -- what senders send ------------------------------------------------------------------------


def test_layers_nobody_takes_are_off_within_five_seconds_and_on_again_at_once() -> None:
    fast = Seat(3, 20_000_000)
    hall = Hall([Camera(1)], [fast])
    hall.run(5.0)
    camera = hall.cameras["e1"]
    assert camera.is_on == {"f"}
    fast.capacity_bps = 1_000_000
    assert hall.run(5.0, until=lambda: fast.layer(hall.now) == 1) < 2.5
    hall.run(5.0)
    assert camera.is_on == {"h"}


def test_every_transport_is_told_once_what_is_wanted_at_first() -> None:
    hall = Hall([Camera(1), Camera(2, rids=())], [Seat(3, 20_000_000)])
    hall.run(1.0)
    assert told(hall, "e1") == [("q", "h", "f")]
    assert told(hall, "e2") == []


def test_a_camera_nobody_watches_keeps_its_lowest_layer_for_who_comes() -> None:
    seat = Seat(3, 20_000_000)
    hall = Hall([Camera(1)], [seat])
    hall.router.set_sources("e3", (), 0.0)
    hall.run(6.0)
    assert told(hall, "e1")[-1] == ("q",)
    hall.router.set_sources("e3", (Source(endpoint="e1", camera=True),), hall.now)
    began = hall.now
    hall.run(0.2)
    assert told(hall, "e1")[-1] == ("q", "f")
    assert seat.changes(began) == [0]
    hall.run(0.5)
    assert seat.layer(hall.now) == 2


def test_a_page_that_ignores_what_is_wanted_breaks_nothing() -> None:
    seat = Seat(3, 1_200_000)
    camera = Camera(1)
    camera.obeys = False
    hall = Hall([camera], [seat])
    hall.run(15.0)
    assert seat.layer(hall.now) == 1
    seat.capacity_bps = 20_000_000
    assert hall.run(60.0, until=lambda: seat.layer(hall.now) == 2) < 60.0


def test_a_layer_that_does_not_come_back_is_done_without() -> None:
    seat = Seat(3, 1_200_000)
    camera = Camera(1)
    hall = Hall([camera], [seat])
    hall.run(15.0)
    camera.obeys, camera.is_on = False, {"h"}
    seat.capacity_bps = 20_000_000
    hall.run(40.0)
    assert seat.layer(hall.now) == 1
    assert len(told(hall, "e1")) < 8


def test_the_speaker_keeps_the_better_picture() -> None:
    seat = Seat(3, 2_600_000)
    hall = Hall([Camera(1), Camera(2)], [seat])
    detector = hall.router._rooms["room"].detector
    for speaker, place in (("e2", 1), ("e1", 0)):
        detector.dominant = speaker
        hall.run(20.0)
        assert seat.layer(hall.now, place) == 2
        assert seat.layer(hall.now, 1 - place) != 2


def test_a_presentation_comes_before_every_camera() -> None:
    seat = Seat(3, 950_000)
    hall = Hall([Camera(1), Camera(2, rids=(), what=SCREEN)], [seat])
    sources = (Source(endpoint="e1", camera=True), Source(endpoint="e2", camera=True, screen=True))
    hall.router.set_sources("e3", sources, 0.0)
    hall.run(20.0)
    assert seat.layer(hall.now, SCREEN_PLACE) == 1
    assert seat.layer(hall.now, 0) == 0
    seat.capacity_bps = 500_000
    hall.run(10.0)
    assert seat.paused


def test_a_camera_that_stops_is_not_called_paused() -> None:
    seat = Seat(3, 100_000)
    hall = Hall([Camera(1)], [seat])
    assert hall.run(20.0, until=lambda: bool(seat.paused)) < 20.0
    hall.cameras["e1"].is_on = set()
    hall.cameras["e1"].obeys = False
    hall.run(2.0)
    assert seat.paused == ()


def test_a_new_transport_of_a_paused_subscriber_begins_with_nothing_paused() -> None:
    seat = Seat(3, 100_000)
    hall = Hall([Camera(1)], [seat])
    assert hall.run(20.0, until=lambda: bool(seat.paused)) < 20.0
    hall.router.detach("e3")
    (event,) = (e for e in hall.router.poll_events() if isinstance(e, SlotsPaused))
    assert event.mids == ()
    assert hall.router.counters["slots_paused"] == 1


def test_who_leaves_is_told_nothing_more() -> None:
    seat = Seat(3, 100_000)
    hall = Hall([Camera(1)], [seat])
    hall.run(20.0, until=lambda: bool(seat.paused))
    hall.router.remove_endpoint("e3")
    assert not [e for e in hall.router.poll_events() if isinstance(e, SlotsPaused)]


def test_audio_is_never_paused() -> None:
    seat = Seat(3, 100_000)
    hall = Hall([Camera(1)], [seat])
    hall.run(20.0, until=lambda: bool(seat.paused))
    audio = hall.ports["e3"].subscriptions[0]
    assert audio.slot.kind is Kind.AUDIO
    assert audio.ceiling > 2


def test_cameras_that_need_more_than_was_believed_at_first_are_shown_at_once() -> None:
    seat = Seat(3, 20_000_000)
    cameras = [Camera(number) for number in (1, 2, 4)]
    for camera in cameras:
        camera.is_on, camera.obeys = {"f"}, False
    hall = Hall(cameras, [seat])
    hall.run(15.0)
    assert [seat.layer(hall.now, place) for place in (0, 1, 2)] == [2, 2, 2]
    assert not [event for _, event in hall.events if isinstance(event, SlotsPaused)]
    assert (hall.ports["e3"].bandwidth.estimator.bps or 0) > 5_000_000


def test_the_operator_sees_how_many_paths_are_poor() -> None:
    seats = [Seat(3, 20_000_000), Seat(4, 600_000), Seat(5, 20_000_000)]
    seats[2].gives_feedback = False
    hall = Hall([Camera(1)], seats)
    hall.run(15.0)
    hall.router.remove_endpoint("e4")
    hall.run(10.0)
    counters = hall.router.counters
    assert counters["estimate_person_count"] == 3, "two after 10 s, one after 20; none for the rest"
    assert counters["estimate_person_to_1000_kbps"] == 1
    assert counters["estimate_person_to_300_kbps"] == 0
    assert counters["estimate_tap_count"] == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_starved_machine_that_drops_what_overflows_keeps_its_pictures(seed: int) -> None:
    seat = StarvedSeat(3, seed, 20.0, still_s=(0.2, 0.6))
    hall = Hall([Camera(1), Camera(2)], [seat])
    hall.run(20.0)
    assert seat.dropped > 100
    assert not [event for _, event in hall.events if isinstance(event, SlotsPaused)]
    hall.run(2.0)
    assert None not in [seat.layer(hall.now, place) for place in (0, 1)]


def test_a_paused_picture_is_back_within_fifteen_seconds_of_the_paths_recovery() -> None:
    seat = Seat(3, 100_000)
    hall = Hall([Camera(1)], [seat])
    hall.run(60.0)
    assert seat.paused
    seat.capacity_bps = 20_000_000
    assert hall.run(15.0, until=lambda: not seat.paused) < 15.0
