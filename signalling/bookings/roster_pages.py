"""The roster of a day: the office names the duty officers who are shown Host PINs of slots."""

from datetime import date, timedelta

from aiohttp import web

from signalling.bookings.office import Office
from signalling.bookings.typed import parse_date
from signalling.staff.edge import Faults
from vmr.bookings.rosters import Roster, roster_happening
from vmr.staff import StaffMember, StaffPermission
from vmr.store import SignedIn

ROSTERS = "/staff/rosters"


class RosterPages:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge
        self._rosters = office.store.rosters

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", ROSTERS, self.show)
        self._edge.add_route(app, "POST", ROSTERS, self.set)

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.keeper(request)
        wanted = request.query.get("on", "").strip()
        day = parse_date(wanted) if wanted else self._office.today(who)
        if day is None:
            faults = {"on": "staff.bookings.day_wrong"}
            return await self._show(request, who, self._office.today(who), faults)
        return await self._show(request, who, day, {})

    async def set(self, request: web.Request) -> web.StreamResponse:
        """Whoever is ticked; nobody: no roster is kept for the day. What has gone by stays."""
        who = await self._office.keeper(request)
        form = await self._edge.form(request)
        day = parse_date(form.get("on", ""))
        if day is None:
            raise web.HTTPNotFound
        if day < self._office.today(who):
            return await self._show(request, who, day, {"roster": "staff.rosters.past"})
        here = who.member.establishment.id
        named = [one for one in await self._officers(who) if form.get(f"officer-{one.id}") == "yes"]
        wanted = Roster(establishment=here, day=day, officers=frozenset(one.id for one in named))
        if wanted != await self._rosters.of_day(here, day):
            at = self._office.clock()
            done = roster_happening(wanted, named, by=who.member, at=at)
            await self._rosters.set(wanted, done)
        return self._edge.go(f"{ROSTERS}?on={day.isoformat()}")

    async def _show(
        self, request: web.Request, who: SignedIn, day: date, faults: Faults
    ) -> web.Response:
        return self._edge.page(
            request, "staff_rosters.html", who=who, faults=faults, said=self._office.said(who),
            day=day, today=self._office.today(who), before=day - timedelta(days=1),
            after=day + timedelta(days=1), officers=await self._officers(who),
            roster=await self._rosters.of_day(who.member.establishment.id, day),
        )  # fmt: skip

    async def _officers(self, who: SignedIn) -> tuple[StaffMember, ...]:
        """Those who may use the desk, by name."""
        members = await self._office.store.staff.members(who.member.establishment.id)
        may = [one for one in members if one.may(StaffPermission.USE_DESK)]
        return tuple(sorted(may, key=lambda one: (one.name.casefold(), one.id)))
