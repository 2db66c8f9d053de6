"""What becomes of an officer's request at the desk.

A room of another establishment is answered as one that does not exist.
"""

import asyncio
from typing import Protocol
from weakref import WeakValueDictionary

from lobby.commands import Officer
from signalling.bookings.slot_book import SlotBook
from signalling.desk.board import Board
from signalling.desk.console import Console
from signalling.desk.messages import DESK_REQUESTS, RoomExtend
from signalling.errors import RequestError
from signalling.fields import parse
from signalling.officer_messages import OfMeeting
from signalling.officer_requests import ask_meeting
from signalling.rooms import Rooms
from signalling.wire import JsonObject
from vmr.bookings.times import MINUTE_S, Interval
from vmr.ids import OfficerId, RoomId
from vmr.staff import StaffMember, StaffPermission
from vmr.store import StaffStore


class Elsewhere(Protocol):
    """Rooms that other servers run (`signalling.nodes.far_desk`)."""

    async def ask(self, room: RoomId, event: str, payload: JsonObject, by: OfficerId) -> bool:
        """Have it done there; False: it is run here. Raises RequestError, StoreError."""


class DeskRequests:
    def __init__(
        self,
        *,
        board: Board,
        rooms: Rooms,
        slots: SlotBook,
        staff: StaffStore,
        elsewhere: Elsewhere | None,
    ) -> None:
        """`elsewhere` is None for a server that runs alone."""
        self._staff = staff
        self._elsewhere = elsewhere
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
        far = self._elsewhere if self._rooms.mailbox(room.id) is None else None
        if far is None or not await far.ask(room.id, event, _object(payload), by.id):
            await self._done(room.id, request, by)
        return {}

    async def do(self, room: RoomId, officer: OfficerId, event: str, payload: JsonObject) -> None:
        """For an officer at another server's desk, who is judged here as well. Raises
        RequestError, StoreError."""
        request = parse(DESK_REQUESTS, event, payload)
        account = await self._staff.account(officer)
        if account is None or not account.member.may(StaffPermission.USE_DESK):
            raise RequestError("not_permitted")
        by = account.member
        if self._board.room(by.establishment.id, room) is None or request.room != room:
            raise RequestError("unknown_room")
        await self._done(room, request, by)

    async def _done(self, room: RoomId, request: OfMeeting, by: StaffMember) -> None:
        if isinstance(request, RoomExtend):
            lock = self._extending.setdefault(room, asyncio.Lock())
            async with lock:
                await self._extend(room, request, by)
        else:
            await ask_meeting(self._rooms, room, request, _officer(by))

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


def _object(payload: object) -> JsonObject:
    """What `parse` has taken."""
    assert isinstance(payload, dict)
    return payload


def _officer(member: StaffMember) -> Officer:
    return Officer(id=member.id, name=member.name)
