"""Rooms and personal links as they were last read, for meetings that run here while the database is
away: nobody can change them there then. Who was in such a meeting comes back to it; nothing new is
learnt, and a room without a meeting waits for the database.
"""

from signalling.rooms import Rooms
from signalling.seams import Store
from vmr.ids import RoomId
from vmr.rooms import Invite, Room
from vmr.store import StoreError
from vmr.store.secrets import hash_token

INVITES_MAX = 100
"""Links of one meeting that are remembered: more than its lobby holds."""


class Known:
    def __init__(self, store: Store, rooms: Rooms) -> None:
        self._store = store
        self._rooms = rooms
        self._invites: dict[RoomId, dict[str, Invite]] = {}

    async def room(self, address: str) -> Room | None:
        """Raises StoreError, but for a room whose meeting runs here."""
        try:
            return await self._store.room_by_address(address)
        except StoreError:
            room = self._rooms.room_at(address)
            if room is None:
                raise
            return room

    async def again(self, room: Room) -> Room | None:
        """A room whose meeting runs here, as the database has it now, if it can be asked."""
        try:
            return await self._store.room(room.id)
        except StoreError:
            return room

    async def invite(self, token: str, room: RoomId) -> Invite | None:
        """Raises StoreError, but for one that was used in the meeting that runs here."""
        hashed = hash_token(token)
        try:
            invite = await self._store.invite_by_token_hash(hashed)
        except StoreError:
            known = self._invites.get(room, {})
            if hashed not in known or not self._rooms.is_running(room):
                raise
            return known[hashed]
        known = self._invites.setdefault(room, {})
        known.pop(hashed, None)
        if invite is not None and len(known) < INVITES_MAX:
            known[hashed] = invite
        return invite

    def sweep(self) -> None:
        """Forget what no meeting here needs."""
        for room in [one for one in self._invites if self._rooms.mailbox(one) is None]:
            del self._invites[room]
