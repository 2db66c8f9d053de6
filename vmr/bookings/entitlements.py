"""Who may be called in a social call, and for how long in a month. Values and rules, pure.

Everybody outside is an approved contact of the prisoner; nobody is banned; the prisoner has signed
the compact; the minutes of the month are not used up. Approval goes by the contact, bans by the
contact and by the name: a banned person who is added once more is banned still. A ban holds until
somebody lifts it, also after its review date, and nobody may overrule it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from vmr.bookings.booking import Booking, Expected
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import INSIDE, Problem
from vmr.bookings.times import MINUTE_S, Interval, day_of, to_local
from vmr.expected import is_like, is_same
from vmr.ids import BanId, ContactId, EstablishmentId, PrisonerId

REASON_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prisoner:
    """`reference` as it was first written; `prisoner_key` says which are the same."""

    id: PrisonerId
    establishment: EstablishmentId
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody a prisoner asks to call. `approved_by` is a name, empty while nobody has."""

    id: ContactId
    prisoner: PrisonerId
    name: str
    relation: str
    is_under_18: bool = False
    added_at: float
    approved_by: str = ""
    approved_at: float | None = None

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """`prisoner` None: of the whole establishment; `contact` None: of a name alone.

    `authority` decided it, with their office; `made_by` entered it. Days are the establishment's.
    """

    id: BanId
    establishment: EstablishmentId
    prisoner: PrisonerId | None
    contact: ContactId | None
    name: str
    authority: str
    office: str
    reason: str
    starts_on: date
    review_on: date
    made_by: str
    made_at: float
    lifted_by: str = ""
    lifted_at: float | None = None
    lift_reason: str = ""

    @property
    def is_lifted(self) -> bool:
        return self.lifted_at is not None

    def is_due(self, today: date) -> bool:
        """Whether somebody has to look at it again."""
        return not self.is_lifted and self.review_on <= today

    def begins_before(self, at: float, zone: ZoneInfo) -> bool:
        return day_of(self.starts_on, zone).starts_at < at


@dataclass(frozen=True, slots=True, kw_only=True)
class Compact:
    """A prisoner's signature under the rules of social calls, in this version of them."""

    prisoner: PrisonerId
    version: int
    signed_on: date
    witnessed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What the rules need to know of a prisoner: contacts that were not removed, bans in reach
    that were not lifted, signatures, and the slots of their other confirmed social calls.

    `zone` is the establishment's."""

    zone: ZoneInfo
    contacts: tuple[Contact, ...] = ()
    bans: tuple[Ban, ...] = ()
    compacts: tuple[Compact, ...] = ()
    taken: tuple[Interval, ...] = ()


def prisoner_key(reference: str) -> str:
    """Equal for what is one reference: "A1234BC", "a 1234-bc"."""
    joined = "".join(one for one in reference.casefold() if one.isalnum())
    return joined or " ".join(reference.split())


def problems_of_entitlement(
    booking: Booking,
    entitlement: Entitlement,
    numbers: BookingNumbers,
    *,
    has_same_time: bool = False,
) -> tuple[Problem, ...]:
    """What stands against a social call; nothing against any other.

    The people are `bound` to their contacts. `has_same_time`: the slot and the prisoner are those
    of a booking that stands already, whose minutes were judged when it was made.
    """
    if booking.purpose is not Purpose.SOCIAL:
        return ()
    zone = entitlement.zone
    approved = {one.id for one in entitlement.contacts if one.is_approved}
    outside = [one for one in booking.people if one.part not in INSIDE]
    found = []
    if any(bans_against(one, booking.slot, entitlement.bans, zone) for one in booking.people):
        found.append(Problem.BANNED)
    if any(one.contact not in approved for one in outside):
        found.append(Problem.NOT_A_CONTACT)
    if not is_compact_signed(entitlement.compacts, numbers, booking.slot, zone):
        found.append(Problem.COMPACT_MISSING)
    is_waived = has_same_time or bool(booking.more_minutes_by.strip())
    if not is_waived and _is_too_much(booking.slot, entitlement.taken, numbers, zone):
        found.append(Problem.MINUTES_USED)
    return tuple(found)


