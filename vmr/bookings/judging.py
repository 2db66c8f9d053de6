"""Which rules count when a request is confirmed and when a booking is amended. Pure.

What was right when it was asked for stays right: time that passes between the request and its
confirmation is no short notice, and who corrects a name an hour before the slot needs none.
"""

from dataclasses import replace

from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.rules import Problem, problems

OF_THE_CLOCK = frozenset({Problem.IN_THE_PAST, Problem.SHORT_NOTICE, Problem.TOO_FAR_AHEAD})


def problems_when_confirmed(
    request: Booking,
    confirmed: Booking,
    numbers: BookingNumbers,
    now: float,
    *,
    is_notice_waived: bool = False,
) -> tuple[Problem, ...]:
    """Of the slot that is confirmed alone: the others that were asked for are history."""
    was_asked_for = confirmed.slot in (request.preferred, *request.alternatives)
    return problems(
        replace(confirmed, alternatives=()),
        numbers,
        now,
        is_notice_waived=is_notice_waived or was_asked_for,
    )


def problems_when_amended(
    before: Booking,
    after: Booking,
    numbers: BookingNumbers,
    now: float,
    *,
    is_notice_waived: bool = False,
) -> tuple[Problem, ...]:
    """The clock counts only where the times change."""
    judged, is_same = after, before.alternatives == after.alternatives
    if after.state is BookingState.CONFIRMED:
        judged, is_same = replace(after, alternatives=()), True
    found = problems(judged, numbers, now, is_notice_waived=is_notice_waived)
    if is_same and before.slot == after.slot:
        return tuple(one for one in found if one not in OF_THE_CLOCK)
    return found


def needs_room_again(before: Booking, after: Booking) -> bool:
    """Whether the room has to be asked: one that closes later does not undo what stands."""
    return (before.room, before.slot, before.purpose) != (after.room, after.slot, after.purpose)


def is_beside_hearing_still(before: Booking | None, after: Booking) -> bool:
    """Whether its place before or after its hearing was judged when it was made: a hearing that
    was moved since leaves it where it is, for somebody to look at."""
    if before is None or after.alternatives not in ((), before.alternatives):
        return False
    return (before.linked, before.slot, before.purpose) == (
        after.linked,
        after.slot,
        after.purpose,
    )


def is_same_time(before: Booking, after: Booking) -> bool:
    """Whether the minutes it takes of a month are those it took: of the same prisoner,
    and at the same time, as a social call."""
    return (before.state, before.purpose, before.prisoner, before.slot) == (
        after.state,
        after.purpose,
        after.prisoner,
        after.slot,
    )
