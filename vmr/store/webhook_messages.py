"""Messages of webhooks that are to be delivered, and what became of them, given a connection.

Invariants: a message is kept in the transaction of the record entry that it tells of, and deleted
when it was delivered or given up; of each webhook the last deliveries are known, and no more.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.ids import EstablishmentId, MeetingId, RoomId, WebhookId
from vmr.record import Happening
from vmr.store import secrets
from vmr.store.api_tables import api_tokens as tokens
from vmr.store.api_tables import webhook_deliveries as deliveries
from vmr.store.api_tables import webhook_messages as messages
from vmr.store.api_tables import webhooks as table
from vmr.store.tables import rooms
from vmr.webhooks import (
    GIVE_UP_S,
    OF_RECORD,
    Delivery,
    WebhookEvent,
    WebhookMessage,
    body_of,
    outcome_body,
)

ERROR_MAX = 200
DELIVERIES_KEPT = 20  # of each webhook


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
        .outerjoin(tokens, tokens.c.id == table.c.token_id)
        .where(whose, table.c.disabled_at.is_(None), _is_good(told[-1][2]))
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
            select(messages, table.c.url, table.c.secret, table.c.old_secrets)
            .join(table, table.c.id == messages.c.webhook_id)
            .where(messages.c.webhook_id == webhook, messages.c.next_at <= now)
            .order_by(messages.c.made_at, messages.c.id)
            .limit(1)
        )
        row = connection.execute(query).mappings().one()
        tries = row["tries"] + 1
        _set(connection, row["id"], next_at=now + lease_s, tries=tries)
        claimed.append(_message(row, tries, now))
    return tuple(claimed)


def settle_delivered(connection: Connection, message: WebhookMessage, at: float) -> None:
    """Also of a webhook that was removed while the message was under way."""
    if not _is_there(connection, message):
        return
    connection.execute(delete(messages).where(messages.c.id == message.id))
    query = update(table).where(table.c.id == message.webhook)
    connection.execute(query.values(delivered_at=at, last_error=""))
    _note(connection, message, at, "")


def put_off(
    connection: Connection, message: WebhookMessage, until: float, error: str, at: float
) -> None:
    if not _is_there(connection, message):
        return
    _set(connection, message.id, next_at=until)
    query = update(table).where(table.c.id == message.webhook)
    connection.execute(query.values(last_error=error[:ERROR_MAX]))
    _note(connection, message, at, error)


def last_deliveries(connection: Connection, webhook: WebhookId) -> tuple[Delivery, ...]:
    """The newest first."""
    query = select(deliveries).where(deliveries.c.webhook_id == webhook)
    return tuple(
        Delivery(
            event=row.event,
            happened_at=row.happened_at,
            at=row.at,
            tries=row.tries,
            error=row.error,
        )
        for row in connection.execute(query.order_by(deliveries.c.at.desc(), deliveries.c.id))
    )


def forget(connection: Connection, of_webhooks: ColumnElement[bool]) -> None:
    """What those webhooks would still be told, and what they were told."""
    some = select(table.c.id).where(of_webhooks)
    for one in (messages, deliveries):
        connection.execute(delete(one).where(one.c.webhook_id.in_(some)))


def forget_waiting(connection: Connection, webhook: WebhookId) -> None:
    """What it would still be told."""
    connection.execute(delete(messages).where(messages.c.webhook_id == webhook))


def _is_there(connection: Connection, message: WebhookMessage) -> bool:
    """Whether its webhook still is."""
    query = select(table.c.id).where(table.c.id == message.webhook)
    return connection.execute(query).first() is not None


def _note(connection: Connection, message: WebhookMessage, at: float, error: str) -> None:
    connection.execute(
        insert(deliveries).values(
            id=secrets.make_id(),
            webhook_id=message.webhook,
            event=json.loads(message.body)["type"],
            happened_at=message.made_at,
            at=at,
            tries=message.tries,
            error=error[:ERROR_MAX],
        )
    )
    of_webhook = deliveries.c.webhook_id == message.webhook
    kept = (
        select(deliveries.c.id)
        .where(of_webhook)
        .order_by(deliveries.c.at.desc(), deliveries.c.id)
        .limit(DELIVERIES_KEPT)
    )
    connection.execute(delete(deliveries).where(of_webhook, deliveries.c.id.not_in(kept)))


def _give_up(connection: Connection, now: float) -> None:
    is_old = messages.c.made_at <= now - GIVE_UP_S
    old = select(messages.c.webhook_id).where(is_old).distinct()
    failed = [row[0] for row in connection.execute(old)]
    if failed:
        connection.execute(update(table).where(table.c.id.in_(failed)).values(failed_at=now))
        connection.execute(delete(messages).where(is_old))


def _is_good(now: float) -> ColumnElement[bool]:
    """The token of a webhook, as `ApiToken.is_good`; staff's has none."""
    lasts = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)
    return tokens.c.revoked_at.is_(None) & lasts


def _set(connection: Connection, message: str, **values: Any) -> None:
    connection.execute(update(messages).where(messages.c.id == message).values(**values))


def _message(row: RowMapping, tries: int, now: float) -> WebhookMessage:
    old = (secret for until, secret in json.loads(row["old_secrets"]) if until > now)
    return WebhookMessage(
        id=row["id"],
        webhook=WebhookId(row["webhook_id"]),
        url=row["url"],
        secrets=(row["secret"], *old),
        body=row["body"].encode(),
        made_at=row["made_at"],
        tries=tries,
    )
