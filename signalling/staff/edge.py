"""The edge of every staff page: who may see it, and which forms are taken.

A form is taken when its Origin is our own and its token belongs to the browser's cookie; every
other is answered 403 before anything is looked at.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from aiohttp import web

from signalling.errors import SENTENCES, RequestError
from signalling.forms import FORM_WRONG, own_form, own_upload
from signalling.forms import Faults as Faults
from signalling.forms import Form as Form
from signalling.render import Renderer
from signalling.staff.config import StaffConfig
from signalling.staff.cookies import Cookies, csrf_token, make_cookie
from signalling.staff.sessions import StaffSessions
from vmr.staff import StaffMember, StaffPermission
from vmr.staff_sessions import SignInStep
from vmr.store import SignedIn

HOME = "/staff"
PATH_OF_STEP = {
    SignInStep.SECOND_FACTOR: "/staff/second-factor",
    SignInStep.NEW_PASSWORD: "/staff/new-password",
    SignInStep.SET_UP_SECOND_FACTOR: "/staff/set-up-second-factor",
    SignInStep.SIGNED_IN: HOME,
}
OWN_PATH = re.compile(r"/staff(?:/[A-Za-z0-9-]+)*")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Edge:
    """What every staff page needs of its request and for its answer."""

    def __init__(
        self,
        *,
        sessions: StaffSessions,
        cookies: Cookies,
        renderer: Renderer,
        config: StaffConfig,
    ) -> None:
        self.sessions = sessions
        self.cookies = cookies
        self.config = config
        self.places: list[tuple[str, tuple[StaffPermission, ...], str]] = []
        self._renderer = renderer

    def add_place(self, path: str, key: str, *any_of: StaffPermission) -> None:
        """A link on the staff home for who may follow it; `key` is its sentence, and `key`_hint
        what it is for."""
        self.places.append((path, any_of, key))

    def places_of(self, member: StaffMember) -> list[tuple[str, str]]:
        """Path and sentence of where this member may go."""
        return [
            (path, key)
            for path, any_of, key in self.places
            if not any_of or any(map(member.may, any_of))
        ]

    def add_route(self, app: web.Application, method: str, path: str, handler: Handler) -> None:
        """A staff page; where too many passwords wait to be checked it answers 503."""

        async def page(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except RequestError as error:
                raise web.HTTPServiceUnavailable(text=SENTENCES[error.code]) from None

        app.router.add_route(method, path, page)

    # -- who asks -----------------------------------------------------------------------------

    async def signed_in(self, request: web.Request, *any_of: StaffPermission) -> SignedIn:
        """Who has signed in; others are sent to what they lack, or told that they may not."""
        found = await self.at_step(request, SignInStep.SIGNED_IN)
        if any_of and not any(map(found.member.may, any_of)):
            self.refuse("staff_forbidden.html", found)
        return found

    async def at_step(self, request: web.Request, step: SignInStep) -> SignedIn:
        """Whose sign-in is at this step; others are sent to the page of theirs."""
        found = await self.sessions.recognise(request)
        if found is None:
            raise web.HTTPSeeOther(f"/staff/sign-in?next={next_path(request, request.path)}")
        if found.session.step is not step:
            raise web.HTTPSeeOther(with_next(request, PATH_OF_STEP[found.session.step]))
        return found

    async def form(self, request: web.Request) -> Form:
        """The fields of a form that our own page sent from this browser."""
        form = await own_form(request, self.cookies, self.config.origin)
        if form is None:
            self.refuse("staff_form_refused.html")
        return form

    async def upload(self, request: web.Request, name: str) -> tuple[Form, bytes | None]:
        """As `form`, with the one file that this field may hold; None where there is none."""
        sent = await own_upload(request, self.cookies, self.config.origin, name)
        if sent is None:
            self.refuse("staff_form_refused.html")
        return sent

    # -- what is answered ---------------------------------------------------------------------

    def page(
        self,
        request: web.Request,
        template: str,
        *,
        who: SignedIn | None = None,
        faults: Faults | None = None,
        cookie: str = "",
        status: int = 200,
        **variables: Any,
    ) -> web.Response:
        """A staff page with the form token of this browser; `cookie` is a new one to give it."""
        token = cookie or self.cookies.token(request)
        is_new = cookie != ""
        if token == "":
            token, is_new = make_cookie(), True
        response = self._renderer.page(
            template,
            status=FORM_WRONG if faults else status,
            csrf=csrf_token(token),
            member=who.member if who and who.session.is_signed_in else None,
            has_session=who is not None,
            faults=faults or {},
            here=request.path_qs,
            **variables,
        )
        if is_new:
            self.cookies.give(response, token)
        return response

    def refuse(self, template: str, who: SignedIn | None = None) -> NoReturn:
        """403, with a page that says what to do."""
        text = self._renderer.text(
            template, csrf="", member=None, has_session=False, faults={}, here=HOME
        )
        raise web.HTTPForbidden(text=text, content_type="text/html")

    def go(self, path: str, cookie: str = "") -> web.Response:
        """The answer to a form that was done."""
        response = web.Response(status=303, headers={"Location": path})
        if cookie:
            self.cookies.give(response, cookie)
        return response


def next_path(request: web.Request, default: str = HOME) -> str:
    """Where to go after sign-in: a staff page of ours and nothing else."""
    wanted = request.query.get("next", default)
    return wanted if OWN_PATH.fullmatch(wanted) else HOME


def with_next(request: web.Request, path: str) -> str:
    """The path of a step, keeping where to go afterwards; or, after the last, just that place."""
    after = next_path(request, HOME)
    if path == HOME:
        return after
    return path if after == HOME else f"{path}?next={after}"
