"""Pages of a sign-in: username and password, second factor, new password, set-up; signing out."""

import re

from aiohttp import web

from signalling.addresses import Proxies, network_of
from signalling.staff.edge import HOME, PATH_OF_STEP, Edge, Faults, Form, with_next
from signalling.staff.second_factor import SecondFactor
from signalling.staff.sign_in import SignIn
from vmr.staff_accounts import PASSWORD_MIN, StaffAccount, password_fault
from vmr.staff_sessions import (
    SignInStep,
    after_new_password,
    after_second_factor,
    first_step,
)
from vmr.store import SignedIn

BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome",
            "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPad": "iPad", "iPhone": "iPhone", "Android": "Android", "Windows": "Windows",
           "Mac OS": "Mac", "CrOS": "Chromebook", "Linux": "Linux"}  # fmt: skip


class SignInPages:
    """`proxies` as in `SignallingConfig`; `has_oidc`: another way in is offered."""

    def __init__(
        self,
        *,
        edge: Edge,
        sign_in: SignIn,
        second_factor: SecondFactor,
        proxies: Proxies,
        has_oidc: bool,
    ) -> None:
        self._edge = edge
        self._sign_in = sign_in
        self._second_factor = second_factor
        self._proxies = proxies
        self._has_oidc = has_oidc

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", "/staff/sign-in", self.ask)
        add(app, "POST", "/staff/sign-in", self.take_password)
        add(app, "GET", PATH_OF_STEP[SignInStep.SECOND_FACTOR], self.ask_code)
        add(app, "POST", PATH_OF_STEP[SignInStep.SECOND_FACTOR], self.take_code)
        add(app, "GET", PATH_OF_STEP[SignInStep.NEW_PASSWORD], self.ask_new_password)
        add(app, "POST", PATH_OF_STEP[SignInStep.NEW_PASSWORD], self.take_new_password)
        add(app, "GET", PATH_OF_STEP[SignInStep.SET_UP_SECOND_FACTOR], self.ask_set_up)
        add(app, "POST", PATH_OF_STEP[SignInStep.SET_UP_SECOND_FACTOR], self.take_set_up)
        add(app, "POST", "/staff/sign-out", self.sign_out)

    # -- username and password ----------------------------------------------------------------

    async def ask(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.sessions.recognise(request)
        if who is not None and who.session.is_signed_in:
            raise web.HTTPSeeOther(with_next(request, HOME))
        return self._ask(request)

    async def take_password(self, request: web.Request) -> web.StreamResponse:
        form = await self._edge.form(request)
        username = form.get("username", "")
        account = await self._sign_in.check_password(
            username, form.get("password", ""), network_of(request, self._proxies)
        )
        if account is None:
            return self._ask(request, username=username[:64], is_refused=True)
        before = await self._edge.sessions.recognise(request)
        if before is not None:  # signed in anew over an old session: one browser, one session
            await self._sign_in.end(before)
        step = first_step(
            has_totp=account.has_totp,
            must_change_password=account.must_change_password,
            mode=self._sign_in.mode,
        )
        cookie = await self._sign_in.open(
            account.member, step, browser_name(request), how="password"
        )
        return self._edge.go(with_next(request, PATH_OF_STEP[step]), cookie)

    def _ask(
        self, request: web.Request, *, username: str = "", is_refused: bool = False
    ) -> web.Response:
        faults = {"username": "staff.sign_in.refused"} if is_refused else {}
        return show_sign_in(
            self._edge, request, has_oidc=self._has_oidc, faults=faults, username=username
        )

    # -- second factor ------------------------------------------------------------------------

    async def ask_code(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.at_step(request, SignInStep.SECOND_FACTOR)
        return self._edge.page(request, "staff_second_factor.html", who=who)

    async def take_code(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.at_step(request, SignInStep.SECOND_FACTOR)
        form = await self._edge.form(request)
        if await self._sign_in.check_code(who, form.get("code", "")):
            account = await self._account(who)
            step = after_second_factor(
                has_totp=True,
                must_change_password=account.must_change_password,
                mode=self._sign_in.mode,
            )
            cookie = await self._sign_in.advance(who, step, "second_factor")
            return self._edge.go(with_next(request, PATH_OF_STEP[step]), cookie)
        if self._sign_in.is_code_closed(who.member):
            await self._sign_in.end(who)
            return self._ask(request, is_refused=True)
        faults = {"code": "staff.second_factor.wrong"}
        return self._edge.page(request, "staff_second_factor.html", who=who, faults=faults)

    # -- new password -------------------------------------------------------------------------

    async def ask_new_password(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.at_step(request, SignInStep.NEW_PASSWORD)
        return self._ask_new_password(request, who, {})

    async def take_new_password(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.at_step(request, SignInStep.NEW_PASSWORD)
        form = await self._edge.form(request)
        faults = new_password_faults(form, who.member.username)
        account = await self._account(who)
        if not faults and await self._sign_in.is_same_password(account, form["new"]):
            faults = {"new": "staff.password.same"}
        if faults:
            return self._ask_new_password(request, who, faults)
        await self._sign_in.set_password(who, form["new"])
        step = after_new_password(has_totp=account.has_totp, mode=self._sign_in.mode)
        cookie = await self._sign_in.advance(who, step)
        return self._edge.go(with_next(request, PATH_OF_STEP[step]), cookie)

    def _ask_new_password(
        self, request: web.Request, who: SignedIn, faults: dict[str, str]
    ) -> web.Response:
        return self._edge.page(
            request, "staff_new_password.html", who=who, faults=faults,
            username=who.member.username, length=PASSWORD_MIN,
        )  # fmt: skip

    # -- set-up of the second factor ------------------------------------------------------------

    async def ask_set_up(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.at_step(request, SignInStep.SET_UP_SECOND_FACTOR)
        return self._second_factor.ask(request, who)

    async def take_set_up(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.at_step(request, SignInStep.SET_UP_SECOND_FACTOR)
        form = await self._edge.form(request)
        return await self._second_factor.take(request, who, form, with_next(request, HOME))

    # -- signing out --------------------------------------------------------------------------

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        await self._edge.form(request)
        who = await self._edge.sessions.recognise(request)
        if who is not None:
            await self._sign_in.end(who)
            await self._edge.sessions.check()
        response = self._edge.go("/staff/sign-in")
        self._edge.cookies.take_back(response)
        return response

    async def _account(self, who: SignedIn) -> StaffAccount:
        account = await self._sign_in.account(who)
        if account is None:
            raise web.HTTPSeeOther("/staff/sign-in")
        return account


def show_sign_in(
    edge: Edge,
    request: web.Request,
    *,
    has_oidc: bool,
    faults: Faults | None = None,
    username: str = "",
    oidc_fault: str = "",
) -> web.Response:
    """The page that asks for username and password; `oidc_fault` is a sentence of its own."""
    return edge.page(
        request,
        "staff_sign_in.html",
        faults=faults,
        status=403 if oidc_fault else 200,
        username=username,
        action=with_next(request, "/staff/sign-in"),
        has_oidc=has_oidc,
        oidc_path=with_next(request, "/staff/sign-in/oidc"),
        oidc_fault=oidc_fault,
    )


def new_password_faults(form: Form, username: str) -> dict[str, str]:
    """What is wrong with a new password and its repetition."""
    new = form.get("new", "")
    fault = password_fault(new, username=username)
    if fault is not None:
        return {"new": f"staff.password.{fault}"}
    return {} if form.get("again") == new else {"again": "staff.password.again_wrong"}


def browser_name(request: web.BaseRequest) -> str:
    """A few words for the owner's list of sessions, from what the browser says it is."""
    said = request.headers.get("User-Agent", "")
    browser = next((name for word, name in BROWSERS.items() if re.search(word, said)), "")
    system = next((name for word, name in SYSTEMS.items() if word in said), "")
    return ", ".join(part for part in (browser, system) if part)
