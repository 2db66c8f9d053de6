"""What becomes of a monitoring officer's request. A room of another establishment is unknown."""

from signalling.desk.board import Board
from signalling.errors import RequestError
from signalling.fields import parse
from signalling.monitor import messages as m
from signalling.monitor.terminals import MonitorPage
from signalling.officer_messages import OfMeeting
from signalling.officer_requests import ask_meeting
from signalling.rooms import Rooms
from signalling.wire import JsonObject
from vmr.ids import EstablishmentId, ParticipantId, RoomId
from vmr.rooms import Room


class MonitorRequests:
    def __init__(self, *, board: Board, rooms: Rooms) -> None:
        self._board = board
        self._rooms = rooms

    async def handle(
        self, page: MonitorPage, establishment: EstablishmentId, event: str, payload: object
    ) -> JsonObject:
        """The data of the acknowledgement. Raises RequestError."""
        request = parse(m.MONITOR_REQUESTS, event, payload)
        match request:
            case m.WallWatch(rooms=rooms):
                return await self._watch(page, [self._room(establishment, one) for one in rooms])
            case m.WallUnwatch(rooms=rooms):
                for one in rooms:
                    page.unwatch(RoomId(one))
            case m.TileOffer(room=room, sdp=sdp):
                return await page.offer(RoomId(room), sdp)
            case m.TilePlayer(room=room):
                return page.player(RoomId(room))
            case m.TileFocus(room=focused):
                page.focus(None if focused is None else RoomId(focused))
            case m.TileHealth(room=room, participant=participant, problem=problem):
                page.find(RoomId(room), ParticipantId(participant), problem)
            case m.TerminalBeat():
                page.beat(request)
            case m.TerminalAnswer(token=token):
                page.answer(token)
            case OfMeeting():
                room_of = self._room(establishment, request.room)
                await ask_meeting(self._rooms, room_of.id, request, page.officer)
        return {}

    async def _watch(self, page: MonitorPage, rooms: list[Room]) -> JsonObject:
        """Those that could not be put on the wall, with the code of each."""
        refused: JsonObject = {}
        for room in rooms:
            try:
                await page.watch(room)
            except RequestError as error:
                refused[room.id] = error.code
        return {"refused": refused}

    def _room(self, establishment: EstablishmentId, room: str) -> Room:
        found = self._board.room(establishment, room)
        if found is None or self._rooms.is_shut(found):
            raise RequestError("unknown_room")
        return found
