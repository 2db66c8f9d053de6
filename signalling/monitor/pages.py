"""The monitoring terminal's document; everything on it comes by the socket."""

from aiohttp import web

from signalling.sockets import PROTOCOLS
from signalling.staff.edge import Edge
from vmr.staff import StaffPermission

PATH = "/staff/monitor"


class MonitorPages:
    def __init__(self, *, edge: Edge, lang: str) -> None:
        self._edge = edge
        self._lang = lang
        edge.add_place(PATH, "staff.home.monitor", StaffPermission.WATCH)

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", PATH, self.show)

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, StaffPermission.WATCH)
        facts = {"protocol": PROTOCOLS[0], "lang": self._lang}
        return self._edge.page(request, "monitor.html", who=who, facts=facts)
