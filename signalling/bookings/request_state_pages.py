"""What has become of requests, for whoever proved the mailbox they came from.

No address holds a secret: the letter's link names the request, the page asks for the mailbox. A
request of another mailbox and one that does not exist look alike. The room is not named, nor the
prisoner, nor anybody who sits inside.
"""

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from aiohttp import web

from signalling.bookings.mailboxes import Session
from signalling.bookings.request_config import RequestConfig
from signalling.bookings.request_draft import again
from signalling.bookings.request_edge import START, RequestEdge
from signalling.bookings.request_sign_in import EMAIL, STATE
from signalling.bookings.service import BookingService
from signalling.forms import Faults
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import REQUESTER
from vmr.bookings.moves import BookingMove, IllegalMove, may
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.rules import DAY_S, INSIDE
from vmr.rooms import Establishment
from vmr.store import BookingStore, Conflict

SHOWN_DAYS = 90
"""Requests whose slot is longer ago are not listed."""


class Store(Protocol):
    """What of `vmr.store.Store` this needs."""

    @property
    def bookings(self) -> BookingStore: ...

    async def establishments(self) -> Sequence[Establishment]: ...


class RequestStatePages:
    def __init__(
        self,
        *,
        edge: RequestEdge,
        store: Store,
        service: BookingService,
        config: RequestConfig,
        numbers: BookingNumbers,
    ) -> None:
        self._edge = edge
        self._store = store
        self._service = service
        self._config = config
        self._numbers = numbers

    def add_to(self, app: web.Application) -> None:
        one = STATE + "/{reference:[A-Z]{4}-[0-9]{4}}"
        app.router.add_route("GET", STATE, self.list)
        app.router.add_route("GET", one, self.show)
        app.router.add_route("GET", f"{one}/withdraw", self.ask_withdraw)
        app.router.add_route("POST", f"{one}/withdraw", self.withdraw)
        app.router.add_route("POST", f"{one}/change", self.change)

    async def list(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        since = self._edge.clock() - SHOWN_DAYS * DAY_S
        found = await self._store.bookings.asked_by(session.mailbox, since)
        known = {one.id: one for one in await self._store.establishments()}
        rows = [
            (
                one,
                known[one.establishment],
                self._edge.when(request, one.slot, known[one.establishment]),
            )
            for one in found
        ]
        return self._edge.page(request, "request_list.html", rows=rows)

    async def show(self, request: web.Request) -> web.StreamResponse:
        _, booking, at = await self._own(request)
        return self._show(request, booking, at, {})

    # -- withdrawing --------------------------------------------------------------------------

    async def ask_withdraw(self, request: web.Request) -> web.StreamResponse:
        _, booking, at = await self._own(request)
        if not self._may_cancel(booking):
            raise web.HTTPSeeOther(f"{STATE}/{booking.reference}")
        return self._page(request, "request_withdraw.html", booking, at, {})

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        _, booking, at = await self._own(request)
        form = await self._edge.form(request)
        if form.get("version") != str(booking.version) or not self._may_cancel(booking):
            return self._show(request, booking, at, {"state": "request.state.moved_on"})
        try:
            reason = self._edge.texts.get("request.state.withdrawn_reason")
            await self._service.cancel(booking, reason, REQUESTER)
        except (Conflict, IllegalMove):
            _, booking, at = await self._own(request)
            return self._show(request, booking, at, {"state": "request.state.moved_on"})
        return self._edge.go(f"{STATE}/{booking.reference}")

    # -- asking for something else ------------------------------------------------------------

    async def change(self, request: web.Request) -> web.StreamResponse:
        """A new request with what is known of this one; this one goes when it is sent."""
        session, booking, at = await self._own(request)
        await self._edge.form(request)
        channel = self._config.channel_of(session.mailbox)
        if channel is None or not at.takes_requests or not self._may_cancel(booking):
            return self._show(request, booking, at, {"state": "request.state.moved_on"})
        session.draft = again(booking, channel, self._numbers)
        return self._edge.go(f"{START}/{session.draft.next_step().value}")

    # -- the parts of the above ---------------------------------------------------------------

    def _session(self, request: web.Request) -> Session:
        """Others are asked for their mailbox, and come back here."""
        if self._edge.found(request) is None:
            raise web.HTTPSeeOther(f"{EMAIL}?{urlencode({'next': request.path})}")
        return self._edge.session(request)

    async def _own(self, request: web.Request) -> tuple[Session, Booking, Establishment]:
        session = self._session(request)
        booking = await self._store.bookings.by_reference(request.match_info["reference"])
        if booking is None or booking.requester_email.lower() != session.mailbox:
            self._edge.refuse(
                request, "request_unknown.html", web.HTTPNotFound.status_code, session.mailbox
            )
        known = {one.id: one for one in await self._store.establishments()}
        return session, booking, known[booking.establishment]

    def _may_cancel(self, booking: Booking) -> bool:
        is_ahead = booking.slot.starts_at > self._edge.clock()
        return may(booking, BookingMove.CANCEL) and is_ahead

    def _show(
        self, request: web.Request, booking: Booking, at: Establishment, faults: Faults
    ) -> web.Response:
        return self._page(request, "request_state.html", booking, at, faults)

    def _page(
        self, request: web.Request, template: str, booking: Booking, at: Establishment,
        faults: Faults, **said: Any,
    ) -> web.Response:  # fmt: skip
        slots = [booking.preferred]
        if booking.state is BookingState.REQUESTED:
            slots += booking.alternatives
        return self._edge.page(
            request,
            template,
            faults=faults,
            booking=booking,
            state=booking.state.value,
            at=at,
            times=[self._edge.when(request, one, at) for one in slots],
            people=[one for one in booking.people if one.part not in INSIDE],
            may_cancel=self._may_cancel(booking),
            may_change=self._may_cancel(booking) and at.takes_requests,
            **said,
        )
