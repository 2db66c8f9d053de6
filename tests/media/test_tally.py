"""What is counted."""

from media.description import Kind
from media.tally import Tally


def test_every_counter_has_a_name_and_begins_at_nothing() -> None:
    tally = Tally()
    tally.kinds[Kind.AUDIO].packets_in += 2
    counters = tally.as_dict()
    assert counters.pop("packets_in_audio") == 2
    assert set(counters.values()) == {0}
    assert {"bytes_out_screen", "dropped_gate", "nacks_in"} <= counters.keys()
