"""The namespace /desk: consoles of signed-in duty officers, each request acknowledged once."""

from signalling.desk.console import Console
from signalling.desk.messages import DESK_REQUESTS
from signalling.desk.requests import DeskRequests
from signalling.staff_namespace import StaffNamespace, StaffRoom
from signalling.wire import JsonObject
from vmr.staff import StaffPermission

DESK = "/desk"


class DeskSockets(StaffNamespace[Console]):
    PATH = DESK
    PERMISSION = StaffPermission.USE_DESK
    REQUESTS = DESK_REQUESTS

    def __init__(self, given: StaffRoom, *, requests: DeskRequests) -> None:
        super().__init__(given, Console)
        self._requests = requests

    def _state(self, rooms: list[JsonObject]) -> JsonObject:
        return {
            "repeat_s": self._numbers.alert_repeat_s,
            "takeover_s": self._numbers.alert_takeover_s,
            "extension_max_min": self._numbers.extension_max_min,
            "rooms": [*rooms],
        }

    async def _handle(self, socket: Console, event: str, payload: object) -> JsonObject:
        return await self._requests.handle(socket, event, payload)
