"""The page of duty staff for Host PINs of slots."""

from aiohttp import web

from signalling.bookings.office import ROOM, Office
from signalling.bookings.slot_pins import SlotPins
from signalling.staff.edge import Faults
from vmr.ids import BookingId
from vmr.staff import StaffPermission
from vmr.store import Conflict, NotRostered, SignedIn

PINS = "/staff/slot-pins"
USE_DESK = StaffPermission.USE_DESK


class SlotPinPages:
    def __init__(self, office: Office, pins: SlotPins) -> None:
        self._office = office
        self._edge = office.edge
        self._pins = pins

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", PINS, self.list)
        self._edge.add_route(app, "POST", f"{PINS}/{ROOM}", self.make)

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, USE_DESK)
        return await self._list(request, who, {})

    async def make(self, request: web.Request) -> web.StreamResponse:
        """Shown in this answer and never again; the one before is void."""
        who = await self._edge.signed_in(request, USE_DESK)
        form = await self._edge.form(request)
        room = await self._office.room(request, who)
        booking = await self._pins.running(room) if room.pin_per_slot else None
        if booking is None or booking.id != BookingId(form.get("booking", "")):
            return await self._list(request, who, {"slots": "staff.pins.gone"})
        try:
            pin = await self._pins.make(booking, who.member)
        except NotRostered:
            return await self._list(request, who, {"slots": "staff.pins.not_rostered"})
        except Conflict:
            return await self._list(request, who, {"slots": "staff.pins.gone"})
        return self._edge.page(
            request, "staff_slot_pin.html", who=who, room=room, booking=booking, pin=pin,
            said=self._office.said(who),
        )  # fmt: skip

    async def _list(
        self, request: web.Request, who: SignedIn, faults: Faults
    ) -> web.StreamResponse:
        rooms = [one for one in await self._office.rooms(who) if one.pin_per_slot]
        here, slots = who.member.establishment, []
        for room in rooms:
            booking = await self._pins.running(room)
            if booking is not None:
                slots.append((room, booking, await self._pins.roster(booking, here)))
        names = {one.id: one.name for one in await self._office.store.staff.members(here.id)}
        return self._edge.page(
            request, "staff_slot_pins.html", who=who, faults=faults, rooms=rooms,
            slots=slots, names=names, today=self._office.today(who),
            said=self._office.said(who), minutes=self._office.numbers.open_early_min,
        )  # fmt: skip
