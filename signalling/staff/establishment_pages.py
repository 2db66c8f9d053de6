"""The establishment of an administrator: its name, whom guests can call, who may ask for slots."""

from dataclasses import replace

from aiohttp import web

from signalling.seams import Clock
from signalling.staff.edge import Edge, Faults
from signalling.staff.own_rooms import MANAGE
from vmr.room_record import establishment_happening
from vmr.rooms import Establishment
from vmr.staff import parse_name
from vmr.store import Office, SignedIn

ESTABLISHMENT = "/staff/establishment"
PHONE_MAX = 40


class EstablishmentPages:
    """Where hosts may join is a setting of the terminals' page."""

    def __init__(self, *, edge: Edge, office: Office, clock: Clock) -> None:
        self._edge = edge
        self._office = office
        self._clock = clock
        edge.add_place(ESTABLISHMENT, "staff.home.establishment", MANAGE)

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", ESTABLISHMENT, self.show)
        self._edge.add_route(app, "POST", ESTABLISHMENT, self.change)

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        return self._show(request, who, who.member.establishment, {})

    async def change(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        form = await self._edge.form(request)
        name = form.get("name", "")
        typed = replace(
            who.member.establishment,
            name=parse_name(name) or name,
            phone=form.get("phone", "").strip(),
            safer_custody=form.get("safer_custody", "").strip(),
            takes_requests=form.get("takes_requests") == "yes",
        )
        faults = _faults(typed)
        if faults:
            return self._show(request, who, typed, faults)
        if typed != who.member.establishment:
            done = establishment_happening(typed, by=who.member, at=self._clock())
            await self._office.change_establishment(typed, done)
        return self._edge.go(f"{ESTABLISHMENT}?saved=yes")

    def _show(
        self, request: web.Request, who: SignedIn, shown: Establishment, faults: Faults
    ) -> web.Response:
        return self._edge.page(
            request, "staff_establishment.html", who=who, faults=faults, shown=shown,
            is_saved=request.query.get("saved") == "yes",
        )  # fmt: skip


def _faults(typed: Establishment) -> Faults:
    faults: Faults = {}
    if parse_name(typed.name) is None:
        faults["name"] = "staff.establishment.name_wrong"
    if not typed.phone or not _is_phone(typed.phone):
        faults["phone"] = "staff.establishment.phone_wrong"
    if not _is_phone(typed.safer_custody):
        faults["safer_custody"] = "staff.establishment.safer_custody_wrong"
    return faults


def _is_phone(text: str) -> bool:
    """As people write telephone numbers, with an extension; or empty."""
    return len(text) <= PHONE_MAX and text.isprintable()
