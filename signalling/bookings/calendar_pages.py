"""The calendar: a day with all rooms, a week of one room, and the search. Pages that only read."""

from collections.abc import Sequence
from datetime import date, timedelta

from aiohttp import web

from signalling.bookings.grid import grid_of, shown_of
from signalling.bookings.office import BOOKINGS, ROOM, Office
from signalling.bookings.typed import parse_date
from signalling.whole import parse_whole
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.timeline import Filling, RoomTime, Stretch, common
from vmr.bookings.times import Interval, day_of, to_local

SEARCH = f"{BOOKINGS}/search"
PAGE = 25
WEEK_DAYS = 7
OVER = (BookingState.REFUSED, BookingState.CANCELLED)


class CalendarPages:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge
        self._bookings = office.store.bookings

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", BOOKINGS, self.day)
        add(app, "GET", SEARCH, self.search)
        add(app, "GET", f"{BOOKINGS}/rooms/{ROOM}", self.week)

    async def day(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        establishment = who.member.establishment
        said = self._office.said(who)
        now = self._office.clock()
        today = to_local(now, said.zone).date()
        day, faults = _day(request, today)
        whole = day_of(day, said.zone)
        rooms = await self._bookings.rooms_in_time(establishment, whole)
        shown_rooms = [one for one in rooms if one.bookings or not one.room.is_closed]
        is_whole = "whole" in request.query
        span = whole if is_whole else shown_of(whole, shown_rooms, said.zone)
        over = await self._bookings.in_time(establishment.id, whole, states=OVER)
        return self._edge.page(
            request, "staff_bookings.html", who=who, faults=faults, said=said, day=day, today=today,
            before=day - timedelta(days=1), after=day + timedelta(days=1),
            waiting=await self._bookings.waiting(establishment.id),
            grid=grid_of(span, shown_rooms), is_whole=is_whole or span == whole, now=now,
            lists=[(one.room, _without_edges(one.stretches(span))) for one in shown_rooms],
            house_closures=_of_the_house(shown_rooms, whole), over=over,
            has_amiss=any(one.is_amiss(slot) for one in shown_rooms for slot in one.bookings),
        )  # fmt: skip

    async def week(self, request: web.Request) -> web.StreamResponse:
        """From Monday to Sunday."""
        who = await self._office.clerk(request)
        room = await self._office.room(request, who)
        said = self._office.said(who)
        now = self._office.clock()
        today = to_local(now, said.zone).date()
        day, faults = _day(request, today)
        monday = day - timedelta(days=day.weekday())
        days = [monday + timedelta(days=n) for n in range(WEEK_DAYS)]
        span = Interval(
            starts_at=day_of(days[0], said.zone).starts_at,
            ends_at=day_of(days[-1], said.zone).ends_at,
        )
        rooms = await self._bookings.rooms_in_time(who.member.establishment, span)
        time = next(one for one in rooms if one.room.id == room.id)
        return self._edge.page(
            request, "staff_bookings_week.html", who=who, faults=faults, said=said, room=room,
            now=now, rooms=await self._office.rooms(who), today=today,
            monday=monday, sunday=days[-1],
            before=monday - timedelta(days=WEEK_DAYS), after=monday + timedelta(days=WEEK_DAYS),
            days=[(one, _without_edges(time.stretches(day_of(one, said.zone)))) for one in days],
        )  # fmt: skip

    async def search(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        text = " ".join(request.query.get("q", "").split())[:200]
        number = parse_whole(request.query.get("page", "")) or 1
        establishment = who.member.establishment.id
        found: tuple[Booking, ...] = ()
        count = 0
        if text:
            found, count = await self._bookings.search(
                establishment, text, limit=PAGE, offset=(number - 1) * PAGE
            )
        return self._edge.page(
            request, "staff_bookings_search.html", who=who, said=self._office.said(who), text=text,
            found=found, count=count, number=number, pages=-(-count // PAGE),
            rooms={one.id: one for one in await self._office.store.rooms_of(establishment)},
        )  # fmt: skip


def _day(request: web.Request, today: date) -> tuple[date, dict[str, str]]:
    """The day that is asked for, else today."""
    wanted = request.query.get("on", "")
    day = parse_date(wanted) if wanted.strip() else today
    return (today, {"on": "staff.bookings.day_wrong"}) if day is None else (day, {})


def _without_edges(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """A list says when a room is open; before and after that nothing."""
    kept = list(stretches)
    while kept and kept[0].filling is Filling.SHUT:
        del kept[0]
    while kept and kept[-1].filling is Filling.SHUT:
        del kept[-1]
    return tuple(kept)


def _of_the_house(rooms: Sequence[RoomTime], day: Interval) -> list[tuple[Interval, str]]:
    """Closures of the whole establishment on this day."""
    found = rooms[0].closures if rooms else ()
    parts = [(common(one.interval, day), one.reason) for one in found if one.room is None]
    return [(part, reason) for part, reason in parts if part is not None]