def bound(booking: Booking, contacts: Iterable[Contact]) -> Booking:
    """Of a social call each person with the contact they are: the one of their name.

    Who is under 18 as a contact is so in the call, whatever was ticked.
    """
    if booking.purpose is not Purpose.SOCIAL:
        return replace(booking, people=tuple(replace(one, contact=None) for one in booking.people))
    known = tuple(contacts)
    return replace(booking, people=tuple(_bound(one, known) for one in booking.people))


def bans_against(
    person: Expected, slot: Interval, bans: Iterable[Ban], zone: ZoneInfo
) -> tuple[Ban, ...]:
    """Those that keep this person out of this slot."""
    return tuple(
        one
        for one in bans_of_name(person.name, person.contact, bans)
        if one.begins_before(slot.ends_at, zone)
    )


def bans_of_name(name: str, contact: ContactId | None, bans: Iterable[Ban]) -> tuple[Ban, ...]:
    """Those of this contact and of this name that were not lifted, whenever they begin."""
    return tuple(
        one
        for one in bans
        if ((contact is not None and one.contact == contact) or is_same(one.name, name))
        and not one.is_lifted
    )


def like_banned(name: str, bans: Iterable[Ban]) -> tuple[Ban, ...]:
    """Bans whose person this could be: a hint for staff, never a refusal."""
    return tuple(one for one in bans if not one.is_lifted and is_like(one.name, name))


def is_compact_signed(
    compacts: Iterable[Compact], numbers: BookingNumbers, slot: Interval, zone: ZoneInfo
) -> bool:
    """Whether the version that is asked for, or a later one, was signed before the call."""
    return any(
        one.version >= numbers.compact_version
        and day_of(one.signed_on, zone).starts_at <= slot.starts_at
        for one in compacts
    )


def month_of(at: float, zone: ZoneInfo) -> Interval:
    """The calendar month on the establishment's clock: an hour more or less where it changes."""
    first = to_local(at, zone).date().replace(day=1)
    return Interval(
        starts_at=day_of(first, zone).starts_at, ends_at=day_of(_after(first), zone).starts_at
    )


def months_of(slot: Interval, zone: ZoneInfo) -> Interval:
    """The whole of the months that a slot lies in: one, or two where it passes midnight."""
    last = month_of(slot.ends_at, zone)
    if last.starts_at == slot.ends_at:
        last = month_of(slot.starts_at, zone)
    return Interval(starts_at=month_of(slot.starts_at, zone).starts_at, ends_at=last.ends_at)


def minutes_in(month: Interval, slots: Iterable[Interval]) -> float:
    """Of these slots the part that lies in the month; a slot over its end counts in both."""
    return sum(
        max(0.0, min(one.ends_at, month.ends_at) - max(one.starts_at, month.starts_at))
        for one in slots
    ) / MINUTE_S  # fmt: skip


def _is_too_much(
    slot: Interval, taken: Iterable[Interval], numbers: BookingNumbers, zone: ZoneInfo
) -> bool:
    slots, span = (slot, *taken), months_of(slot, zone)
    first, last = month_of(span.starts_at, zone), month_of(slot.ends_at, zone)
    months = (first,) if first.ends_at == span.ends_at else (first, last)
    limit = numbers.social_month_min
    return limit != 0 and any(minutes_in(one, slots) > limit for one in months)


def _bound(person: Expected, contacts: tuple[Contact, ...]) -> Expected:
    found = next((one for one in contacts if is_same(one.name, person.name)), None)
    if found is None:
        return replace(person, contact=None)
    is_under_18 = person.is_under_18 or found.is_under_18
    return replace(person, contact=found.id, is_under_18=is_under_18)


def _after(first: date) -> date:
    """The first day of the next month."""
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
