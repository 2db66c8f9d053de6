"""The garbage collector leaves alone what the server is made of, and looks at the old seldom."""

import gc

from vmr.cli.collector import MIDDLE, OLD, YOUNG, calm


def test_what_is_there_when_the_server_is_made_is_looked_through_no_more() -> None:
    was = gc.get_threshold()
    made = [{"is": "old"}]
    try:
        calm()
        assert not any(one is made for one in gc.get_objects())
        assert gc.get_threshold() == (YOUNG, MIDDLE, OLD)
        new = [{"is": "new"}]
        assert any(one is new for one in gc.get_objects())
    finally:
        gc.set_threshold(*was)


def test_states_that_take_the_place_of_old_ones_are_looked_at_before_they_are_many() -> None:
    """Somebody comes into one of ten meetings that change."""
    was = gc.get_threshold()
    states = [{"is": [number]} for number in range(30_000)]
    most = 0
    try:
        calm()
        gc.unfreeze()  # into the oldest, as what has been there for long
        for number in range(30_000):
            states[number] = {"is": [number]}
            if number % 10 == 0:
                states.append({"is": [number]})
            if number % 1000 == 0:
                most = max(most, len(gc.get_objects(generation=0)))
    finally:
        gc.set_threshold(*was)
    assert most < 10_000, f"{most} young ones at once"
