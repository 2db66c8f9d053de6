"""The bookings of a span as reports look at them: one query, given a connection."""

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection

from vmr.bookings.booking import BookingState
from vmr.bookings.outcomes import CausedBy, Outcome
from vmr.bookings.purposes import Purpose
from vmr.bookings.reports import SLOT_STATES, Row
from vmr.bookings.times import Interval
from vmr.ids import EstablishmentId
from vmr.store.booking_tables import booking_outcomes, bookings
from vmr.store.outcomes import lost_of

_PURPOSES = {one.value: one for one in Purpose}
_STATES = {one.value: one for one in BookingState}
_OUTCOMES: dict[str | None, Outcome | None] = {None: None} | {one.value: one for one in Outcome}
_CAUSES: dict[str | None, CausedBy | None] = {None: None} | {one.value: one for one in CausedBy}


def report_rows(
    connection: Connection, establishment: EstablishmentId, span: Interval
) -> list[Row]:
    """Slots that begin within the span, and requests for such."""
    of = booking_outcomes.c
    is_slot = and_(
        bookings.c.room_id.is_not(None), bookings.c.state.in_([one.value for one in SLOT_STATES])
    )
    query = (
        select(
            bookings.c.room_id, bookings.c.purpose, bookings.c.state, bookings.c.was_requested,
            bookings.c.made_at, bookings.c.starts_at, bookings.c.ends_at, bookings.c.prisoner,
            of.outcome, of.cause, of.is_settled,
            func.coalesce(of.talked_at, of.opened_at),
            of.talked_s, of.lost, of.knocks_after_lock, of.refusals,
        )
        .join(booking_outcomes, of.booking_id == bookings.c.id, isouter=True)
        .where(
            bookings.c.establishment_id == establishment,
            bookings.c.starts_at >= span.starts_at,
            bookings.c.starts_at < span.ends_at,
            or_(is_slot, bookings.c.was_requested),
        )
    )  # fmt: skip
    return [
        Row(
            room, _PURPOSES[purpose], _STATES[state], was_requested, made_at, starts_at, ends_at,
            prisoner, _OUTCOMES[outcome], _CAUSES[cause], bool(is_settled), began_at,
            talked_s or 0.0, lost_of(lost) if lost else {}, knocks or 0, refusals or 0,
        )
        for (
            room, purpose, state, was_requested, made_at, starts_at, ends_at, prisoner, outcome,
            cause, is_settled, began_at, talked_s, lost, knocks, refusals,
        ) in connection.execute(query)
    ]  # fmt: skip
