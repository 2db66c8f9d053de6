"""Who receives what, and what never reaches anybody."""

import itertools

import pytest

from media import rtcp
from media.description import Kind
from media.messages import Gate, SlotBinding, SlotsBound, Source, SpeakersChanged
from media.router import UnknownEndpoint
from tests.media.packets import CAMERA, SCREEN, describe, ssrc_of
from tests.media.stage import OPEN, Stage


def test_two_people_see_and_hear_each_other() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    ann.sound()
    bob.picture(is_key=True)
    bob.sound()
    for person in (ann, bob):
        assert len(person.got(Kind.CAMERA)) == 2
        assert len(person.got(Kind.AUDIO)) == 1


def test_nobody_receives_what_is_not_among_their_sources() -> None:
    stage = Stage()
    ann, bob, eve = stage.join(1), stage.join(2), stage.join(3)
    stage.show(bob, ann)
    ann.picture(is_key=True)
    ann.sound()
    assert bob.got(Kind.CAMERA)
    assert eve.rtp == []


def test_a_source_without_audio_is_seen_and_not_heard() -> None:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    stage.show(bob, ann, audio=False)
    ann.picture(is_key=True)
    ann.sound()
    assert bob.got(Kind.CAMERA)
    assert not bob.got(Kind.AUDIO)
    assert stage.count("packets_out_audio") == 0


def test_somebody_of_another_room_is_no_source() -> None:
    stage = Stage()
    ann, eve = stage.join(1), stage.join(2, room="another")
    stage.show(eve, ann)
    ann.picture(is_key=True)
    ann.sound()
    stage.collect()
    assert eve.rtp == []
    assert all(binding.source is None for binding in stage.router.bindings("e2"))


def test_nobody_receives_themselves() -> None:
    stage = Stage()
    ann = stage.join(1)
    stage.show(ann, ann)
    ann.sound()
    stage.collect()
    assert ann.rtp == []


# -- the gate ---------------------------------------------------------------------------------


def test_a_closed_gate_is_the_beginning() -> None:
    stage = Stage()
    ann, bob = stage.join(1, gate=Gate()), stage.join(2)
    stage.show(bob, ann)
    ann.picture(is_key=True)
    ann.sound()
    stage.collect()
    assert bob.rtp == []
    assert stage.count("dropped_gate") == 3


def test_a_muted_cameras_packets_reach_nobody() -> None:
    stage = Stage()
    ann, bob, eve = stage.meet(3)
    ann.picture(is_key=True)
    stage.gate(ann, Gate(audio=True))
    bob.forget()
    eve.forget()
    made = ann.picture(is_key=True)
    ann.repair(made[0])
    ann.sound()
    assert not bob.got(Kind.CAMERA)
    assert not eve.got(Kind.CAMERA)
    assert bob.got(Kind.AUDIO)
    assert stage.count("dropped_gate") == 3


def test_what_passed_before_a_camera_stopped_is_resent_to_nobody() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    sequence = bob.got(Kind.CAMERA)[-1].sequence
    stage.gate(ann, Gate(audio=True))
    bob.nack(bob.slot(Kind.CAMERA), sequence)
    stage.gate(ann, OPEN)
    bob.nack(bob.slot(Kind.CAMERA), sequence)
    assert not bob.got(Kind.CAMERA, repair=True)
    assert stage.count("nacks_refused") == 2


def test_of_a_stopped_camera_nothing_is_kept() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    ann.picture(packets=3, lose=(1,))
    stage.gate(ann, Gate(audio=True))
    (stream,) = ann.port.publications[Kind.CAMERA].active_streams()
    assert not any(stream.history.ring)
    assert not stream.missing.gaps
    assert all(subscription.line.newest is None for subscription in bob.port.subscriptions)


def test_what_was_sent_while_muted_is_not_recovered_after_unmuting() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    stage.gate(ann, Gate(audio=True))
    hidden = ann.picture(is_key=True, packets=3, lose=(1,))
    stage.gate(ann, OPEN)
    bob.forget()
    for packet in hidden:
        ann.repair(packet)
        ann.receive(packet)
    assert not bob.got(Kind.CAMERA)
    ann.picture(is_key=True)
    for packet in hidden:
        ann.repair(packet)
        ann.receive(packet)
    assert len(bob.got(Kind.CAMERA)) == 2
    stage.pass_time(0.5)
    assert not ann.asked(rtcp.Nack)


