"""Webhooks and the messages that are to be delivered, given a connection.

Invariants: a message is kept in the transaction of the record entry that it tells of, and deleted
when it was delivered or given up; a webhook ends with the token that made it.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.ids import ApiTokenId, EstablishmentId, MeetingId, RoomId, WebhookId
from vmr.record import Happening
from vmr.store import secrets, staff
from vmr.store.api_tables import api_tokens as tokens
from vmr.store.api_tables import webhook_messages as messages
from vmr.store.api_tables import webhooks as table
from vmr.store.errors import Conflict, NotFound
from vmr.store.tables import rooms
from vmr.webhooks import (
    GIVE_UP_S,
    OF_RECORD,
    Webhook,
    WebhookEvent,
    WebhookMessage,
    body_of,
    outcome_body,
)
from vmr.webhooks import event_names as names

WEBHOOKS_MAX = 20
ERROR_MAX = 200
_WEBHOOKS = select(table, tokens.c.name.label("program")).join(
    tokens, tokens.c.id == table.c.token_id
)


def add(
    connection: Connection, added: Webhook, token: ApiTokenId, secret: str, happening: Happening
) -> None:
    of_prison = table.c.establishment_id == added.establishment
    count = select(func.count()).select_from(table).where(of_prison)
    if connection.execute(count).scalar_one() >= WEBHOOKS_MAX:
        raise Conflict("an establishment has so many webhooks at most")
    connection.execute(
        insert(table).values(
            id=added.id,
            establishment_id=added.establishment,
            token_id=token,
            url=added.url,
            events=",".join(names(added.events)),
            secret=secret,
            made_at=added.made_at,
            last_error="",
        )
    )
    staff.write_record(connection, added.establishment, happening)


def remove(connection: Connection, removed: Webhook, happening: Happening) -> None:
    """With all that was still to be told. Raises NotFound."""
    connection.execute(delete(messages).where(messages.c.webhook_id == removed.id))
    if connection.execute(delete(table).where(table.c.id == removed.id)).rowcount != 1:
        raise NotFound("no such webhook")
    staff.write_record(connection, removed.establishment, happening)


def end_with(connection: Connection, token: ApiTokenId) -> None:
    """The token is good no more, and so are its webhooks."""
    of_token = select(table.c.id).where(table.c.token_id == token)
    connection.execute(delete(messages).where(messages.c.webhook_id.in_(of_token)))
    connection.execute(delete(table).where(table.c.token_id == token))


def of_establishment(connection: Connection, establishment: EstablishmentId) -> tuple[Webhook, ...]:
    query = _WEBHOOKS.where(table.c.establishment_id == establishment)
    ordered = query.order_by(table.c.made_at, table.c.id)
    return tuple(_webhook(row) for row in connection.execute(ordered).mappings())


def announce(
    connection: Connection, meeting: MeetingId, room: RoomId, happenings: Sequence[Happening]
) -> None:
    """What of this is told by webhooks, for everybody who wants to hear it."""
    told = [
        (event, body_of(event, meeting, room, one.at), one.at)
        for one in happenings
        if (event := OF_RECORD.get(one.what)) is not None
    ]
    if told:
        of_room = select(rooms.c.establishment_id).where(rooms.c.id == room).scalar_subquery()
        _keep(connection, table.c.establishment_id == of_room, told)


def announce_outcome(
    connection: Connection, establishment: EstablishmentId, settled: Happening
) -> None:
    """The same of an outcome, with what the establishment's record says of it."""
    told = [(WebhookEvent.OUTCOME, outcome_body(settled), settled.at)]
    _keep(connection, table.c.establishment_id == establishment, told)


def _keep(
    connection: Connection,
    whose: ColumnElement[bool],
    told: Sequence[tuple[WebhookEvent, bytes, float]],
) -> None:
    """Events with what is told of them and when they were, one or more, the latest last."""
    query = (
        select(table.c.id, table.c.events)
        .join(tokens, tokens.c.id == table.c.token_id)
        .where(whose, _is_good(told[-1][2]))
    )
    rows = [
        {
            "id": secrets.make_id(),
            "webhook_id": webhook,
            "body": body.decode(),
            "made_at": at,
            "next_at": at,
            "tries": 0,
        }
        for webhook, events in connection.execute(query).all()
        for event, body, at in told
        if event.value in events.split(",")
    ]
    if rows:
        connection.execute(insert(messages), rows)


