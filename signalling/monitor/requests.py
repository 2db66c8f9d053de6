"""What becomes of a monitoring officer's request. A room of another establishment is unknown."""

from signalling.desk.board import Board
from signalling.errors import RequestError
from signalling.fields import parse
from signalling.monitor import messages as m
from signalling.monitor.terminals import MonitorPage
from signalling.officer_messages import OfMeeting
from signalling.officer_requests import ask_meeting
from signalling.rooms import Rooms
from signalling.seams import Rights
from signalling.staff.tickets import Tickets
from signalling.wire import JsonObject
from vmr.ids import EstablishmentId, ParticipantId, RoomId
from vmr.rooms import Room
from vmr.store import StoreError


class MonitorRequests:
    def __init__(self, *, board: Board, rooms: Rooms, rights: Rights, tickets: Tickets) -> None:
        self._board = board
        self._rooms = rooms
        self._rights = rights
        self._tickets = tickets

    async def handle(
        self, page: MonitorPage, establishment: EstablishmentId, event: str, payload: object
    ) -> JsonObject:
        """The data of the acknowledgement. Raises RequestError."""
        request = parse(m.MONITOR_REQUESTS, event, payload)
        match request:
            case m.WallWatch(rooms=rooms):
                return await self._watch(page, [self._known(establishment, one) for one in rooms])
            case m.WallUnwatch(rooms=rooms):
                for one in rooms:
                    page.unwatch(RoomId(one))
            case m.WallTicket(server=server):
                return {"ticket": await self._ticket(page, server)}
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
            case m.TerminalAsk():
                return {"token": page.ask_now()}
            case m.TerminalAnswer(token=token):
                page.answer(token)
            case OfMeeting():
                room_of = self._room(establishment, request.room)
                await ask_meeting(self._rooms, room_of.id, request, page.officer)
        return {}

    async def _watch(self, page: MonitorPage, rooms: list[Room]) -> JsonObject:
        """Those that could not be put on the wall, with the code of each, and those that another
        server runs, with its address."""
        refused: JsonObject = {}
        elsewhere: JsonObject = {}
        for room in rooms:
            try:
                await page.watch(room)
            except RequestError as error:
                if error.server:
                    elsewhere[room.id] = error.server
                else:
                    refused[room.id] = error.code
        return {"refused": refused, "elsewhere": elsewhere}

    async def _ticket(self, page: MonitorPage, server: str) -> str:
        """Only for a server that the database knows: who can write into the registry alone is
        given none."""
        if server == self._rights.url or server not in self._rights.urls:
            raise RequestError("unknown_server")
        try:
            ticket = await self._tickets.issue(page.signed_in.session, server)
        except StoreError:
            raise RequestError("busy") from None
        if ticket is None:
            raise RequestError("signed_out")
        return ticket

    def _room(self, establishment: EstablishmentId, room: str) -> Room:
        found = self._known(establishment, room)
        if self._rooms.is_shut(found):
            raise RequestError("unknown_room")
        return found

    def _known(self, establishment: EstablishmentId, room: str) -> Room:
        """Shut or not: its meeting may go on at another server."""
        found = self._board.room(establishment, room)
        if found is None:
            raise RequestError("unknown_room")
        return found
