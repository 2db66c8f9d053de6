"""A new booking: what it is for, then everything else on one page."""

from dataclasses import replace

from aiohttp import web

from signalling.bookings.booking_form import Typed, faults_of, parse_booking, typed_again
from signalling.bookings.changed import BookingProblems, Changed
from signalling.bookings.form_page import FormPage
from signalling.bookings.office import BOOKINGS, Office
from signalling.bookings.typed import parse_clock, parse_date
from signalling.staff.edge import Faults
from vmr.bookings.booking import Booking
from vmr.bookings.draft import Draft
from vmr.bookings.purposes import POLICY_OF, Purpose
from vmr.bookings.rules import Problem
from vmr.ids import RoomId
from vmr.rooms import Room
from vmr.store import NotFound, SignedIn

NEW = f"{BOOKINGS}/new"


class NewPages:
    """Everything that was typed is there again after an error."""

    def __init__(self, office: Office, form_page: FormPage) -> None:
        self._office = office
        self._edge = office.edge
        self._form_page = form_page

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", NEW, self.ask)
        self._edge.add_route(app, "POST", NEW, self.take)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        if "rebook" in request.query:
            return await self._ask_again(request, who)
        query = {id: request.query.get(id, "")[:40] for id in ("room", "on", "at")}
        room = await self._own_room(who, query["room"])
        purpose = _purpose(request.query.get("purpose", ""))
        if purpose is None:
            rooms = [room] if room else await self._office.rooms(who)
            policies = {one.policy for one in rooms}
            return self._edge.page(
                request, "staff_booking_purpose.html", who=who, query=query,
                purposes=[one.value for one in Purpose if POLICY_OF[one] in policies],
                faults={"purpose": "staff.bookings.form.purpose_wrong"}
                if "purpose" in request.query or "sent" in request.query else {},
            )  # fmt: skip
        typed: Typed = {"room": query["room"], "people": "1", **self._time(query)}
        return await self._form_page.show(request, who, purpose, typed, {})

    async def _ask_again(self, request: web.Request, who: SignedIn) -> web.Response:
        """The form of another booking in place of one: the same but for the day."""
        before = await self._before(who, request.query["rebook"])
        again = typed_again(before, self._office.said(who).zone)
        room = await self._own_room(who, before.room or "")
        typed: Typed = {**again, "room": "" if room is None else room.id}
        return await self._form_page.show(request, who, before.purpose, typed, {})

    async def take(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        form = await self._edge.form(request)
        typed: Typed = dict(form)
        typed.pop("csrf", None)
        purpose = _purpose(typed.get("purpose", ""))
        if purpose is None:
            raise web.HTTPSeeOther(NEW)
        as_request = typed.get("do") == "request"
        pressed = self._form_page.pressed(who, typed)
        if pressed is not None:
            is_filled = pressed.get("start-at") != typed.get("start-at")
            return await self._form_page.show(request, who, purpose, pressed, {}, filled=is_filled)
        hearing = await self._office.hearing(who, typed.get("hearing", ""))
        parsed = parse_booking(
            typed, establishment=who.member.establishment.id, purpose=purpose,
            zone=self._office.said(who).zone, linked=hearing,
        )  # fmt: skip
        faults: Faults = dict(parsed.faults)
        room = await self._form_page.room(who, purpose, typed)
        if room is None and not as_request:
            faults["room"] = "staff.bookings.form.room_wrong"
        if faults or parsed.draft is None:
            return await self._form_page.show(request, who, purpose, typed, faults)
        draft, waiver = parsed.draft, typed.get("waiver", "").strip()
        if typed.get("rebooks"):
            before = await self._before(who, typed["rebooks"])
            draft = replace(draft, rebooks=before.id)
        try:
            changed = await self._add(who, draft, room, as_request, waiver)
        except BookingProblems as error:
            free = await self._form_page.free_times(
                who, purpose, draft.preferred, error.problems, channel=draft.channel,
                is_notice_waived=bool(waiver),
            )  # fmt: skip
            faults = faults_of(error.problems)
            return await self._form_page.show(request, who, purpose, typed, faults, free=free)
        except NotFound:  # the room went away meanwhile
            faults = faults_of((Problem.ROOM_CLOSED,))
            return await self._form_page.show(request, who, purpose, typed, faults)
        return self._office.done(request, who, changed, "made" if not as_request else "requested")

    async def _add(
        self, who: SignedIn, draft: Draft, room: Room | None, as_request: bool, waiver: str
    ) -> Changed:
        service = self._office.service
        if as_request or room is None:
            return await service.request(draft, who.member, waiver=waiver)
        return await service.make(draft, room.id, who.member, waiver=waiver)

    async def _before(self, who: SignedIn, reference: str) -> Booking:
        """The booking of this reference that another is made in place of."""
        found = await self._office.store.bookings.by_reference(reference[:40])
        if found is None or found.establishment != who.member.establishment.id:
            raise web.HTTPNotFound
        return found

    async def _own_room(self, who: SignedIn, id: str) -> Room | None:
        rooms = await self._office.rooms(who)
        return next((one for one in rooms if one.id == RoomId(id)), None)

    @staticmethod
    def _time(query: Typed) -> Typed:
        """The fields of the time that a link of the calendar named."""
        day, at = parse_date(query["on"]), parse_clock(query["at"])
        if day is None:
            return {}
        fields = {"start-day": str(day.day), "start-month": str(day.month)}
        fields["start-year"] = str(day.year)
        if at is not None:
            fields |= {"start-hour": f"{at:%H}", "start-minute": f"{at:%M}"}
        return fields


def _purpose(word: str) -> Purpose | None:
    return next((one for one in Purpose if one.value == word), None)
