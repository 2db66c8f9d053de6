"""The edge of the request pages: who asks, which forms are taken, what is answered.

Forms are taken as at the staff pages (`signalling.forms`). A page that is asked for without a
session leads to the first page; one that asks too often is answered 429.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.addresses import Proxies, network_of
from signalling.bookings.mailboxes import Mailboxes, Session
from signalling.bookings.when import when_text
from signalling.forms import FORM_WRONG, Faults, Form, own_form
from signalling.languages import Languages
from signalling.render import Renderer
from signalling.seams import Clock
from signalling.staff.cookies import Cookies, csrf_token, make_cookie
from vmr.bookings.times import Interval
from vmr.rooms import Establishment

START = "/request"
TOO_OFTEN = 429
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RequestEdge:
    """`origin` and `proxies` as in `StaffConfig` and `SignallingConfig`.

    `texts` are for what is kept, which staff read.
    """

    def __init__(
        self,
        *,
        mailboxes: Mailboxes,
        cookies: Cookies,
        languages: Languages,
        clock: Clock,
        origin: str,
        proxies: Proxies,
    ) -> None:
        self.mailboxes = mailboxes
        self.cookies = cookies
        self.clock = clock
        self.texts = languages.staff.texts
        self._languages = languages
        self._origin = origin
        self._proxies = proxies

    def session(self, request: web.Request) -> Session:
        """Whose mailbox is proven in this browser; others are sent to the start, or told that
        their session is over."""
        cookie = self.cookies.token(request)
        found = self.found(request)
        if found is None:
            raise web.HTTPSeeOther(f"{START}/ended" if cookie else START)
        if not found.pages.take(self.clock()):
            self.refuse(request, "request_too_often.html", TOO_OFTEN)
        return found

    def found(self, request: web.Request) -> Session | None:
        return self.mailboxes.session(self.cookies.token(request), self.clock())

    def renderer(self, request: web.Request) -> Renderer:
        """In the language of who asks."""
        return self._languages.of(request)

    def when(self, request: web.Request, slot: Interval, at: Establishment) -> str:
        """A time on the establishment's clock, in the language of who asks."""
        return when_text(slot, ZoneInfo(at.zone), self._languages.of(request).texts)

    def network(self, request: web.Request) -> str:
        return network_of(request, self._proxies)

    async def form(self, request: web.Request) -> Form:
        """The fields of a form that our own page sent from this browser."""
        form = await own_form(request, self.cookies, self._origin)
        if form is None:
            self.refuse(request, "request_form_refused.html", web.HTTPForbidden.status_code)
        return form

    def page(
        self,
        request: web.Request,
        template: str,
        *,
        faults: Faults | None = None,
        status: int = 200,
        cookie: str = "",
        **variables: Any,
    ) -> web.Response:
        """A page with the form token of this browser, which is given a cookie if it has none."""
        token = self.cookies.token(request) or make_cookie()
        found = self.found(request)
        response = self._languages.of(request).page(
            template,
            status=FORM_WRONG if faults and status == web.HTTPOk.status_code else status,
            csrf=csrf_token(token),
            faults=faults or {},
            here=request.path_qs,
            mailbox="" if found is None else found.mailbox,
            **variables,
        )
        if token != self.cookies.token(request):
            self.cookies.give(response, token)
        return response

    def refuse(
        self, request: web.Request, template: str, status: int, mailbox: str = ""
    ) -> NoReturn:
        """A page that says what to do, with another status."""
        token = self.cookies.token(request)
        csrf = csrf_token(token) if mailbox else ""
        renderer = self._languages.of(request)
        text = renderer.text(template, csrf=csrf, faults={}, here=START, mailbox=mailbox)
        refusal = {403: web.HTTPForbidden, 404: web.HTTPNotFound, 429: web.HTTPTooManyRequests}
        raise refusal[status](text=text, content_type="text/html")

    def go(self, path: str, cookie: str = "") -> web.Response:
        """The answer to a form that was done."""
        response = web.Response(status=303, headers={"Location": path})
        if cookie:
            self.cookies.give(response, cookie)
        return response
