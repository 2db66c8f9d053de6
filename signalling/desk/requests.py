"""What becomes of an officer's request: one command to the meeting it names, by name.

A room of another establishment is answered as one that does not exist.
"""

import asyncio
from weakref import WeakValueDictionary

from lobby.commands import Officer
from signalling.bookings.slot_book import SlotBook
from signalling.desk.board import Board
from signalling.desk.console import Console
from signalling.desk.messages import DeskRequest, RoomExtend, parse_desk_request
from signalling.errors import RequestError
from signalling.mailbox import MailboxClosed
from signalling.rooms import Rooms
from signalling.wire import JsonObject
from vmr.bookings.times import MINUTE_S, Interval
from vmr.ids import RoomId
from vmr.staff import StaffMember


class DeskRequests:
    def __init__(self, *, board: Board, rooms: Rooms, slots: SlotBook) -> None:
        self._board = board
        self._rooms = rooms
        self._slots = slots
        self._extending: WeakValueDictionary[RoomId, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, console: Console, event: str, payload: object) -> JsonObject:
        """The data of the acknowledgement. Raises RequestError."""
        request = parse_desk_request(event, payload)
        room = self._board.room(console.establishment, request.room)
        if room is None:
            raise RequestError("unknown_room")
        member = console.who.member
        if isinstance(request, RoomExtend):
            lock = self._extending.setdefault(room.id, asyncio.Lock())
            async with lock:
                await self._extend(room.id, request, member)
        else:
            await self._ask(room.id, request, member)
        return {}

    async def _ask(self, room: RoomId, request: DeskRequest, by: StaffMember) -> None:
        try:
            command = request.command(Officer(id=by.id, name=by.name))
            reply = await self._rooms.ask(room, request.meeting, command)
        except MailboxClosed:
            raise RequestError("meeting_over") from None
        if reply.error is not None:
            raise RequestError(reply.error)

    async def _extend(self, room: RoomId, request: RoomExtend, by: StaffMember) -> None:
        """The book first: a room that is booked by then goes on for nobody."""
        mailbox = self._rooms.mailbox(room)
        meeting = None if mailbox is None else mailbox.runner.meeting
        if meeting is None or meeting.id != request.meeting or meeting.ends_at is None:
            await self._ask(room, request, by)  # is answered with what is wrong
            return
        slot, ends_at = meeting.slot, meeting.ends_at
        longer = Interval(starts_at=ends_at, ends_at=ends_at + request.minutes * MINUTE_S)
        await self._slots.extend(room, slot, longer, by)
        try:
            await self._ask(room, request, by)
        except RequestError:
            if slot is not None:
                await self._slots.take_back(slot.booking, ends_at, by)
            raise
