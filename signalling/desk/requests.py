"""What becomes of an officer's request at the desk.

A room of another establishment is answered as one that does not exist.
"""

import asyncio
from weakref import WeakValueDictionary

from lobby.commands import Officer
from signalling.bookings.slot_book import SlotBook
from signalling.desk.board import Board
from signalling.desk.console import Console
from signalling.desk.messages import DESK_REQUESTS, RoomExtend
from signalling.errors import RequestError
from signalling.fields import parse
from signalling.officer_requests import ask_meeting
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
        request = parse(DESK_REQUESTS, event, payload)
        room = self._board.room(console.establishment, request.room)
        if room is None:
            raise RequestError("unknown_room")
        by = console.who.member
        if isinstance(request, RoomExtend):
            lock = self._extending.setdefault(room.id, asyncio.Lock())
            async with lock:
                await self._extend(room.id, request, by)
        else:
            await ask_meeting(self._rooms, room.id, request, _officer(by))
        return {}

    async def _extend(self, room: RoomId, request: RoomExtend, by: StaffMember) -> None:
        """The book first: a room that is booked by then goes on for nobody."""
        mailbox = self._rooms.mailbox(room)
        meeting = None if mailbox is None else mailbox.runner.meeting
        is_wrong = meeting is None or meeting.id != request.meeting
        if meeting is None or is_wrong or not meeting.may_be_extended(request.minutes):
            await ask_meeting(self._rooms, room, request, _officer(by))  # is told what is wrong
            return
        slot, ends_at = meeting.slot, meeting.ends_at
        assert ends_at is not None, "a meeting without an end may not be extended"
        longer = Interval(starts_at=ends_at, ends_at=ends_at + request.minutes * MINUTE_S)
        await self._slots.extend(room, slot, longer, by)
        try:
            await ask_meeting(self._rooms, room, request, _officer(by))
        except RequestError:
            if slot is not None:
                await self._slots.take_back(slot.booking, ends_at, by)
            raise


def _officer(member: StaffMember) -> Officer:
    return Officer(id=member.id, name=member.name)