def test_what_was_lost_while_muted_is_not_asked_for_after_unmuting() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    stage.gate(ann, Gate(audio=True))
    hidden = ann.picture(is_key=True, packets=3, lose=(0, 1, 2))
    stage.gate(ann, OPEN)
    bob.forget()
    ann.picture(is_key=True)
    stage.pass_time(0.5)
    for packet in hidden:
        ann.repair(packet)
        ann.receive(packet)
    assert not ann.asked(rtcp.Nack)
    assert len(bob.got(Kind.CAMERA)) == 2


def test_after_unmuting_a_camera_is_seen_from_a_key_frame_on() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    stage.gate(ann, Gate(audio=True))
    bob.forget()
    stage.pass_time(1.0)
    ann.asked(rtcp.Pli)
    stage.gate(ann, OPEN)
    assert len(ann.asked(rtcp.Pli)) == 1
    ann.picture()
    assert not bob.got(Kind.CAMERA)
    ann.picture(is_key=True)
    ann.picture()
    assert len(bob.got(Kind.CAMERA)) == 4


def test_a_gate_set_before_the_transport_holds_for_it() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    stage.router.detach("e1")
    stage.gate(ann, Gate(audio=True))
    ann.port = stage.router.attach("e1", ann.description, stage.now)
    ann.picture(is_key=True)
    ann.sound()
    assert not bob.got(Kind.CAMERA)
    assert bob.got(Kind.AUDIO)


# -- binding ----------------------------------------------------------------------------------


def test_a_binding_begins_with_a_key_frame_that_was_asked_for() -> None:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    ann.picture(is_key=True)
    assert not ann.asked(rtcp.Pli)
    stage.show(bob, ann)
    assert ann.asked(rtcp.Pli) == [rtcp.Pli(sender=ann.slot(Kind.AUDIO), media=ssrc_of(1, CAMERA))]
    ann.picture()
    assert not bob.got(Kind.CAMERA)
    ann.picture(is_key=True)
    assert len(bob.got(Kind.CAMERA)) == 2


def test_nothing_from_before_a_binding_is_resent() -> None:
    stage = Stage()
    ann, bob, eve = stage.meet(3)
    stage.show(eve)
    ann.picture(is_key=True, body=b"the card")
    stage.show(eve, ann)
    ann.picture(is_key=True, body=b"after")
    first = eve.got(Kind.CAMERA)[0].sequence
    eve.nack(eve.slot(Kind.CAMERA), *(first - back & 0xFFFF for back in range(20, 0, -1)))
    assert not eve.got(Kind.CAMERA, repair=True)
    assert not any(b"the card" in packet for packet in eve.raw)
    assert stage.count("nacks_refused") == 20
    assert any(b"the card" in packet for packet in bob.raw)


def test_what_a_slot_carried_before_is_not_resent_when_the_source_is_gone_or_another() -> None:
    stage = Stage()
    ann, bob, eve = stage.join(1), stage.join(2), stage.join(3)
    stage.show(eve, ann)
    ann.picture(is_key=True, body=b"the card")
    sequences = [heard.sequence for heard in eve.got(Kind.CAMERA)]
    stage.show(eve)
    eve.nack(eve.slot(Kind.CAMERA), *sequences)
    stage.show(eve, bob)
    bob.picture(is_key=True)
    eve.nack(eve.slot(Kind.CAMERA), *sequences)
    assert len(eve.got(Kind.CAMERA)) == 4
    assert not eve.got(Kind.CAMERA, repair=True)


def test_a_key_frame_from_before_a_binding_that_is_recovered_after_it_stays_hidden() -> None:
    stage = Stage()
    ann, bob, eve = stage.meet(3)
    stage.show(eve)
    ann.picture(is_key=True)
    card = ann.picture(is_key=True, packets=3, lose=(0,), body=b"the card")
    stage.show(eve, ann)
    ann.asked(rtcp.Pli)
    ann.repair(card[0])
    assert not eve.got(Kind.CAMERA)
    assert b"the card" in bob.got(Kind.CAMERA)[-1].payload
    ann.picture()
    ann.repair(card[0])
    ann.picture()
    assert not eve.got(Kind.CAMERA)
    stage.pass_time(1.0)
    assert ann.asked(rtcp.Pli), "the request is not answered by a hidden key frame"
    ann.picture(is_key=True)
    assert len(eve.got(Kind.CAMERA)) == 2


