"""The numbers of the rules, and that no wrong one can exist."""

from typing import Any

import pytest

from vmr.numbers import Numbers


def test_the_defaults_are_those_of_the_product() -> None:
    numbers = Numbers()
    assert (numbers.waiting_s, numbers.pin_prompt_s, numbers.reentry_s) == (900, 120, 300)
    assert (numbers.host_left_s, numbers.host_lost_s, numbers.knock_gone_s) == (60, 300, 60)
    assert (numbers.step_up_s, numbers.pin_tries, numbers.room_pin_limit) == (120, 3, 20)
    assert (numbers.room_pin_window_s, numbers.room_pin_closed_s) == (600, 600)
    assert (numbers.pin_digits_min, numbers.pin_digits_max, numbers.pin_digits_default) == (
        *(4, 20, 6),
    )
    assert (numbers.connections, numbers.slot_warnings_min) == (8, (10, 5, 1))
    assert not numbers.social_unrecorded


@pytest.mark.parametrize(
    ("name", "value"), [("waiting_s", 0), ("pin_tries", -1), ("slot_warnings_min", (10, 0))]
)
def test_a_number_that_must_be_more_than_zero_is_named_when_it_is_not(
    name: str, value: Any
) -> None:
    with pytest.raises(ValueError, match=name):
        Numbers(**{name: value})


def test_the_default_length_of_a_pin_lies_within_its_bounds() -> None:
    with pytest.raises(ValueError, match="pin_digits_default"):
        Numbers(pin_digits_default=3)


@pytest.mark.parametrize("bounds", [{"pin_digits_min": 3}, {"pin_digits_max": 21}])
def test_no_setting_allows_a_pin_shorter_or_longer_than_the_product_does(
    bounds: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="within 4 and 20"):
        Numbers(**bounds)


def test_a_social_room_may_be_shown_unrecorded_by_a_setting() -> None:
    assert Numbers(social_unrecorded=True).social_unrecorded
