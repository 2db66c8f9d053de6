"""What an officer outside the room may ask of its meeting, wherever they sit: at the duty desk or
at a monitoring terminal.

`room` and `meeting` are ids as the page was given them: a request about a meeting that is over
never reaches the next one.
"""

from lobby.commands import Command, Officer
from signalling.fields import GivenReason, Id, Request
from signalling.messages import RoomEnd, RoomPause, RoomResume


class OfMeeting(Request):
    """One command to the meeting of one room, by name."""

    room: Id
    meeting: Id

    def command(self, by: Officer) -> Command:
        raise NotImplementedError


class OfficerPause(RoomPause, OfMeeting):
    reason: GivenReason


class OfficerResume(RoomResume, OfMeeting):
    pass


class OfficerEnd(RoomEnd, OfMeeting):
    reason: GivenReason
