"""One officer's desk page: every room as the desk knows it, and what rings."""

from signalling.staff_socket import StaffSocket
from signalling.wire import JsonObject
from vmr.ids import RoomId


class Console(StaffSocket):
    KIND = "officer"
    STATE = "desk.state"

    def show(self, room: RoomId, state: JsonObject | None) -> None:
        self.tell("room.updated", room, {"room": room, "state": state})

    def ring(self, data: JsonObject) -> None:
        self.tell("alerts.rang", "", data)
