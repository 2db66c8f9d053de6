"""What somebody asks for, before it is a booking."""

from dataclasses import dataclass

from vmr.bookings.booking import Booking, BookingState, Channel, Expected, Priority
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import Interval
from vmr.ids import BookingId, EstablishmentId, ExpectedId

NEW = ExpectedId("")
"""The id of a person who is not yet among those of a booking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The fields of a `Booking` that its maker chooses. The people's ids are NEW."""

    establishment: EstablishmentId
    purpose: Purpose
    preferred: Interval
    alternatives: tuple[Interval, ...] = ()
    channel: Channel = Channel.BOOKING_TEAM
    priority: Priority = Priority.ROUTINE
    prisoner: str
    people: tuple[Expected, ...]
    requester_name: str = ""
    requester_email: str = ""
    note_for_staff: str = ""
    note_for_guest: str = ""
    linked: BookingId | None = None
    rebooks: BookingId | None = None
    more_persons_by: str = ""
    more_minutes_by: str = ""

    def booking(self, *, id: BookingId, reference: str, now: float) -> Booking:
        """A request nobody has decided, its people as they are here."""
        return Booking(
            id=id,
            reference=reference,
            establishment=self.establishment,
            purpose=self.purpose,
            state=BookingState.REQUESTED,
            preferred=self.preferred,
            alternatives=self.alternatives,
            channel=self.channel,
            priority=self.priority,
            prisoner=self.prisoner,
            people=self.people,
            requester_name=self.requester_name,
            requester_email=self.requester_email,
            note_for_staff=self.note_for_staff,
            note_for_guest=self.note_for_guest,
            linked=self.linked,
            rebooks=self.rebooks,
            more_persons_by=self.more_persons_by,
            more_minutes_by=self.more_minutes_by,
            made_at=now,
            changed_at=now,
        )
