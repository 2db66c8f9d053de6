"""The outbox in the database: the queries, given a connection.

Invariants: a letter is kept in the transaction of what it speaks of; it is claimed, committed,
before the mail server is spoken to; what it says is gone when it is sent or of no use; of one
person's letters about one booking the older goes first.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.bookings.booking import BookingState
from vmr.ids import BookingId, EstablishmentId, ExpectedId, LetterId
from vmr.letters import OF_A_SLOT, Claimed, Letter, LetterKind, LetterState, Posted
from vmr.store.booking_tables import booking_people as people
from vmr.store.booking_tables import bookings
from vmr.store.outbox_tables import outbox as table

_S, _K = LetterState, LetterKind
OPEN = (_S.WAITING.value, _S.SENDING.value)
ERROR_MAX = 200
DROPPED_MAX = 100  # in one transaction
_SAID = {"subject": "", "text": "", "html": "", "calendar": ""}
_OF_A_SLOT = tuple(sorted(one.value for one in OF_A_SLOT))
REPLACES = {
    LetterKind.INVITATION: OF_A_SLOT,
    LetterKind.UPDATE: OF_A_SLOT - {LetterKind.INVITATION},
    LetterKind.CANCELLATION: OF_A_SLOT,
}
"""Of one person's letters about one booking: what a new one makes pointless. An invitation holds
the only copy of its link, so only another takes its place."""
Reminded = tuple[BookingId, ExpectedId]


def add(connection: Connection, letters: Sequence[Letter]) -> None:
    """What waits and says less, or says it with a link that is void by now, is dropped."""
    for one in letters:
        if one.kind in REPLACES:
            query = update(table).where(
                table.c.booking_id == one.booking,
                table.c.expected_id == (one.expected or ""),
                table.c.state == _S.WAITING.value,
                table.c.kind.in_([kind.value for kind in REPLACES[one.kind]]),
            )
            connection.execute(query.values(state=_S.DROPPED.value, **_SAID))
        if one.kind is _K.UPDATE:  # the invitation that waits is of use as long as the new slot
            _keep_invitation(connection, one)
    rows = [
        {
            "id": one.id,
            "establishment_id": one.establishment,
            "booking_id": one.booking,
            "expected_id": one.expected or "",
            "kind": one.kind.value,
            "to": one.to,
            "subject": one.subject,
            "text": one.text,
            "html": one.html,
            "calendar": one.calendar,
            "state": _S.WAITING.value,
            "tries": 0,
            "made_at": one.made_at,
            "next_at": one.made_at,
            "useless_after": one.useless_after,
            "last_error": "",
        }
        for one in letters
    ]
    if rows:
        connection.execute(insert(table), rows)


def _keep_invitation(connection: Connection, update_letter: Letter) -> None:
    query = update(table).where(
        table.c.booking_id == update_letter.booking,
        table.c.expected_id == update_letter.expected,
        table.c.kind == _K.INVITATION.value,
        table.c.state.in_(OPEN),
    )
    connection.execute(query.values(useless_after=update_letter.useless_after))


def drop_useless(connection: Connection, now: float) -> None:
    """What waits although its time is over; also where no mail is set up."""
    query = update(table).where(table.c.state == _S.WAITING.value, table.c.useless_after <= now)
    connection.execute(query.values(state=_S.DROPPED.value, **_SAID))


def claim(connection: Connection, now: float, *, lease_s: float, limit: int) -> tuple[Claimed, ...]:
    """Up to so many letters whose time has come, those of no use any more dropped.

    A claim lasts `lease_s`; whoever does not settle it by then has gone, and the letter is
    claimed again.
    """
    earlier = table.alias()
    is_first = ~(
        select(earlier.c.id)
        .where(
            earlier.c.booking_id == table.c.booking_id,
            earlier.c.expected_id == table.c.expected_id,
            earlier.c.state.in_(OPEN),
            earlier.c.made_at < table.c.made_at,
        )
        .exists()
    )
    query = select(table).where(table.c.state.in_(OPEN), table.c.next_at <= now, is_first)
    drop_useless(connection, now)
    claimed: list[Claimed] = []
    first = query.order_by(table.c.next_at, table.c.id).limit(limit + DROPPED_MAX)
    for row in connection.execute(first).mappings().all():
        if len(claimed) == limit:
            break
        if not _is_of_use(connection, row):
            _set(connection, row["id"], state=_S.DROPPED.value, **_SAID)
            continue
        tries = row["tries"] + 1
        _set(connection, row["id"], state=_S.SENDING.value, tries=tries, next_at=now + lease_s)
        claimed.append(Claimed(letter=_letter(row), tries=tries))
    return tuple(claimed)


def settle_sent(connection: Connection, letter: LetterId, at: float) -> None:
    _set(connection, letter, state=_S.SENT.value, sent_at=at, last_error="", **_SAID)


def settle_failed(connection: Connection, letter: LetterId, error: str) -> None:
    _set(connection, letter, state=_S.FAILED.value, last_error=error[:ERROR_MAX], **_SAID)


def put_off(connection: Connection, letter: LetterId, next_at: float, error: str) -> None:
    _set(connection, letter, state=_S.WAITING.value, next_at=next_at, last_error=error[:ERROR_MAX])


def of_booking(connection: Connection, booking: BookingId) -> tuple[Posted, ...]:
    """The oldest first."""
    query = select(table).where(table.c.booking_id == booking)
    rows = connection.execute(query.order_by(table.c.made_at, table.c.id)).mappings()
    return tuple(_posted(row) for row in rows)


def failed(connection: Connection, establishment: EstablishmentId) -> tuple[Posted, ...]:
    """Those that were never taken, of bookings that still stand; the newest first."""
    over = (BookingState.REFUSED.value, BookingState.CANCELLED.value)
    query = (
        select(table)
        .join(bookings, bookings.c.id == table.c.booking_id)
        .where(
            table.c.establishment_id == establishment,
            table.c.state == _S.FAILED.value,
            bookings.c.state.not_in(over),
        )
        .order_by(table.c.made_at.desc(), table.c.id)
    )
    return tuple(_posted(row) for row in connection.execute(query).mappings())


def unsent_invitations(connection: Connection, booking: BookingId) -> frozenset[ExpectedId]:
    """To whom an invitation waits of which no mail server has seen anything."""
    query = select(table.c.expected_id).where(
        table.c.booking_id == booking,
        table.c.kind == _K.INVITATION.value,
        table.c.state == _S.WAITING.value,
        table.c.tries == 0,
    )
    return frozenset(ExpectedId(one) for one in connection.execute(query).scalars())


def delete_without_booking(connection: Connection, before: float) -> int:
    """Letters of no booking, made before this time, go whole; how many. Codes are such."""
    gone = delete(table).where(table.c.booking_id.is_(None), table.c.made_at < before)
    return connection.execute(gone).rowcount


def count_open(connection: Connection) -> int:
    query = select(func.count()).select_from(table).where(table.c.state.in_(OPEN))
    return connection.execute(query).scalar_one()


def to_remind(
    connection: Connection, now: float, before_s: float, only: Reminded | None = None
) -> tuple[Reminded, ...]:
    """Whose slot begins within `before_s` and who was told nothing of it in that time.

    A moved slot is told by its update.
    """
    told = (
        select(table.c.id)
        .where(
            table.c.booking_id == bookings.c.id,
            table.c.expected_id == people.c.id,
            table.c.kind.in_(_OF_A_SLOT),
            table.c.made_at >= bookings.c.starts_at - before_s,
        )
        .exists()
    )
    query = (
        select(bookings.c.id, people.c.id.label("expected_id"))
        .join(people, people.c.booking_id == bookings.c.id)
        .where(
            bookings.c.state == BookingState.CONFIRMED.value,
            bookings.c.starts_at > now,
            bookings.c.starts_at <= now + before_s,
            people.c.email != "",
            people.c.invite_id.is_not(None),
            ~told,
        )
        .order_by(bookings.c.starts_at, bookings.c.id, people.c.position)
    )
    if only is not None:
        query = query.where(bookings.c.id == only[0], people.c.id == only[1])
    return tuple(
        (BookingId(row.id), ExpectedId(row.expected_id)) for row in connection.execute(query)
    )


def add_reminder(connection: Connection, letter: Letter, version: int, before_s: float) -> bool:
    """Whether it was still due, for this version of the booking; else it is not kept."""
    seen = select(bookings.c.version).where(bookings.c.id == letter.booking)
    if connection.execute(seen).scalar() != version:
        return False
    if letter.booking is None or letter.expected is None:
        return False
    one = (letter.booking, letter.expected)
    if not to_remind(connection, letter.made_at, before_s, one):
        return False
    add(connection, [letter])
    return True


def _is_of_use(connection: Connection, row: RowMapping) -> bool:
    kind = LetterKind(row["kind"])
    if kind in OF_A_SLOT:
        return _is_expected(connection, row)
    if kind is _K.CANCELLATION and row["expected_id"]:
        return _was_invited(connection, row)
    if kind is _K.REQUEST_CONFIRMED:
        query = select(bookings.c.state).where(bookings.c.id == row["booking_id"])
        return bool(connection.execute(query).scalar() == BookingState.CONFIRMED.value)
    return True


def _is_expected(connection: Connection, row: RowMapping) -> bool:
    """Whether the slot stands and the person is expected at this address."""
    query = (
        select(people.c.email)
        .join(bookings, bookings.c.id == people.c.booking_id)
        .where(
            people.c.id == row["expected_id"],
            bookings.c.id == row["booking_id"],
            bookings.c.state == BookingState.CONFIRMED.value,
        )
    )
    email = connection.execute(query).scalar()
    return email is not None and email.casefold() == row["to"].casefold()


def _was_invited(connection: Connection, row: RowMapping) -> bool:
    """Whether the mail server may have taken an invitation: who has none needs no cancellation."""
    query = select(table.c.id).where(
        table.c.booking_id == row["booking_id"],
        table.c.expected_id == row["expected_id"],
        table.c.to == row["to"],
        table.c.kind.in_(_OF_A_SLOT),
        or_(
            table.c.state == _S.SENT.value,
            and_(table.c.state != _S.FAILED.value, table.c.tries > 0),
        ),
    )
    return connection.execute(query.limit(1)).first() is not None


def _set(connection: Connection, letter: LetterId, **values: Any) -> None:
    """Of a letter that is open: one that was settled stays so."""
    query = update(table).where(table.c.id == letter, table.c.state.in_(OPEN))
    connection.execute(query.values(**values))


def _letter(row: RowMapping) -> Letter:
    return Letter(
        id=LetterId(row["id"]),
        establishment=EstablishmentId(row["establishment_id"]),
        booking=None if row["booking_id"] is None else BookingId(row["booking_id"]),
        expected=ExpectedId(row["expected_id"]) if row["expected_id"] else None,
        kind=LetterKind(row["kind"]),
        to=row["to"],
        subject=row["subject"],
        text=row["text"],
        html=row["html"],
        calendar=row["calendar"],
        made_at=row["made_at"],
        useless_after=row["useless_after"],
    )


def _posted(row: RowMapping) -> Posted:
    return Posted(
        id=LetterId(row["id"]),
        booking=None if row["booking_id"] is None else BookingId(row["booking_id"]),
        expected=ExpectedId(row["expected_id"]) if row["expected_id"] else None,
        kind=LetterKind(row["kind"]),
        to=row["to"],
        state=LetterState(row["state"]),
        tries=row["tries"],
        made_at=row["made_at"],
        next_at=row["next_at"],
        sent_at=row["sent_at"],
        last_error=row["last_error"],
    )
