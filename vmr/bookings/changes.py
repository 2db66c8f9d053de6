"""What the establishment's record says of bookings and of when rooms are open for them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import Final

from vmr.api_tokens import ApiToken, actor_of
from vmr.bookings.booking import Booking
from vmr.bookings.hours import END_OF_DAY, Closure, OpeningHours
from vmr.bookings.outcomes import SlotOutcome
from vmr.ids import BookingId
from vmr.record import Fact, Happening
from vmr.rooms import Room
from vmr.staff import StaffMember

REQUESTER: Final = "requester"
"""The actor of what somebody without an account asked for on the request page."""


class BookingEvent(Enum):
    REQUESTED = "booking_requested"
    MADE = "booking_made"  # by a clerk, confirmed at once
    CONFIRMED = "booking_confirmed"
    AMENDED = "booking_amended"
    REFUSED = "booking_refused"
    CANCELLED = "booking_cancelled"
    EXTENDED = "booking_extended"  # from the duty desk, while it runs
    PIN_MADE = "booking_pin_made"  # the Host PIN of its slot; the one before is void
    PIN_REFUSED = "booking_pin_refused"  # to an officer who is not on the roster of its day
    LINK_RENEWED = "booking_link_renewed"  # of one person; the link before is void
    OUTCOME_SETTLED = "booking_outcome_settled"


class ClosureEvent(Enum):
    ADDED = "closure_added"
    REMOVED = "closure_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastChange:
    """What was done to a booking, as its page tells it.

    `officer` and `reason` are empty where there were none, or where their retention has ended.
    """

    at: float
    what: str
    actor: str
    officer: str = ""
    reason: str = ""
    facts: tuple[Fact, ...] = ()


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def booking_subject(booking: BookingId) -> str:
    """What the record calls it."""
    return f"booking:{booking}"


def booking_happening(
    event: BookingEvent,
    booking: Booking,
    *,
    by: StaffMember | ApiToken | str,
    at: float,
    facts: tuple[Fact, ...] = (),
    waiver: str = "",
    note: str = "",
) -> Happening:
    """`by` is a member of staff, a program, REQUESTER, or another actor's word. Names of people are
    personal.

    `waiver` is why the notice that is asked for was waived, `note` what they said of an outcome,
    in their own words.
    """
    officer = (("officer", by.name),) if isinstance(by, StaffMember) else ()
    program = (("program", by.name),) if isinstance(by, ApiToken) else ()
    people = tuple((f"person_{n}", one.name) for n, one in enumerate(booking.people, start=1))
    return Happening(
        at=at,
        actor=_actor(by),
        what=event.value,
        subject=booking_subject(booking.id),
        facts=(
            ("reference", booking.reference),
            ("purpose", booking.purpose.value),
            ("starts_at", booking.slot.starts_at),
            ("ends_at", booking.slot.ends_at),
            ("room", booking.room or ""),
            ("version", booking.version),
            *((("notice_waived", True),) if waiver else ()),
            *program,
            *((("rebooks", booking.rebooks),) if booking.rebooks else ()),
            *facts,
        ),
        personal=(
            ("prisoner", booking.prisoner),
            *people,
            *officer,
            *((("reason", booking.reason),) if booking.reason else ()),
            *((("waiver", waiver),) if waiver else ()),
            *_exceptions(booking),
            *((("note", note),) if note else ()),
        ),
    )


def outcome_happening(
    booking: Booking, before: SlotOutcome, settled: SlotOutcome, *, by: StaffMember | ApiToken
) -> Happening:
    """What became of a slot was settled; `before` is the proposal, or what was settled then."""
    return booking_happening(
        BookingEvent.OUTCOME_SETTLED,
        booking,
        by=by,
        at=settled.at,
        facts=(
            ("outcome", settled.outcome.value),
            ("cause", _cause(settled)),
            ("outcome_before", before.outcome.value),
            ("cause_before", _cause(before)),
            ("was_settled", before.is_settled),
        ),
        note=settled.note,
    )


def hours_happening(
    room: Room, hours: Iterable[OpeningHours], *, by: StaffMember, at: float
) -> Happening:
    """The opening hours of a room were set; `hours` as "mon 09:00-12:30, tue 13:00-24:00"."""
    said = ", ".join(
        f"{WEEKDAYS[one.weekday]} {one.opens:%H:%M}-{_closes(one.closes)}" for one in sorted(hours)
    )
    return Happening(
        at=at,
        actor=f"officer:{by.id}",
        what="room_hours_set",
        subject=f"room:{room.id}",
        facts=(("room", room.name), ("hours", said)),
        personal=(("officer", by.name),),
    )


def pin_per_slot_happening(
    room: Room, is_per_slot: bool, *, by: StaffMember, at: float
) -> Happening:
    """Whether the room asks for a Host PIN of the slot was set."""
    return Happening(
        at=at,
        actor=f"officer:{by.id}",
        what="room_pin_per_slot_set",
        subject=f"room:{room.id}",
        facts=(("room", room.name), ("per_slot", is_per_slot)),
        personal=(("officer", by.name),),
    )


def export_happening(
    first: date, last: date, count: int, *, by: StaffMember, at: float
) -> Happening:
    """The bookings of these days, so many, are taken away as a file with all that is personal."""
    return Happening(
        at=at,
        actor=f"officer:{by.id}",
        what="bookings_exported",
        facts=(("first", first.isoformat()), ("last", last.isoformat()), ("count", count)),
        personal=(("officer", by.name),),
    )


def closure_happening(
    event: ClosureEvent, closure: Closure, *, by: StaffMember, at: float
) -> Happening:
    """A room, or the whole establishment, is closed for a while, or no longer."""
    return Happening(
        at=at,
        actor=f"officer:{by.id}",
        what=event.value,
        subject=f"closure:{closure.id}",
        facts=(
            ("room", closure.room or ""),
            ("starts_at", closure.interval.starts_at),
            ("ends_at", closure.interval.ends_at),
        ),
        personal=(("officer", by.name), ("reason", closure.reason)),
    )


def _cause(outcome: SlotOutcome) -> str:
    return "" if outcome.cause is None else outcome.cause.value


def _closes(at: time) -> str:
    return "24:00" if at >= END_OF_DAY else f"{at:%H:%M}"


def _exceptions(booking: Booking) -> tuple[tuple[str, str], ...]:
    """Who allowed more than the rules do."""
    said = {
        "more_persons_by": booking.more_persons_by,
        "more_minutes_by": booking.more_minutes_by,
    }
    return tuple((name, by) for name, by in said.items() if by)


def _actor(by: StaffMember | ApiToken | str) -> str:
    if isinstance(by, ApiToken):
        return actor_of(by)
    return by if isinstance(by, str) else f"officer:{by.id}"
