"""The documents of the duty desk and of the monitoring terminal; everything on them comes by their
sockets."""

from aiohttp import web

from signalling.staff.edge import Edge, Handler
from signalling.versions import PROTOCOLS
from vmr.staff import StaffPermission

CONSOLES = (
    ("desk", "staff.home.desk", StaffPermission.USE_DESK),
    ("monitor", "staff.home.monitor", StaffPermission.WATCH),
)
"""The last part of its path, which is also the name of its scripts, styles and texts; the sentence
of its link; who may open it."""


class ConsolePages:
    def __init__(self, *, edge: Edge, lang: str) -> None:
        self._edge = edge
        self._facts = {"protocol": PROTOCOLS[0], "lang": lang}
        for console, key, permission in CONSOLES:
            edge.add_place(_path(console), key, permission)

    def add_to(self, app: web.Application) -> None:
        for console, _, permission in CONSOLES:
            self._edge.add_route(app, "GET", _path(console), self._page(console, permission))

    def _page(self, console: str, permission: StaffPermission) -> Handler:
        async def show(request: web.Request) -> web.StreamResponse:
            who = await self._edge.signed_in(request, permission)
            return self._edge.page(
                request, "console.html", who=who, console=console, facts=self._facts
            )

        return show


def _path(console: str) -> str:
    return f"/staff/{console}"
