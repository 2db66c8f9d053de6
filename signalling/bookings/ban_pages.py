"""Bans from social calls: made on the word of a named authority, reviewed, kept or lifted.

For who may book: they enter what the authority has decided, and the record says who entered it. A
ban holds until it is lifted; its review date only puts it on the list.
"""

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from signalling.bookings.entitlement_forms import (
    BanSaid,
    Typed,
    date_fields,
    parse_ban,
    parse_reason,
    parse_review,
)
from signalling.bookings.office import Office
from signalling.bookings.prisoner_pages import PRISONER, PRISONERS, own_prisoner
from signalling.staff.edge import Faults
from vmr.bookings.entitlement_record import EntitlementEvent, ban_happening
from vmr.bookings.entitlements import Ban, Contact, Prisoner
from vmr.ids import BanId
from vmr.record import Happening
from vmr.store import NotFound, SignedIn
from vmr.store.secrets import make_id

BANS = "/staff/bans"
BAN = BANS + "/{ban:[0-9a-f]{32}}"


class BanPages:
    """Every change is in the establishment's record, by name."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge
        self._store = office.store.entitlements
        self._clock = office.clock

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", BANS, self.list)
        add(app, "GET", f"{BANS}/add", self.ask_wide)
        add(app, "POST", f"{BANS}/add", self.add_wide)
        add(app, "GET", f"{PRISONER}/bans/add", self.ask_new)
        add(app, "POST", f"{PRISONER}/bans/add", self.add)
        add(app, "GET", BAN, self.show)
        add(app, "POST", f"{BAN}/keep", self.keep)
        add(app, "POST", f"{BAN}/lift", self.lift)

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        bans, today = await self._store.bans(who.member.establishment.id), self._office.today(who)
        return self._edge.page(
            request, "staff_bans.html", who=who, said=self._office.said(who),
            due=[one for one in bans if one.is_due(today)],
            others=[one for one in bans if not one.is_due(today)],
        )  # fmt: skip

    # -- making -------------------------------------------------------------------------------

    async def ask_wide(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        return self._ask(request, who, None, (), self._new(who), {})

    async def add_wide(self, request: web.Request) -> web.StreamResponse:
        """Of a name, for every prisoner of the establishment."""
        who = await self._office.clerk(request)
        typed = await self._edge.form(request)
        return await self._add(request, who, None, (), typed)

    async def ask_new(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        prisoner = await own_prisoner(self._store, request, who)
        contacts = await self._store.contacts(prisoner.id)
        return self._ask(request, who, prisoner, contacts, self._new(who), {})

    async def add(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        typed = await self._edge.form(request)
        prisoner = await own_prisoner(self._store, request, who)
        contacts = await self._store.contacts(prisoner.id)
        return await self._add(request, who, prisoner, contacts, typed)

    async def _add(
        self,
        request: web.Request,
        who: SignedIn,
        prisoner: Prisoner | None,
        contacts: tuple[Contact, ...],
        typed: Typed,
    ) -> web.StreamResponse:
        faults: Faults = {}
        said = parse_ban(typed, contacts, self._office.today(who), faults, is_wide=prisoner is None)
        if said is None:
            return self._ask(request, who, prisoner, contacts, typed, faults)
        ban = self._ban(said, prisoner, who)
        try:
            await self._store.add_ban(ban, self._done(EntitlementEvent.BAN_MADE, ban, who))
        except NotFound:  # the contact was removed meanwhile
            raise web.HTTPNotFound from None
        return self._edge.go(BANS if prisoner is None else f"{PRISONERS}/{prisoner.id}")

    def _ban(self, said: BanSaid, prisoner: Prisoner | None, who: SignedIn) -> Ban:
        is_wide = said.is_wide or prisoner is None
        return Ban(
            id=BanId(make_id()),
            establishment=who.member.establishment.id,
            prisoner=None if is_wide or prisoner is None else prisoner.id,
            contact=said.contact,
            name=said.name,
            authority=said.authority,
            office=said.office,
            reason=said.reason,
            starts_on=said.starts_on,
            review_on=said.review_on,
            made_by=who.member.name,
            made_at=self._clock(),
        )

    def _ask(
        self,
        request: web.Request,
        who: SignedIn,
        prisoner: Prisoner | None,
        contacts: tuple[Contact, ...],
        typed: Typed,
        faults: Faults,
    ) -> web.Response:
        return self._edge.page(
            request, "staff_ban_form.html", who=who, faults=faults, prisoner=prisoner,
            contacts=contacts, typed=typed,
        )  # fmt: skip

    def _new(self, who: SignedIn) -> Mapping[str, str]:
        """The form as it begins: from today on."""
        return date_fields("starts", self._office.today(who))

    # -- one ban ------------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        return await self._show(request, who, await self._ban_of(request, who), {}, {})

    async def keep(self, request: web.Request) -> web.StreamResponse:
        """It was reviewed, and stands until the next review."""
        who, ban, typed = await self._act(request)
        faults: Faults = {}
        review_on = parse_review(typed, ban.starts_on, self._office.today(who), faults)
        if review_on is None:
            return await self._show(request, who, ban, typed, faults)
        kept = replace(ban, review_on=review_on)
        return await self._change(EntitlementEvent.BAN_KEPT, kept, who)

    async def lift(self, request: web.Request) -> web.StreamResponse:
        who, ban, typed = await self._act(request)
        faults: Faults = {}
        reason = parse_reason(typed, faults)
        if reason is None:
            return await self._show(request, who, ban, typed, faults)
        lifted = replace(
            ban, lifted_by=who.member.name, lifted_at=self._clock(), lift_reason=reason
        )
        return await self._change(EntitlementEvent.BAN_LIFTED, lifted, who)

    async def _change(
        self, event: EntitlementEvent, changed: Ban, who: SignedIn
    ) -> web.StreamResponse:
        try:
            await self._store.change_ban(changed, self._done(event, changed, who))
        except NotFound:  # somebody else has lifted it
            raise web.HTTPNotFound from None
        return self._edge.go(f"{BANS}/{changed.id}")

    async def _show(
        self, request: web.Request, who: SignedIn, ban: Ban, typed: Typed, faults: Faults
    ) -> web.Response:
        prisoner = None if ban.prisoner is None else await self._store.prisoner(ban.prisoner)
        return self._edge.page(
            request, "staff_ban.html", who=who, faults=faults, ban=ban, prisoner=prisoner,
            typed=typed, is_due=ban.is_due(self._office.today(who)), said=self._office.said(who),
        )  # fmt: skip

    # -- the parts of the above ---------------------------------------------------------------

    async def _act(self, request: web.Request) -> tuple[SignedIn, Ban, Typed]:
        """Who asks, a ban that stands, and the form."""
        who = await self._office.clerk(request)
        form = await self._edge.form(request)
        ban = await self._ban_of(request, who)
        if ban.is_lifted:
            raise web.HTTPNotFound
        return who, ban, form

    async def _ban_of(self, request: web.Request, who: SignedIn) -> Ban:
        """The one that the path names, of the establishment of who asks."""
        found = await self._store.ban(BanId(request.match_info["ban"]))
        if found is None or found.establishment != who.member.establishment.id:
            raise web.HTTPNotFound
        return found

    def _done(self, event: EntitlementEvent, ban: Ban, who: SignedIn) -> Happening:
        return ban_happening(event, ban, by=who.member, at=self._clock())
