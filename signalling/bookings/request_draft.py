"""What somebody has typed of a request so far, and which question comes next. Pure.

Texts are kept as they were typed, right or wrong, so that nothing is lost by an error or by going
back; what is right is marked as answered.
"""

from dataclasses import dataclass, field
from enum import Enum

from vmr.bookings.booking import (
    ALTERNATIVES_MAX,
    Booking,
    Channel,
    Expected,
    IdToBring,
    Part,
    Priority,
)
from vmr.bookings.draft import NEW, Draft
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import POLICY_OF, Purpose, lengths
from vmr.bookings.rules import INSIDE
from vmr.bookings.times import Interval
from vmr.ids import BookingId, EstablishmentId
from vmr.policies import POLICIES, PolicyName


class Step(Enum):
    """The questions, in their order. The value is the page's path below /request."""

    PURPOSE = "purpose"
    LENGTH = "length"
    PRISONER = "prisoner"
    PREFERRED = "time"
    FIRST_OTHER = "second-time"
    SECOND_OTHER = "third-time"
    NAME = "name"
    PEOPLE = "people"
    NOTE = "note"
    CHECK = "check"


TIMES = (Step.PREFERRED, Step.FIRST_OTHER, Step.SECOND_OTHER)
PURPOSES = {
    Channel.BOOKING_TEAM: (Purpose.CONSULTATION, Purpose.BEFORE_HEARING, Purpose.AFTER_HEARING),
    Channel.COURT: (Purpose.HEARING, Purpose.BEFORE_HEARING, Purpose.AFTER_HEARING),
}
PARTS = (
    Part.LAWYER, Part.INTERPRETER, Part.PROBATION, Part.EXPERT, Part.COURT, Part.OTHER,
)  # fmt: skip
PERSON = ("name", "alias", "part", "email", "phone", "id_to_bring", "language")
"""The fields of a person, as `Expected` has them."""


@dataclass(slots=True, kw_only=True)
class TimeTyped:
    """`chosen` is the start of a free time that was offered, OTHER or NONE; then the fields.

    `slot` is what it means, once it is right.
    """

    chosen: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    time: str = ""
    slot: Interval | None = None


OTHER, NONE = "other", "none"


@dataclass(slots=True, kw_only=True)
class RequestDraft:
    """`people` are texts by the names in PERSON. `replaces` is the booking it is a change of."""

    establishment: EstablishmentId | None = None
    channel: Channel = Channel.BOOKING_TEAM
    purpose: str = ""
    minutes: str = ""
    prisoner: str = ""
    times: list[TimeTyped] = field(default_factory=lambda: [TimeTyped() for _ in TIMES])
    name: str = ""
    people: list[dict[str, str]] = field(default_factory=list)
    note: str = ""
    answered: set[Step] = field(default_factory=set)
    replaces: BookingId | None = None

    def next_step(self) -> Step:
        """The first question that is not answered, or CHECK."""
        return next((one for one in Step if one not in self.answered), Step.CHECK)

    def before(self, step: Step) -> Step | None:
        """The question before this one, of those that are asked."""
        asked = [one for one in Step if one is not Step.LENGTH or self.is_length_asked]
        at = asked.index(step) if step in asked else 0
        return asked[at - 1] if at else None

    is_length_asked: bool = False

    @property
    def policy(self) -> PolicyName:
        return POLICY_OF[Purpose(self.purpose)]

    @property
    def persons_max(self) -> int:
        return POLICIES[self.policy].persons_outside

    @property
    def ids_to_bring(self) -> tuple[IdToBring, ...]:
        """What a person may choose: where an attestation is required, photo ID is not enough."""
        found = (IdToBring.PROFESSIONAL_CARD, IdToBring.LETTER_AND_PHOTO_ID)
        return found if self.policy is PolicyName.LEGAL else (*found, IdToBring.PHOTO_ID)

    def choose_establishment(self, chosen: EstablishmentId, channel: Channel) -> None:
        """Times of another one mean nothing."""
        if chosen != self.establishment:
            self.ask_times_again()
            self.replaces = None
        self.establishment, self.channel = chosen, channel

    def choose_purpose(self, chosen: Purpose, numbers: BookingNumbers) -> None:
        """Times of another length, and IDs of another kind of room, are asked again."""
        if Step.PURPOSE not in self.answered or self.purpose != chosen.value:
            self.minutes = ""
            self.ask_times_again()
            self.answered -= {Step.LENGTH, Step.PEOPLE}
        self.purpose = chosen.value
        usual = lengths(chosen, numbers)
        self.is_length_asked = len(usual) > 1
        self.answered.add(Step.PURPOSE)
        if not self.is_length_asked:
            self.minutes = str(usual[0])
            self.answered.add(Step.LENGTH)

    def choose_length(self, minutes: int) -> None:
        if self.minutes != str(minutes):
            self.ask_times_again()
        self.minutes = str(minutes)
        self.answered.add(Step.LENGTH)

    def ask_times_again(self) -> None:
        self.answered -= set(TIMES)
        for one in self.times:
            one.slot = None
            if one.chosen not in (OTHER, NONE):
                one.chosen = ""

    def slots_but(self, number: int) -> tuple[Interval, ...]:
        """The other times that were chosen."""
        every = [one.slot for at, one in enumerate(self.times) if at != number]
        return tuple(one for one in every if one is not None)

    def draft(self, mailbox: str, note_for_staff: str) -> Draft:
        """To be called when every question is answered."""
        slots = [one.slot for one in self.times if one.slot is not None]
        assert self.establishment is not None
        purpose = Purpose(self.purpose)
        return Draft(
            establishment=self.establishment,
            purpose=purpose,
            preferred=slots[0],
            alternatives=tuple(slots[1 : ALTERNATIVES_MAX + 1]),
            channel=self.channel,
            priority=Priority.ROUTINE if purpose is Purpose.CONSULTATION else Priority.HEARING,
            prisoner=self.prisoner,
            people=tuple(_expected(one) for one in self.people),
            requester_name=self.name,
            requester_email=mailbox,
            note_for_staff=note_for_staff,
        )


def again(booking: Booking, channel: Channel, numbers: BookingNumbers) -> RequestDraft:
    """A new request with what is known of this one, its times to be chosen again.

    Staff may have put another reference of the prisoner into it: unless nobody has touched it, it
    is asked again and never shown.
    """
    draft = RequestDraft(name=booking.requester_name, replaces=booking.id)
    draft.establishment, draft.channel = booking.establishment, channel
    if booking.requester_name:
        draft.answered.add(Step.NAME)
    if booking.purpose in PURPOSES[channel]:
        draft.choose_purpose(booking.purpose, numbers)
        if round(booking.slot.minutes) in lengths(booking.purpose, numbers):
            draft.choose_length(round(booking.slot.minutes))
    if booking.version == 1:
        draft.prisoner = booking.prisoner
        draft.answered.add(Step.PRISONER)
    outside = [one for one in booking.people if one.part not in INSIDE]
    draft.people = [
        {
            "name": one.name,
            "alias": one.alias,
            "part": one.part.value,
            "email": one.email,
            "phone": one.phone,
            "id_to_bring": one.id_to_bring.value,
            "language": one.language,
        }
        for one in outside
    ]
    return draft


def _expected(typed: dict[str, str]) -> Expected:
    return Expected(
        id=NEW,
        name=typed["name"],
        alias=typed["alias"],
        part=Part(typed["part"]),
        email=typed["email"],
        phone=typed["phone"],
        id_to_bring=IdToBring(typed["id_to_bring"]),
        language=typed["language"],
    )
