"""Bookings in the database: the queries, given a connection.

Invariants: two confirmed bookings of a room never overlap; whoever is booked for a social call is
judged by what is kept in the very transaction that books them; every change comes with what is
written into the establishment's record, in the same transaction; a change is made to the version
that its maker has seen.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.engine import Connection

from vmr.bookings.booking import (
    Booking,
    BookingState,
)
from vmr.bookings.entitlements import prisoner_key
from vmr.bookings.personal_links import NO_CHANGES, LinkChanges
from vmr.bookings.times import Interval
from vmr.ids import BookingId, EstablishmentId, InviteId, RoomId
from vmr.letters import Letter
from vmr.record import Happening
from vmr.store import booking_search, entitlements, outbox, secrets, staff
from vmr.store import rooms as room_store
from vmr.store.booking_rows import add_parts, interval_of, read, values_of
from vmr.store.booking_tables import booking_alternatives as alternatives
from vmr.store.booking_tables import booking_people as people
from vmr.store.booking_tables import bookings as table
from vmr.store.entitlements import Judge
from vmr.store.errors import Conflict, NotFound, SlotTaken
from vmr.store.prepared import Prepared
from vmr.store.tables import invites, rooms

Written = Callable[[Booking, Booking], Sequence[Letter]]
"""The letters about a change, by the booking before and after it. Pure: it may be asked twice."""

CONFIRMED = BookingState.CONFIRMED.value
LONGEST_S = 24 * 3_600.0
"""No slot is longer (`vmr.bookings.rules`): what bounds a look into the index by its start."""


def add(
    connection: Connection,
    added: Booking,
    happening: Happening,
    links: LinkChanges = NO_CHANGES,
    letters: Sequence[Letter] = (),
    judge: Judge | None = None,
) -> None:
    _demand_free(connection, added)
    entitlements.demand(connection, added, judge)
    connection.execute(
        insert(table).values(
            id=added.id,
            reference=added.reference,
            establishment_id=added.establishment,
            made_at=added.made_at,
            was_requested=added.state is BookingState.REQUESTED,
            rebooks_id=added.rebooks,
            **values_of(added),
        )
    )
    _change_links(connection, links)
    add_parts(connection, added)
    booking_search.add(connection, added)
    outbox.add(connection, letters)
    staff.write_record(connection, added.establishment, happening)


def change(
    connection: Connection,
    changed: Booking,
    happening: Happening,
    links: LinkChanges = NO_CHANGES,
    letters: Sequence[Letter] = (),
    judge: Judge | None = None,
) -> None:
    """`changed.version` is one more than the version that was seen."""
    _demand_free(connection, changed)
    entitlements.demand(connection, changed, judge)
    query = update(table).where(table.c.id == changed.id, table.c.version == changed.version - 1)
    if connection.execute(query.values(**values_of(changed))).rowcount != 1:
        if by_id(connection, changed.id) is None:
            raise NotFound("no such booking")
        raise Conflict("the booking was changed by somebody else")
    for part in (alternatives, people):
        connection.execute(delete(part).where(part.c.booking_id == changed.id))
    _change_links(connection, links)
    add_parts(connection, changed)
    booking_search.change(connection, changed)
    outbox.add(connection, letters)
    staff.write_record(connection, changed.establishment, happening)


def renew_link(
    connection: Connection,
    booking: Booking,
    invite: InviteId,
    token_hash: str,
    happening: Happening,
    letters: Sequence[Letter] = (),
) -> None:
    """The link opens by another token from now on. The booking is the version that was seen."""
    seen = select(table.c.version).where(table.c.id == booking.id)
    if connection.execute(seen).scalar() != booking.version:
        raise Conflict("the booking was changed by somebody else")
    room_store.change_invite(connection, invite, token_hash=token_hash)
    outbox.add(connection, letters)
    staff.write_record(connection, booking.establishment, happening)


def by_id(connection: Connection, booking: BookingId) -> Booking | None:
    return next(iter(read(connection, select(table).where(table.c.id == booking))), None)


def by_ids(connection: Connection, ids: Sequence[BookingId]) -> tuple[Booking, ...]:
    """Those that there are, earliest first; as many as a statement may name."""
    query = select(table).where(table.c.id.in_(ids)).order_by(table.c.starts_at, table.c.id)
    return read(connection, query)


def by_reference(connection: Connection, reference: str) -> Booking | None:
    query = select(table).where(table.c.reference == reference)
    return next(iter(read(connection, query)), None)


def in_time(
    connection: Connection,
    establishment: EstablishmentId,
    span: Interval,
    *,
    room: RoomId | None = None,
    states: Iterable[BookingState] = (BookingState.CONFIRMED,),
) -> tuple[Booking, ...]:
    """Of this establishment (or of one room of it) within the span, earliest first."""
    query = select(table).where(
        table.c.establishment_id == establishment,
        table.c.starts_at < span.ends_at,
        table.c.starts_at > span.starts_at - LONGEST_S,
        table.c.ends_at > span.starts_at,
        table.c.state.in_([one.value for one in states]),
    )
    if room is not None:
        query = query.where(table.c.room_id == room)
    return read(connection, query.order_by(table.c.starts_at, table.c.id))


def waiting(connection: Connection, establishment: EstablishmentId) -> tuple[Booking, ...]:
    """Requests nobody has decided, the earliest slot first."""
    query = select(table).where(
        table.c.establishment_id == establishment,
        table.c.state == BookingState.REQUESTED.value,
    )
    return read(connection, query.order_by(table.c.starts_at, table.c.id))


def asked_by(connection: Connection, mailbox: str, since: float) -> tuple[Booking, ...]:
    """What was asked for from this address, whoever typed it in, the latest slot first."""
    query = select(table).where(
        table.c.state.in_([one.value for one in BookingState]),  # as the index has it
        table.c.starts_at >= since,
        func.lower(table.c.requester_email) == mailbox,
    )
    return read(connection, query.order_by(table.c.starts_at.desc(), table.c.id))


def count_waiting(connection: Connection, mailbox: str) -> int:
    """Requests of this address that nobody has decided."""
    query = (
        select(func.count())
        .select_from(table)
        .where(
            table.c.state == BookingState.REQUESTED.value,
            func.lower(table.c.requester_email) == mailbox,
        )
    )
    return connection.execute(query).scalar_one()


def of_prisoner(
    connection: Connection, establishment: EstablishmentId, reference: str, *, limit: int
) -> tuple[Booking, ...]:
    """Of every purpose and state, the latest slot first."""
    query = select(table).where(
        table.c.establishment_id == establishment,
        table.c.prisoner_key == prisoner_key(reference),
    )
    return read(connection, query.order_by(table.c.starts_at.desc(), table.c.id).limit(limit))


def linked_to(connection: Connection, booking: BookingId) -> tuple[Booking, ...]:
    """Those that come before or after this hearing, earliest first."""
    query = select(table).where(table.c.linked_id == booking)
    return read(connection, query.order_by(table.c.starts_at, table.c.id))


def rebooked(connection: Connection, booking: BookingId) -> tuple[Booking, ...]:
    """Those that were made in place of this one, earliest first."""
    query = select(table).where(table.c.rebooks_id == booking)
    return read(connection, query.order_by(table.c.starts_at, table.c.id))


def search(
    connection: Connection,
    establishment: EstablishmentId,
    text: str,
    *,
    limit: int,
    offset: int = 0,
) -> tuple[tuple[Booking, ...], int]:
    """Bookings that hold every word of the text, the latest slot first; and how many there are."""
    ids, count = booking_search.find(connection, establishment, text, limit=limit, offset=offset)
    found = {one.id: one for one in read(connection, select(table).where(table.c.id.in_(ids)))}
    return tuple(found[one] for one in ids), count


def taken(
    connection: Connection, room: RoomId, span: Interval, *, but: BookingId | None = None
) -> tuple[Interval, ...]:
    """What is confirmed in this room within the span, `but` one booking, earliest first."""
    query = _taken(room, span).order_by(table.c.starts_at)
    rows = connection.execute(query).mappings()
    return tuple(interval_of(row) for row in rows if row["id"] != but)


_SLOT = Prepared(
    select(table.c.id)
    .where(
        table.c.room_id == bindparam("room"),
        table.c.state == literal(CONFIRMED),
        table.c.starts_at <= bindparam("until"),
        table.c.starts_at > bindparam("since"),
        table.c.ends_at > bindparam("at"),
    )
    .order_by(table.c.starts_at)
    .limit(literal_column("1"))
)  # it runs whenever somebody comes


def slot_of(connection: Connection, room: RoomId, at: float, early_s: float) -> Booking | None:
    """The confirmed booking that runs at this time, else the next that begins within `early_s`."""
    span = {"room": room, "until": at + early_s, "since": at - LONGEST_S, "at": at}
    found = _SLOT.one(connection, span)
    return None if found is None else by_id(connection, found[0])


def extend(
    connection: Connection,
    booking: BookingId,
    ends_at: float,
    happening: Happening,
    written: Written,
) -> None:
    """The slot ends later, its personal links with it. Raises SlotTaken, NotFound.

    A slot that is not confirmed any more is over when it is over: there is nothing to extend.
    """
    found = by_id(connection, booking)
    if found is None or found.state is not BookingState.CONFIRMED:
        raise NotFound("no such slot")
    longer = replace(
        found,
        preferred=Interval(starts_at=found.slot.starts_at, ends_at=ends_at),
        version=found.version + 1,
        changed_at=happening.at,
    )
    change(connection, longer, happening, letters=written(found, longer))
    links = [one.invite for one in found.people if one.invite is not None]
    if links:
        late = update(invites).where(invites.c.id.in_(links), invites.c.closes_at.is_not(None))
        connection.execute(late.values(closes_at=ends_at))


def _taken(room: RoomId, span: Interval) -> "Select[Any]":
    return select(table.c.starts_at, table.c.ends_at, table.c.id, table.c.reference).where(
        table.c.room_id == room,
        table.c.state == CONFIRMED,
        table.c.starts_at < span.ends_at,
        table.c.starts_at > span.starts_at - LONGEST_S,
        table.c.ends_at > span.starts_at,
    )


def _demand_free(connection: Connection, booking: Booking) -> None:
    """Raises SlotTaken. The room's row is locked first, so that two clerks queue for it."""
    if booking.state is not BookingState.CONFIRMED:
        return
    if booking.room is None:
        raise Conflict("a confirmed booking has a room")
    lock = select(rooms.c.establishment_id).where(rooms.c.id == booking.room).with_for_update()
    if connection.execute(lock).scalar_one_or_none() != booking.establishment:
        raise NotFound("no such room")
    for row in connection.execute(_taken(booking.room, booking.slot)):
        if row.id != booking.id:
            raise SlotTaken(f"taken by booking {row.reference}")


def _change_links(connection: Connection, links: LinkChanges) -> None:
    for made in links.made:
        room_store.add_invite(connection, made.invite, secrets.hash_token(made.token))
    for one in links.kept:
        times = {"opens_at": one.opens_at, "closes_at": one.closes_at}
        room_store.change_invite(connection, one.id, label=one.label, **times)
    for gone in links.revoked:
        room_store.revoke_invite(connection, gone)
