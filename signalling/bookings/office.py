"""What every page of the booking office needs: who asks, of which establishment, in its words."""

from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.bookings.said import Said
from signalling.seams import Clock, Store
from signalling.staff.edge import Edge
from signalling.texts import Texts
from vmr.bookings.booking import Booking
from vmr.ids import RoomId
from vmr.rooms import Room
from vmr.staff import StaffPermission
from vmr.store import SignedIn

BOOKINGS = "/staff/bookings"
BOOK = StaffPermission.BOOK
MANAGE_ROOMS = StaffPermission.MANAGE_ROOMS
REFERENCE = "{reference:[A-Z0-9]+-[A-Z0-9]+}"
ROOM = "{id:[0-9a-zA-Z]{1,32}}"


class Office:
    """What is another establishment's is answered as what does not exist."""

    def __init__(self, *, edge: Edge, store: Store, texts: Texts, clock: Clock) -> None:
        self.edge = edge
        self.store = store
        self.clock = clock
        self._texts = texts

    async def clerk(self, request: web.Request) -> SignedIn:
        """Who may book."""
        return await self.edge.signed_in(request, BOOK)

    async def keeper(self, request: web.Request) -> SignedIn:
        """Who may say when rooms are open."""
        return await self.edge.signed_in(request, BOOK, MANAGE_ROOMS)

    def said(self, who: SignedIn) -> Said:
        return Said(self._texts, ZoneInfo(who.member.establishment.zone))

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
