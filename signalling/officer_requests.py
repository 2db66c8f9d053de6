"""What becomes of an officer's request about one meeting: one command, by name."""

from lobby.commands import Officer
from signalling.errors import RequestError
from signalling.mailbox import MailboxClosed
from signalling.officer_messages import OfMeeting
from signalling.rooms import Rooms
from vmr.ids import RoomId


async def ask_meeting(rooms: Rooms, room: RoomId, request: OfMeeting, by: Officer) -> None:
    """The room is the one the request names, and one this officer may see. Raises RequestError."""
    try:
        reply = await rooms.ask(room, request.meeting, request.command(by))
    except MailboxClosed:
        raise RequestError("meeting_over") from None
    if reply.error is not None:
        raise RequestError(reply.error)
