"""Enrolled terminals: an administrator's pages over those of their own establishment.

A terminal of another establishment looks like one that does not exist. Enrolling is done at the
terminal itself, by the key of its browser.
"""

from collections.abc import Iterable

from aiohttp import web

from signalling.device import BadDevice
from signalling.seams import Clock
from signalling.staff.edge import Edge
from signalling.staff.enrolment import PLACE, Enrolment
from signalling.staff.times import time_text
from vmr.ids import DeviceId, TerminalId
from vmr.staff import StaffPermission, parse_name
from vmr.staff_record import TerminalEvent, hosts_only_happening, terminal_happening
from vmr.store import Conflict, NotFound, SignedIn, TerminalStore
from vmr.store.secrets import make_id
from vmr.terminals import EnrolledTerminal

TERMINALS = "/staff/terminals"
MANAGE = StaffPermission.MANAGE_ROOMS


class TerminalPages:
    """Every change is in the record of staff."""

    def __init__(self, *, edge: Edge, terminals: TerminalStore, clock: Clock) -> None:
        self._edge = edge
        self._terminals = terminals
        self._clock = clock
        self._enrolment = Enrolment(clock)

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", TERMINALS, self.list)
        add(app, "POST", f"{TERMINALS}/only", self.set_hosts_only)
        add(app, "GET", f"{TERMINALS}/enrol", self.ask_new)
        add(app, "POST", f"{TERMINALS}/enrol", self.enrol)
        revoke = TERMINALS + "/{id:[0-9a-f]{32}}/revoke"
        add(app, "GET", revoke, self.ask_revoke)
        add(app, "POST", revoke, self.revoke)

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        terminals = await self._terminals.terminals(who.member.establishment.id)
        return self._edge.page(
            request, "staff_terminals.html", who=who, terminals=terminals,
            in_use=_in_use(terminals), time_text=time_text,
        )  # fmt: skip

    async def set_hosts_only(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        form = await self._edge.form(request)
        only = form.get("only") == "yes"
        establishment = who.member.establishment
        if only == establishment.hosts_only_at_terminals:
            return self._edge.go(TERMINALS)
        in_use = _in_use(await self._terminals.terminals(establishment.id))
        if only and not in_use and form.get("confirmed") != "yes":
            return self._edge.page(request, "staff_terminals_only.html", who=who)
        done = hosts_only_happening(only, by=who.member, at=self._clock())
        await self._terminals.set_hosts_only(establishment.id, only, done)
        return self._edge.go(TERMINALS)

    # -- enrolling ----------------------------------------------------------------------------

    async def ask_new(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        return self._ask_new(request, who, "", {})

    async def enrol(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        form = await self._edge.form(request)
        typed = form.get("name", "")
        name, faults = parse_name(typed), {}
        if name is None:
            faults["name"] = "staff.terminals.name_wrong"
        try:
            device = self._enrolment.prove(
                who.session.id,
                x=form.get("x", ""), y=form.get("y", ""), signature=form.get("signature", ""),
            )  # fmt: skip
        except BadDevice:
            faults["enrol"] = "staff.terminals.not_proven"
        else:
            if name is not None:
                terminal = await self._enrol(who, name, device)
                if terminal is not None:
                    return self._edge.page(
                        request, "staff_terminal_enrolled.html", who=who, terminal=terminal
                    )
                faults["enrol"] = "staff.terminals.enrolled_before"
        return self._ask_new(request, who, typed, faults)

    async def _enrol(self, who: SignedIn, name: str, device: DeviceId) -> EnrolledTerminal | None:
        """None: this browser is enrolled already."""
        terminal = EnrolledTerminal(
            id=TerminalId(make_id()),
            establishment=who.member.establishment.id,
            device=device,
            name=name,
            enrolled_at=self._clock(),
            enrolled_by=who.member.name,
        )
        done = terminal_happening(
            TerminalEvent.ENROLLED, terminal, by=who.member, at=terminal.enrolled_at
        )
        try:
            await self._terminals.enrol(terminal, who.member.id, done)
        except Conflict:
            return None
        return terminal

    def _ask_new(
        self, request: web.Request, who: SignedIn, name: str, faults: dict[str, str]
    ) -> web.Response:
        return self._edge.page(
            request, "staff_enrol.html", who=who, faults=faults, name=name[:100],
            place=PLACE, nonce=self._enrolment.give_nonce(who.session.id),
        )  # fmt: skip

    # -- revoking -----------------------------------------------------------------------------

    async def ask_revoke(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        terminal = await self._terminal(request, who)
        return self._edge.page(request, "staff_revoke_terminal.html", who=who, terminal=terminal)

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        await self._edge.form(request)
        terminal = await self._terminal(request, who)
        done = terminal_happening(TerminalEvent.REVOKED, terminal, by=who.member, at=self._clock())
        try:
            await self._terminals.revoke(terminal, who.member.id, done)
        except NotFound:  # somebody else was quicker
            raise web.HTTPNotFound from None
        return self._edge.go(TERMINALS)

    async def _terminal(self, request: web.Request, who: SignedIn) -> EnrolledTerminal:
        """One in use, of the establishment of who asks."""
        found = await self._terminals.terminal(TerminalId(request.match_info["id"]))
        if found is None or found.is_revoked:
            raise web.HTTPNotFound
        if found.establishment != who.member.establishment.id:
            raise web.HTTPNotFound
        return found


def _in_use(terminals: Iterable[EnrolledTerminal]) -> int:
    return sum(1 for one in terminals if not one.is_revoked)
