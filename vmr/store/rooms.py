"""Establishments, rooms and personal links in the database: the queries, given a connection."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.engine import Connection

from vmr.ids import BookingId, EstablishmentId, InviteId, RoomId
from vmr.policies import PolicyName
from vmr.rooms import Establishment, Invite, Room
from vmr.store.booking_tables import booking_people, bookings
from vmr.store.errors import NotFound
from vmr.store.prepared import PreparedRow
from vmr.store.tables import establishments, invites, rooms

Row = Mapping[Any, Any]

_ROOMS = select(
    rooms,
    establishments.c.name.label("establishment_name"),
    establishments.c.phone,
    establishments.c.safer_custody,
    establishments.c.hosts_only_at_terminals,
    establishments.c.zone,
    establishments.c.takes_requests,
).join(establishments)
_INVITES = (
    select(invites, booking_people.c.booking_id, bookings.c.starts_at)
    .outerjoin(booking_people, booking_people.c.invite_id == invites.c.id)
    .outerjoin(bookings, bookings.c.id == booking_people.c.booking_id)
)

# Built once: these run whenever somebody comes.
_BY_ADDRESS = PreparedRow(_ROOMS.where(rooms.c.address == bindparam("address")))
_BY_TOKEN = PreparedRow(_INVITES.where(invites.c.token_hash == bindparam("hash")))


def add_establishment(connection: Connection, added: Establishment) -> None:
    connection.execute(
        insert(establishments).values(
            id=added.id,
            name=added.name,
            phone=added.phone,
            safer_custody=added.safer_custody,
            hosts_only_at_terminals=added.hosts_only_at_terminals,
            zone=added.zone,
            takes_requests=added.takes_requests,
        )
    )


def all_establishments(connection: Connection) -> tuple[Establishment, ...]:
    rows = connection.execute(select(establishments).order_by(establishments.c.name)).mappings()
    return tuple(_establishment(row, EstablishmentId(row["id"]), row["name"]) for row in rows)


def add_room(connection: Connection, added: Room) -> None:
    connection.execute(
        insert(rooms).values(
            id=added.id,
            establishment_id=added.establishment.id,
            address=added.address,
            name=added.name,
            policy=added.policy.value,
            pin_hash=added.pin_hash,
            is_closed=added.is_closed,
            ends_at=added.ends_at,
            pin_per_slot=added.pin_per_slot,
        )
    )


def all_rooms(connection: Connection) -> tuple[Room, ...]:
    query = _ROOMS.order_by(establishments.c.name, rooms.c.name)
    return tuple(_room(row) for row in connection.execute(query).mappings())


def rooms_of(connection: Connection, establishment: EstablishmentId) -> tuple[Room, ...]:
    query = _ROOMS.where(rooms.c.establishment_id == establishment).order_by(rooms.c.name)
    return tuple(_room(row) for row in connection.execute(query).mappings())


def room_by_address(connection: Connection, address: str) -> Room | None:
    row = _BY_ADDRESS.one(connection, {"address": address})
    return None if row is None else _room(row)


def room_by_id(connection: Connection, room: RoomId) -> Room | None:
    return _one_room(connection, _ROOMS.where(rooms.c.id == room))


def _one_room(connection: Connection, query: Select[Any]) -> Room | None:
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _room(row)


def change_room(connection: Connection, room: RoomId, **values: object) -> None:
    changed = connection.execute(update(rooms).where(rooms.c.id == room).values(**values))
    if changed.rowcount != 1:
        raise NotFound("no such room")


def add_invite(connection: Connection, added: Invite, token_hash: str) -> None:
    connection.execute(
        insert(invites).values(
            id=added.id,
            room_id=added.room,
            token_hash=token_hash,
            label=added.label,
            opens_at=added.opens_at,
            closes_at=added.closes_at,
            is_revoked=added.is_revoked,
        )
    )


def invite_by_token_hash(connection: Connection, token_hash: str) -> Invite | None:
    row = _BY_TOKEN.one(connection, {"hash": token_hash})
    return None if row is None else _invite(row)


def invite_by_id(connection: Connection, invite: InviteId) -> Invite | None:
    return _one_invite(connection, _INVITES.where(invites.c.id == invite))


def _one_invite(connection: Connection, query: Select[Any]) -> Invite | None:
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _invite(row)


def invites_of(connection: Connection, room: RoomId) -> tuple[Invite, ...]:
    query = _INVITES.where(invites.c.room_id == room)
    ordered = query.order_by(invites.c.is_revoked, invites.c.label, invites.c.id)
    return tuple(_invite(row) for row in connection.execute(ordered).mappings())


def change_invite(connection: Connection, invite: InviteId, **values: object) -> None:
    query = update(invites).where(invites.c.id == invite).values(**values)
    if connection.execute(query).rowcount != 1:
        raise NotFound("no such personal link")


def revoke_invite(connection: Connection, invite: InviteId) -> None:
    change_invite(connection, invite, is_revoked=True)


def change_establishment(connection: Connection, changed: Establishment) -> None:
    query = update(establishments).where(establishments.c.id == changed.id)
    values = {
        "name": changed.name, "phone": changed.phone, "safer_custody": changed.safer_custody,
        "takes_requests": changed.takes_requests,
    }  # fmt: skip
    if connection.execute(query.values(**values)).rowcount != 1:
        raise NotFound("no such establishment")


def _establishment(row: Row, id: EstablishmentId, name: str) -> Establishment:
    return Establishment(
        id=id,
        name=name,
        phone=row["phone"],
        safer_custody=row["safer_custody"],
        hosts_only_at_terminals=row["hosts_only_at_terminals"],
        zone=row["zone"],
        takes_requests=row["takes_requests"],
    )


def _invite(row: Row) -> Invite:
    return Invite(
        id=InviteId(row["id"]),
        room=RoomId(row["room_id"]),
        label=row["label"],
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        is_revoked=row["is_revoked"],
        booking=None if row["booking_id"] is None else BookingId(row["booking_id"]),
        slot_starts_at=row["starts_at"],
    )


def _room(row: Row) -> Room:
    return Room(
        id=RoomId(row["id"]),
        establishment=_establishment(
            row, EstablishmentId(row["establishment_id"]), row["establishment_name"]
        ),
        address=row["address"],
        name=row["name"],
        policy=PolicyName(row["policy"]),
        pin_hash=row["pin_hash"],
        is_closed=row["is_closed"],
        ends_at=row["ends_at"],
        pin_per_slot=row["pin_per_slot"],
    )