def test_a_lost_key_frame_that_a_gap_hides_from_a_new_binding_is_asked_for_again() -> None:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    ann.picture(is_key=True)
    card = ann.picture(is_key=True, packets=1, lose=(0,), body=b"the card")
    stage.show(bob, ann)
    ann.picture()
    ann.repair(card[0])
    assert not bob.got(Kind.CAMERA)
    ann.asked(rtcp.Pli)
    stage.pass_time(1.0)
    assert ann.asked(rtcp.Pli)


def test_a_key_frame_whose_beginning_is_recovered_is_shown_whole() -> None:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    ann.picture(is_key=True)
    stage.show(bob, ann)
    ann.picture(packets=1)
    key = ann.picture(is_key=True, packets=3, lose=(0,))
    ann.picture(packets=2, lose=(0,))
    assert not bob.got(Kind.CAMERA)
    ann.repair(key[0])
    got = bob.got(Kind.CAMERA)
    assert got[0].is_key
    assert [heard.sequence - got[0].sequence & 0xFFFF for heard in got] == [0, 1, 2, 4]


def test_a_late_packet_from_before_a_binding_reaches_those_bound_before_alone() -> None:
    stage = Stage()
    ann, bob, eve = stage.meet(3)
    stage.show(eve)
    ann.picture(is_key=True)
    late = ann.picture(packets=2, lose=(1,), body=b"the card")
    stage.show(eve, ann)
    ann.picture(is_key=True)
    ann.receive(late[1])
    assert b"the card" in bob.got(Kind.CAMERA)[-1].payload
    assert len(eve.got(Kind.CAMERA)) == 2
    assert stage.count("dropped_before_switch") == 1


def test_sound_begins_with_the_next_packet() -> None:
    stage = Stage()
    ann, bob = stage.join(1), stage.join(2)
    ann.sound(body=b"before")
    stage.show(bob, ann)
    ann.sound(body=b"after")
    assert [heard.payload for heard in bob.got(Kind.AUDIO)] == [b"after"]


def test_a_source_keeps_its_slot_while_others_come_and_go() -> None:
    stage = Stage()
    ann, bob, eve = stage.meet(3)
    stage.show(ann, eve)
    bindings = {b.mid: b.source for b in stage.router.bindings("e1")}
    assert (bindings["a0"], bindings["a1"], bindings["c0"], bindings["c1"]) == (
        None,
        "e3",
        None,
        "e3",
    )
    stage.show(ann, bob, eve)
    bindings = {b.mid: b.source for b in stage.router.bindings("e1")}
    assert (bindings["a0"], bindings["c0"], bindings["a1"]) == ("e2", "e2", "e3")


def test_a_change_of_bindings_is_told_once_and_whole() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    stage.collect()
    told = [event for event in stage.events if isinstance(event, SlotsBound)]
    assert {event.endpoint for event in told} == {"e1", "e2"}
    assert told[-1].bindings == stage.router.bindings(told[-1].endpoint)
    assert SlotBinding(mid="a0", kind="audio", source="e2") in stage.router.bindings("e1")
    stage.events.clear()
    stage.show(ann, bob)
    stage.collect()
    assert not stage.events


def test_a_source_that_comes_later_takes_effect_then() -> None:
    stage = Stage()
    ann = stage.join(1)
    stage.router.set_sources("e1", (Source(endpoint="e2", audio=True, camera=True),), stage.now)
    assert all(binding.source is None for binding in stage.router.bindings("e1"))
    bob = stage.join(2)
    bob.sound()
    assert ann.got(Kind.AUDIO)


