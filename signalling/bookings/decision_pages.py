"""What is decided of a booking: confirmed in a room and slot, refused, cancelled; a new link.

Each form names the version that the clerk has seen; where somebody else was quicker, nothing is
done and the page says what they did.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from signalling.bookings.booking_form import PROBLEM, faults_of
from signalling.bookings.changed import BookingProblems, Changed
from signalling.bookings.office import BOOKINGS, REFERENCE, Office
from signalling.staff.edge import Faults, Form
from vmr.bookings.booking import NOTE_MAX, Booking
from vmr.bookings.moves import BookingMove, IllegalMove, may
from vmr.bookings.purposes import POLICY_OF
from vmr.bookings.rules import DAY_S, problems_in_room
from vmr.bookings.times import Interval, interval
from vmr.ids import ExpectedId, RoomId
from vmr.rooms import Room
from vmr.store import Conflict, NotFound, SignedIn

ONE = f"{BOOKINGS}/{REFERENCE}"
ENDS = {BookingMove.REFUSE: "refuse", BookingMove.CANCEL: "cancel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A slot, and the rooms that are free for it."""

    slot: Interval
    rooms: Sequence[Room]


class DecisionPages:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge
        self._bookings = office.store.bookings
        self._service = office.service

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", f"{ONE}/confirm", self.ask_confirm)
        add(app, "POST", f"{ONE}/confirm", self.confirm)
        add(app, "GET", f"{ONE}/refuse", self.ask_refuse)
        add(app, "POST", f"{ONE}/refuse", self.refuse)
        add(app, "GET", f"{ONE}/cancel", self.ask_cancel)
        add(app, "POST", f"{ONE}/cancel", self.cancel)
        add(app, "POST", f"{ONE}/resend", self.resend)

    # -- confirming ---------------------------------------------------------------------------

    async def ask_confirm(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        booking = await self._office.booking(request, who)
        return await self._ask_confirm(request, who, booking, {}, {})

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        form = await self._edge.form(request)
        booking = await self._office.booking(request, who)
        if _is_stale(form, booking):
            return await self._ask_confirm(request, who, booking, form, _OTHERS)
        chosen = _chosen(form.get("choice", ""), booking)
        if chosen is None:
            faults = {"choice": "staff.bookings.confirm.choice_wrong"}
            return await self._ask_confirm(request, who, booking, form, faults)
        waiver = form.get("waiver", "").strip()
        try:
            done = await self._service.confirm(booking, *chosen, who.member, waiver=waiver)
        except BookingProblems as error:
            faults = {
                "choice" if id in ("start-day", "room") else id: key
                for id, key in faults_of(error.problems).items()
            }
            return await self._ask_confirm(request, who, booking, form, faults)
        except NotFound:
            faults = {"choice": "staff.bookings.confirm.choice_wrong"}
            return await self._ask_confirm(request, who, booking, form, faults)
        except (Conflict, IllegalMove):
            fresh = await self._office.booking(request, who)
            return await self._ask_confirm(request, who, fresh, form, _OTHERS)
        return self._office.done(request, who, done, "confirmed")

    async def _ask_confirm(
        self,
        request: web.Request,
        who: SignedIn,
        booking: Booking,
        form: Form | dict[str, str],
        faults: Faults,
    ) -> web.StreamResponse:
        if not may(booking, BookingMove.CONFIRM):
            return self._edge.go(f"{BOOKINGS}/{booking.reference}")
        rooms = [
            one for one in await self._office.rooms(who) if one.policy is POLICY_OF[booking.purpose]
        ]
        asked = [
            await self._choice(booking, slot, rooms)
            for slot in (booking.preferred, *booking.alternatives)
        ]
        earliest = max(self._office.clock(), booking.preferred.starts_at - DAY_S / 2)
        others = await self._office.free_times(
            who, booking.purpose, booking.preferred.minutes, earliest
        )
        wanted = {one.slot for one in asked}
        return self._edge.page(
            request, "staff_booking_confirm.html", who=who, faults=faults, booking=booking,
            said=self._office.said(who), asked=asked, chosen=form.get("choice", ""),
            others=[(room, slot) for room, slot in others if slot not in wanted],
            waiver=form.get("waiver", "")[:NOTE_MAX], changes=await self._others(booking, form),
        )  # fmt: skip

    async def _choice(self, booking: Booking, slot: Interval, rooms: Sequence[Room]) -> Choice:
        span = Interval(starts_at=slot.starts_at - DAY_S, ends_at=slot.ends_at + DAY_S)
        if slot.starts_at < self._office.clock():
            return Choice(slot=slot, rooms=())
        free = [
            room
            for room in rooms
            if not problems_in_room(
                booking, slot, await self._bookings.week(room, span, but=booking.id)
            )
        ]
        return Choice(slot=slot, rooms=free)

    # -- refusing and cancelling --------------------------------------------------------------

    async def ask_refuse(self, request: web.Request) -> web.StreamResponse:
        return await self._ask_end(request, BookingMove.REFUSE)

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        return await self._end(request, BookingMove.REFUSE)

    async def ask_cancel(self, request: web.Request) -> web.StreamResponse:
        return await self._ask_end(request, BookingMove.CANCEL)

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        return await self._end(request, BookingMove.CANCEL)

    async def _ask_end(self, request: web.Request, move: BookingMove) -> web.StreamResponse:
        who = await self._office.clerk(request)
        booking = await self._office.booking(request, who)
        return await self._show_end(request, who, booking, move, {}, {})

    async def _end(self, request: web.Request, move: BookingMove) -> web.StreamResponse:
        who = await self._office.clerk(request)
        form = await self._edge.form(request)
        booking = await self._office.booking(request, who)
        if _is_stale(form, booking):
            return await self._show_end(request, who, booking, move, form, _OTHERS)
        end = self._service.refuse if move is BookingMove.REFUSE else self._service.cancel
        try:
            done: Changed = await end(booking, form.get("reason", "").strip(), who.member)
        except BookingProblems as error:
            faults = {"reason": PROBLEM + error.problems[0].value}
            return await self._show_end(request, who, booking, move, form, faults)
        except (Conflict, IllegalMove):
            fresh = await self._office.booking(request, who)
            return await self._show_end(request, who, fresh, move, form, _OTHERS)
        return self._office.done(request, who, done, "ended")

    async def _show_end(
        self,
        request: web.Request,
        who: SignedIn,
        booking: Booking,
        move: BookingMove,
        form: Form | dict[str, str],
        faults: Faults,
    ) -> web.StreamResponse:
        if not may(booking, move):
            return self._edge.go(f"{BOOKINGS}/{booking.reference}")
        return self._edge.page(
            request, "staff_booking_end.html", who=who, faults=faults, booking=booking,
            said=self._office.said(who), move=ENDS[move], reason=form.get("reason", "")[:NOTE_MAX],
            changes=await self._others(booking, form),
        )  # fmt: skip

    # -- a new personal link ------------------------------------------------------------------

    async def resend(self, request: web.Request) -> web.StreamResponse:
        """The link before is void. It goes by letter where the person has an address."""
        who = await self._office.clerk(request)
        form = await self._edge.form(request)
        booking = await self._office.booking(request, who)
        try:
            person = ExpectedId(form.get("person", ""))
            done = await self._service.resend(booking, person, who.member)
        except NotFound:
            raise web.HTTPNotFound from None
        except (Conflict, IllegalMove):
            return self._edge.go(f"{BOOKINGS}/{booking.reference}")
        return self._office.done(request, who, done, "resent")

    async def _others(self, booking: Booking, form: Form | dict[str, str]) -> Sequence[object]:
        seen = form.get("version")
        return () if seen is None else await self._office.changes_since(booking, seen)


_OTHERS: Faults = {"others": "staff.bookings.others_changed"}


def _is_stale(form: Form, booking: Booking) -> bool:
    return form.get("version") != str(booking.version)


def _chosen(text: str, booking: Booking) -> tuple[RoomId, Interval] | None:
    """Room and slot of a radio button."""
    room, _, at = text.partition("@")
    try:
        starts_at = float(at)
        return (RoomId(room), interval(starts_at, booking.preferred.minutes)) if room else None
    except ValueError:
        return None
