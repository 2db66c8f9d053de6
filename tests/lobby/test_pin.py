"""Wrong PINs on a room: counted for ten minutes, and what too many do."""

import json

from lobby.pin import PinAttempts
from vmr.numbers import Numbers

NUMBERS = Numbers()


def wrong(times: int, *, start: float = 0.0, step: float = 1.0) -> PinAttempts:
    attempts = PinAttempts()
    for number in range(times):
        attempts = attempts.count_wrong(start + number * step, NUMBERS)
    return attempts


def test_twenty_wrong_pins_leave_the_entry_open() -> None:
    assert not wrong(20).is_closed


def test_one_more_closes_it_for_ten_minutes() -> None:
    attempts = wrong(21)
    assert attempts.closed_until == 20.0 + 600
    assert attempts.forget_old(619.0, NUMBERS).is_closed
    assert attempts.forget_old(620.0, NUMBERS).is_clear


def test_wrong_pins_spread_over_more_than_ten_minutes_do_not_close_it() -> None:
    assert not wrong(100, step=31.0).is_closed


def test_counting_starts_afresh_after_a_closure() -> None:
    again = wrong(21).forget_old(620.0, NUMBERS).count_wrong(621.0, NUMBERS)
    assert not again.is_closed
    assert again.wrong_at == (621.0,)


def test_a_wrong_step_up_while_closed_leaves_it_closed() -> None:
    assert wrong(21).count_wrong(30.0, NUMBERS).closed_until == 620.0


def test_the_next_deadline_is_the_first_thing_to_forget() -> None:
    assert PinAttempts().next_deadline(NUMBERS) is None
    assert wrong(2, start=5.0).next_deadline(NUMBERS) == 605.0
    assert wrong(21).next_deadline(NUMBERS) == 620.0
    assert PinAttempts(wrong_at=(100.0,), closed_until=50.0).next_deadline(NUMBERS) == 50.0


def test_attempts_survive_json() -> None:
    for attempts in (PinAttempts(), wrong(3), wrong(21)):
        assert PinAttempts.from_json(json.loads(json.dumps(attempts.to_json()))) == attempts