def test_a_slot_that_changes_hands_shows_no_seam() -> None:
    stage = Stage()
    ann, bob, eve = stage.join(1), stage.join(2), stage.join(3)
    for source in (ann, bob, ann, bob):
        stage.show(eve, source)
        stage.router.set_sources(
            "e3", (Source(endpoint=source.name, audio=True, camera=True),), stage.now
        )
        source.picture(is_key=True, tl0=source.number)
        source.sound()
        for _ in range(5):
            stage.now += 0.02
            ann.picture()
            bob.picture()
            source.sound()
    for kind, rate in ((Kind.CAMERA, 90000), (Kind.AUDIO, 48000)):
        got = eve.got(kind)
        sequences = [heard.sequence for heard in got]
        assert sequences == list(range(sequences[0], sequences[0] + len(got)))
        steps = [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in itertools.pairwise(got)]
        assert all(step <= rate // 10 for step in steps)
    ids = [heard.picture[0] for heard in eve.got(Kind.CAMERA)]
    assert all(b - a in (0, 1) for a, b in itertools.pairwise(ids))
    # from one sender's clock to another's the subscriber's clock runs on evenly
    got = eve.got(Kind.AUDIO)
    assert got[-1].timestamp - got[0].timestamp == pytest.approx(20 * 0.02 * 48000, abs=20)


def test_a_screen_has_its_own_slot_and_one_presenter() -> None:
    stage = Stage()
    ann, bob, eve = stage.join(1), stage.join(2), stage.join(3)
    stage.show(eve, ann, bob, screen=True)
    ann.picture(is_key=True, what=SCREEN)
    bob.picture(is_key=True, what=SCREEN)
    assert len(eve.got(Kind.SCREEN)) == 2
    stage.show(eve, bob, screen=True)
    bob.picture(is_key=True, what=SCREEN)
    assert len(eve.got(Kind.SCREEN)) == 4


# -- transports -------------------------------------------------------------------------------


def test_a_transport_that_is_not_ready_is_sent_nothing() -> None:
    stage = Stage()
    ann = stage.join(1)
    bob = stage.join(2, is_ready=False)
    stage.show(bob, ann)
    ann.picture(is_key=True)
    ann.sound()
    assert bob.rtp == []
    assert stage.router.bindings("e2")[0].source == "e1"
    assert not ann.asked(rtcp.Pli)
    stage.router.set_ready(bob.port, stage.now)
    assert ann.asked(rtcp.Pli)
    ann.picture(is_key=True)
    assert bob.got(Kind.CAMERA)


def test_readiness_of_a_replaced_transport_means_nothing() -> None:
    stage = Stage()
    ann = stage.join(1)
    old = stage.join(2, is_ready=False)
    stage.show(old, ann)
    new = stage.router.attach("e2", old.description, stage.now, is_ready=False)
    stage.router.set_ready(old.port, stage.now)
    assert not new.is_ready
    stage.router.remove_endpoint("e2")
    stage.router.set_ready(new, stage.now)
    ann.sound()
    assert stage.router.poll_output() == []


def test_gate_and_sources_outlive_the_transport() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    stage.router.detach("e1")
    stage.router.detach("e1")
    assert stage.router.bindings("e1")
    ann.sound()
    assert not bob.got(Kind.AUDIO)
    ann.port = stage.router.attach("e1", ann.description, stage.now)
    ann.sound()
    bob.sound()
    assert bob.got(Kind.AUDIO)
    assert ann.got(Kind.AUDIO)


def test_packets_and_requests_after_the_end_of_a_transport_do_nothing() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    sequence = bob.got(Kind.CAMERA)[0].sequence
    stage.router.detach("e1")
    stage.router.detach("e2")
    bob.forget()
    ann.forget()
    ann.picture(is_key=True)
    bob.nack(bob.slot(Kind.CAMERA), sequence)
    bob.send_rtcp(rtcp.build_pli(1, bob.slot(Kind.CAMERA)))
    stage.collect()
    assert bob.rtp == []
    assert not ann.asked(rtcp.Pli)
    assert stage.count("dropped_gate") == 2
    assert stage.count("key_frames_in") == 1


def test_of_who_was_removed_nothing_is_left() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    ann.picture(is_key=True)
    bob.forget()
    stage.router.remove_endpoint("e1")
    stage.router.remove_endpoint("e1")
    ann.picture(is_key=True)
    ann.sound()
    stage.collect()
    assert bob.rtp == []
    assert all(binding.source is None for binding in stage.router.bindings("e2"))
    stage.router.remove_endpoint("e2")
    assert stage.router.poll_events() == []
    assert stage.router.handle_timeout(stage.now + 1) == pytest.approx(stage.now + 1.1)


def test_an_unknown_endpoint_is_an_error_with_a_code() -> None:
    stage = Stage()
    for call in (
        lambda: stage.router.set_gate("x", OPEN, 0.0),
        lambda: stage.router.set_sources("x", (), 0.0),
        lambda: stage.router.attach("x", describe(1), 0.0),
        lambda: stage.router.bindings("x"),
    ):
        with pytest.raises(UnknownEndpoint) as caught:
            call()
        assert caught.value.code == "unknown_endpoint"


def test_adding_somebody_twice_changes_nothing() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    stage.router.add_endpoint("e1", "another")
    ann.sound()
    assert bob.got(Kind.AUDIO)


# -- time -------------------------------------------------------------------------------------


def test_time_passes_for_those_without_a_transport_too() -> None:
    stage = Stage()
    ann, bob = stage.meet(2)
    stage.router.detach("e1")
    bob.sound()
    stage.pass_time(2.0)
    assert bob.asked(rtcp.ReceiverReport)
    assert ann.rtp == []


def test_who_speaks_is_told() -> None:
    stage = Stage()
    ann, _ = stage.meet(2)
    for _ in range(50):
        ann.sound(30)
        stage.pass_time(0.02)
    told = [event for event in stage.events if isinstance(event, SpeakersChanged)]
    assert told[-1] == SpeakersChanged(room="room", dominant="e1", speaking=("e1",))


def test_muting_ends_speaking_at_once() -> None:
    stage = Stage()
    ann, _ = stage.meet(2)
    for _ in range(50):
        ann.sound(30)
        stage.pass_time(0.02)
    stage.gate(ann, Gate(camera=True))
    stage.pass_time(0.04)
    told = [event for event in stage.events if isinstance(event, SpeakersChanged)]
    assert told[-1] == SpeakersChanged(room="room", dominant="e1", speaking=())


def test_who_loses_their_transport_as_they_speak_is_told_to_speak_no_more() -> None:
    stage = Stage()
    ann, _ = stage.meet(2)
    for _ in range(50):
        ann.sound(30)
        stage.pass_time(0.02)
    stage.router.detach("e2")
    stage.router.detach("e1")
    stage.pass_time(0.04)
    told = [event for event in stage.events if isinstance(event, SpeakersChanged)]
    assert told[-1] == SpeakersChanged(room="room", dominant="e1", speaking=())
    stage.router.remove_endpoint("e1")
    stage.pass_time(0.2)
    told = [event for event in stage.events if isinstance(event, SpeakersChanged)]
    assert told[-1] == SpeakersChanged(room="room", dominant=None, speaking=())


def test_a_muted_person_is_not_heard_by_the_speaker_detector() -> None:
    stage = Stage()
    ann, _ = stage.meet(2)
    stage.gate(ann, Gate(camera=True))
    for _ in range(50):
        ann.sound(30)
        stage.pass_time(0.02)
    assert not [event for event in stage.events if isinstance(event, SpeakersChanged)]


def test_the_timer_asks_to_be_called_soon_and_can_be_called_too_often() -> None:
    stage = Stage()
    stage.meet(1)
    deadline = stage.router.handle_timeout(stage.now)
    assert deadline == pytest.approx(stage.now + 0.02)
    assert stage.router.handle_timeout(stage.now + 0.001) == deadline


def test_a_room_without_transports_costs_no_ticks_until_there_is_one() -> None:
    stage = Stage()
    stage.meet(2)
    stage.router.detach("e1")
    stage.pass_time(0.1)
    assert stage.router.handle_timeout(stage.now) == pytest.approx(stage.now + 0.02)
    stage.router.detach("e2")
    stage.pass_time(0.1)
    assert stage.router.handle_timeout(stage.now + 1) == pytest.approx(stage.now + 1.1)
    stage.join(1)
    assert stage.router.handle_timeout(stage.now + 2) == pytest.approx(stage.now + 2.02)


def test_every_counter_only_grows() -> None:
    stage = Stage()
    ann, _ = stage.meet(2)
    before = stage.router.counters
    ann.picture(is_key=True)
    stage.pass_time(2.0)
    after = stage.router.counters
    assert before.keys() == after.keys()
    assert all(after[name] >= value for name, value in before.items())
    assert after["key_frames_in"] == 1
    assert after["bytes_out_camera"] > 0
