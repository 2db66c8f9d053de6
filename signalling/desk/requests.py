"""What becomes of an officer's request: one command to the meeting it names, by name.

A room of another establishment is answered as one that does not exist.
"""

from lobby.commands import Officer
from signalling.desk.board import Board
from signalling.desk.console import Console
from signalling.desk.messages import parse_desk_request
from signalling.errors import RequestError
from signalling.mailbox import MailboxClosed
from signalling.rooms import Rooms
from signalling.wire import JsonObject


class DeskRequests:
    def __init__(self, *, board: Board, rooms: Rooms) -> None:
        self._board = board
        self._rooms = rooms

    async def handle(self, console: Console, event: str, payload: object) -> JsonObject:
        """The data of the acknowledgement. Raises RequestError."""
        request = parse_desk_request(event, payload)
        room = self._board.room(console.establishment, request.room)
        if room is None:
            raise RequestError("unknown_room")
        member = console.who.member
        command = request.command(Officer(id=member.id, name=member.name))
        try:
            reply = await self._rooms.ask(room.id, request.meeting, command)
        except MailboxClosed:
            raise RequestError("meeting_over") from None
        if reply.error is not None:
            raise RequestError(reply.error)
        return {}
