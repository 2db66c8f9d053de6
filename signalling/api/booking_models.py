"""Bookings between what programs say and the values of `vmr.bookings`."""

from collections.abc import Iterable
from dataclasses import replace

from signalling.api.models import (
    BookingChanged,
    BookingIn,
    BookingOut,
    BookingPatch,
    LinkOut,
    PersonFields,
    PersonIn,
    PersonOut,
    Requester,
)
from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.values import Span, moment, span_of
from signalling.bookings.changed import Changed
from vmr.bookings.booking import Booking, Expected
from vmr.bookings.draft import NEW, Draft
from vmr.bookings.times import Interval
from vmr.ids import BookingId, ContactId, EstablishmentId, ExpectedId, RoomId


def draft_of(said: BookingIn, establishment: EstablishmentId) -> Draft:
    return Draft(
        establishment=establishment,
        purpose=said.purpose,
        preferred=said.slot.interval("/slot"),
        alternatives=_intervals(said.alternatives),
        channel=said.channel,
        priority=said.priority,
        prisoner=said.prisoner,
        people=tuple(replace(_expected(one), id=NEW) for one in said.people),
        requester_name=said.requester.name,
        requester_email=said.requester.email,
        note_for_staff=said.note_for_staff,
        note_for_guest=said.note_for_guest,
        linked=None if said.linked is None else BookingId(said.linked),
        more_persons_by=said.more_persons_by,
    )


def patched(booking: Booking, said: BookingPatch) -> Booking:
    """As it shall be: what was not said stays."""
    given = said.model_fields_set
    values: dict[str, object] = {
        name: getattr(said, name)
        for name in ("purpose", "channel", "priority", "prisoner", "note_for_staff",
                     "note_for_guest", "more_persons_by")
        if name in given
    }  # fmt: skip
    if "slot" in given:
        if said.slot is None:
            raise _missing("/slot")
        values["preferred"] = said.slot.interval("/slot")
    if "alternatives" in given:
        values["alternatives"] = _intervals(said.alternatives)
    if "room" in given:
        if said.room is None:
            raise _missing("/room")
        values["room"] = RoomId(said.room)
    if "people" in given:
        values["people"] = _people(said.people, booking)
    if "requester" in given:
        values["requester_name"] = said.requester.name
        values["requester_email"] = said.requester.email
    if "linked" in given:
        values["linked"] = None if said.linked is None else BookingId(said.linked)
    return replace(booking, **values)  # type: ignore[arg-type]


def shown(booking: Booking) -> BookingOut:
    return BookingOut(
        reference=booking.reference,
        id=booking.id,
        state=booking.state,
        purpose=booking.purpose,
        slot=span_of(booking.slot),
        alternatives=[span_of(one) for one in booking.alternatives],
        room=booking.room,
        channel=booking.channel,
        priority=booking.priority,
        prisoner=booking.prisoner,
        people=[shown_person(one) for one in booking.people],
        requester=Requester(name=booking.requester_name, email=booking.requester_email),
        note_for_staff=booking.note_for_staff,
        note_for_guest=booking.note_for_guest,
        linked=booking.linked,
        more_persons_by=booking.more_persons_by,
        reason=booking.reason,
        version=booking.version,
        made_at=moment(booking.made_at),
        changed_at=moment(booking.changed_at),
    )


def shown_person(one: Expected) -> PersonOut:
    return PersonOut(
        id=one.id,
        name=one.name,
        part=one.part,
        alias=one.alias,
        email=one.email,
        phone=one.phone,
        id_to_bring=one.id_to_bring,
        language=one.language,
        is_under_18=one.is_under_18,
        contact=one.contact,
        has_link=one.invite is not None,
    )


def shown_change(changed: Changed) -> BookingChanged:
    return BookingChanged(
        booking=shown(changed.booking),
        links=[LinkOut(person=one, link=link) for one, link in changed.links.items()],
        left=[one.reference for one in changed.left],
    )


def _intervals(said: Iterable[Span]) -> tuple[Interval, ...]:
    return tuple(one.interval(f"/alternatives/{at}") for at, one in enumerate(said))


def _people(said: list[PersonIn], booking: Booking) -> tuple[Expected, ...]:
    known = {one.id for one in booking.people}
    seen: set[str] = set()
    for at, one in enumerate(said):
        if one.id is not None and (one.id not in known or one.id in seen):
            fault = Fault(
                code="unknown_person",
                pointer=f"/people/{at}/id",
                detail="Nobody of the booking has this id.",
            )
            raise ApiProblem(Kind.INVALID, errors=(fault,))
        if one.id is not None:
            seen.add(one.id)
    return tuple(_expected(one) for one in said)


def _expected(said: PersonIn) -> Expected:
    return expected(said, NEW if said.id is None else ExpectedId(said.id))


def expected(said: PersonFields, id: ExpectedId) -> Expected:
    return Expected(
        id=id,
        name=said.name,
        part=said.part,
        alias=said.alias,
        email=said.email,
        phone=said.phone,
        id_to_bring=said.id_to_bring,
        language=said.language,
        is_under_18=said.is_under_18,
        contact=None if said.contact is None else ContactId(said.contact),
    )


def _missing(pointer: str) -> ApiProblem:
    fault = Fault(code="missing", pointer=pointer, detail="It cannot be taken away.")
    return ApiProblem(Kind.INVALID, errors=(fault,))
