"""A change of a booking, in the form of a new one, made to the version that the clerk has seen."""

from dataclasses import replace

from aiohttp import web

from signalling.bookings.booking_form import (
    Typed,
    amended,
    faults_of,
    parse_booking,
    typed_of,
)
from signalling.bookings.changed import BookingProblems
from signalling.bookings.differences import differences
from signalling.bookings.form_page import FormPage
from signalling.bookings.office import BOOKINGS, REFERENCE, Office
from signalling.staff.edge import Faults
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.moves import BookingMove, IllegalMove, may
from vmr.store import Conflict, SignedIn

AMEND = f"{BOOKINGS}/{REFERENCE}/amend"


class AmendPages:
    """Where somebody else was quicker, nothing is kept: the page shows both, and asks again."""

    def __init__(self, office: Office, form_page: FormPage) -> None:
        self._office = office
        self._edge = office.edge
        self._form_page = form_page

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", AMEND, self.ask)
        self._edge.add_route(app, "POST", AMEND, self.take)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        booking = await self._office.booking(request, who)
        if not may(booking, BookingMove.AMEND):
            return self._edge.go(f"{BOOKINGS}/{booking.reference}")
        typed = await self._typed_of(who, booking)
        return await self._form_page.show(request, who, booking.purpose, typed, {}, booking=booking)

    async def take(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        typed: Typed = dict(await self._edge.form(request))
        typed.pop("csrf", None)
        booking = await self._office.booking(request, who)
        if typed.get("version") != str(booking.version):
            return await self._show_other(request, who, booking, typed)
        pressed = self._form_page.pressed(who, typed)
        if pressed is not None:
            is_filled = pressed.get("start-at") != typed.get("start-at")
            return await self._form_page.show(
                request, who, booking.purpose, pressed, {}, filled=is_filled, booking=booking
            )
        parsed = parse_booking(
            typed, establishment=booking.establishment, purpose=booking.purpose,
            zone=self._office.said(who).zone,
            linked=await self._office.hearing(who, typed.get("hearing", "")),
        )  # fmt: skip
        faults: Faults = dict(parsed.faults)
        room = await self._form_page.room(who, booking.purpose, typed)
        is_confirmed = booking.state is BookingState.CONFIRMED
        if room is None and is_confirmed:
            faults["room"] = "staff.bookings.form.room_wrong"
        if faults or parsed.draft is None:
            return await self._form_page.show(
                request, who, booking.purpose, typed, faults, booking=booking
            )
        changed = amended(booking, parsed.draft)
        if is_confirmed and room is not None:
            changed = replace(changed, room=room.id)
        return await self._amend(request, who, booking, changed, typed)

    async def _amend(
        self,
        request: web.Request,
        who: SignedIn,
        booking: Booking,
        changed: Booking,
        typed: Typed,
    ) -> web.StreamResponse:
        """Do it, or show what stands against it, or what somebody else has done meanwhile."""
        waiver = typed.get("waiver", "").strip()
        try:
            done = await self._office.service.amend(booking, changed, who.member, waiver=waiver)
        except BookingProblems as error:
            free = await self._form_page.free_times(
                who, booking.purpose, changed.slot, error.problems, channel=changed.channel,
                is_notice_waived=bool(waiver),
            )  # fmt: skip
            faults = faults_of(error.problems)
            return await self._form_page.show(
                request, who, booking.purpose, typed, faults, free=free, booking=booking
            )
        except IllegalMove:
            return self._edge.go(f"{BOOKINGS}/{booking.reference}")
        except Conflict:
            fresh = await self._office.booking(request, who)
            return await self._show_other(request, who, fresh, typed)
        return self._office.done(request, who, done, "amended")

    async def _show_other(
        self, request: web.Request, who: SignedIn, booking: Booking, typed: Typed
    ) -> web.StreamResponse:
        """What was typed, beside what somebody else has kept meanwhile."""
        seen = typed.get("version", "")
        others = await self._office.changes_since(booking, seen)
        now = await self._typed_of(who, booking)
        rooms = await self._office.rooms(who)
        differing = differences(now, typed, rooms, self._office.texts)
        typed = {**typed, "version": str(booking.version)}
        typed.pop("do", None)
        if not may(booking, BookingMove.AMEND):
            return self._edge.go(f"{BOOKINGS}/{booking.reference}")
        faults = {"others": "staff.bookings.others_changed"}
        return await self._form_page.show(
            request, who, booking.purpose, typed, faults, booking=booking, others=others,
            differing=differing,
        )  # fmt: skip

    async def _typed_of(self, who: SignedIn, booking: Booking) -> Typed:
        typed = typed_of(booking, self._office.said(who).zone)
        if booking.linked is not None:
            hearing = await self._office.store.bookings.booking(booking.linked)
            typed["hearing"] = "" if hearing is None else hearing.reference
        return typed
