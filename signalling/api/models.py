"""Rooms, bookings, meetings and records as programs see them."""

from pydantic import Field

from signalling.api.values import Id, In, Note, Out, Span, Text, Time
from vmr.bookings.booking import (
    ALTERNATIVES_MAX,
    EXPECTED_MAX,
    BookingState,
    Channel,
    IdToBring,
    Part,
    Priority,
)
from vmr.bookings.purposes import Purpose
from vmr.policies import PolicyName


class RoomOut(Out):
    """Its address is a secret of those who were invited, and not told here."""

    id: str
    name: str
    policy: PolicyName
    is_closed: bool = Field(description="Nothing can be booked there any more.")


class RoomList(Out):
    items: list[RoomOut]
    next: str | None = None


class FreeTimes(Out):
    items: list[Span]


class PersonFields(In):
    name: Text
    part: Part
    alias: Text = Field("", description="What others see instead of the name.")
    email: Text = ""
    phone: Text = ""
    id_to_bring: IdToBring = IdToBring.PHOTO_ID
    language: Text = Field("", description="What an interpreter speaks.")
    is_under_18: bool = False
    contact: Id | None = Field(
        None, description="Who of the prisoner's contacts they are, in a social call."
    )


class PersonIn(PersonFields):
    """Without `id`: somebody who is not yet among the people of the booking."""

    id: Id | None = None


class PersonOut(Out):
    id: str
    name: str
    part: Part
    alias: str
    email: str
    phone: str
    id_to_bring: IdToBring
    language: str
    is_under_18: bool
    contact: str | None
    has_link: bool = Field(description="Whether a personal link is theirs.")


class People(Out):
    items: list[PersonOut]


class Requester(In):
    name: Text = ""
    email: Text = ""


_WAIVER = "Why the notice is waived; without it too little notice is refused."
_ROOM = "With it the booking is confirmed at once; without it it is a request."


class BookingIn(In):
    purpose: Purpose
    slot: Span
    alternatives: list[Span] = Field([], max_length=ALTERNATIVES_MAX)
    room: Id | None = Field(None, description=_ROOM)
    channel: Channel = Channel.BOOKING_TEAM
    priority: Priority = Priority.ROUTINE
    prisoner: Text = Field(description="The establishment's reference, never a name.")
    people: list[PersonIn] = Field(max_length=EXPECTED_MAX)
    requester: Requester = Requester()
    note_for_staff: Note = ""
    note_for_guest: Note = ""
    linked: Id | None = Field(None, description="The id of the hearing it comes before or after.")
    more_persons_by: Text = Field("", description="Who allowed more persons than the policy does.")
    waiver: Text = Field("", description=_WAIVER)


class BookingPatch(In):
    """Only what is given changes; a list is replaced as a whole."""

    purpose: Purpose = Purpose.CONSULTATION
    slot: Span | None = None
    alternatives: list[Span] = Field([], max_length=ALTERNATIVES_MAX)
    room: Id | None = Field(None, description="Of a confirmed booking.")
    channel: Channel = Channel.BOOKING_TEAM
    priority: Priority = Priority.ROUTINE
    prisoner: Text = ""
    people: list[PersonIn] = Field([], max_length=EXPECTED_MAX)
    requester: Requester = Requester()
    note_for_staff: Note = ""
    note_for_guest: Note = ""
    linked: Id | None = None
    more_persons_by: Text = ""
    waiver: Text = Field("", description=_WAIVER)


class ConfirmIn(In):
    room: Id
    slot: Span | None = Field(
        None, description="The preferred slot when left out; may be an alternative, or another."
    )
    waiver: Text = Field("", description=_WAIVER)


class ReasonIn(In):
    reason: Text


class BookingOut(Out):
    reference: str
    id: str
    state: BookingState
    purpose: Purpose
    slot: Span
    alternatives: list[Span]
    room: str | None
    channel: Channel
    priority: Priority
    prisoner: str
    people: list[PersonOut]
    requester: Requester
    note_for_staff: str
    note_for_guest: str
    linked: str | None
    more_persons_by: str
    reason: str = Field(description="Why it was refused or cancelled.")
    version: int = Field(description="Also the ETag.")
    made_at: Time
    changed_at: Time


class BookingPage(Out):
    items: list[BookingOut]
    next: str | None = Field(description="Where the next page is; null: this was the last.")


class LinkOut(Out):
    person: str
    link: str


class BookingChanged(Out):
    """`links` are the new personal links. They are told once: only their hashes are kept."""

    booking: BookingOut
    links: list[LinkOut]
    left: list[str] = Field(
        description="References of bookings before or after a hearing that was moved or cancelled:"
        " they stand as they were, and somebody has to look at them."
    )


class MeetingOut(Out):
    id: str
    room: str
    is_live: bool
    started_at: Time | None
    ended_at: Time | None
    entries: int = Field(description="Entries of its record.")


class MeetingPage(Out):
    items: list[MeetingOut]
    next: str | None = Field(description="Where the next page is; null: this was the last.")


class FactOut(Out):
    name: str
    value: str | int | float | bool


class PersonalOut(Out):
    name: str
    value: str


class EntryOut(Out):
    """One link of the hash chain. `personal` is null without the scope records.personal."""

    sequence: int
    at: Time
    actor: str
    what: str
    subject: str
    reason: str
    facts: list[FactOut]
    personal: list[PersonalOut] | None
    has_personal: bool = Field(description="Whether there were personal fields when it was made.")
    previous: str
    hash: str


class RecordPage(Out):
    meeting: str
    items: list[EntryOut]
    next: str | None = Field(description="Where the next page is; null: this was the last.")
