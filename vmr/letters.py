"""Letters that go by e-mail, as values: what is written to whom, and what became of it. Pure."""

from dataclasses import dataclass, field
from enum import Enum

from vmr.ids import BookingId, EstablishmentId, ExpectedId, LetterId


class LetterKind(Enum):
    INVITATION = "invitation"  # with the personal link
    UPDATE = "update"  # of what an invitation said; with a link only where it is a new one
    CANCELLATION = "cancellation"
    REMINDER = "reminder"
    REQUEST_RECEIVED = "request_received"
    REQUEST_CONFIRMED = "request_confirmed"  # to who asked and is not expected
    REQUEST_REFUSED = "request_refused"
    CODE = "code"


class LetterState(Enum):
    """WAITING → SENDING → SENT | FAILED | back to WAITING. WAITING → DROPPED: of no use any more.

    SENDING is committed before the mail server is spoken to, SENT after it has taken the letter.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


OF_A_SLOT = frozenset({LetterKind.INVITATION, LetterKind.UPDATE, LetterKind.REMINDER})
"""Written to people who are expected in a slot; of no use without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`to` is one plain address. `calendar` is iCalendar text or empty.

    `expected` is the person of the booking it is written to, if any. After `useless_after`
    (seconds since the epoch; None: never) it is not sent any more. What it says may hold a
    personal link, so none of it is shown.
    """

    id: LetterId
    establishment: EstablishmentId
    booking: BookingId | None = None
    expected: ExpectedId | None = None
    kind: LetterKind
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    calendar: str = field(default="", repr=False)
    made_at: float
    useless_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A letter that is to be sent now. `tries` counts this one."""

    letter: Letter
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of a letter, for a clerk. `last_error` is the mail server's word, or a key."""

    id: LetterId
    booking: BookingId | None
    expected: ExpectedId | None
    kind: LetterKind
    to: str = field(repr=False)
    state: LetterState
    tries: int
    made_at: float
    next_at: float
    sent_at: float | None
    last_error: str = field(repr=False)
