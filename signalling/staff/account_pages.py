"""The staff home, and the page of one's own account: password, second factor, sessions."""

from aiohttp import web

from signalling.seams import Clock
from signalling.staff.edge import HOME, Edge
from signalling.staff.second_factor import RECOVERY_CODES, SecondFactor
from signalling.staff.sign_in import SignIn
from signalling.staff.sign_in_pages import new_password_faults
from signalling.staff.times import time_text
from vmr.ids import StaffSessionId
from vmr.record import Happening
from vmr.staff import role_names
from vmr.staff_accounts import PASSWORD_MIN
from vmr.staff_record import StaffEvent, happening
from vmr.staff_sessions import SignInStep, TotpMode
from vmr.store import SignedIn, StaffStore
from vmr.store.secrets import hash_code, make_code

ACCOUNT = "/staff/account"
CHANGE_PASSWORD = "/staff/account/password"
CHANGE_SECOND_FACTOR = "/staff/account/second-factor"


class AccountPages:
    """Everything here that changes how one signs in asks for the password again."""

    def __init__(
        self,
        *,
        edge: Edge,
        sign_in: SignIn,
        second_factor: SecondFactor,
        store: StaffStore,
        clock: Clock,
    ) -> None:
        self._edge = edge
        self._sign_in = sign_in
        self._second_factor = second_factor
        self._store = store
        self._clock = clock

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", HOME, self.home)
        add(app, "GET", ACCOUNT, self.account)
        add(app, "GET", CHANGE_PASSWORD, self.ask_password)
        add(app, "POST", CHANGE_PASSWORD, self.take_password)
        add(app, "GET", CHANGE_SECOND_FACTOR, self.ask_second_factor)
        add(app, "POST", CHANGE_SECOND_FACTOR, self.take_second_factor)
        add(app, "POST", "/staff/account/recovery-codes", self.renew_recovery_codes)
        add(app, "POST", "/staff/account/remove-second-factor", self.remove_second_factor)
        add(app, "POST", "/staff/account/sign-out-everywhere", self.sign_out_everywhere)
        add(app, "POST", "/staff/account/end-session", self.end_session)

    async def home(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request)
        links = self._edge.places_of(who.member)
        return self._edge.page(request, "staff_home.html", who=who, links=links)

    async def account(self, request: web.Request) -> web.StreamResponse:
        return await self._show(request, await self._edge.signed_in(request))

    async def _show(
        self, request: web.Request, who: SignedIn, faults: dict[str, str] | None = None
    ) -> web.Response:
        account = await self._store.account(who.member.id)
        has_totp = account is not None and account.has_totp
        sessions = [
            {
                "id": one.id,
                "is_this": one.id == who.session.id,
                "browser": one.browser,
                "since": time_text(one.started_at),
                "used": time_text(one.used_at),
            }
            for one in await self._store.sessions_of(who.member.id)
            if one.is_signed_in
        ]
        return self._edge.page(
            request, "staff_account.html", who=who, faults=faults, has_totp=has_totp,
            has_password=account is not None and account.password_hash != "",
            mode=self._sign_in.mode.value, sessions=sessions,
            roles=role_names(who.member.roles),
            codes_left=await self._store.recovery_codes_left(who.member.id),
        )  # fmt: skip

    # -- password -----------------------------------------------------------------------------

    async def ask_password(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request)
        return self._ask_password(request, who, {})

    async def take_password(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request)
        form = await self._edge.form(request)
        faults = new_password_faults(form, who.member.username)
        if not await self._sign_in.is_own_password(who.member, form.get("current", "")):
            faults = {"current": "staff.password.current_wrong", **faults}
        elif not faults and form["new"] == form["current"]:
            faults = {"new": "staff.password.same"}
        if faults:
            return self._ask_password(request, who, faults)
        await self._sign_in.set_password(who, form["new"])
        await self._edge.sessions.check()
        cookie = await self._sign_in.advance(who, SignInStep.SIGNED_IN)
        return self._edge.go(ACCOUNT, cookie)

    def _ask_password(
        self, request: web.Request, who: SignedIn, faults: dict[str, str]
    ) -> web.Response:
        return self._edge.page(
            request, "staff_change_password.html", who=who, faults=faults,
            username=who.member.username, length=PASSWORD_MIN,
        )  # fmt: skip

    # -- second factor ------------------------------------------------------------------------

    async def ask_second_factor(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request)
        self._demand_totp()
        return self._second_factor.ask(request, who)

    async def take_second_factor(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request)
        self._demand_totp()
        form = await self._edge.form(request)
        if not await self._sign_in.is_own_password(who.member, form.get("current", "")):
            faults = {"current": "staff.password.current_wrong"}
            return self._second_factor.ask(request, who, faults)
        return await self._second_factor.take(request, who, form, ACCOUNT)

    async def renew_recovery_codes(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request)
        form = await self._edge.form(request)
        account = await self._store.account(who.member.id)
        if account is None or not account.has_totp:
            raise web.HTTPNotFound
        if not await self._sign_in.is_own_password(who.member, form.get("current", "")):
            return await self._show(request, who, {"codes": "staff.password.current_wrong"})
        codes = [make_code() for _ in range(RECOVERY_CODES)]
        done = self._happening(StaffEvent.RECOVERY_CODES_RENEWED, who)
        await self._store.set_recovery_codes(who.member.id, map(hash_code, codes), done)
        cookie = await self._sign_in.advance(who, SignInStep.SIGNED_IN)
        return self._second_factor.show(request, who, codes, cookie, ACCOUNT)

    async def remove_second_factor(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request)
        form = await self._edge.form(request)
        if self._sign_in.mode is TotpMode.REQUIRED:
            raise web.HTTPNotFound
        if not await self._sign_in.is_own_password(who.member, form.get("current", "")):
            return await self._show(request, who, {"remove": "staff.password.current_wrong"})
        done = self._happening(StaffEvent.SECOND_FACTOR_REMOVED, who)
        await self._store.set_totp(who.member.id, "", 0, (), done)
        return self._edge.go(ACCOUNT, await self._sign_in.advance(who, SignInStep.SIGNED_IN))

    def _demand_totp(self) -> None:
        if self._sign_in.mode is TotpMode.OFF:
            raise web.HTTPNotFound

    # -- sessions -----------------------------------------------------------------------------

    async def sign_out_everywhere(self, request: web.Request) -> web.StreamResponse:
        """Every session of this account ends, this one too."""
        who = await self._edge.signed_in(request)
        await self._edge.form(request)
        done = self._happening(StaffEvent.SIGNED_OUT_EVERYWHERE, who)
        await self._store.end_all_sessions(who.member.id, done)
        await self._edge.sessions.check()
        response = self._edge.go("/staff/sign-in")
        self._edge.cookies.take_back(response)
        return response

    async def end_session(self, request: web.Request) -> web.StreamResponse:
        """One of their own sessions ends."""
        who = await self._edge.signed_in(request)
        form = await self._edge.form(request)
        session = StaffSessionId(form.get("session", ""))
        if await self._store.end_session(session, who.member.id):
            done = self._happening(StaffEvent.SIGNED_OUT, who)
            await self._store.write_record(who.member.establishment.id, done)
            await self._edge.sessions.check()
        return self._edge.go(ACCOUNT)

    def _happening(self, event: StaffEvent, who: SignedIn) -> Happening:
        return happening(event, who.member, by=who.member, at=self._clock())
