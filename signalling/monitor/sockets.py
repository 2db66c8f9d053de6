"""The namespace /monitor: pages of signed-in monitoring officers, each request acknowledged once.

When an officer's session ends every tap of the page closes at once, and then the socket.
"""

from typing import Any

from lobby.commands import Officer
from signalling.addresses import network_of
from signalling.errors import RequestError
from signalling.limits import KeyedLimit
from signalling.monitor.messages import MONITOR_REQUESTS, WALL_MAX
from signalling.monitor.requests import MonitorRequests
from signalling.monitor.screen import Screen
from signalling.monitor.summary import summarise
from signalling.monitor.terminals import MonitorPage, Terminals
from signalling.monitor.whep import Players
from signalling.seams import Rights
from signalling.staff.tickets import Tickets
from signalling.staff_namespace import StaffNamespace, StaffRoom
from signalling.wire import JsonObject
from vmr.roles import Role
from vmr.staff import StaffPermission
from vmr.store import SignedIn, StoreError

MONITOR = "/monitor"
TICKETED = "vmr.ticketed"


class MonitorSockets(StaffNamespace[Screen]):
    PATH = MONITOR
    PERMISSION = StaffPermission.WATCH
    REQUESTS = MONITOR_REQUESTS

    def __init__(
        self,
        given: StaffRoom,
        *,
        terminals: Terminals,
        players: Players,
        rights: Rights,
        tickets: Tickets,
    ) -> None:
        super().__init__(given, Screen)
        self._terminals = terminals
        self._players = players
        self._rights = rights
        self._tickets = tickets
        self._requests = MonitorRequests(
            board=given.board, rooms=given.rooms, rights=rights, tickets=tickets
        )
        self._pages: dict[Screen, MonitorPage] = {}
        self._newcomers = KeyedLimit(
            rate=given.config.new_sockets_per_address_s,
            burst=given.config.new_sockets_per_address_burst,
        )

    async def _look_up(self, environ: dict[str, Any], auth: object) -> None:
        """A page of another server's comes with a ticket, and is who that was made for, in this
        namespace alone. With the cookie of another officer beside it, it is nobody."""
        environ.pop(TICKETED, None)
        if not isinstance(auth, dict) or "ticket" not in auth:
            return
        network = network_of(environ["aiohttp.request"], self._config.proxies)
        if not self._newcomers.take(network, self._clock()):
            raise RequestError("too_many_requests")
        try:
            who = await self._tickets.redeem(auth["ticket"])
        except StoreError:
            raise RequestError("busy") from None
        by_cookie = super()._who(environ)
        if who is None or (by_cookie is not None and by_cookie.member.id != who.member.id):
            raise RequestError("ticket_over")
        environ[TICKETED] = who

    def _who(self, environ: dict[str, Any]) -> SignedIn | None:
        by_ticket: SignedIn | None = environ.pop(TICKETED, None)
        return by_ticket or super()._who(environ)

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
            rights=self._rights,
        )
        self._terminals.add(page)
        return screen

    def _sign_out(self, socket: Screen) -> None:
        self._pages[socket].close("signed_out")
        super()._sign_out(socket)

    def _state(self, rooms: list[JsonObject]) -> JsonObject:
        return {
            "wall_max": WALL_MAX,
            "server": self._rights.url or None,
            "servers": [*self._rights.others],
            "rooms": [summarise(state) for state in rooms],
        }

    async def _leave(self, socket: Screen) -> None:
        page = self._pages.pop(socket)
        page.close("connection_lost")
        self._terminals.remove(page)
        await super()._leave(socket)
        await page.stop()

    async def _handle(self, socket: Screen, event: str, payload: object) -> JsonObject:
        page = self._pages[socket]
        return await self._requests.handle(page, socket.establishment, event, payload)
