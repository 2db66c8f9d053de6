"""Rows of the tables as values of `vmr.rooms`, and the query that reads a room whole."""

from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from vmr.ids import EstablishmentId, InviteId, RoomId
from vmr.policies import PolicyName
from vmr.rooms import Establishment, Invite, Room
from vmr.store.tables import establishments, rooms

ROOMS = select(
    rooms,
    establishments.c.name.label("establishment_name"),
    establishments.c.phone,
    establishments.c.safer_custody,
).join(establishments)


def establishment_of(row: RowMapping) -> Establishment:
    return Establishment(
        id=EstablishmentId(row["id"]),
        name=row["name"],
        phone=row["phone"],
        safer_custody=row["safer_custody"],
    )


def room_of(row: RowMapping) -> Room:
    """A row of `ROOMS`."""
    return Room(
        id=RoomId(row["id"]),
        establishment=Establishment(
            id=EstablishmentId(row["establishment_id"]),
            name=row["establishment_name"],
            phone=row["phone"],
            safer_custody=row["safer_custody"],
        ),
        address=row["address"],
        name=row["name"],
        policy=PolicyName(row["policy"]),
        pin_hash=row["pin_hash"],
        is_closed=row["is_closed"],
        ends_at=row["ends_at"],
    )


def invite_of(row: RowMapping) -> Invite:
    return Invite(
        id=InviteId(row["id"]),
        room=RoomId(row["room_id"]),
        label=row["label"],
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        is_revoked=row["is_revoked"],
    )
