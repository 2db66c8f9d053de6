"""One monitoring page: rooms as a monitor knows them, and its tiles."""

from signalling.monitor.summary import summarise
from signalling.staff_socket import StaffSocket
from signalling.wire import JsonObject
from vmr.ids import RoomId


class Screen(StaffSocket):
    KIND = "monitor"
    STATE = "wall.state"

    def show(self, room: RoomId, state: JsonObject | None) -> None:
        self.tell("room.updated", room, {"room": room, "state": summarise(state)})

    def ring(self, data: JsonObject) -> None:
        """Ringing is the desk's."""
