"""A prisoner's entitlement to social calls: contacts, compact, minutes, calls.

For who may book. A prisoner's reference is personal: it travels in forms and in pages, and stands
in no address. What is another establishment's is answered as what does not exist.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.bookings.entitlement_forms import (
    Typed,
    date_fields,
    parse_contact,
    parse_reference,
    parse_signature,
)
from signalling.bookings.office import Office
from signalling.staff.edge import Faults
from vmr.bookings.booking import EXPECTED_MAX, Booking, BookingState
from vmr.bookings.entitlement_record import EntitlementEvent, compact_happening, contact_happening
from vmr.bookings.entitlements import (
    Ban,
    Compact,
    Contact,
    Entitlement,
    Prisoner,
    bans_of_name,
    like_banned,
    minutes_in,
    month_of,
    problems_of_entitlement,
)
from vmr.bookings.rules import Problem
from vmr.bookings.times import to_local
from vmr.ids import ContactId, PrisonerId
from vmr.record import Happening
from vmr.store import Conflict, EntitlementStore, NotFound, SignedIn
from vmr.store.secrets import make_id

PRISONERS = "/staff/prisoners"
PRISONER = PRISONERS + "/{id:[0-9a-f]{32}}"
CONTACT = PRISONER + "/contacts/{contact:[0-9a-f]{32}}"
CALLS_SHOWN = 30
MONTHS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact with the bans that hold, and those of a name that is like theirs."""

    contact: Contact
    bans: tuple[Ban, ...]
    like: tuple[Ban, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """`starts_on` is its first day; minutes."""

    starts_on: date
    used: int
    left: int


class PrisonerPages:
    """Every change is in the establishment's record, by name."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge
        self._store = office.store.entitlements
        self._numbers = office.numbers
        self._clock = office.clock

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", PRISONERS, self.ask)
        add(app, "POST", PRISONERS, self.find)
        add(app, "POST", f"{PRISONERS}/add", self.add)
        add(app, "GET", PRISONER, self.show)
        add(app, "GET", f"{PRISONER}/contacts/add", self.ask_contact)
        add(app, "POST", f"{PRISONER}/contacts/add", self.add_contact)
        add(app, "POST", f"{CONTACT}/approve", self.approve)
        add(app, "GET", f"{CONTACT}/remove", self.ask_remove)
        add(app, "POST", f"{CONTACT}/remove", self.remove)
        add(app, "GET", f"{PRISONER}/compact", self.ask_compact)
        add(app, "POST", f"{PRISONER}/compact", self.sign)

    # -- finding ------------------------------------------------------------------------------

    async def ask(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        return self._ask(request, who, {}, "", "")

    async def find(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        typed = (await self._edge.form(request)).get("reference", "")
        reference = parse_reference(typed)
        if reference is None:
            return self._ask(request, who, {"reference": "staff.prisoners.wrong"}, typed, "")
        found = await self._store.by_reference(who.member.establishment.id, reference)
        if found is None:
            return self._ask(request, who, {}, reference, reference)
        return self._edge.go(f"{PRISONERS}/{found.id}")

    async def add(self, request: web.Request) -> web.StreamResponse:
        """A prisoner nobody has entered yet; one who is there already is shown."""
        who = await self._office.clerk(request)
        typed = (await self._edge.form(request)).get("reference", "")
        reference = parse_reference(typed)
        if reference is None:
            return self._ask(request, who, {"reference": "staff.prisoners.wrong"}, typed, "")
        here = who.member.establishment.id
        asked = Prisoner(id=PrisonerId(make_id()), establishment=here, reference=reference)
        added = await self._store.add_prisoner(asked, self._clock())
        return self._edge.go(f"{PRISONERS}/{added.id}")

    def _ask(
        self, request: web.Request, who: SignedIn, faults: Faults, typed: str, unknown: str
    ) -> web.Response:
        """`unknown` is a reference nobody has entered yet."""
        return self._edge.page(
            request, "staff_prisoners.html", who=who, faults=faults, typed=typed[:200],
            unknown=unknown,
        )  # fmt: skip

    # -- one prisoner -------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.StreamResponse:
        who, prisoner = await self._look(request)
        here = who.member.establishment
        zone, now = ZoneInfo(here.zone), self._clock()
        contacts = await self._store.contacts(prisoner.id)
        bans = await self._store.bans_of(here.id, prisoner.id)
        kept = Entitlement(
            zone=zone, contacts=contacts, bans=bans,
            compacts=await self._store.compacts(prisoner.id),
        )  # fmt: skip
        rows = [_row(one, bans) for one in contacts]
        calls = await self._store.bookings(prisoner, limit=CALLS_SHOWN)
        return self._edge.page(
            request, "staff_prisoner.html", who=who, prisoner=prisoner, compacts=kept.compacts,
            contacts=rows, bans=bans,
            callable=[
                one.contact for one in rows if one.contact.is_approved and not one.bans
            ][:EXPECTED_MAX],
            months=await self._months(prisoner, zone, now), limit=self._numbers.social_month_min,
            is_signed=any(
                one.version >= self._numbers.compact_version for one in kept.compacts
            ),
            calls=[(one, self._problems(one, kept, now)) for one in calls],
            said=self._office.said(who),
        )  # fmt: skip

    async def _months(self, prisoner: Prisoner, zone: ZoneInfo, now: float) -> tuple[MonthRow, ...]:
        """This month and those that can be booked ahead of it."""
        rows, at = [], now
        for _ in range(MONTHS_SHOWN):
            month = month_of(at, zone)
            taken = await self._store.taken(prisoner.establishment, prisoner.reference, month)
            used = round(minutes_in(month, taken))
            left = max(0, self._numbers.social_month_min - used)
            rows.append(
                MonthRow(starts_on=to_local(month.starts_at, zone).date(), used=used, left=left)
            )
            at = month.ends_at
        return tuple(rows)

    def _problems(self, booking: Booking, kept: Entitlement, now: float) -> tuple[Problem, ...]:
        """What stands against a call that is still to come and was booked before."""
        if booking.state is not BookingState.CONFIRMED or booking.slot.ends_at < now:
            return ()
        return problems_of_entitlement(booking, kept, self._numbers, has_same_time=True)

    # -- contacts -----------------------------------------------------------------------------

    async def ask_contact(self, request: web.Request) -> web.StreamResponse:
        who, prisoner = await self._look(request)
        return self._ask_contact(request, who, prisoner, {}, {})

    async def add_contact(self, request: web.Request) -> web.StreamResponse:
        who, prisoner, typed = await self._act(request)
        faults: Faults = {}
        said = parse_contact(typed, faults)
        if said is None:
            return self._ask_contact(request, who, prisoner, typed, faults)
        contact = Contact(
            id=ContactId(make_id()), prisoner=prisoner.id, name=said.name, relation=said.relation,
            is_under_18=said.is_under_18, added_at=self._clock(),
        )  # fmt: skip
        done = self._done(EntitlementEvent.CONTACT_ADDED, prisoner, contact, who)
        try:
            await self._store.add_contact(contact, done)
        except Conflict:
            faults = {"name": "staff.prisoners.name_taken"}
            return self._ask_contact(request, who, prisoner, typed, faults)
        return self._edge.go(f"{PRISONERS}/{prisoner.id}")

    def _ask_contact(
        self, request: web.Request, who: SignedIn, prisoner: Prisoner, typed: Typed, faults: Faults
    ) -> web.Response:
        return self._edge.page(
            request, "staff_contact_form.html", who=who, faults=faults, prisoner=prisoner,
            typed=typed,
        )  # fmt: skip

    async def approve(self, request: web.Request) -> web.StreamResponse:
        """One who is approved already stays so, by whom it was."""
        who, prisoner, _typed = await self._act(request)
        contact = await self._contact(request, prisoner)
        if not contact.is_approved:
            done = self._done(EntitlementEvent.CONTACT_APPROVED, prisoner, contact, who)
            try:
                await self._store.approve(contact, who.member.name, done)
            except NotFound:  # somebody else was quicker
                raise web.HTTPNotFound from None
        return self._edge.go(f"{PRISONERS}/{prisoner.id}")

    async def ask_remove(self, request: web.Request) -> web.StreamResponse:
        who, prisoner = await self._look(request)
        contact = await self._contact(request, prisoner)
        return self._edge.page(
            request, "staff_contact_remove.html", who=who, prisoner=prisoner, contact=contact
        )

    async def remove(self, request: web.Request) -> web.StreamResponse:
        who, prisoner, _typed = await self._act(request)
        contact = await self._contact(request, prisoner)
        done = self._done(EntitlementEvent.CONTACT_REMOVED, prisoner, contact, who)
        try:
            await self._store.remove(contact, done)
        except NotFound:
            raise web.HTTPNotFound from None
        return self._edge.go(f"{PRISONERS}/{prisoner.id}")

    # -- the compact --------------------------------------------------------------------------

    async def ask_compact(self, request: web.Request) -> web.StreamResponse:
        who, prisoner = await self._look(request)
        typed = date_fields("signed", self._office.today(who))
        return self._ask_compact(request, who, prisoner, typed, {})

    async def sign(self, request: web.Request) -> web.StreamResponse:
        who, prisoner, typed = await self._act(request)
        faults: Faults = {}
        said = parse_signature(typed, self._office.today(who), faults)
        if said is None:
            return self._ask_compact(request, who, prisoner, typed, faults)
        compact = Compact(
            prisoner=prisoner.id, version=self._numbers.compact_version,
            signed_on=said[0], witnessed_by=said[1],
        )  # fmt: skip
        done = compact_happening(prisoner, compact, by=who.member, at=self._clock())
        try:
            await self._store.sign(compact, done)
        except Conflict:
            faults = {"signed-day": "staff.prisoners.signed_before"}
            return self._ask_compact(request, who, prisoner, typed, faults)
        return self._edge.go(f"{PRISONERS}/{prisoner.id}")

    def _ask_compact(
        self, request: web.Request, who: SignedIn, prisoner: Prisoner, typed: Typed, faults: Faults
    ) -> web.Response:
        return self._edge.page(
            request, "staff_compact_form.html", who=who, faults=faults, prisoner=prisoner,
            typed=typed, version=self._numbers.compact_version,
        )  # fmt: skip

    # -- the parts of the above ---------------------------------------------------------------

    async def _look(self, request: web.Request) -> tuple[SignedIn, Prisoner]:
        who = await self._office.clerk(request)
        return who, await own_prisoner(self._store, request, who)

    async def _act(self, request: web.Request) -> tuple[SignedIn, Prisoner, Typed]:
        who = await self._office.clerk(request)
        form = await self._edge.form(request)
        return who, await own_prisoner(self._store, request, who), form

    async def _contact(self, request: web.Request, prisoner: Prisoner) -> Contact:
        found = await self._store.contact(ContactId(request.match_info["contact"]))
        if found is None or found.prisoner != prisoner.id:
            raise web.HTTPNotFound
        return found

    def _done(
        self, event: EntitlementEvent, prisoner: Prisoner, contact: Contact, who: SignedIn
    ) -> Happening:
        return contact_happening(event, prisoner, contact, by=who.member, at=self._clock())


async def own_prisoner(store: EntitlementStore, request: web.Request, who: SignedIn) -> Prisoner:
    """The one that the path names, of the establishment of who asks."""
    found = await store.prisoner(PrisonerId(request.match_info["id"]))
    if found is None or found.establishment != who.member.establishment.id:
        raise web.HTTPNotFound
    return found


def _row(contact: Contact, bans: tuple[Ban, ...]) -> ContactRow:
    banned = bans_of_name(contact.name, contact.id, bans)
    like = tuple(one for one in like_banned(contact.name, bans) if one not in banned)
    return ContactRow(contact=contact, bans=banned, like=like)
