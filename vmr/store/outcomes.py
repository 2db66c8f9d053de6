"""What became of slots, in the database: the queries, given a connection.

Invariants: what staff have settled is never overwritten by a proposal, and is settled anew only by
who has seen it; every settling comes with what is written into the establishment's record, in the
same transaction.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, and_, exists, func, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.bookings.booking import Booking, BookingState, Channel
from vmr.bookings.outcomes import CausedBy, Measured, Outcome, SlotOutcome
from vmr.bookings.times import Interval
from vmr.ids import BookingId, EstablishmentId, MeetingId, RoomId
from vmr.record import Entry, Happening
from vmr.record_times import Cause
from vmr.store import bookings as booking_store
from vmr.store import records, staff, webhook_messages
from vmr.store.booking_tables import booking_outcomes as table
from vmr.store.booking_tables import bookings
from vmr.store.bookings import CONFIRMED, LONGEST_S
from vmr.store.errors import Conflict, NotFound
from vmr.store.meetings import LIVE
from vmr.store.tables import meetings, staff_entries

CANCELLED = BookingState.CANCELLED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A slot with what became of it, and the meetings that were opened in it where they were asked
    for."""

    booking: Booking
    outcome: SlotOutcome
    meetings: tuple[MeetingId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOutcomes:
    """Which outcomes: None asks for no bound. `span` is that in which slots begin, `after` the time
    and the id of the booking behind which it goes on."""

    span: Interval | None = None
    room: RoomId | None = None
    outcome: Outcome | None = None
    is_settled: bool | None = None
    after: tuple[float, str] | None = None


def due(connection: Connection, now: float, *, since: float, limit: int) -> tuple[Booking, ...]:
    """Slots that are over or were cancelled, with no outcome that speaks of them as they are.

    The earliest first; of those that are over only such as began after `since`. A slot in which a
    meeting still runs waits for its end.
    """
    runs = exists().where(meetings.c.booking_id == bookings.c.id, meetings.c.state == LIVE)
    is_over = and_(
        bookings.c.state == CONFIRMED,
        bookings.c.starts_at > since - LONGEST_S,
        bookings.c.starts_at < now,
        bookings.c.ends_at <= now,
    )
    was_cancelled = and_(bookings.c.state == CANCELLED, bookings.c.room_id.is_not(None))
    is_new = or_(
        table.c.booking_id.is_(None),
        and_(table.c.is_settled.is_(False), table.c.booking_version < bookings.c.version),
    )
    found = (
        select(bookings.c.id)
        .join(table, table.c.booking_id == bookings.c.id, isouter=True)
        .where(or_(is_over, was_cancelled), is_new, ~runs)
        .order_by(bookings.c.starts_at, bookings.c.id)
        .limit(limit)
    )
    ids = connection.execute(found).scalars().all()
    return booking_store.by_ids(connection, [BookingId(one) for one in ids])


def cancelled_by(connection: Connection, booking: Booking) -> CausedBy | None:
    """The side that cancelled it, as the establishment's record has it; None: it does not say."""
    query = (
        select(staff_entries.c.actor)
        .where(
            staff_entries.c.establishment_id == booking.establishment,
            staff_entries.c.subject == f"booking:{booking.id}",
            staff_entries.c.what == "booking_cancelled",
        )
        .order_by(staff_entries.c.sequence.desc())
        .limit(1)
    )
    actor = connection.execute(query).scalar()
    if actor is None:
        return None
    if actor.startswith("officer:"):
        return CausedBy.ESTABLISHMENT
    if actor != "requester":
        return None
    return CausedBy.COURT if booking.channel is Channel.COURT else CausedBy.GUEST


def meetings_of(connection: Connection, booking: BookingId) -> tuple[MeetingId, ...]:
    """Those that were opened in its slot, the earliest first."""
    return meetings_of_each(connection, [booking]).get(booking, ())


def meetings_of_each(
    connection: Connection, some: Sequence[BookingId]
) -> dict[BookingId, tuple[MeetingId, ...]]:
    """The same of several bookings."""
    query = select(meetings.c.booking_id, meetings.c.id).where(meetings.c.booking_id.in_(some))
    found: dict[BookingId, tuple[MeetingId, ...]] = {}
    for booking, id in connection.execute(query.order_by(meetings.c.started_at, meetings.c.id)):
        of = BookingId(booking)
        found[of] = (*found.get(of, ()), MeetingId(id))
    return found


def records_of(connection: Connection, booking: BookingId) -> tuple[tuple[Entry, ...], ...]:
    """The entries of each of these, oldest first."""
    return tuple(
        tuple(kept.entry for kept in records.read(connection, meeting))
        for meeting in meetings_of(connection, booking)
    )


def propose(connection: Connection, proposed: SlotOutcome, booking_version: int) -> bool:
    """Whether it was kept: not where staff have settled it, nor where the booking has changed."""
    current = select(bookings.c.version).where(bookings.c.id == proposed.booking)
    if connection.execute(current).scalar() != booking_version:
        return False
    before = by_booking(connection, proposed.booking)
    if before is None:
        values = _values(proposed) | _measured_values(proposed.measured)
        connection.execute(
            insert(table).values(
                booking_id=proposed.booking, booking_version=booking_version, version=1,
                officer_id="", **values,
            )
        )  # fmt: skip
        return True
    query = update(table).where(
        table.c.booking_id == proposed.booking,
        table.c.is_settled.is_(False),
        table.c.booking_version < booking_version,
    )
    values = _values(proposed) | _measured_values(proposed.measured)
    changed = query.values(booking_version=booking_version, version=before.version + 1, **values)
    return connection.execute(changed).rowcount == 1


def settle(
    connection: Connection,
    settled: SlotOutcome,
    by: str,
    establishment: EstablishmentId,
    happening: Happening,
) -> None:
    """`settled.version` is one more than the version that was seen; the measures stay as they were.
    `by` is the id of the member of staff or the token.

    Raises Conflict, NotFound.
    """
    of = select(bookings.c.establishment_id).where(bookings.c.id == settled.booking)
    if connection.execute(of).scalar() != establishment:
        raise NotFound("no such booking")
    query = update(table).where(
        table.c.booking_id == settled.booking, table.c.version == settled.version - 1
    )
    values = {**_values(settled), "version": settled.version, "officer_id": by}
    if connection.execute(query.values(**values)).rowcount != 1:
        if by_booking(connection, settled.booking) is None:
            raise NotFound("no outcome yet")
        raise Conflict("the outcome was changed by somebody else")
    staff.write_record(connection, establishment, happening)
    webhook_messages.announce_outcome(connection, establishment, happening)


def by_booking(connection: Connection, booking: BookingId) -> SlotOutcome | None:
    query = select(table).where(table.c.booking_id == booking)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _outcome(row)


def waiting(
    connection: Connection, establishment: EstablishmentId, *, limit: int, offset: int
) -> tuple[tuple[Reviewed, ...], int]:
    """Slots whose outcome nobody has settled, the earliest first; and how many there are."""
    of = (bookings.c.establishment_id == establishment, table.c.is_settled.is_(False))
    joined = table.join(bookings, bookings.c.id == table.c.booking_id)
    count = connection.execute(select(func.count()).select_from(joined).where(*of)).scalar_one()
    query: Select[Any] = select(table).select_from(joined).where(*of)
    query = query.order_by(bookings.c.starts_at, bookings.c.id).limit(limit).offset(offset)
    return _reviewed(connection, query), count


def page_of(
    connection: Connection, establishment: EstablishmentId, wanted: WantedOutcomes, *, limit: int
) -> tuple[Reviewed, ...]:
    """Those that were asked for, the earliest slot first, with their meetings."""
    query = select(table).join(bookings, bookings.c.id == table.c.booking_id)
    query = query.where(bookings.c.establishment_id == establishment)
    if wanted.span is not None:
        query = query.where(
            bookings.c.starts_at >= wanted.span.starts_at,
            bookings.c.starts_at < wanted.span.ends_at,
        )
    if wanted.room is not None:
        query = query.where(bookings.c.room_id == wanted.room)
    if wanted.outcome is not None:
        query = query.where(table.c.outcome == wanted.outcome.value)
    if wanted.is_settled is not None:
        query = query.where(table.c.is_settled.is_(wanted.is_settled))
    if wanted.after is not None:
        at, id = wanted.after
        is_later = (bookings.c.starts_at == at) & (bookings.c.id > id)
        query = query.where(or_(bookings.c.starts_at > at, is_later))
    found = _reviewed(connection, query.order_by(bookings.c.starts_at, bookings.c.id).limit(limit))
    of = meetings_of_each(connection, [one.booking.id for one in found])
    return tuple(replace(one, meetings=of.get(one.booking.id, ())) for one in found)


def _reviewed(connection: Connection, query: Select[Any]) -> tuple[Reviewed, ...]:
    """In the order of the query, whose rows are those of `table`."""
    found = [_outcome(row) for row in connection.execute(query).mappings()]
    booked = booking_store.by_ids(connection, [one.booking for one in found])
    by_id = {one.id: one for one in booked}
    return tuple(Reviewed(booking=by_id[one.booking], outcome=one) for one in found)


def lost_text(lost: dict[Cause, float]) -> str:
    return json.dumps({one.value: lost[one] for one in lost}) if lost else ""


def lost_of(text: str) -> dict[Cause, float]:
    return {Cause(one): float(s) for one, s in json.loads(text).items()} if text else {}


def _values(outcome: SlotOutcome) -> dict[str, object]:
    return {
        "is_settled": outcome.is_settled,
        "outcome": outcome.outcome.value,
        "cause": None if outcome.cause is None else outcome.cause.value,
        "note": outcome.note,
        "officer_name": outcome.by,
        "at": outcome.at,
    }


def _measured_values(measured: Measured | None) -> dict[str, object]:
    """Nothing was measured where `opened_at` is None."""
    found = measured or Measured(opened_at=0.0, ended_at=None)
    return {
        "opened_at": None if measured is None else measured.opened_at,
        "talked_at": found.talked_at,
        "ended_at": found.ended_at,
        "waited_s": found.waited_s,
        "identified_s": found.identified_s,
        "talked_s": found.talked_s,
        "lost": lost_text(dict(found.lost)),
        "has_guests": found.has_guests,
        "had_callers": found.had_callers,
        "is_ended_early_by_network": found.is_ended_early_by_network,
        "knocks_after_lock": found.knocks_after_lock,
        "refusals": found.refusals,
    }


def _outcome(row: RowMapping) -> SlotOutcome:
    return SlotOutcome(
        booking=BookingId(row["booking_id"]),
        outcome=Outcome(row["outcome"]),
        cause=None if row["cause"] is None else CausedBy(row["cause"]),
        note=row["note"],
        by=row["officer_name"],
        at=row["at"],
        measured=_measured(row),
        version=row["version"],
        is_settled=row["is_settled"],
    )


def _measured(row: RowMapping) -> Measured | None:
    if row["opened_at"] is None:
        return None
    return Measured(
        opened_at=row["opened_at"],
        talked_at=row["talked_at"],
        ended_at=row["ended_at"],
        waited_s=row["waited_s"],
        identified_s=row["identified_s"],
        talked_s=row["talked_s"],
        lost=lost_of(row["lost"]),
        has_guests=row["has_guests"],
        had_callers=row["had_callers"],
        is_ended_early_by_network=row["is_ended_early_by_network"],
        knocks_after_lock=row["knocks_after_lock"],
        refusals=row["refusals"],
    )
