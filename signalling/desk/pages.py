"""The desk's document; everything on it comes by the socket."""

from aiohttp import web

from signalling.sockets import PROTOCOLS
from signalling.staff.edge import Edge
from vmr.staff import StaffPermission

PATH = "/staff/desk"


class DeskPages:
    def __init__(self, *, edge: Edge, lang: str) -> None:
        self._edge = edge
        self._lang = lang
        edge.add_place(PATH, "staff.home.desk", StaffPermission.USE_DESK)

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", PATH, self.show)

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, StaffPermission.USE_DESK)
        facts = {"protocol": PROTOCOLS[0], "lang": self._lang}
        return self._edge.page(request, "desk.html", who=who, facts=facts)
