"""What is counted."""

from media.description import Kind, Role
from media.tally import Tally


def test_every_counter_has_a_name_and_begins_at_nothing() -> None:
    tally = Tally()
    tally.received[Kind.AUDIO, Role.PERSON].packets += 2
    counters = tally.as_dict()
    assert counters.pop("packets_in_audio") == 2
    assert counters.pop("in_packets_audio_person") == 2
    assert set(counters.values()) == {0}
    assert {"bytes_out_screen", "dropped_gate", "nacks_in"} <= counters.keys()


def test_what_is_sent_is_counted_by_kind_and_by_whom_it_went_to() -> None:
    tally = Tally()
    tally.sent[Kind.CAMERA, Role.PERSON].packets += 3
    tally.sent[Kind.CAMERA, Role.TAP].packets += 1
    counters = tally.as_dict()
    assert counters["packets_out_camera"] == 4
    assert counters["out_packets_camera_person"] == 3
    assert counters["out_packets_camera_tap"] == 1
    assert counters["out_packets_audio_tap"] == 0