def is_due(connection: Connection, now: float, but: Collection[WebhookId]) -> bool:
    """Whether there is a message whose time has come, for another webhook than these."""
    due = messages.c.next_at <= now
    query = select(messages.c.id).where(due, messages.c.webhook_id.not_in(but)).limit(1)
    return connection.execute(query).first() is not None


def claim(
    connection: Connection, now: float, *, but: Collection[WebhookId], lease_s: float, limit: int
) -> tuple[WebhookMessage, ...]:
    """One message, the oldest that is due, of each of up to so many webhooks other than these.

    A claim lasts `lease_s`; who does not settle it by then has gone, and it is claimed again. What
    is too old, and what belongs to a token that is good no more, is deleted.
    """
    ended = select(table.c.id).join(tokens, tokens.c.id == table.c.token_id).where(~_is_good(now))
    connection.execute(delete(messages).where(messages.c.webhook_id.in_(ended)))
    _give_up(connection, now)
    due = (
        select(messages.c.webhook_id, func.min(messages.c.made_at))
        .where(messages.c.next_at <= now, messages.c.webhook_id.not_in(but))
        .group_by(messages.c.webhook_id)
        .order_by(func.min(messages.c.made_at))
        .limit(limit)
    )
    claimed = []
    for webhook, _ in connection.execute(due).all():
        query = (
            select(messages, table.c.url, table.c.secret)
            .join(table, table.c.id == messages.c.webhook_id)
            .where(messages.c.webhook_id == webhook, messages.c.next_at <= now)
            .order_by(messages.c.made_at, messages.c.id)
            .limit(1)
        )
        row = connection.execute(query).mappings().one()
        tries = row["tries"] + 1
        _set(connection, row["id"], next_at=now + lease_s, tries=tries)
        claimed.append(_message(row, tries))
    return tuple(claimed)


def settle_delivered(connection: Connection, message: WebhookMessage, at: float) -> None:
    connection.execute(delete(messages).where(messages.c.id == message.id))
    query = update(table).where(table.c.id == message.webhook)
    connection.execute(query.values(delivered_at=at, last_error=""))


def put_off(connection: Connection, message: WebhookMessage, until: float, error: str) -> None:
    _set(connection, message.id, next_at=until)
    query = update(table).where(table.c.id == message.webhook)
    connection.execute(query.values(last_error=error[:ERROR_MAX]))


def _give_up(connection: Connection, now: float) -> None:
    is_old = messages.c.made_at <= now - GIVE_UP_S
    old = select(messages.c.webhook_id).where(is_old).distinct()
    failed = [row[0] for row in connection.execute(old)]
    if failed:
        connection.execute(update(table).where(table.c.id.in_(failed)).values(failed_at=now))
        connection.execute(delete(messages).where(is_old))


def _is_good(now: float) -> ColumnElement[bool]:
    """The token of a webhook, as `ApiToken.is_good`."""
    lasts = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)
    return tokens.c.revoked_at.is_(None) & lasts


def _set(connection: Connection, message: str, **values: Any) -> None:
    connection.execute(update(messages).where(messages.c.id == message).values(**values))


def _message(row: RowMapping, tries: int) -> WebhookMessage:
    return WebhookMessage(
        id=row["id"],
        webhook=WebhookId(row["webhook_id"]),
        url=row["url"],
        secret=row["secret"],
        body=row["body"].encode(),
        made_at=row["made_at"],
        tries=tries,
    )


def _webhook(row: RowMapping) -> Webhook:
    return Webhook(
        id=WebhookId(row["id"]),
        establishment=EstablishmentId(row["establishment_id"]),
        program=row["program"],
        url=row["url"],
        events=frozenset(WebhookEvent(word) for word in row["events"].split(",") if word),
        made_at=row["made_at"],
        delivered_at=row["delivered_at"],
        failed_at=row["failed_at"],
        last_error=row["last_error"],
    )
