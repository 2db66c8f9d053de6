"""A desk page without a browser."""

from typing import Any

from signalling.desk.sockets import DESK
from tests.signalling.client import Note
from tests.signalling.staff_client import StaffClient


class DeskClient(StaffClient):
    NAMESPACE = DESK
    STATE = "desk.state"

    def alerts(self, room: str) -> list[dict[str, Any]]:
        return list(self.meeting(room).get("alerts", []))

    async def alert(self, room: str, kind: str) -> dict[str, Any]:
        """Wait for an alert of this kind."""
        await self.wait_for(
            lambda: kind in [one["kind"] for one in self.alerts(room)], f"alert {kind}"
        )
        (found,) = [one for one in self.alerts(room) if one["kind"] == kind]
        return found

    def take(self, note: Note) -> None:
        """It knows rooms alone."""
