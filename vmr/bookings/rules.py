"""What stands against a booking, in the order a clerk would want to hear it. One function."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from zoneinfo import ZoneInfo

from vmr.bookings.addresses import domain_of, is_allowed
from vmr.bookings.booking import (
    ALTERNATIVES_MAX,
    EXPECTED_MAX,
    NOTE_MAX,
    TEXT_MAX,
    Booking,
    Channel,
    Part,
)
from vmr.bookings.hours import Closure, OpeningHours, is_open
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import LINKED, POLICY_OF, Purpose, is_length
from vmr.bookings.times import HOUR_S, Interval, overlapping
from vmr.participants import is_readable
from vmr.policies import POLICIES
from vmr.rooms import Room

DAY_S = 24 * HOUR_S
INSIDE = frozenset({Part.SUPERVISOR, Part.CHAPLAIN})
"""Who sits with the prisoner and is no person outside."""


class Problem(Enum):
    """Why a booking cannot be as it is. The value is the key of its sentence."""

    IN_THE_PAST = "in_the_past"
    TOO_FAR_AHEAD = "too_far_ahead"
    SHORT_NOTICE = "short_notice"  # staff may overrule it, with a reason
    WRONG_LENGTH = "wrong_length"
    ALTERNATIVES_OVERLAP = "alternatives_overlap"
    TOO_MANY_ALTERNATIVES = "too_many_alternatives"
    NOBODY_EXPECTED = "nobody_expected"
    TOO_MANY_EXPECTED = "too_many_expected"
    TOO_MANY_OUTSIDE = "too_many_outside"
    NAME_MISSING = "name_missing"
    MINOR_ALONE = "minor_alone"
    INTERPRETER_WITHOUT_LANGUAGE = "interpreter_without_language"
    PRISONER_MISSING = "prisoner_missing"
    TEXT_TOO_LONG = "text_too_long"
    REASON_MISSING = "reason_missing"  # of a refusal or a cancellation
    LINK_OF_ANOTHER_PURPOSE = "link_of_another_purpose"
    NO_SUCH_HEARING = "no_such_hearing"  # that it could be linked to
    AFTER_ITS_HEARING = "after_its_hearing"  # a talk before it that is not over when it begins
    BEFORE_ITS_HEARING = "before_its_hearing"  # a talk after it that begins before it is over
    WRONG_ADDRESS = "wrong_address"  # no e-mail address
    ADDRESS_NOT_ALLOWED = "address_not_allowed"  # of another domain than the allowed ones
    ROOM_OF_ANOTHER_POLICY = "room_of_another_policy"
    ROOM_CLOSED = "room_closed"  # for good
    ROOM_SHUT = "room_shut"  # not open at that time
    ROOM_TAKEN = "room_taken"
    NOT_A_CONTACT = "not_a_contact"  # of the prisoner, or not approved
    BANNED = "banned"  # nobody may overrule it
    MINUTES_USED = "minutes_used"  # of the month; staff may exceed them, by a named exception
    COMPACT_MISSING = "compact_missing"  # the prisoner has not signed it in this version


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWeek:
    """A room as a booking finds it: its hours, closures, and what is taken already."""

    room: Room
    hours: Sequence[OpeningHours]
    closures: Sequence[Closure]
    taken: Sequence[Interval]
    zone: ZoneInfo


def problems(
    booking: Booking, numbers: BookingNumbers, now: float, *, is_notice_waived: bool = False
) -> tuple[Problem, ...]:
    """What is wrong with the booking by itself, the most telling first; empty: nothing."""
    return tuple([
        *_of_times(booking, numbers, now, is_notice_waived),
        *_of_people(booking),
        *_of_texts(booking),
    ])  # fmt: skip


def problems_in_room(booking: Booking, slot: Interval, week: RoomWeek) -> tuple[Problem, ...]:
    """What stands against this slot in this room."""
    found = []
    if week.room.policy is not POLICY_OF[booking.purpose]:
        found.append(Problem.ROOM_OF_ANOTHER_POLICY)
    if week.room.is_closed:
        found.append(Problem.ROOM_CLOSED)
    elif not is_available(slot, week):
        found.append(Problem.ROOM_SHUT)
    if overlapping(slot, week.taken) is not None:
        found.append(Problem.ROOM_TAKEN)
    return tuple(found)


def is_available(slot: Interval, week: RoomWeek) -> bool:
    """Whether the room is open throughout and not closed for a while."""
    shut = (one.interval for one in week.closures if one.room in (None, week.room.id))
    return is_open(slot, week.hours, week.zone) and overlapping(slot, shut) is None


def problems_of_addresses(booking: Booking, domains: Collection[str]) -> tuple[Problem, ...]:
    """`domains` are those that letters may go to; empty: all."""
    said = [booking.requester_email, *(one.email for one in booking.people)]
    given = [one for one in said if one]
    found = []
    if any(domain_of(one) is None for one in given):
        found.append(Problem.WRONG_ADDRESS)
    elif not all(is_allowed(one, domains) for one in given):
        found.append(Problem.ADDRESS_NOT_ALLOWED)
    return tuple(found)


def problems_beside_hearing(booking: Booking, hearing: Booking) -> tuple[Problem, ...]:
    """A talk before a hearing is over when that begins, one after it begins when that is over.

    Of each time it asks for, against the preferred time of the hearing.
    """
    for slot in (booking.preferred, *booking.alternatives):
        if booking.purpose is Purpose.BEFORE_HEARING and slot.ends_at > hearing.slot.starts_at:
            return (Problem.AFTER_ITS_HEARING,)
        if booking.purpose is Purpose.AFTER_HEARING and slot.starts_at < hearing.slot.ends_at:
            return (Problem.BEFORE_ITS_HEARING,)
    return ()


def needed_notice_s(channel: Channel, numbers: BookingNumbers) -> float:
    return numbers.notice_h * HOUR_S if channel is Channel.BOOKING_TEAM else 0.0


def _of_times(
    booking: Booking, numbers: BookingNumbers, now: float, is_notice_waived: bool
) -> list[Problem]:
    wanted = (booking.preferred, *booking.alternatives)
    found = []
    first, last = min(one.starts_at for one in wanted), max(one.ends_at for one in wanted)
    if first < now:
        found.append(Problem.IN_THE_PAST)
    elif not is_notice_waived and first < now + needed_notice_s(booking.channel, numbers):
        found.append(Problem.SHORT_NOTICE)
    if last > now + numbers.ahead_days * DAY_S:
        found.append(Problem.TOO_FAR_AHEAD)
    if not all(is_length(booking.purpose, one.minutes, numbers) for one in wanted):
        found.append(Problem.WRONG_LENGTH)
    if len(booking.alternatives) > ALTERNATIVES_MAX:
        found.append(Problem.TOO_MANY_ALTERNATIVES)
    if any(overlapping(one, wanted[:at]) is not None for at, one in enumerate(wanted)):
        found.append(Problem.ALTERNATIVES_OVERLAP)
    if booking.linked is not None and booking.purpose not in LINKED:
        found.append(Problem.LINK_OF_ANOTHER_PURPOSE)
    return found


def _of_people(booking: Booking) -> list[Problem]:
    policy = POLICIES[POLICY_OF[booking.purpose]]
    outside = [one for one in booking.people if one.part not in INSIDE]
    found = []
    if not outside:
        found.append(Problem.NOBODY_EXPECTED)
    if len(booking.people) > EXPECTED_MAX:
        found.append(Problem.TOO_MANY_EXPECTED)
    elif len(outside) > policy.persons_outside and not booking.more_persons_by:
        found.append(Problem.TOO_MANY_OUTSIDE)
    if not all(is_readable(one.name) for one in booking.people):
        found.append(Problem.NAME_MISSING)
    if policy.is_minor_never_alone and outside and all(one.is_under_18 for one in outside):
        found.append(Problem.MINOR_ALONE)
    if any(one.part is Part.INTERPRETER and not one.language.strip() for one in booking.people):
        found.append(Problem.INTERPRETER_WITHOUT_LANGUAGE)
    return found


def _of_texts(booking: Booking) -> list[Problem]:
    found = []
    if not is_readable(booking.prisoner):
        found.append(Problem.PRISONER_MISSING)
    short = [booking.prisoner, booking.requester_name, booking.requester_email, booking.reason]
    for one in booking.people:
        short += [one.name, one.alias, one.email, one.phone, one.language]
    notes = (booking.note_for_staff, booking.note_for_guest)
    if any(len(one) > TEXT_MAX for one in short) or any(len(one) > NOTE_MAX for one in notes):
        found.append(Problem.TEXT_TOO_LONG)
    return found
