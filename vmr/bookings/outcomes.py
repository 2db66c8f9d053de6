"""What became of a slot: proposed from the record of its meeting, settled by a clerk. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from vmr.bookings.times import MINUTE_S, Interval
from vmr.ids import BookingId
from vmr.record_times import Cause, Doing, Totals
from vmr.roles import Role

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
TOOK_PLACE = frozenset({Outcome.HELD, Outcome.LATE, Outcome.CUT_SHORT})
TECHNICAL = frozenset(Cause) - {Cause.PAUSED, Cause.UNWATCHED}
"""Causes of lost time that nobody decided."""
LOST_WORDS = frozenset({"lost", "seat_lapsed", "server_restarted", "moved_to_another_server"})
"""Words of the record for somebody who went without wanting to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the records of the slot's meetings say, in seconds; those of several are added up.

    `talked_at` is when both sides were there first, None: never. `talked_s` is the time in which
    both were there and nothing was paused, `lost` what pauses and lost connections took of it, by
    cause. `has_guests`: a guest was let in; `had_callers`: one was at the door.
    """

    opened_at: float
    talked_at: float | None = None
    ended_at: float | None
    waited_s: float = 0.0
    identified_s: float = 0.0
    talked_s: float = 0.0
    lost: Mapping[Cause, float] = field(default_factory=dict)
    has_guests: bool = False
    had_callers: bool = False
    is_ended_early_by_network: bool = False
    knocks_after_lock: int = 0
    refusals: int = 0

    @property
    def lost_s(self) -> float:
        return sum(self.lost.values())

    def late_s(self, slot: Interval) -> float:
        """How long after its time both sides could talk; the opening counts where they never did.

        Never negative.
        """
        began = self.opened_at if self.talked_at is None else self.talked_at
        return max(0.0, began - slot.starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOutcome:
    """`by` is the name of the member of staff or the program that settled it: empty while it is
    proposed, and once that name was deleted.

    `cause` is None for what was held as planned, and in a proposal where only people know it.
    `version` counts what was proposed and settled, from 1.
    """

    booking: BookingId
    outcome: Outcome
    cause: CausedBy | None = None
    note: str = ""
    by: str = ""
    at: float
    measured: Measured | None = None
    version: int = 1
    is_settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody says became of a slot."""

    outcome: Outcome
    cause: CausedBy | None = None
    note: str = ""


def measure(meetings: Iterable[Totals]) -> Measured | None:
    """Of the meetings that were opened in the slot; None: there was none."""
    opened = sorted(
        ((one.opened_at, one) for one in meetings if one.opened_at is not None),
        key=lambda pair: pair[0],
    )
    if not opened:
        return None
    found = [one for _, one in opened]
    guests = [person for one in found for person in one.people if person.role is Role.GUEST]
    lost: dict[Cause, float] = {}
    for one in found:
        for cause, seconds in one.lost.items():
            lost[cause] = lost.get(cause, 0.0) + seconds
    talks = [one.talked_at for one in found if one.talked_at is not None]
    ends = [at for one in found if (at := _end(one)) is not None]
    return Measured(
        opened_at=opened[0][0],
        talked_at=min(talks, default=None),
        ended_at=max(ends, default=None),
        waited_s=_spent(found, Doing.WAITING),
        identified_s=_spent(found, Doing.IDENTIFYING),
        talked_s=_spent(found, Doing.TALKING),
        lost=lost,
        has_guests=any(one.let_in_at is not None for one in guests),
        had_callers=bool(guests),
        is_ended_early_by_network=_is_cut_off(found[-1]),
        knocks_after_lock=sum(one.knocks_after_lock for one in found),
        refusals=sum(len(one.refusals) for one in found),
    )


def _end(meeting: Totals) -> float | None:
    return meeting.last_at if meeting.ended_at is None else meeting.ended_at


def _spent(meetings: Iterable[Totals], doing: Doing) -> float:
    return sum(one.spent.get(doing, 0.0) for one in meetings)


