"""What became of a slot: proposed from the record of its meeting, settled by a clerk. Pure."""

from dataclasses import dataclass
from enum import Enum

from vmr.bookings.times import MINUTE_S, Interval
from vmr.ids import BookingId, MeetingId

LATE_S = 5 * MINUTE_S
"""A call that was opened so much after its time was late."""
SHORT_S = 10 * MINUTE_S
"""A call that ended so much before its time, and not because all was said, was cut short."""
NOTE_MAX = 2_000


class Outcome(Enum):
    HELD = "held"
    LATE = "late"
    CUT_SHORT = "cut_short"
    DID_NOT_ATTEND = "did_not_attend"
    CANCELLED = "cancelled"


class CausedBy(Enum):
    """Who or what made it other than planned."""

    ESTABLISHMENT = "establishment"
    PRISONER = "prisoner"
    GUEST = "guest"
    COURT = "court"
    TECHNICAL = "technical"
    OTHER = "other"


NEEDS_CAUSE = frozenset(Outcome) - {Outcome.HELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the record of the slot's meeting says, in seconds; `opened_at` None: never opened.

    `talked_s` is the time in which both sides were there and nothing was paused, `lost_s` what was
    lost of it by pauses and lost connections.
    """

    meeting: MeetingId
    opened_at: float | None
    ended_at: float | None
    waited_s: float = 0.0
    identified_s: float = 0.0
    talked_s: float = 0.0
    lost_s: float = 0.0
    has_guests: bool = False
    is_ended_early_by_network: bool = False
    knocks_after_lock: int = 0
    refusals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOutcome:
    """`by` is the name of the member of staff who settled it, empty while it is proposed.

    `cause` is None for what was held as planned.
    """

    booking: BookingId
    outcome: Outcome
    cause: CausedBy | None = None
    note: str = ""
    by: str = ""
    at: float
    measured: Measured | None = None

    @property
    def is_settled(self) -> bool:
        return self.by != ""


def propose(
    booking: BookingId, slot: Interval, measured: Measured | None, now: float
) -> SlotOutcome:
    """What the record makes likely. Whose fault it was only people know, but for the network."""
    outcome, cause = _likely(slot, measured)
    return SlotOutcome(booking=booking, outcome=outcome, cause=cause, at=now, measured=measured)


def _likely(slot: Interval, measured: Measured | None) -> tuple[Outcome, CausedBy | None]:
    if measured is None or measured.opened_at is None:
        return Outcome.DID_NOT_ATTEND, CausedBy.ESTABLISHMENT
    if not measured.has_guests:
        return Outcome.DID_NOT_ATTEND, CausedBy.GUEST
    if measured.is_ended_early_by_network and _is_short(slot, measured):
        return Outcome.CUT_SHORT, CausedBy.TECHNICAL
    if measured.opened_at - slot.starts_at > LATE_S:
        return Outcome.LATE, CausedBy.ESTABLISHMENT
    return Outcome.HELD, None


def _is_short(slot: Interval, measured: Measured) -> bool:
    return measured.ended_at is not None and slot.ends_at - measured.ended_at > SHORT_S


class OutcomeProblem(Enum):
    """Why it cannot be settled so. The value is the key of its sentence."""

    CAUSE_MISSING = "cause_missing"
    CAUSE_WITHOUT_REASON = "cause_without_reason"  # of a call that was held as planned
    NOTE_TOO_LONG = "note_too_long"
    NOT_OVER = "not_over"


def problems_of_outcome(
    outcome: Outcome, cause: CausedBy | None, note: str, slot: Interval, now: float
) -> tuple[OutcomeProblem, ...]:
    """Empty: nothing stands against it."""
    found = []
    if outcome in NEEDS_CAUSE and cause is None:
        found.append(OutcomeProblem.CAUSE_MISSING)
    if outcome not in NEEDS_CAUSE and cause is not None:
        found.append(OutcomeProblem.CAUSE_WITHOUT_REASON)
    if len(note) > NOTE_MAX:
        found.append(OutcomeProblem.NOTE_TOO_LONG)
    if outcome is not Outcome.CANCELLED and now < slot.starts_at:
        found.append(OutcomeProblem.NOT_OVER)
    return tuple(found)
