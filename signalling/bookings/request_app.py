"""The request pages as one part of the application: made together, swept while it runs."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from signalling.bookings.mailboxes import Mailboxes
from signalling.bookings.parts import BookingParts
from signalling.bookings.request_edge import RequestEdge
from signalling.bookings.request_pages import RequestPages
from signalling.bookings.request_sign_in import RequestSignIn
from signalling.bookings.request_state_pages import RequestStatePages
from signalling.bookings.request_times import RequestTimes
from signalling.ending import end
from signalling.ground import Ground
from signalling.staff.cookies import Cookies

SWEEP_S = 15.0
COOKIE = "vmr-request"


class RequestApp:
    def __init__(self, ground: Ground, bookings: BookingParts) -> None:
        self._clock = ground.clock
        config = ground.config
        others = ground.tallies.join("mailbox.codes", count=self._hear_code)
        self.mailboxes = Mailboxes(config.requests, now=ground.clock(), on_code=others.count)
        edge = RequestEdge(
            mailboxes=self.mailboxes,
            cookies=Cookies(is_secure=config.staff.is_secure, name=COOKIE),
            languages=ground.languages,
            clock=ground.clock,
            origin=config.staff.origin,
            proxies=config.proxies,
        )
        self._pages = (
            _sign_in(edge, ground, bookings),
            _questions(edge, ground, bookings),
            RequestStatePages(
                edge=edge,
                store=ground.store,
                service=bookings.service,
                config=config.requests,
                numbers=config.bookings,
            ),
        )

    def _hear_code(self, whose: str) -> None:
        self.mailboxes.hear_code(whose, self._clock())

    def add_to(self, app: web.Application) -> None:
        for pages in self._pages:
            pages.add_to(app)
        app.cleanup_ctx.append(self.live)

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`: what was typed goes when its session is over."""
        sweeper = asyncio.create_task(self._keep_swept(), name="request sessions")
        yield
        await end([sweeper])

    async def _keep_swept(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.mailboxes.sweep(self._clock())


def _sign_in(edge: RequestEdge, ground: Ground, bookings: BookingParts) -> RequestSignIn:
    config = ground.config
    return RequestSignIn(
        edge=edge,
        store=ground.store,
        letters=bookings.letters,
        config=config.requests,
        notice_h=config.bookings.notice_h,
        can_send=config.mail.is_set_up,
        on_letters=bookings.mail.wake,
    )


def _questions(edge: RequestEdge, ground: Ground, bookings: BookingParts) -> RequestPages:
    config, service = ground.config, bookings.service
    return RequestPages(
        edge=edge,
        store=ground.store,
        service=service,
        times=RequestTimes(store=ground.store, service=service),
        config=config.requests,
        numbers=config.bookings,
        mail_domains=config.mail.domains,
    )
