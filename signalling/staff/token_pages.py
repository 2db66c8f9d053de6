"""Tokens of programs that use the REST API: an administrator's pages over those of their own
establishment.

A token is shown once, when it is made; afterwards only its hash exists. One of another
establishment looks like one that does not exist.
"""

from dataclasses import dataclass

from aiohttp import web

from signalling.forms import ticked
from signalling.seams import Clock
from signalling.staff.edge import Edge, Faults, Form
from signalling.staff.times import time_text
from vmr.api_tokens import PREFIX, ApiScope, ApiToken, ApiTokenEvent, scope_names, token_happening
from vmr.ids import ApiTokenId
from vmr.staff import StaffPermission, parse_name
from vmr.store import ApiStore, NotFound, SignedIn
from vmr.store.secrets import make_id, make_token

TOKENS = "/staff/api-tokens"
MANAGE = StaffPermission.MANAGE_PROGRAMS
DAY_S = 86_400.0
LASTS_DAYS = {"30": 30, "90": 90, "365": 365, "": None}
"""How long a token may be used, as the form says it; None: until it is revoked."""
LASTS_FIRST = "365"
NAMES, NAMES_OF = ApiScope.RECORDS_PERSONAL.value, ApiScope.RECORDS_READ.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as it was filled in, or as it is offered."""

    name: str = ""
    scopes: tuple[str, ...] = ()
    lasts: str = LASTS_FIRST


class TokenPages:
    """Every change is in the record of the establishment."""

    def __init__(self, *, edge: Edge, store: ApiStore, clock: Clock) -> None:
        self._edge = edge
        self._store = store
        self._clock = clock
        edge.add_place(TOKENS, "staff.home.tokens", MANAGE)

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", TOKENS, self.list)
        add(app, "GET", f"{TOKENS}/add", self.ask_new)
        add(app, "POST", f"{TOKENS}/add", self.add)
        revoke = TOKENS + "/{id:[0-9a-f]{32}}/revoke"
        add(app, "GET", revoke, self.ask_revoke)
        add(app, "POST", revoke, self.revoke)

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        tokens = await self._store.tokens(who.member.establishment.id)
        return self._edge.page(
            request, "staff_tokens.html", who=who, now=self._clock(), time_text=time_text,
            items=[(one, scope_names(one.scopes)) for one in tokens],
        )  # fmt: skip

    # -- adding -------------------------------------------------------------------------------

    async def ask_new(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        return self._ask_new(request, who, Typed(), {})

    async def add(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        typed = _typed(await self._edge.form(request))
        name, faults = parse_name(typed.name), _faults(typed)
        if name is None or faults:
            return self._ask_new(request, who, typed, faults)
        days, now = LASTS_DAYS[typed.lasts], self._clock()
        token = ApiToken(
            id=ApiTokenId(make_id()),
            establishment=who.member.establishment,
            name=name,
            scopes=frozenset(ApiScope(one) for one in typed.scopes),
            made_at=now,
            expires_at=None if days is None else now + days * DAY_S,
        )
        secret = PREFIX + make_token()
        done = token_happening(ApiTokenEvent.ADDED, token, by=who.member, at=now)
        await self._store.add_token(token, secret, done)
        return self._edge.page(
            request, "staff_token.html", who=who, token=token, secret=secret,
            until=None if token.expires_at is None else time_text(token.expires_at),
        )  # fmt: skip

    def _ask_new(
        self, request: web.Request, who: SignedIn, typed: Typed, faults: Faults
    ) -> web.Response:
        return self._edge.page(
            request, "staff_token_form.html", who=who, faults=faults, typed=typed,
            scopes=scope_names(ApiScope), lasts=tuple(LASTS_DAYS),
        )  # fmt: skip

    # -- revoking -----------------------------------------------------------------------------

    async def ask_revoke(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        token = await self._token(request, who)
        return self._edge.page(request, "staff_revoke_token.html", who=who, token=token)

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        await self._edge.form(request)
        token = await self._token(request, who)
        done = token_happening(ApiTokenEvent.REVOKED, token, by=who.member, at=self._clock())
        try:
            await self._store.revoke_token(token, done)
        except NotFound:  # somebody else was quicker
            raise web.HTTPNotFound from None
        return self._edge.go(TOKENS)

    async def _token(self, request: web.Request, who: SignedIn) -> ApiToken:
        """One that is not revoked, of the establishment of who asks."""
        found = await self._store.token(ApiTokenId(request.match_info["id"]))
        if found is None or found.revoked_at is not None:
            raise web.HTTPNotFound
        if found.establishment.id != who.member.establishment.id:
            raise web.HTTPNotFound
        return found


def _typed(form: Form) -> Typed:
    """A word that is no scope is none."""
    return Typed(
        name=form.get("name", "")[:200],
        scopes=ticked(form, "scopes", scope_names(ApiScope)),
        lasts=form.get("lasts", LASTS_FIRST),
    )


def _faults(typed: Typed) -> Faults:
    faults: Faults = {}
    if parse_name(typed.name) is None:
        faults["name"] = "staff.tokens.name_wrong"
    if not typed.scopes:
        faults["scopes"] = "staff.tokens.scopes_wrong"
    elif NAMES in typed.scopes and NAMES_OF not in typed.scopes:
        faults["scopes"] = "staff.tokens.scopes_names"
    if typed.lasts not in LASTS_DAYS:
        faults["lasts"] = "staff.tokens.lasts_wrong"
    return faults
