"""What stands against a booking: each reason by itself, and none where there is none."""

from dataclasses import replace
from typing import Any

import pytest

from tests.vmr.bookings.made import LEGAL_1, NOW, booking, closure, person, slot, week
from vmr.bookings.booking import Channel, Part
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem, problems, problems_in_room
from vmr.bookings.times import interval
from vmr.ids import BookingId, RoomId
from vmr.policies import PolicyName

NUMBERS = BookingNumbers()
MANY = tuple(person(f"P{n}", f"x{n}") for n in range(7))
CHILD = person("Tom", "x1", part=Part.FAMILY, is_under_18=True)


def test_nothing_stands_against_a_proper_request() -> None:
    alternatives = (slot(4, 13), slot(5, 10))
    assert problems(booking(alternatives=alternatives), NUMBERS, NOW) == ()
    assert problems_in_room(booking(), slot(4, 10), week()) == ()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"preferred": interval(NOW - 60, 75)}, Problem.IN_THE_PAST),
        ({"preferred": slot(2, 10)}, Problem.SHORT_NOTICE),
        ({"alternatives": (slot(2, 10),)}, Problem.SHORT_NOTICE),
        ({"preferred": interval(NOW + 181 * 86_400, 75)}, Problem.TOO_FAR_AHEAD),
        ({"preferred": slot(4, 10, minutes=90)}, Problem.WRONG_LENGTH),
        ({"preferred": slot(4, 10, minutes=20)}, Problem.WRONG_LENGTH),
        ({"alternatives": (slot(4, 11),)}, Problem.ALTERNATIVES_OVERLAP),
        ({"alternatives": (slot(4, 13), slot(4, 15), slot(5, 9))}, Problem.TOO_MANY_ALTERNATIVES),
        ({"linked": BookingId("b9")}, Problem.LINK_OF_ANOTHER_PURPOSE),
        ({"people": ()}, Problem.NOBODY_EXPECTED),
        ({"people": (person(part=Part.CHAPLAIN),)}, Problem.NOBODY_EXPECTED),
        ({"people": MANY}, Problem.TOO_MANY_OUTSIDE),
        ({"people": tuple(person(f"P{n}") for n in range(13))}, Problem.TOO_MANY_EXPECTED),
        ({"people": (person("\u200b "),)}, Problem.NAME_MISSING),
        ({"people": (person(part=Part.INTERPRETER),)}, Problem.INTERPRETER_WITHOUT_LANGUAGE),
        ({"prisoner": " "}, Problem.PRISONER_MISSING),
        ({"note_for_staff": "x" * 10_001}, Problem.TEXT_TOO_LONG),
        ({"people": (person("x" * 201),)}, Problem.TEXT_TOO_LONG),
    ],
)
def test_a_booking_with_a_fault_is_told_it(values: dict[str, Any], problem: Problem) -> None:
    assert problems(booking(**values), NUMBERS, NOW) == (problem,)


def test_the_courts_channel_needs_no_notice_and_staff_may_waive_it() -> None:
    soon = booking(preferred=slot(1, 9))
    assert problems(replace(soon, channel=Channel.COURT), NUMBERS, NOW) == ()
    assert problems(soon, NUMBERS, NOW, is_notice_waived=True) == ()


@pytest.mark.parametrize(
    ("purpose", "minutes"),
    [
        (Purpose.BEFORE_HEARING, 30), (Purpose.AFTER_HEARING, 20), (Purpose.CONSULTATION, 75),
        (Purpose.CONSULTATION, 45), (Purpose.SOCIAL, 30), (Purpose.HEARING, 240),
    ],
)  # fmt: skip
def test_a_slot_has_a_usual_length_or_a_multiple_of_15_minutes(
    purpose: Purpose, minutes: int
) -> None:
    assert (
        problems(booking(purpose=purpose, preferred=slot(4, 9, minutes=minutes)), NUMBERS, NOW)
        == ()
    )


def test_a_slot_of_a_room_without_a_longest_call_is_no_longer_than_half_a_day() -> None:
    long = booking(purpose=Purpose.HEARING, preferred=slot(4, 9, minutes=735))
    assert problems(long, NUMBERS, NOW) == (Problem.WRONG_LENGTH,)


def test_a_child_is_never_the_only_caller_of_a_social_call() -> None:
    social = booking(purpose=Purpose.SOCIAL, preferred=slot(4, 10, minutes=60), people=(CHILD,))
    assert problems(social, NUMBERS, NOW) == (Problem.MINOR_ALONE,)
    with_mother = replace(social, people=(CHILD, person("Ann", "x2", part=Part.FAMILY)))
    assert problems(with_mother, NUMBERS, NOW) == ()


def test_more_persons_outside_need_a_name_that_allowed_them() -> None:
    assert problems(booking(people=MANY, more_persons_by="Governor Jones"), NUMBERS, NOW) == ()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"taken": (slot(4, 11),)}, Problem.ROOM_TAKEN),
        ({"closures": (closure(slot(4, 11)),)}, Problem.ROOM_SHUT),
        ({"closures": (closure(slot(4, 11), LEGAL_1.id),)}, Problem.ROOM_SHUT),
        ({"hours": ()}, Problem.ROOM_SHUT),
        ({"room": replace(LEGAL_1, is_closed=True)}, Problem.ROOM_CLOSED),
        ({"room": replace(LEGAL_1, policy=PolicyName.SOCIAL)}, Problem.ROOM_OF_ANOTHER_POLICY),
    ],
)
def test_a_room_that_cannot_take_the_slot_says_why(
    values: dict[str, Any], problem: Problem
) -> None:
    assert problems_in_room(booking(), slot(4, 10), week(**values)) == (problem,)


def test_a_closure_of_another_room_and_a_neighbouring_slot_do_not_matter() -> None:
    other = closure(slot(4, 10), RoomId("r2"))
    free = week(closures=(other,), taken=(slot(4, 11, 15), slot(4, 8, 45)))
    assert problems_in_room(booking(), slot(4, 10), free) == ()
