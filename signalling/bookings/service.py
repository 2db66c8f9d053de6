"""The one way in which bookings change: for staff pages, request pages and the REST API.

    changed = await service.make(draft, room, by=member)

Every change is judged by the rules of `vmr.bookings`, made to the version that its maker has seen,
and kept in one transaction with the personal links it makes, moves and revokes, the letters to its
people, and what the establishment's record says of it. `by` is the member of staff, the program, or
REQUESTER.

What callers have to expect, always with nothing changed:
- BookingProblems: what stands against it, each problem's value the key of its sentence;
- IllegalMove (`vmr.bookings.moves`): the booking's state does not allow it;
- Conflict (`vmr.store`): somebody else has changed it since; NotFound: there is no such booking,
  room or person, or it is another establishment's; StoreUnavailable: the disk.

What became of a booking's letters is `store.outbox.of_booking`; those of an establishment that no
mail server will take are `store.outbox.failed`. `resend` is what a clerk does about either.

Whether somebody may book at all is asked where they come in (`StaffPermission.BOOK`, or
`ApiScope.BOOKINGS_WRITE`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from signalling.bookings.changed import (
    BookingProblems,
    By,
    Changed,
    Decider,
    Prepared,
    Store,
    demand_own,
)
from signalling.bookings.entitling import Entitling
from signalling.bookings.keeping import Keeping
from signalling.bookings.letters import Letters
from signalling.bookings.objections import Objections
from signalling.mail.config import MailConfig
from signalling.seams import Clock
from vmr.bookings import moves
from vmr.bookings.booking import TEXT_MAX, Booking, BookingState, Expected
from vmr.bookings.changes import REQUESTER, BookingEvent, booking_happening
from vmr.bookings.draft import Draft
from vmr.bookings.free_times import DAYS_MAX, first_free, free_times
from vmr.bookings.judging import needs_room_again, problems_when_amended, problems_when_confirmed
from vmr.bookings.moves import IllegalMove
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import POLICY_OF, Purpose
from vmr.bookings.rules import DAY_S, Problem, problems
from vmr.bookings.times import Interval
from vmr.ids import BookingId, EstablishmentId, ExpectedId, RoomId
from vmr.rooms import Room
from vmr.store import NotFound, secrets


class BookingService:
    """`base_url` says what every link begins with, once it is known where pages are served.

    `letters` writes what is sent, to addresses `mail` allows; `on_letters` hears that there are
    some.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        numbers: BookingNumbers,
        base_url: Callable[[], str],
        letters: Letters,
        mail: MailConfig,
        on_letters: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._mail = mail
        self._objections = Objections(store=store, mail=mail)
        self._keeping = Keeping(
            store=store,
            numbers=numbers,
            base_url=base_url,
            letters=letters,
            mail=mail,
            on_letters=on_letters,
        )
        self._entitling = Entitling(store.entitlements, numbers)

    @property
    def is_mail_set_up(self) -> bool:
        """Else letters wait, and pages have to say so."""
        return self._mail.is_set_up

    # -- what becomes of a booking --------------------------------------------------------------

    async def request(
        self, draft: Draft, by: By, *, waiver: str = "", id: BookingId | None = None
    ) -> Changed:
        """A request that staff will confirm or refuse.

        `waiver` is why staff do without the notice; of REQUESTER it counts nothing, nor do
        exceptions that are for staff to make. A requester's note for staff is kept, and is theirs
        no more once it is sent; a note for guests would go to others by our mail, and is not.
        """
        booking, now = await self._booked(draft, by, id), self._clock()
        waiver = _waiver(by, waiver)
        found = problems(booking, self._numbers, now, is_notice_waived=bool(waiver))
        await self._objections.demand(booking, found, waiver)
        return await self._add(BookingEvent.REQUESTED, booking, by, waiver)

    async def make(
        self,
        draft: Draft,
        room: RoomId,
        by: Decider,
        *,
        waiver: str = "",
        id: BookingId | None = None,
    ) -> Changed:
        """A clerk's booking, confirmed at once in the preferred slot.

        `id` is the booking's, where its maker has to find it again; else a new one.
        """
        return (await self.add_all([await self.prepare(draft, room, by, waiver=waiver, id=id)]))[0]

    async def prepare(
        self,
        draft: Draft,
        room: RoomId,
        by: Decider,
        *,
        waiver: str = "",
        id: BookingId | None = None,
    ) -> Prepared:
        """What `make` would keep; nothing is kept yet."""
        request, now = await self._booked(draft, by, id), self._clock()
        booking, waiver = replace(request, state=BookingState.CONFIRMED, room=room), waiver.strip()
        booking, judge, unentitled = await self._entitling.judged(booking)
        found = problems(booking, self._numbers, now, is_notice_waived=bool(waiver))
        found = (*found, *unentitled, *await self._objections.in_room(booking))
        await self._objections.demand(booking, found, waiver)
        return await self._keeping.prepare(BookingEvent.MADE, booking, by, waiver, judge)

    async def add_all(self, prepared: Sequence[Prepared]) -> tuple[Changed, ...]:
        """All of them in one transaction, or none."""
        return await self._keeping.add_all(prepared)

    async def confirm(
        self, booking: Booking, room: RoomId, slot: Interval, by: Decider, *, waiver: str = ""
    ) -> Changed:
        """In this room and slot: the preferred one, an alternative, or one agreed otherwise.

        Only one that was not asked for needs notice.
        """
        demand_own(booking, by)
        now, waiver = self._clock(), waiver.strip()
        confirmed = moves.confirm(booking, room, slot, now)
        confirmed, judge, unentitled = await self._entitling.judged(confirmed)
        found = problems_when_confirmed(
            booking, confirmed, self._numbers, now, is_notice_waived=bool(waiver)
        )
        found = (*found, *unentitled, *await self._objections.in_room(confirmed))
        await self._objections.demand(confirmed, found, waiver)
        return await self._keeping.change(
            BookingEvent.CONFIRMED, booking, confirmed, by, waiver=waiver, judge=judge
        )

    async def amend(
        self, booking: Booking, changed: Booking, by: By, *, waiver: str = ""
    ) -> Changed:
        """`changed` is `booking` as it shall be; people who are new in it have the id NEW.

        Its id, reference, establishment, state and version are not taken from it. A requester may
        amend a request, and not what staff alone decide.
        """
        demand_own(booking, by)
        now, waiver = self._clock(), _waiver(by, waiver)
        if by == REQUESTER:
            if booking.state is BookingState.CONFIRMED:
                raise IllegalMove("only staff amend a confirmed booking")
            changed = _without_staff_fields(changed, booking)
        if booking.state is BookingState.REQUESTED:
            changed = replace(changed, room=booking.room)
        changed = replace(changed, reason=booking.reason, people=_known(changed, booking))
        amended = moves.amend(booking, changed, now)
        amended, judge, unentitled = await self._entitling.judged(amended, booking)
        found = problems_when_amended(
            booking, amended, self._numbers, now, is_notice_waived=bool(waiver)
        )
        found = (*found, *unentitled)
        if amended.room is not None and needs_room_again(booking, amended):
            found = (*found, *await self._objections.in_room(amended))
        await self._objections.demand(amended, found, waiver, before=booking)
        left = await self._left(amended) if amended.slot != booking.slot else ()
        done = await self._keeping.change(
            BookingEvent.AMENDED, booking, amended, by, waiver=waiver, judge=judge
        )
        return replace(done, left=left)

    async def refuse(self, booking: Booking, reason: str, by: Decider) -> Changed:
        demand_own(booking, by)
        refused = moves.refuse(booking, reason, self._clock())
        return await self._end(BookingEvent.REFUSED, booking, refused, by)

    async def cancel(self, booking: Booking, reason: str, by: By) -> Changed:
        """All its personal links are revoked. Those before and after a hearing are left."""
        demand_own(booking, by)
        cancelled = moves.cancel(booking, reason, self._clock())
        done = await self._end(BookingEvent.CANCELLED, booking, cancelled, by)
        return replace(done, left=await self._left(cancelled))

    async def resend(self, booking: Booking, person: ExpectedId, by: Decider) -> Changed:
        """A new personal link of one expected person; the one before is void."""
        demand_own(booking, by)
        expected = next((one for one in booking.people if one.id == person), None)
        if expected is None:
            raise NotFound("no such person")
        if booking.state is not BookingState.CONFIRMED or expected.invite is None:
            raise IllegalMove("only people of a confirmed booking have a personal link")
        happening = booking_happening(
            BookingEvent.LINK_RENEWED,
            booking,
            by=by,
            at=self._clock(),
            facts=(("person", expected.id),),
        )
        return await self._keeping.renew_link(booking, expected, expected.invite, happening)

    # -- when there is room ---------------------------------------------------------------------

    async def free(
        self,
        establishment: EstablishmentId,
        purpose: Purpose,
        minutes: float,
        earliest: float,
        *,
        count: int,
    ) -> tuple[tuple[Room, Interval], ...]:
        """The next free slots in rooms of this purpose's policy, the earliest first."""
        rooms = {
            one.id: one
            for one in await self._store.rooms_of(establishment)
            if one.policy is POLICY_OF[purpose] and not one.is_closed
        }
        span = Interval(starts_at=earliest, ends_at=earliest + (DAYS_MAX + 2) * DAY_S)
        weeks = [await self._store.bookings.week(one, span) for one in rooms.values()]
        found = first_free(weeks, minutes, earliest, count=count)
        return tuple((rooms[room], slot) for room, slot in found)

    async def free_in(
        self, room: Room, minutes: float, earliest: float, *, count: int
    ) -> tuple[Interval, ...]:
        """The next free slots of so many minutes in this room, the earliest first."""
        span = Interval(starts_at=earliest, ends_at=earliest + (DAYS_MAX + 2) * DAY_S)
        week = await self._store.bookings.week(room, span)
        return free_times(week, minutes, earliest, count=count)

    # -- the parts of the above -----------------------------------------------------------------

    async def _booked(self, draft: Draft, by: By, id: BookingId | None) -> Booking:
        """The request that a draft becomes, with ids and a reference of its own."""
        reference = secrets.make_reference()
        while await self._store.bookings.by_reference(reference) is not None:
            reference = secrets.make_reference()
        booking = draft.booking(
            id=id or BookingId(secrets.make_id()), reference=reference, now=self._clock()
        )
        demand_own(booking, by)
        if by == REQUESTER:
            booking = replace(
                booking, note_for_guest="", more_persons_by="", more_minutes_by="", rebooks=None
            )
        people = tuple(
            replace(one, id=ExpectedId(secrets.make_id()), invite=None) for one in booking.people
        )
        return replace(booking, people=people)

    async def _left(self, booking: Booking) -> tuple[Booking, ...]:
        every = await self._store.bookings.linked_to(booking.id)
        return tuple(one for one in every if not one.is_over)

    async def _end(self, event: BookingEvent, booking: Booking, ended: Booking, by: By) -> Changed:
        if not ended.reason.strip():
            raise BookingProblems(Problem.REASON_MISSING)
        if len(ended.reason) > TEXT_MAX:
            raise BookingProblems(Problem.TEXT_TOO_LONG)
        return await self._keeping.change(event, booking, ended, by)

    async def _add(self, event: BookingEvent, booking: Booking, by: By, waiver: str) -> Changed:
        return (await self.add_all([await self._keeping.prepare(event, booking, by, waiver)]))[0]


def _waiver(by: By, waiver: str) -> str:
    """Who requests may not do without the notice."""
    return "" if by == REQUESTER else waiver.strip()


def _without_staff_fields(changed: Booking, booking: Booking) -> Booking:
    return replace(
        changed,
        channel=booking.channel,
        note_for_staff=booking.note_for_staff,
        note_for_guest=booking.note_for_guest,
        more_persons_by=booking.more_persons_by,
        more_minutes_by=booking.more_minutes_by,
    )


def _known(changed: Booking, booking: Booking) -> tuple[Expected, ...]:
    """Its people: whoever was among those of `booking` stays the same, others are new."""
    known = {one.id: one for one in booking.people}
    people = []
    for one in changed.people:
        had = known.pop(one.id, None)
        id = ExpectedId(secrets.make_id()) if had is None else had.id
        people.append(replace(one, id=id, invite=None if had is None else had.invite))
    return tuple(people)
