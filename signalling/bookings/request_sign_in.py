"""The first pages: which establishment, whose mailbox, and the code that proves it.

The answer to an address is the same whether or not it was ever seen. That requests are not taken
from its domain is no secret and is said.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web

from signalling.bookings.letters import Letters
from signalling.bookings.mailboxes import TooManyCodes
from signalling.bookings.request_config import MINUTE_S, RequestConfig
from signalling.bookings.request_edge import START, TOO_OFTEN, RequestEdge
from signalling.forms import FORM_WRONG, Faults
from vmr.bookings.addresses import domain_of
from vmr.ids import EstablishmentId
from vmr.rooms import Establishment
from vmr.store import OutboxStore

STATE = f"{START}/state"
EMAIL, CODE = f"{START}/email", f"{START}/code"
STATE_PLACE = re.compile(r"/request/state(?:/[A-Z]{4}-[0-9]{4})?")


class Store(Protocol):
    """What of `vmr.store.Store` this needs."""

    @property
    def outbox(self) -> OutboxStore: ...

    async def establishments(self) -> Sequence[Establishment]: ...


class RequestSignIn:
    """`on_letters` hears that there is one. `can_send`: mail is set up."""

    def __init__(
        self,
        *,
        edge: RequestEdge,
        store: Store,
        letters: Letters,
        config: RequestConfig,
        notice_h: int,
        can_send: bool,
        on_letters: Callable[[], None],
    ) -> None:
        self._edge = edge
        self._store = store
        self._letters = letters
        self._config = config
        self._code_min = round(config.code_s / MINUTE_S)
        self._notice_h = notice_h
        self._can_send = can_send
        self._on_letters = on_letters

    def add_to(self, app: web.Application) -> None:
        add = app.router.add_route
        add("GET", START, self.start)
        add("POST", START, self.choose)
        add("GET", EMAIL, self.ask_email)
        add("POST", EMAIL, self.take_email)
        add("GET", CODE, self.ask_code)
        add("POST", CODE, self.take_code)
        add("POST", f"{START}/leave", self.leave)
        add("GET", f"{START}/ended", self.ended)

    # -- which establishment ------------------------------------------------------------------

    async def start(self, request: web.Request) -> web.StreamResponse:
        return await self._start(request, {})

    async def choose(self, request: web.Request) -> web.StreamResponse:
        form = await self._edge.form(request)
        chosen = {one.id: one for one in await self._open()}.get(
            EstablishmentId(form.get("establishment", ""))
        )
        if chosen is None:
            return await self._start(request, {"establishment": "request.start.missing"})
        session = self._edge.found(request)
        if session is None:
            return self._edge.go(f"{EMAIL}?{urlencode({'at': chosen.id})}")
        channel = self._config.channel_of(session.mailbox)
        assert channel is not None
        session.draft.choose_establishment(chosen.id, channel)
        return self._edge.go(f"{START}/{session.draft.next_step().value}")

    async def _start(self, request: web.Request, faults: Faults) -> web.Response:
        known = await self._store.establishments()
        session = self._edge.found(request)
        return self._edge.page(
            request,
            "request_start.html",
            faults=faults,
            establishments=await self._open(),
            others=[one for one in known if not one.takes_requests or not self._can_send],
            chosen="" if session is None else session.draft.establishment,
            notice_h=self._notice_h,
            has_courts=self._config.court_domains != (),
        )

    # -- whose mailbox ------------------------------------------------------------------------

    async def ask_email(self, request: web.Request) -> web.StreamResponse:
        return self._ask_email(request)

    async def take_email(self, request: web.Request) -> web.StreamResponse:
        form = await self._edge.form(request)
        typed = form.get("email", "").strip()[:320]
        mailbox = typed.lower()
        if domain_of(mailbox) is None:
            return self._ask_email(request, {"email": "request.email.wrong"}, typed)
        if self._config.channel_of(mailbox) is None:
            return self._ask_email(request, {"email": "request.email.domain"}, typed)
        establishments = await self._store.establishments()
        if not self._can_send or not establishments:
            raise web.HTTPSeeOther(START)
        at, cookie, now = request.query.get("at", ""), self._cookie(request), self._edge.clock()
        own = next((one for one in establishments if one.id == at), establishments[0])
        place = request.query.get("next", "")
        try:
            code = self._edge.mailboxes.ask(
                cookie,
                mailbox,
                self._edge.network(request),
                now,
                establishment=own.id if own.id == at else "",
                place=place if STATE_PLACE.fullmatch(place) else "",
            )
        except TooManyCodes:
            faults = {"email": "request.email.too_many"}
            return self._ask_email(request, faults, typed, status=TOO_OFTEN)
        letter = self._letters.code(
            code, mailbox, own, now, minutes=self._code_min, renderer=self._edge.renderer(request)
        )
        await self._store.outbox.add([letter])
        self._on_letters()
        return self._edge.go(CODE)

    def _ask_email(
        self, request: web.Request, faults: Faults | None = None, typed: str = "", status: int = 200
    ) -> web.Response:
        return self._edge.page(
            request,
            "request_email.html",
            faults=faults,
            status=status,
            typed=typed,
            domains=sorted({*self._config.domains, *self._config.court_domains})
            if self._config.domains
            else [],
        )

    def _cookie(self, request: web.Request) -> str:
        """The form was taken, so there is one."""
        return self._edge.cookies.token(request)

    # -- the code -----------------------------------------------------------------------------

    async def ask_code(self, request: web.Request) -> web.StreamResponse:
        return self._ask_code(request, {})

    async def take_code(self, request: web.Request) -> web.StreamResponse:
        form = await self._edge.form(request)
        typed = "".join(form.get("code", "")[:40].split())
        now, cookie = self._edge.clock(), self._cookie(request)
        try:
            proven = self._edge.mailboxes.prove(cookie, typed, now)
        except TooManyCodes:
            self._edge.refuse(request, "request_too_often.html", TOO_OFTEN)
        if proven is None:
            return self._ask_code(request, {"code": "request.code.wrong"})
        self._edge.mailboxes.end(cookie)
        token, asked = proven
        session = self._edge.mailboxes.session(token, now)
        channel = self._config.channel_of(asked.mailbox)
        if session is not None and channel is not None and asked.establishment:
            session.draft.choose_establishment(EstablishmentId(asked.establishment), channel)
            return self._edge.go(asked.place or f"{START}/{session.draft.next_step().value}", token)
        return self._edge.go(asked.place or START, token)

    def _ask_code(self, request: web.Request, faults: Faults) -> web.Response:
        asked = self._edge.mailboxes.asked(self._cookie(request), self._edge.clock())
        if asked is None:
            return self._edge.page(
                request, "request_code_over.html", status=FORM_WRONG if faults else 200
            )
        return self._edge.page(
            request,
            "request_code.html",
            faults=faults,
            address=asked.mailbox,
            minutes=self._code_min,
        )

    # -- the end ------------------------------------------------------------------------------

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """What was typed is deleted."""
        await self._edge.form(request)
        self._edge.mailboxes.end(self._cookie(request))
        response = self._edge.go(START)
        self._edge.cookies.take_back(response)
        return response

    async def ended(self, request: web.Request) -> web.StreamResponse:
        minutes = round(self._config.session_s / MINUTE_S)
        return self._edge.page(request, "request_ended.html", minutes=minutes)

    async def _open(self) -> list[Establishment]:
        """Those that take requests."""
        known = await self._store.establishments()
        return [one for one in known if one.takes_requests and self._can_send]
