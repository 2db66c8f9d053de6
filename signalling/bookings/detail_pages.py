"""The page of one booking: all that is known of it, and what was done to it."""

from collections.abc import Mapping

from aiohttp import web

from signalling.bookings.office import BOOKINGS, REFERENCE, Office
from vmr.bookings.booking import Booking
from vmr.bookings.moves import BookingMove, may
from vmr.ids import BookingId, InviteId
from vmr.self_test import SelfTest
from vmr.store import SignedIn

ACTIONS = {
    BookingMove.CONFIRM: "confirm",
    BookingMove.AMEND: "amend",
    BookingMove.REFUSE: "refuse",
    BookingMove.CANCEL: "cancel",
}


class DetailPages:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge
        self._bookings = office.store.bookings

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", f"{BOOKINGS}/{REFERENCE}", self.show)

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        return await self._show(request, who, await self._office.booking(request, who))

    async def _show(self, request: web.Request, who: SignedIn, booking: Booking) -> web.Response:
        hearing = await self._other(booking.linked)
        letters = await self._office.store.outbox.of_booking(booking.id)
        return self._edge.page(
            request, "staff_booking.html", who=who, booking=booking, said=self._office.said(who),
            room=None if booking.room is None else await self._office.store.room(booking.room),
            outcome=await self._office.store.outcomes.outcome(booking.id),
            before=await self._other(booking.rebooks),
            after=await self._bookings.rebooked(booking.id), hearing=hearing,
            linked=await self._bookings.linked_to(booking.id),
            history=await self._bookings.history(booking), tests=await self._tests(booking),
            letters=letters, written_to={one.expected for one in letters},
            actions=[
                path
                for move, path in ACTIONS.items()
                if booking.personal_deleted_at is None and may(booking, move)
            ],
        )  # fmt: skip

    async def _tests(self, booking: Booking) -> Mapping[InviteId, SelfTest | None]:
        """The last self-test by each personal link."""
        links = [one.invite for one in booking.people if one.invite]
        return dict.fromkeys(links) | await self._office.store.self_tests.of(links)

    async def _other(self, id: BookingId | None) -> Booking | None:
        return None if id is None else await self._bookings.booking(id)
