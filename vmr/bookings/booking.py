"""One booking as a value: a slot in a room, who is expected, and what was said about it."""

from dataclasses import dataclass
from enum import Enum

from vmr.bookings.purposes import Purpose
from vmr.bookings.times import Interval
from vmr.ids import BookingId, ContactId, EstablishmentId, ExpectedId, InviteId, RoomId

NOTE_MAX = 10_000
TEXT_MAX = 200
ALTERNATIVES_MAX = 2
EXPECTED_MAX = 12


class BookingState(Enum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Channel(Enum):
    """How it was asked for; the court's own channel needs no notice."""

    BOOKING_TEAM = "booking_team"
    COURT = "court"


class Priority(Enum):
    """The most urgent first."""

    URGENT = "urgent"
    HEARING = "hearing"  # a hearing, or what belongs to one
    ROUTINE = "routine"


class Part(Enum):
    """What an expected person is in the call."""

    LAWYER = "lawyer"
    INTERPRETER = "interpreter"
    PROBATION = "probation"
    EXPERT = "expert"
    COURT = "court"
    FAMILY = "family"
    FRIEND = "friend"
    SUPERVISOR = "supervisor"
    CHAPLAIN = "chaplain"
    OTHER = "other"


class IdToBring(Enum):
    """The documents a person is asked to have at hand, as PRODUCT's attestation knows them."""

    PROFESSIONAL_CARD = "professional_card"
    LETTER_AND_PHOTO_ID = "letter_and_photo_id"
    PHOTO_ID = "photo_id"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A person who is expected. `alias` is what others see instead of the name, or empty.

    `language` is what an interpreter speaks. `invite` is the personal link once there is one.
    `contact` is who of the prisoner's contacts they are, in a social call.
    """

    id: ExpectedId
    name: str
    part: Part
    alias: str = ""
    email: str = ""
    phone: str = ""
    id_to_bring: IdToBring = IdToBring.PHOTO_ID
    language: str = ""
    is_under_18: bool = False
    invite: InviteId | None = None
    contact: ContactId | None = None

    @property
    def shown(self) -> str:
        """The name that others see."""
        return self.alias or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """`room` is None until a request is confirmed. `version` counts changes from 1.

    `preferred` is the slot itself once it is confirmed. `linked` is the booking of the hearing
    that this one comes before or after, `rebooks` the one whose slot came to nothing.
    `more_persons_by` names who allowed more persons outside
    than the policy, `more_minutes_by` more minutes of social calls in the month than the setting.
    `reason` is why it was refused or cancelled. Times are
    seconds since the epoch. `prisoner` is the establishment's reference, never a name.
    `personal_deleted_at` is when retention took names, contacts and notes out of it.
    """

    id: BookingId
    reference: str
    establishment: EstablishmentId
    purpose: Purpose
    state: BookingState
    preferred: Interval
    alternatives: tuple[Interval, ...] = ()
    room: RoomId | None = None
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
    reason: str = ""
    version: int = 1
    made_at: float
    changed_at: float
    personal_deleted_at: float | None = None

    @property
    def slot(self) -> Interval:
        return self.preferred

    @property
    def is_over(self) -> bool:
        """Nothing can become of it any more."""
        return self.state in (BookingState.REFUSED, BookingState.CANCELLED)
