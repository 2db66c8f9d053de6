"""The one object others hold: `Store`, every operation on the database.

Each method is one transaction and raises `vmr.store.errors.StoreError` when nothing was kept.
It reads no clock: times come in as arguments. `close()` may be called twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from vmr.ids import EstablishmentId, InviteId, MeetingId, RoomId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Establishment, Invite, Room
from vmr.store import meetings, secrets, tables
from vmr.store.database import Database
from vmr.store.errors import NotFound
from vmr.store.meetings import LiveMeeting, MeetingSummary
from vmr.store.records import KeptEntry
from vmr.store.rows import ROOMS, establishment_of, invite_of, room_of


class Store:
    """Rooms, personal links, live meetings and records, in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    async def open(cls, url: str) -> "Store":
        """Open `sqlite:///path`, making file and schema when missing, migrating when older."""
        return cls(await Database.open(url))

    async def close(self) -> None:
        await self._database.close()

    # -- establishments and rooms -------------------------------------------------------------

    async def add_establishment(
        self, *, name: str, phone: str, safer_custody: str = ""
    ) -> Establishment:
        added = Establishment(
            id=EstablishmentId(secrets.make_id()),
            name=name,
            phone=phone,
            safer_custody=safer_custody,
        )
        async with self._database.write() as connection:
            await connection.execute(
                insert(tables.establishments).values(
                    id=added.id, name=name, phone=phone, safer_custody=safer_custody
                )
            )
        return added

    async def establishments(self) -> tuple[Establishment, ...]:
        query = select(tables.establishments).order_by(tables.establishments.c.name)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return tuple(establishment_of(row) for row in rows.mappings())

    async def add_room(
        self,
        establishment: Establishment,
        *,
        name: str,
        policy: PolicyName,
        pin_hash: str,
        ends_at: float | None = None,
    ) -> Room:
        """A new room with a fresh address that cannot be guessed."""
        added = Room(
            id=RoomId(secrets.make_id()),
            establishment=establishment,
            address=secrets.make_address(),
            name=name,
            policy=policy,
            pin_hash=pin_hash,
            ends_at=ends_at,
        )
        async with self._database.write() as connection:
            await connection.execute(
                insert(tables.rooms).values(
                    id=added.id,
                    establishment_id=establishment.id,
                    address=added.address,
                    name=name,
                    policy=policy.value,
                    pin_hash=pin_hash,
                    is_closed=False,
                    ends_at=ends_at,
                )
            )
        return added

    async def rooms(self) -> tuple[Room, ...]:
        """Every room, closed ones too, by establishment and name."""
        query = ROOMS.order_by(tables.establishments.c.name, tables.rooms.c.name)
        async with self._database.read() as connection:
            return tuple(room_of(row) for row in (await connection.execute(query)).mappings())

    async def room_by_address(self, address: str) -> Room | None:
        query = ROOMS.where(tables.rooms.c.address == address)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
            return None if row is None else room_of(row)

    async def room(self, room: RoomId) -> Room | None:
        query = ROOMS.where(tables.rooms.c.id == room)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
            return None if row is None else room_of(row)

    async def set_pin(self, room: RoomId, pin_hash: str) -> None:
        await self._change_room(room, pin_hash=pin_hash)

    async def close_room(self, room: RoomId) -> None:
        """Nobody can start anything in it any more; its records stay."""
        await self._change_room(room, is_closed=True)

    async def set_room_end(self, room: RoomId, ends_at: float | None) -> None:
        """When the room's next meeting ends; None: no end."""
        await self._change_room(room, ends_at=ends_at)

    async def _change_room(self, room: RoomId, **values: object) -> None:
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(tables.rooms).where(tables.rooms.c.id == room).values(**values)
            )
            if changed.rowcount != 1:
                raise NotFound("no such room")

    # -- personal links -----------------------------------------------------------------------

    async def add_invite(
        self,
        room: RoomId,
        *,
        token: str,
        label: str,
        opens_at: float | None = None,
        closes_at: float | None = None,
    ) -> Invite:
        """A link of one expected person. Only the hash of its token is kept."""
        added = Invite(
            id=InviteId(secrets.make_id()),
            room=room,
            label=label,
            opens_at=opens_at,
            closes_at=closes_at,
        )
        async with self._database.write() as connection:
            await connection.execute(
                insert(tables.invites).values(
                    id=added.id,
                    room_id=room,
                    token_hash=secrets.hash_token(token),
                    label=label,
                    opens_at=opens_at,
                    closes_at=closes_at,
                    is_revoked=False,
                )
            )
        return added

    async def invite_by_token(self, room: RoomId, token: str) -> Invite | None:
        """The room's link with this token. The caller looks at its times and `is_revoked`."""
        query = select(tables.invites).where(
            tables.invites.c.token_hash == secrets.hash_token(token),
            tables.invites.c.room_id == room,
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
            return None if row is None else invite_of(row)

    async def revoke_invite(self, invite: InviteId) -> None:
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(tables.invites).where(tables.invites.c.id == invite).values(is_revoked=True)
            )
            if changed.rowcount != 1:
                raise NotFound("no such personal link")

    # -- meetings and records -----------------------------------------------------------------

    async def commit(
        self,
        meeting: MeetingId,
        room: RoomId,
        snapshot: Mapping[str, Any] | None,
        happenings: Sequence[Happening],
    ) -> None:
        """Keep a meeting's new state and what happened, together and on the disk, or neither.

        `snapshot` None means the meeting has ended: it is live no more and its snapshot is
        deleted. A meeting is made by its first commit; an ended one cannot come back (Conflict).
        """
        async with self._database.write() as connection:
            await meetings.commit(connection, meeting, room, snapshot, happenings)

    async def live_meetings(self) -> tuple[LiveMeeting, ...]:
        """Every meeting that has not ended, with its room as it is now."""
        async with self._database.read() as connection:
            return await meetings.live(connection)

    async def meetings(self, room: RoomId) -> tuple[MeetingSummary, ...]:
        """The room's meetings, the newest first."""
        async with self._database.read() as connection:
            return await meetings.of_room(connection, room)

    async def record(self, meeting: MeetingId) -> tuple[KeptEntry, ...]:
        """The chain of one meeting, oldest first, with the personal fields still kept."""
        async with self._database.read() as connection:
            return await meetings.record(connection, meeting)

    async def verify(self, meeting: MeetingId) -> int:
        """How many entries the record has, all of them proven; raises RecordBroken, NotFound."""
        async with self._database.read() as connection:
            return await meetings.verify(connection, meeting)
