"""Signing keys and checkpoints in the database: the queries, given a connection.

Invariant: each key stands in an establishment's chain before the first checkpoint there that it
signed, endorsed by the key before it. One key is in use at a time, for all establishments.
"""

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.checkpoints import Checkpoint, SignedCheckpoint, endorsement_statement
from vmr.establishment_record import SigningKeyNote, key_happening
from vmr.ids import EstablishmentId
from vmr.staff_record import OPERATOR, SERVER
from vmr.store import establishment_chain
from vmr.store.signing import KeyFile, SigningKey
from vmr.store.tables import establishments, record_checkpoints, signing_keys

_CHECKPOINTS = select(record_checkpoints, signing_keys.c.public_key).join(signing_keys)


def make(
    connection: Connection, establishment: EstablishmentId, keys: KeyFile, at: float
) -> SignedCheckpoint:
    """Sign the head of the establishment's chain, unless the newest checkpoint is of this head."""
    key, note = _current(connection, keys, at)
    return _sign(connection, establishment, key, note, at)


def _sign(
    connection: Connection,
    establishment: EstablishmentId,
    key: SigningKey,
    note: SigningKeyNote,
    at: float,
) -> SignedCheckpoint:
    newest = latest(connection, establishment)
    if newest is None or newest.checkpoint.key != key.id:
        by = OPERATOR if note.endorsement else SERVER
        establishment_chain.write(connection, establishment, key_happening(note, by=by, at=at))
    head = establishment_chain.chains.last(connection, establishment)
    if head is None:
        raise ValueError("an establishment's chain holds the key at least")
    if newest is not None and newest.checkpoint.sequence == head.sequence:
        return newest
    checkpoint = Checkpoint(
        establishment=establishment, sequence=head.sequence, hash=head.hash, at=at, key=key.id
    )
    signature = key.sign(checkpoint.statement())
    connection.execute(
        insert(record_checkpoints).values(
            establishment_id=establishment,
            sequence=head.sequence,
            hash=head.hash,
            at=at,
            key_id=key.id,
            signature=signature,
        )
    )
    public_key = key.public_key.hex()
    return SignedCheckpoint(checkpoint=checkpoint, signature=signature, public_key=public_key)


def latest(connection: Connection, establishment: EstablishmentId) -> SignedCheckpoint | None:
    query = _CHECKPOINTS.where(record_checkpoints.c.establishment_id == establishment)
    newest = query.order_by(record_checkpoints.c.sequence.desc()).limit(1)
    row = connection.execute(newest).mappings().one_or_none()
    return None if row is None else _signed(row)


def first_from(
    connection: Connection, establishment: EstablishmentId, sequence: int
) -> SignedCheckpoint | None:
    """The first that covers this entry of the establishment's record."""
    query = _CHECKPOINTS.where(
        record_checkpoints.c.establishment_id == establishment,
        record_checkpoints.c.sequence >= sequence,
    )
    first = query.order_by(record_checkpoints.c.sequence).limit(1)
    row = connection.execute(first).mappings().one_or_none()
    return None if row is None else _signed(row)


def all_of(connection: Connection, establishment: EstablishmentId) -> tuple[SignedCheckpoint, ...]:
    """Oldest first."""
    query = _CHECKPOINTS.where(record_checkpoints.c.establishment_id == establishment)
    rows = connection.execute(query.order_by(record_checkpoints.c.sequence)).mappings()
    return tuple(_signed(row) for row in rows)


def key_in_use(connection: Connection, keys: KeyFile, at: float) -> SigningKey:
    """Made when there is none; replaced by a new one, without endorsement, when it was lost."""
    return _current(connection, keys, at)[0]


def rotate(connection: Connection, keys: KeyFile, at: float) -> SigningKey:
    """A new key, signed by the old one, in every establishment's chain with a first checkpoint."""
    old, _ = _current(connection, keys, at)
    new = keys.prepare()
    endorsement = old.sign(endorsement_statement(new.public_key))
    note = _add_key(connection, new, at, previous=old.id, endorsement=endorsement)
    for (establishment,) in connection.execute(select(establishments.c.id)).all():
        _sign(connection, EstablishmentId(establishment), new, note, at)
    return new


def _current(connection: Connection, keys: KeyFile, at: float) -> tuple[SigningKey, SigningKeyNote]:
    query = select(signing_keys).where(signing_keys.c.retired_at.is_(None))
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        key = keys.ready()
        return key, _add_key(connection, key, at, previous="", endorsement="")
    found = keys.find(row["id"])
    if found is not None:
        return found, _note(row)
    return _replace_lost(connection, keys, at, lost=row["id"])


def _replace_lost(
    connection: Connection, keys: KeyFile, at: float, *, lost: str
) -> tuple[SigningKey, SigningKeyNote]:
    key = keys.ready()
    known = select(signing_keys.c.id).where(signing_keys.c.id == key.id)
    if connection.execute(known).one_or_none() is not None:  # a retired one signs no more
        key = keys.replace()
    return key, _add_key(connection, key, at, previous=lost, endorsement="")


def _add_key(
    connection: Connection, key: SigningKey, at: float, *, previous: str, endorsement: str
) -> SigningKeyNote:
    in_use = update(signing_keys).where(signing_keys.c.retired_at.is_(None))
    connection.execute(in_use.values(retired_at=at))
    connection.execute(
        insert(signing_keys).values(
            id=key.id,
            public_key=key.public_key,
            made_at=at,
            previous_id=previous,
            endorsement=endorsement,
        )
    )
    return SigningKeyNote(
        id=key.id, public_key=key.public_key, previous=previous, endorsement=endorsement
    )


def _note(row: RowMapping) -> SigningKeyNote:
    return SigningKeyNote(
        id=row["id"],
        public_key=row["public_key"],
        previous=row["previous_id"],
        endorsement=row["endorsement"],
    )


def _signed(row: RowMapping) -> SignedCheckpoint:
    return SignedCheckpoint(
        checkpoint=Checkpoint(
            establishment=EstablishmentId(row["establishment_id"]),
            sequence=row["sequence"],
            hash=row["hash"],
            at=row["at"],
            key=row["key_id"],
        ),
        signature=row["signature"],
        public_key=row["public_key"].hex(),
    )
