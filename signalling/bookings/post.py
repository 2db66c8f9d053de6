"""Which letters a change of a booking needs. It decides; `letters` writes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from signalling.bookings.letters import Letters
from vmr.bookings.booking import Booking, BookingState, Expected, Part
from vmr.bookings.changes import BookingEvent
from vmr.ids import ExpectedId
from vmr.letters import Letter, LetterKind
from vmr.rooms import Establishment

_CONFIRMING = (BookingEvent.MADE, BookingEvent.CONFIRMED)
_TO_REQUESTER = {
    BookingEvent.REQUESTED: LetterKind.REQUEST_RECEIVED,
    BookingEvent.REFUSED: LetterKind.REQUEST_REFUSED,
    BookingEvent.CANCELLED: LetterKind.CANCELLATION,
    BookingEvent.MADE: LetterKind.REQUEST_CONFIRMED,
    BookingEvent.CONFIRMED: LetterKind.REQUEST_CONFIRMED,
}


class Post:
    """Letters of one establishment's booking, at one moment."""

    def __init__(self, letters: Letters, at: Establishment, now: float) -> None:
        self._letters = letters
        self._at = at
        self._now = now

    def of_change(
        self,
        event: BookingEvent,
        before: Booking | None,
        after: Booking,
        links: Mapping[ExpectedId, str],
    ) -> tuple[Letter, ...]:
        """`links` are those that were made by it. A slot that is over needs no letter."""
        if after.slot.ends_at <= self._now and event is not BookingEvent.REFUSED:
            return ()
        return (
            *self._to_those_gone(before, after),
            *self._to_people(before, after, links),
            *self._to_requester(event, before, after),
        )

    def _to_people(
        self, before: Booking | None, after: Booking, links: Mapping[ExpectedId, str]
    ) -> Iterator[Letter]:
        old = {} if before is None else {one.id: one for one in before.people}
        for one in after.people:
            if not one.email or one.invite is None:
                continue
            if one.id in links:
                yield self._letters.invitation(after, one, self._at, self._now, link=links[one.id])
            elif before is not None and _reads(before, old[one.id]) != _reads(after, one):
                yield self._letters.update(after, one, self._at, self._now)

    def _to_those_gone(self, before: Booking | None, after: Booking) -> Iterator[Letter]:
        """Whoever had a link at an address and has none there any more."""
        if before is None:
            return
        gone = replace(before, version=after.version, state=after.state)
        stay = {(one.id, one.email.casefold()) for one in after.people if one.invite is not None}
        for one in before.people:
            was_told = one.email and one.invite is not None
            if was_told and (one.id, one.email.casefold()) not in stay:
                yield self._letters.cancellation(gone, one, self._at, self._now)

    def _to_requester(
        self, event: BookingEvent, before: Booking | None, after: Booking
    ) -> Iterator[Letter]:
        kind = _TO_REQUESTER.get(event)
        if event is BookingEvent.AMENDED and after.state is BookingState.CONFIRMED:
            assert before is not None
            kind = LetterKind.REQUEST_CONFIRMED if before.slot != after.slot else None
        if kind is None or not after.requester_email:
            return
        people = (after if event in _CONFIRMING else before or after).people
        if kind is not LetterKind.REQUEST_RECEIVED and _is_told(after.requester_email, people):
            return
        yield self._letters.to_requester(kind, after, self._at, self._now)


def _reads(booking: Booking, person: Expected) -> tuple[object, ...]:
    """All that this person's letter says and that may change."""
    languages = tuple(one.language for one in booking.people if one.part is Part.INTERPRETER)
    note = booking.note_for_guest.strip()
    is_interpreter = person.part is Part.INTERPRETER
    own = (person.name, person.alias, person.id_to_bring, is_interpreter)
    return (booking.slot, note, languages, *own)


def _is_told(address: str, people: Iterable[Expected]) -> bool:
    """Whether they have letters of their own at this address."""
    return any(one.invite and one.email.casefold() == address.casefold() for one in people)
