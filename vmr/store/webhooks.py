"""Webhooks in the database: the queries, given a connection. What they are told is in
webhook_messages.py.

Invariant: a webhook ends with the token that made it; every change comes with what is written into
the establishment's record, in the same transaction.
"""

import json

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.ids import ApiTokenId, EstablishmentId, WebhookId
from vmr.record import Happening
from vmr.store import staff, webhook_messages
from vmr.store.api_tables import api_tokens as tokens
from vmr.store.api_tables import webhooks as table
from vmr.store.errors import Conflict, NotFound
from vmr.webhooks import OLD_SECRETS_MAX, Webhook, WebhookEvent
from vmr.webhooks import event_names as names

WEBHOOKS_MAX = 20
_WEBHOOKS = select(table, tokens.c.name.label("program")).outerjoin(
    tokens, tokens.c.id == table.c.token_id
)


def add(
    connection: Connection,
    added: Webhook,
    token: ApiTokenId | None,
    secret: str,
    happening: Happening,
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
            old_secrets="[]",
            made_at=added.made_at,
            last_error="",
        )
    )
    staff.write_record(connection, added.establishment, happening)


def remove(connection: Connection, removed: Webhook, happening: Happening) -> None:
    """With all that was still to be told. Raises NotFound."""
    webhook_messages.forget(connection, table.c.id == removed.id)
    if connection.execute(delete(table).where(table.c.id == removed.id)).rowcount != 1:
        raise NotFound("no such webhook")
    staff.write_record(connection, removed.establishment, happening)


def end_with(connection: Connection, token: ApiTokenId) -> None:
    """The token is good no more, and so are its webhooks."""
    webhook_messages.forget(connection, table.c.token_id == token)
    connection.execute(delete(table).where(table.c.token_id == token))


def renew_secret(
    connection: Connection, renewed: Webhook, secret: str, until: float, happening: Happening
) -> None:
    """The one before is good until then; those whose time is over are forgotten. Raises
    NotFound."""
    query = select(table.c.secret, table.c.old_secrets).where(table.c.id == renewed.id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("no such webhook")
    old = [one for one in json.loads(row.old_secrets) if one[0] > happening.at]
    kept = [(until, row.secret), *old][:OLD_SECRETS_MAX]
    _change(connection, renewed, happening, secret=secret, old_secrets=json.dumps(kept))


def set_disabled(
    connection: Connection, changed: Webhook, at: float | None, happening: Happening
) -> None:
    """None: it is enabled. A disabled one is told neither what happens nor what was still to be
    told. Raises NotFound."""
    if at is not None:
        webhook_messages.forget_waiting(connection, changed.id)
    _change(connection, changed, happening, disabled_at=at)


def _change(
    connection: Connection, changed: Webhook, happening: Happening, **values: object
) -> None:
    query = update(table).where(table.c.id == changed.id).values(**values)
    if connection.execute(query).rowcount != 1:
        raise NotFound("no such webhook")
    staff.write_record(connection, changed.establishment, happening)


def of_establishment(connection: Connection, establishment: EstablishmentId) -> tuple[Webhook, ...]:
    query = _WEBHOOKS.where(table.c.establishment_id == establishment)
    ordered = query.order_by(table.c.made_at, table.c.id)
    return tuple(_webhook(row) for row in connection.execute(ordered).mappings())


def by_id(connection: Connection, webhook: WebhookId) -> Webhook | None:
    row = connection.execute(_WEBHOOKS.where(table.c.id == webhook)).mappings().one_or_none()
    return None if row is None else _webhook(row)


def _webhook(row: RowMapping) -> Webhook:
    ends = [until for until, _ in json.loads(row["old_secrets"])]
    return Webhook(
        id=WebhookId(row["id"]),
        establishment=EstablishmentId(row["establishment_id"]),
        program=row["program"] or "",
        url=row["url"],
        events=frozenset(WebhookEvent(word) for word in row["events"].split(",") if word),
        made_at=row["made_at"],
        disabled_at=row["disabled_at"],
        overlap_until=max(ends, default=None),
        delivered_at=row["delivered_at"],
        failed_at=row["failed_at"],
        last_error=row["last_error"],
    )
