"""What administrators do to rooms, personal links and their establishment: `Office`, as
`Store.office`.

Each method is one transaction, as in `vmr.store.store`. Happenings go into the establishment's
record, in the same transaction.
"""

from sqlalchemy.engine import Connection

from vmr.ids import EstablishmentId, InviteId, RoomId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Establishment, Invite, Room
from vmr.store import rooms, staff
from vmr.store.database import Database


class Office:
    """Rooms and links of any establishment: whose they are, the caller looks at."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rooms_of(self, establishment: EstablishmentId) -> tuple[Room, ...]:
        """Closed ones too, by name."""
        return await self._database.read(
            lambda connection: rooms.rooms_of(connection, establishment)
        )

    async def room(self, room: RoomId) -> Room | None:
        return await self._database.read(lambda connection: rooms.room_by_id(connection, room))

    async def add_room(self, room: Room, happening: Happening) -> None:
        def work(connection: Connection) -> None:
            rooms.add_room(connection, room)
            staff.write_record(connection, room.establishment.id, happening)

        await self._database.write(work)

    async def change_room(
        self, room: Room, happening: Happening, *, name: str, policy: PolicyName
    ) -> None:
        await self._change_room(room, happening, name=name, policy=policy.value)

    async def set_pin(self, room: Room, pin_hash: str, happening: Happening) -> None:
        """`pin_hash` is `vmr.store.secrets.hash_pin` of the new Host PIN; the old one is void."""
        await self._change_room(room, happening, pin_hash=pin_hash)

    async def close_room(self, room: Room, happening: Happening) -> None:
        """Nobody can start anything in it any more; its records stay."""
        await self._change_room(room, happening, is_closed=True)

    async def _change_room(self, room: Room, happening: Happening, **values: object) -> None:
        """Raises NotFound."""

        def work(connection: Connection) -> None:
            rooms.change_room(connection, room.id, **values)
            staff.write_record(connection, room.establishment.id, happening)

        await self._database.write(work)

    async def invites(self, room: RoomId) -> tuple[Invite, ...]:
        """The room's personal links by label, revoked ones last."""
        return await self._database.read(lambda connection: rooms.invites_of(connection, room))

    async def invite(self, invite: InviteId) -> Invite | None:
        return await self._database.read(lambda connection: rooms.invite_by_id(connection, invite))

    async def add_invite(
        self, room: Room, invite: Invite, token_hash: str, happening: Happening
    ) -> None:
        """`token_hash` is `vmr.store.secrets.hash_token` of the token in the link."""

        def work(connection: Connection) -> None:
            rooms.add_invite(connection, invite, token_hash)
            staff.write_record(connection, room.establishment.id, happening)

        await self._database.write(work)

    async def revoke_invite(self, room: Room, invite: InviteId, happening: Happening) -> None:
        """Raises NotFound."""

        def work(connection: Connection) -> None:
            rooms.revoke_invite(connection, invite)
            staff.write_record(connection, room.establishment.id, happening)

        await self._database.write(work)

    async def change_establishment(self, changed: Establishment, happening: Happening) -> None:
        """Its name and telephone numbers. Raises NotFound."""

        def work(connection: Connection) -> None:
            rooms.change_establishment(connection, changed)
            staff.write_record(connection, changed.id, happening)

        await self._database.write(work)
