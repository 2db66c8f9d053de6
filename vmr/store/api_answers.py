"""Answers of the REST API that may be asked for again, given a connection.

A row is a claim while `sealed` is NULL: its request is being done. What is sealed is not to be read
here (`signalling.api.repeats`).
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.engine import Connection

from vmr.ids import ApiTokenId
from vmr.store.api_tables import api_answers as table

KEPT_S = 86_400.0
ABANDONED_S = 120.0
"""A claim so old is of a request that was never answered: the server ended in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKey:
    """`key_hash` is the SHA-256 of token and key."""

    token: ApiTokenId
    key_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What there is of a key. `is_claimed`: it is the asker's to do, making `new_id`.

    `is_again`: somebody claimed it before and never answered.
    """

    digest: str
    new_id: str
    sealed: bytes | None = None
    is_claimed: bool = False
    is_again: bool = False


def claim(
    connection: Connection, key: AnswerKey, digest: str, new_id: str, now: float
) -> KeptAnswer:
    row = connection.execute(select(table).where(_is(key))).mappings().one_or_none()
    if row is not None and row["made_at"] <= now - KEPT_S:
        connection.execute(delete(table).where(_is(key)))
        row = None
    if row is None:
        connection.execute(
            insert(table).values(
                token_id=key.token,
                key_hash=key.key_hash,
                digest=digest,
                new_id=new_id,
                made_at=now,
                claimed_at=now,
            )
        )
        return KeptAnswer(digest=digest, new_id=new_id, is_claimed=True)
    kept = KeptAnswer(digest=row["digest"], new_id=row["new_id"], sealed=row["sealed"])
    is_abandoned = row["sealed"] is None and row["claimed_at"] <= now - ABANDONED_S
    if kept.digest != digest or not is_abandoned:
        return kept
    connection.execute(update(table).where(_is(key)).values(claimed_at=now))
    return KeptAnswer(digest=digest, new_id=kept.new_id, is_claimed=True, is_again=True)


def keep(connection: Connection, key: AnswerKey, sealed: bytes) -> None:
    connection.execute(update(table).where(_is(key)).values(sealed=sealed))


def release(connection: Connection, key: AnswerKey) -> None:
    """It was refused: it may be asked anew."""
    connection.execute(delete(table).where(_is(key), table.c.sealed.is_(None)))


def forget(connection: Connection, now: float) -> None:
    """Those that are kept no longer."""
    connection.execute(delete(table).where(table.c.made_at <= now - KEPT_S))


def _is(key: AnswerKey) -> ColumnElement[bool]:
    return (table.c.token_id == key.token) & (table.c.key_hash == key.key_hash)
