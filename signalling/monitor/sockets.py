"""The namespace /monitor: pages of signed-in monitoring officers, each request acknowledged once.

When an officer's session ends every tap of the page closes at once, and then the socket.
"""

from typing import Any

from lobby.commands import Officer
from signalling.monitor.messages import MONITOR_REQUESTS, WALL_MAX
from signalling.monitor.requests import MonitorRequests
from signalling.monitor.screen import Screen
from signalling.monitor.summary import summarise
from signalling.monitor.terminals import MonitorPage, Terminals
from signalling.monitor.whep import Players
from signalling.staff_namespace import StaffNamespace, StaffRoom
from signalling.wire import JsonObject
from vmr.roles import Role
from vmr.staff import StaffPermission

MONITOR = "/monitor"


class MonitorSockets(StaffNamespace[Screen]):
    PATH = MONITOR
    PERMISSION = StaffPermission.WATCH
    REQUESTS = MONITOR_REQUESTS

    def __init__(self, given: StaffRoom, *, terminals: Terminals, players: Players) -> None:
        super().__init__(given, Screen)
        self._terminals = terminals
        self._players = players
        self._requests = MonitorRequests(board=given.board, rooms=given.rooms)
        self._pages: dict[Screen, MonitorPage] = {}

    def _enter(self, sid: str, environ: dict[str, Any], auth: object) -> Screen:
        screen = super()._enter(sid, environ, auth)
        member = screen.who.member
        page = self._pages[screen] = MonitorPage(
            screen=screen,
            officer=Officer(id=member.id, name=member.name, role=Role.MONITOR),
            rooms=self._rooms,
            numbers=self._numbers,
            clock=self._clock,
            turn=self._config.turn,
            players=self._players,
        )
        self._terminals.add(page)
        return screen

    def _sign_out(self, socket: Screen) -> None:
        self._pages[socket].close("signed_out")
        super()._sign_out(socket)

    def _state(self, rooms: list[JsonObject]) -> JsonObject:
        return {"wall_max": WALL_MAX, "rooms": [summarise(state) for state in rooms]}

    async def _leave(self, socket: Screen) -> None:
        page = self._pages.pop(socket)
        page.close("connection_lost")
        self._terminals.remove(page)
        await super()._leave(socket)
        await page.stop()

    async def _handle(self, socket: Screen, event: str, payload: object) -> JsonObject:
        page = self._pages[socket]
        return await self._requests.handle(page, socket.establishment, event, payload)
