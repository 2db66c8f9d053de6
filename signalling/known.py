"""Rooms and personal links as they were last read, for meetings that run here while the database is
away: nobody can change them there then. Who was in such a meeting comes back to it; nothing new is
learnt, and a room without a meeting waits for the database.
"""

from dataclasses import replace

from signalling.bookings.slot_book import in_slot
from signalling.rooms import Rooms
from signalling.seams import Store
from vmr.ids import RoomId
from vmr.rooms import Invite, Room
from vmr.store import Arrival, StoreError
from vmr.store.secrets import hash_token

INVITES_MAX = 100
"""Links of one meeting that are remembered: more than its lobby holds."""


class Known:
    def __init__(self, store: Store, rooms: Rooms) -> None:
        self._store = store
        self._rooms = rooms
        self._invites: dict[RoomId, dict[str, Invite]] = {}

    async def arrival(self, address: str, token: str | None, at: float, early_s: float) -> Arrival:
        """As `Store.arrival`, the room in its slot. Raises StoreError, but for a room whose meeting
        runs here, and a personal link that was used in it: then they are as they were last read."""
        hashed = None if token is None else hash_token(token)
        try:
            found = await self._store.arrival(address, hashed, at, early_s)
        except StoreError:
            room = self._rooms.room_at(address)
            if room is None or not self._rooms.is_running(room.id):
                raise
            known = self._invites.get(room.id, {})
            if hashed is not None and hashed not in known:
                raise
            return Arrival(room=room, invite=known[hashed] if hashed else None, owner=None)
        if found.room is None:
            return found
        if hashed is not None:
            self._remember(found.room.id, hashed, found.invite)
        return replace(found, room=in_slot(found.room, found.booking, found.tests))

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

    def _remember(self, room: RoomId, hashed: str, invite: Invite | None) -> None:
        known = self._invites.setdefault(room, {})
        known.pop(hashed, None)
        if invite is not None and len(known) < INVITES_MAX:
            known[hashed] = invite

    def sweep(self) -> None:
        """Forget what no meeting here needs."""
        for room in [one for one in self._invites if self._rooms.mailbox(one) is None]:
            del self._invites[room]
