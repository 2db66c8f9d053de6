"""Which layers a sender is asked to send."""

from media.layers import LayerSwitch

ALL = {0, 1, 2}


def run(switch: LayerSwitch, taken: set[int], flowing: set[int], start: float, end: float) -> bool:
    changes = [
        switch.update(taken, flowing, start + step * 0.2)
        for step in range(round((end - start) / 0.2) + 1)
    ]
    return any(changes)


def test_a_layer_nobody_takes_is_off_within_five_seconds() -> None:
    switch = LayerSwitch(3)
    assert run(switch, {2}, ALL, 0.0, 5.0)
    assert switch.is_on == [False, False, True]


def test_a_layer_is_on_again_at_once() -> None:
    switch = LayerSwitch(3)
    run(switch, {2}, ALL, 0.0, 5.0)
    assert switch.update({2, 0}, {2}, 5.1)
    assert switch.is_on == [True, False, True]


def test_a_short_absence_of_takers_switches_nothing_off() -> None:
    switch = LayerSwitch(3)
    run(switch, ALL, ALL, 0.0, 5.0)
    assert not run(switch, {2}, ALL, 5.2, 7.0)
    assert not run(switch, ALL, ALL, 7.2, 9.0)


def test_the_lowest_stays_on_while_nobody_takes_any() -> None:
    switch = LayerSwitch(3)
    run(switch, set(), ALL, 0.0, 5.0)
    assert switch.is_on == [True, False, False]


def test_a_layer_the_sender_stopped_by_itself_is_not_switched_off() -> None:
    switch = LayerSwitch(3)
    assert not run(switch, {0, 1}, {0, 1}, 0.0, 9.0)


def test_a_layer_that_is_off_may_come_and_one_that_failed_to_may_not() -> None:
    switch = LayerSwitch(3)
    assert not switch.may_come(2, 0.0)
    run(switch, {0}, ALL, 0.0, 5.0)
    assert switch.may_come(2, 5.0)
    switch.update({0, 2}, {0}, 5.0)
    assert switch.may_come(2, 7.0)
    assert not switch.may_come(2, 8.1)
