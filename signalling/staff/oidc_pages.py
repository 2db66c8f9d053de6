"""Signing in with an account of the organisation: to its provider and back (OpenID Connect).

Nobody gets an account by this: one must exist, and be linked to the provider's subject. The first
time, the configured claim finds the account by its username and links it, once and for good. The
second factor is the provider's matter.
"""

import hmac
import logging

from aiohttp import web

from signalling.seams import Clock
from signalling.staff.cookies import make_cookie
from signalling.staff.edge import Edge, next_path
from signalling.staff.oidc import Attempt, Identity, OidcError, Provider
from signalling.staff.sign_in import SignIn
from signalling.staff.sign_in_pages import browser_name, show_sign_in
from vmr.staff import StaffMember, parse_username
from vmr.staff_record import StaffEvent, happening
from vmr.staff_sessions import UNFINISHED_S, SignInStep
from vmr.store import Conflict, StaffStore
from vmr.store.secrets import hash_token

BEGIN = "/staff/sign-in/oidc"
BACK = "/staff/sign-in/oidc/back"
ATTEMPTS_MAX = 1000
REFUSED = "staff.sign_in.oidc_refused"
FAILED = "staff.sign_in.oidc_failed"

log = logging.getLogger(__name__)


class OidcPages:
    """Without a provider there are no such pages. Attempts are this process's, by cookie."""

    def __init__(
        self,
        *,
        edge: Edge,
        sign_in: SignIn,
        provider: Provider | None,
        store: StaffStore,
        clock: Clock,
    ) -> None:
        self._edge = edge
        self._sign_in = sign_in
        self._provider = provider
        self._store = store
        self._clock = clock
        self._attempts: dict[str, Attempt] = {}

    def add_to(self, app: web.Application) -> None:
        if self._provider is not None:
            self._edge.add_route(app, "GET", BEGIN, self.begin)
            self._edge.add_route(app, "GET", BACK, self.back)

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """To the provider; only the browser that goes may come back."""
        assert self._provider is not None
        cookie = self._edge.cookies.token(request)
        given = "" if cookie else make_cookie()
        try:
            uri, attempt = await self._provider.begin(
                self._redirect_uri(request), next_path(request), self._clock()
            )
        except OidcError as error:
            return self._fail(request, error)
        if len(self._attempts) >= ATTEMPTS_MAX:
            del self._attempts[next(iter(self._attempts))]  # the oldest
        self._attempts[hash_token(cookie or given)] = attempt
        return self._edge.go(uri, given)

    async def back(self, request: web.Request) -> web.StreamResponse:
        """From the provider, with a code that stands for somebody, or an error."""
        assert self._provider is not None
        attempt = self._attempts.pop(hash_token(self._edge.cookies.token(request)), None)
        if attempt is None or not self._is_of(attempt, request):
            return self._fail(request, OidcError("no such attempt"))
        try:
            identity = await self._provider.finish(
                attempt, request.query.get("code", ""), self._redirect_uri(request)
            )
        except OidcError as error:
            return self._fail(request, error)
        member = await self._member(identity)
        if member is None:
            return show_sign_in(self._edge, request, has_oidc=True, oidc_fault=REFUSED)
        before = await self._edge.sessions.recognise(request)
        if before is not None:
            await self._sign_in.end(before)
        cookie = await self._sign_in.open(
            member, SignInStep.SIGNED_IN, browser_name(request), how="oidc"
        )
        return self._edge.go(attempt.next, cookie)

    def _is_of(self, attempt: Attempt, request: web.Request) -> bool:
        state = request.query.get("state", "")
        is_ours = hmac.compare_digest(attempt.state.encode(), state.encode())
        return is_ours and self._clock() - attempt.started_at < UNFINISHED_S

    async def _member(self, identity: Identity) -> StaffMember | None:
        """Whose account it is: linked before, or named by the claim and linked now."""
        account = await self._store.account_by_subject(identity.issuer, identity.subject)
        if account is not None:
            return None if account.member.is_disabled else account.member
        account = await self._store.account_by_username(parse_username(identity.named) or "")
        if account is None or account.member.is_disabled or account.oidc_subject:
            return None
        done = happening(
            StaffEvent.LINKED, account.member, by=account.member, at=self._clock(),
            facts=(("issuer", identity.issuer),),
        )  # fmt: skip
        try:
            await self._store.link(account.member.id, identity.issuer, identity.subject, done)
        except Conflict:  # another account was linked to this subject in the meantime
            return None
        return account.member

    def _fail(self, request: web.Request, error: OidcError) -> web.Response:
        log.warning("sign-in by OpenID Connect failed reason=%s", str(error))
        return show_sign_in(self._edge, request, has_oidc=True, oidc_fault=FAILED)

    def _redirect_uri(self, request: web.Request) -> str:
        origin = self._edge.config.origin or f"{request.scheme}://{request.host}"
        return f"{origin}{BACK}"
