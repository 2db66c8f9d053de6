"""What every page of the booking office needs: who asks, of which establishment, in its words."""

from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.bookings.changed import Changed
from signalling.bookings.said import Said
from signalling.bookings.service import BookingService
from signalling.seams import Clock, Store
from signalling.staff.edge import Edge
from signalling.texts import Texts
from signalling.whole import parse_whole
from vmr.bookings.booking import Booking
from vmr.bookings.changes import PastChange
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import Interval
from vmr.ids import BookingId, RoomId
from vmr.rooms import Room
from vmr.staff import StaffPermission
from vmr.store import SignedIn

BOOKINGS = "/staff/bookings"
FREE_TIMES, FREE_LOOKED_AT = 6, 60
BOOK = StaffPermission.BOOK
MANAGE_ROOMS = StaffPermission.MANAGE_ROOMS
REFERENCE = "{reference:[A-Z0-9]+-[A-Z0-9]+}"
ROOM = "{id:[0-9a-zA-Z]{1,32}}"


class Office:
    """What is another establishment's is answered as what does not exist."""

    def __init__(
        self,
        *,
        edge: Edge,
        store: Store,
        service: BookingService,
        numbers: BookingNumbers,
        texts: Texts,
        clock: Clock,
    ) -> None:
        self.edge = edge
        self.store = store
        self.service = service
        self.numbers = numbers
        self.clock = clock
        self.texts = texts

    async def clerk(self, request: web.Request) -> SignedIn:
        """Who may book."""
        return await self.edge.signed_in(request, BOOK)

    async def keeper(self, request: web.Request) -> SignedIn:
        """Who may say when rooms are open."""
        return await self.edge.signed_in(request, BOOK, MANAGE_ROOMS)

    def said(self, who: SignedIn) -> Said:
        return Said(self.texts, ZoneInfo(who.member.establishment.zone))

    def today(self, who: SignedIn) -> date:
        """On the establishment's clock."""
        return self.said(who).day_of(self.clock())

    async def rooms(self, who: SignedIn) -> tuple[Room, ...]:
        """Those that are not closed for good, by name."""
        found = await self.store.rooms_of(who.member.establishment.id)
        return tuple(one for one in found if not one.is_closed)

    async def room(self, request: web.Request, who: SignedIn) -> Room:
        """The one that the path names."""
        found = await self.store.room(RoomId(request.match_info["id"]))
        if found is None or not who.member.sees(found):
            raise web.HTTPNotFound
        return found

    async def booking(self, request: web.Request, who: SignedIn) -> Booking:
        """The one that the path names."""
        found = await self.store.bookings.by_reference(request.match_info["reference"])
        if found is None or found.establishment != who.member.establishment.id:
            raise web.HTTPNotFound
        return found

    async def hearing(self, who: SignedIn, reference: str) -> BookingId | None:
        """The hearing of this reference."""
        found = await self.store.bookings.by_reference(reference.strip().upper())
        if found is None or found.establishment != who.member.establishment.id:
            return None
        return found.id if found.purpose is Purpose.HEARING else None

    async def free_times(
        self, who: SignedIn, purpose: Purpose, minutes: float, earliest: float
    ) -> tuple[tuple[Room, Interval], ...]:
        """The next free times, each once: in the first room that has it."""
        found = await self.service.free(
            who.member.establishment.id, purpose, minutes, earliest, count=FREE_LOOKED_AT
        )
        by_time: dict[Interval, Room] = {}
        for room, slot in found:
            by_time.setdefault(slot, room)
        return tuple((room, slot) for slot, room in by_time.items())[:FREE_TIMES]

    async def changes_since(self, booking: Booking, seen: str) -> tuple[PastChange, ...]:
        """What others did to it after the version that was seen."""
        version = parse_whole(seen, 9) or 0
        history = await self.store.bookings.history(booking)
        return tuple(one for one in history if int(dict(one.facts).get("version", 0)) > version)

    def done(
        self, request: web.Request, who: SignedIn, changed: Changed, what: str
    ) -> web.Response:
        """What was done, with the links of those whom no letter reaches: shown this once."""
        booking = changed.booking
        alone = [(one, changed.links[one.id]) for one in booking.people if one.id in changed.links]
        if not alone and not changed.left:
            return self.edge.go(f"{BOOKINGS}/{booking.reference}")
        return self.edge.page(
            request, "staff_booking_done.html", who=who, booking=booking, what=what,
            links=alone, left=changed.left, said=self.said(who),
        )  # fmt: skip
