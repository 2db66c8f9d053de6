"""Whose hands a terminal is in."""

from lobby.step_up import Hands
from vmr.numbers import Numbers
from vmr.roles import SeatMode

NUMBERS = Numbers()


def test_a_terminal_is_its_officers_until_it_is_handed_over() -> None:
    assert Hands().mode is SeatMode.OWN
    assert Hands().hand_over().mode is SeatMode.HANDED_OVER


def test_a_right_pin_steps_up_for_a_while() -> None:
    hands = Hands().hand_over().step_up(100.0, NUMBERS)
    assert (hands.mode, hands.stepped_up_until) == (SeatMode.STEPPED_UP, 220.0)
    assert hands.lapse().mode is SeatMode.HANDED_OVER


def test_use_keeps_a_step_up_alive_and_makes_none() -> None:
    assert Hands().hand_over().step_up(100.0, NUMBERS).use(150.0, NUMBERS).stepped_up_until == 270
    assert Hands().hand_over().use(150.0, NUMBERS) == Hands().hand_over()


def test_handing_over_again_ends_a_step_up() -> None:
    assert Hands().hand_over().step_up(1.0, NUMBERS).hand_over().mode is SeatMode.HANDED_OVER


def test_three_wrong_pins_close_the_step_up() -> None:
    hands = Hands().hand_over()
    for left in (2, 1, 0):
        assert not hands.is_closed(NUMBERS)
        hands = hands.count_wrong()
        assert hands.attempts_left(NUMBERS) == left
    assert hands.is_closed(NUMBERS)
    assert hands.count_wrong().attempts_left(NUMBERS) == 0
    assert hands.reset().attempts_left(NUMBERS) == 3


def test_handing_over_forgives_no_wrong_pin_but_a_right_one_does() -> None:
    hands = Hands().hand_over().count_wrong()
    assert hands.hand_over().wrong_pins == 1
    assert hands.step_up(1.0, NUMBERS).wrong_pins == 0
