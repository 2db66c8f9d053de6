"""When rooms are open for bookings: the weekly hours of each, and closures."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.bookings.office import BOOK, BOOKINGS, MANAGE_ROOMS, ROOM, Office
from signalling.bookings.typed import clock_text, date_of, parse_clock, parse_closing
from signalling.staff.edge import Faults
from vmr.bookings.booking import TEXT_MAX
from vmr.bookings.changes import (
    ClosureEvent,
    closure_happening,
    hours_happening,
    pin_per_slot_happening,
)
from vmr.bookings.hours import END_OF_DAY, Closure, OpeningHours
from vmr.bookings.timeline import hit_by
from vmr.bookings.times import Interval, NoSuchTime, day_of, from_local
from vmr.ids import ClosureId, RoomId
from vmr.rooms import Room
from vmr.store import NotFound, SignedIn
from vmr.store.secrets import make_id

ROOMS = f"{BOOKINGS}/rooms"
CLOSURES = f"{BOOKINGS}/closures"
SPANS, SPANS_MAX = 2, 8
"""Times a day at which a room opens, in the form; more where it has more."""
FAR_S = 5 * 366 * 86_400.0
_FIELD = re.compile(r"d[0-6]-[0-9]-(?:opens|closes)")


class HoursPages:
    """Every change is in the establishment's record."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge
        self._bookings = office.store.bookings

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", ROOMS, self.rooms)
        add(app, "GET", f"{ROOMS}/{ROOM}/hours", self.ask_hours)
        add(app, "POST", f"{ROOMS}/{ROOM}/hours", self.set_hours)
        add(app, "POST", f"{ROOMS}/{ROOM}/pin-per-slot", self.set_pin_per_slot)
        add(app, "GET", CLOSURES, self.closures)
        add(app, "POST", CLOSURES, self.add_closure)
        closure = CLOSURES + "/{id:[0-9a-f]{32}}"
        add(app, "GET", closure, self.show_closure)
        add(app, "POST", f"{closure}/remove", self.remove_closure)

    async def rooms(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.keeper(request)
        rooms = [
            (one, _week_text(await self._bookings.hours(one.id)))
            for one in await self._office.rooms(who)
        ]
        return self._edge.page(
            request,
            "staff_bookings_rooms.html",
            who=who,
            rooms=rooms,
            may_book=_may_book(who),
            may_manage=who.member.may(MANAGE_ROOMS),
        )

    # -- opening hours ------------------------------------------------------------------------

    async def ask_hours(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.keeper(request)
        room = await self._office.room(request, who)
        typed = _typed_hours(await self._bookings.hours(room.id))
        return self._ask_hours(request, who, room, typed, {})

    async def set_hours(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.keeper(request)
        form = await self._edge.form(request)
        room = await self._office.room(request, who)
        hours, faults = _parse_hours(form)
        if faults:
            return self._ask_hours(request, who, room, form, faults)
        if hours != tuple(await self._bookings.hours(room.id)):
            done = hours_happening(room, hours, by=who.member, at=self._office.clock())
            await self._bookings.set_hours(room, hours, done)
        return self._edge.go(ROOMS)

    def _ask_hours(
        self,
        request: web.Request,
        who: SignedIn,
        room: Room,
        typed: Mapping[str, str],
        faults: Faults,
    ) -> web.Response:
        return self._edge.page(
            request, "staff_bookings_hours.html", who=who, faults=faults, room=room,
            typed={id: text[:20] for id, text in typed.items()}, spans=_spans(typed),
            said=self._office.said(who),
        )  # fmt: skip

    async def set_pin_per_slot(self, request: web.Request) -> web.StreamResponse:
        """Host PINs are the administrators'."""
        who = await self._edge.signed_in(request, MANAGE_ROOMS)
        form = await self._edge.form(request)
        room = await self._office.room(request, who)
        wanted = form.get("per_slot") == "yes"
        if wanted != room.pin_per_slot:
            at, member = self._office.clock(), who.member
            done = pin_per_slot_happening(room, wanted, by=member, at=at)
            pins = self._office.store.slot_pins
            await pins.set_per_slot(room.id, member.establishment.id, wanted, done)
        return self._edge.go(ROOMS)

    # -- closures -----------------------------------------------------------------------------

    async def closures(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.keeper(request)
        return await self._closures(request, who, {}, {})

    async def add_closure(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.keeper(request)
        form = await self._edge.form(request)
        rooms = await self._office.rooms(who)
        said = self._office.said(who)
        now, faults = self._office.clock(), Faults()
        wanted = form.get("room", "")
        if wanted != "all" and all(one.id != wanted for one in rooms):
            faults["room"] = "staff.bookings.closures.room_wrong"
        moments = _moments(form, said.zone, faults)
        reason = " ".join(form.get("reason", "").split())
        if not reason or len(reason) > TEXT_MAX:
            faults["reason"] = "staff.bookings.closures.reason_wrong"
        if len(moments) == 2 and not moments[0] < moments[1]:
            faults["until-day"] = "staff.bookings.closures.until_before"
        elif len(moments) == 2 and moments[1] <= now:
            faults["until-day"] = "staff.bookings.closures.past"
        if faults:
            return await self._closures(request, who, form, faults)
        closure = Closure(
            id=ClosureId(make_id()),
            room=None if wanted == "all" else RoomId(wanted),
            interval=Interval(starts_at=moments[0], ends_at=moments[1]),
            reason=reason,
        )
        done = closure_happening(ClosureEvent.ADDED, closure, by=who.member, at=now)
        await self._bookings.add_closure(closure, who.member.establishment.id, done)
        return self._edge.go(f"{CLOSURES}/{closure.id}")

    async def show_closure(self, request: web.Request) -> web.StreamResponse:
        """With the bookings that it hits."""
        who = await self._office.keeper(request)
        closure = await self._closure(request, who)
        booked = await self._bookings.in_time(
            who.member.establishment.id, closure.interval, room=closure.room
        )
        return self._edge.page(
            request, "staff_bookings_closure.html", who=who, closure=closure,
            said=self._office.said(who), names=await self._names(who),
            hit=hit_by(closure, booked), may_book=_may_book(who),
        )  # fmt: skip

    async def remove_closure(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.keeper(request)
        await self._edge.form(request)
        closure = await self._closure(request, who)
        done = closure_happening(
            ClosureEvent.REMOVED, closure, by=who.member, at=self._office.clock()
        )
        try:
            await self._bookings.remove_closure(closure.id, who.member.establishment.id, done)
        except NotFound:  # somebody else was quicker
            raise web.HTTPNotFound from None
        return self._edge.go(CLOSURES)

    async def _closures(
        self, request: web.Request, who: SignedIn, typed: Mapping[str, str], faults: Faults
    ) -> web.Response:
        now = self._office.clock()
        ahead = Interval(starts_at=now, ends_at=now + FAR_S)
        return self._edge.page(
            request, "staff_bookings_closures.html", who=who, faults=faults,
            typed={id: text[:TEXT_MAX] for id, text in typed.items()},
            closures=await self._bookings.closures(who.member.establishment.id, ahead),
            rooms=await self._office.rooms(who), names=await self._names(who),
            said=self._office.said(who), may_book=_may_book(who),
        )  # fmt: skip

    async def _closure(self, request: web.Request, who: SignedIn) -> Closure:
        found = await self._bookings.closure(
            ClosureId(request.match_info["id"]), who.member.establishment.id
        )
        if found is None:
            raise web.HTTPNotFound
        return found

    async def _names(self, who: SignedIn) -> dict[RoomId, str]:
        rooms = await self._office.store.rooms_of(who.member.establishment.id)
        return {one.id: one.name for one in rooms}


def _may_book(who: SignedIn) -> bool:
    """Whether the calendar and the bookings are theirs to see."""
    return who.member.may(BOOK)


def _moments(form: Mapping[str, str], zone: ZoneInfo, faults: Faults) -> list[float]:
    """The first and the last moment of a closure, as far as they were typed rightly."""
    moments = []
    for id, default in (("from", time()), ("until", END_OF_DAY)):
        day = date_of(form, id)
        typed = form.get(f"{id}-time", "").strip()
        parse = parse_clock if id == "from" else parse_closing
        at = parse(typed) if typed else default
        if day is None:
            faults[f"{id}-day"] = f"staff.bookings.closures.{id}_wrong"
        elif at is None:
            faults[f"{id}-time"] = f"staff.bookings.closures.{id}_time_wrong"
        else:
            try:
                moments.append(_moment(day, at, zone))
            except NoSuchTime:
                faults[f"{id}-time"] = "staff.bookings.no_such_time"
    return moments


def _moment(day: date, at: time, zone: ZoneInfo) -> float:
    """Seconds since the epoch; raises NoSuchTime."""
    return day_of(day, zone).ends_at if at == END_OF_DAY else from_local(day, at, zone)


def _week_text(hours: Sequence[OpeningHours]) -> list[tuple[int, str]]:
    """Weekday and times of each day on which the room is open; empty: never."""
    days: dict[int, list[str]] = {}
    for one in hours:
        times = f"{clock_text(one.opens)} – {clock_text(one.closes)}"  # noqa: RUF001
        days.setdefault(one.weekday, []).append(times)
    return [(weekday, ", ".join(times)) for weekday, times in sorted(days.items())]


def _typed_hours(hours: Sequence[OpeningHours]) -> dict[str, str]:
    """As the form has them: `d`, weekday, number, `opens` or `closes`."""
    typed, count = {}, [0] * 7
    for one in hours:
        id = f"d{one.weekday}-{count[one.weekday]}"
        typed[f"{id}-opens"], typed[f"{id}-closes"] = clock_text(one.opens), clock_text(one.closes)
        count[one.weekday] += 1
    return typed


def _spans(typed: Mapping[str, str]) -> int:
    """How many times a day the form has room for."""
    numbers = [int(id.split("-")[1]) + 1 for id in typed if _FIELD.fullmatch(id)]
    return min(max([SPANS, *numbers]), SPANS_MAX)


def _parse_hours(form: Mapping[str, str]) -> tuple[tuple[OpeningHours, ...], Faults]:
    """The hours in order, and what is wrong with them; a day without any is closed."""
    found: list[OpeningHours] = []
    faults: Faults = {}
    for weekday in range(7):
        of_day: list[OpeningHours] = []
        for number in range(_spans(form)):
            id = f"d{weekday}-{number}"
            opens_text = form.get(f"{id}-opens", "").strip()
            closes_text = form.get(f"{id}-closes", "").strip()
            if not opens_text and not closes_text:
                continue
            opens, closes = parse_clock(opens_text), parse_closing(closes_text)
            if opens is None:
                faults[f"{id}-opens"] = "staff.bookings.hours.opens_wrong"
            elif closes is None:
                faults[f"{id}-closes"] = "staff.bookings.hours.closes_wrong"
            elif not opens < closes:
                faults[f"{id}-closes"] = "staff.bookings.hours.closes_first"
            elif any(opens < one.closes and one.opens < closes for one in of_day):
                faults[f"{id}-opens"] = "staff.bookings.hours.overlap"
            else:
                of_day.append(OpeningHours(weekday=weekday, opens=opens, closes=closes))
        found += of_day
    return tuple(sorted(found)), faults