def _is_cut_off(meeting: Totals) -> bool:
    """Whether the last host, or the last guest, to go was lost rather than left.

    A host who was away when the meeting ended for want of one has "ended" as the word of going.
    """
    host_lost = meeting.end_code == "host_gone" and _last_word(meeting, Role.HOST) in {
        *LOST_WORDS, "ended",
    }  # fmt: skip
    return host_lost or _last_word(meeting, Role.GUEST) in LOST_WORDS


def _last_word(meeting: Totals, role: Role) -> str:
    gone = [
        (one.gone_at, one.gone_how)
        for one in meeting.people
        if one.role is role and one.let_in_at is not None and one.gone_at is not None
    ]
    return max(gone)[1] if gone else ""


def propose(
    booking: BookingId, slot: Interval, measured: Measured | None, now: float
) -> SlotOutcome:
    """What the record makes likely. Whose fault it was only people know, but for the network."""
    outcome, cause = _likely(slot, measured)
    return SlotOutcome(booking=booking, outcome=outcome, cause=cause, at=now, measured=measured)


def propose_cancelled(
    booking: BookingId, cause: CausedBy | None, measured: Measured | None, now: float
) -> SlotOutcome:
    """`cause` is the side that cancelled it, where that is known."""
    return SlotOutcome(
        booking=booking, outcome=Outcome.CANCELLED, cause=cause, at=now, measured=measured
    )


def _likely(slot: Interval, measured: Measured | None) -> tuple[Outcome, CausedBy | None]:
    if measured is None:
        return Outcome.DID_NOT_ATTEND, CausedBy.ESTABLISHMENT
    if not measured.has_guests:
        return Outcome.DID_NOT_ATTEND, None if measured.had_callers else CausedBy.GUEST
    if measured.is_ended_early_by_network and _is_short(slot, measured):
        return Outcome.CUT_SHORT, CausedBy.TECHNICAL
    if measured.opened_at - slot.starts_at > LATE_S:
        return Outcome.LATE, CausedBy.ESTABLISHMENT
    return Outcome.HELD, None


def _is_short(slot: Interval, measured: Measured) -> bool:
    """Ended early, or open to its end with nobody left to talk to."""
    is_early = measured.ended_at is not None and slot.ends_at - measured.ended_at > SHORT_S
    return is_early or sum(measured.lost.get(one, 0.0) for one in TECHNICAL) > SHORT_S


class OutcomeProblem(Enum):
    """Why it cannot be settled so. The value is the key of its sentence."""

    CAUSE_MISSING = "cause_missing"
    CAUSE_WITHOUT_REASON = "cause_without_reason"  # of a call that was held as planned
    NOTE_TOO_LONG = "note_too_long"
    NOT_OVER = "not_over"


class OutcomeProblems(Exception):
    """It cannot be settled so."""

    def __init__(self, problems: tuple[OutcomeProblem, ...]) -> None:
        super().__init__(", ".join(one.value for one in problems))
        self.problems = problems


def settle(
    before: SlotOutcome, verdict: Verdict, *, slot: Interval, by: str, at: float
) -> SlotOutcome:
    """`before` as somebody of this name settles it. Raises OutcomeProblems."""
    found = problems_of_outcome(verdict, slot, at)
    if found:
        raise OutcomeProblems(found)
    return replace(
        before,
        outcome=verdict.outcome,
        cause=verdict.cause,
        note=verdict.note,
        by=by,
        at=at,
        version=before.version + 1,
        is_settled=True,
    )


def problems_of_outcome(verdict: Verdict, slot: Interval, now: float) -> tuple[OutcomeProblem, ...]:
    """Empty: nothing stands against it."""
    found = []
    if verdict.outcome in NEEDS_CAUSE and verdict.cause is None:
        found.append(OutcomeProblem.CAUSE_MISSING)
    if verdict.outcome not in NEEDS_CAUSE and verdict.cause is not None:
        found.append(OutcomeProblem.CAUSE_WITHOUT_REASON)
    if len(verdict.note) > NOTE_MAX:
        found.append(OutcomeProblem.NOTE_TOO_LONG)
    if verdict.outcome is not Outcome.CANCELLED and now < slot.starts_at:
        found.append(OutcomeProblem.NOT_OVER)
    return tuple(found)
