"""What became of slots, as programs see it and say it."""

from pydantic import Field

from signalling.api.values import In, Note, Out, Span, Time, moment, span_of
from vmr.bookings.outcomes import CausedBy, Measured, Outcome
from vmr.bookings.purposes import Purpose
from vmr.record_times import Cause
from vmr.store import Reviewed


class OutcomeIn(In):
    outcome: Outcome
    cause: CausedBy | None = Field(
        None, description="Who or what made it other than planned; none of what was held."
    )
    note: Note = ""


class MeasuredOut(Out):
    """What the records of the slot's meetings say; those of several are added up."""

    opened_at: Time
    talked_at: Time | None = Field(description="When both sides were there first.")
    ended_at: Time | None
    waited_s: float
    identified_s: float
    talked_s: float = Field(description="Both sides were there and nothing was paused.")
    lost_s: dict[Cause, float] = Field(description="What of it was lost, by its cause.")
    has_guests: bool = Field(description="A guest was let in.")
    knocks_after_lock: int
    refusals: int


class OutcomeOut(Out):
    """`note` and `settled_by` are null without the scope bookings.read."""

    booking: str = Field(description="The reference.")
    purpose: Purpose
    room: str | None
    slot: Span
    outcome: Outcome
    cause: CausedBy | None
    is_settled: bool = Field(description="false: proposed by the server from the record.")
    note: str | None
    settled_by: str | None
    at: Time = Field(description="When it was proposed or settled.")
    measured: MeasuredOut | None = Field(description="null: no meeting was opened in the slot.")
    meetings: list[str] = Field(description="Those that were opened in the slot.")
    version: int = Field(description="Also the ETag.")


class OutcomePage(Out):
    items: list[OutcomeOut]
    next: str | None = Field(description="Where the next page is; null: this was the last.")


def shown(found: Reviewed, *, has_names: bool) -> OutcomeOut:
    booking, outcome = found.booking, found.outcome
    return OutcomeOut(
        booking=booking.reference,
        purpose=booking.purpose,
        room=booking.room,
        slot=span_of(booking.slot),
        outcome=outcome.outcome,
        cause=outcome.cause,
        is_settled=outcome.is_settled,
        note=outcome.note if has_names else None,
        settled_by=outcome.by if has_names else None,
        at=moment(outcome.at),
        measured=None if outcome.measured is None else _measured(outcome.measured),
        meetings=list(found.meetings),
        version=outcome.version,
    )


def _measured(found: Measured) -> MeasuredOut:
    return MeasuredOut(
        opened_at=moment(found.opened_at),
        talked_at=None if found.talked_at is None else moment(found.talked_at),
        ended_at=None if found.ended_at is None else moment(found.ended_at),
        waited_s=found.waited_s,
        identified_s=found.identified_s,
        talked_s=found.talked_s,
        lost_s=dict(found.lost),
        has_guests=found.has_guests,
        knocks_after_lock=found.knocks_after_lock,
        refusals=found.refusals,
    )
