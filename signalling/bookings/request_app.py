"""The request pages as one part of the application: made together, swept while it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from signalling.bookings.letters import Letters
from signalling.bookings.mailboxes import Mailboxes
from signalling.bookings.request_edge import RequestEdge
from signalling.bookings.request_pages import RequestPages
from signalling.bookings.request_sign_in import RequestSignIn
from signalling.bookings.request_state_pages import RequestStatePages
from signalling.bookings.request_times import RequestTimes
from signalling.bookings.service import BookingService
from signalling.config import SignallingConfig
from signalling.languages import Languages
from signalling.seams import Clock, Store
from signalling.staff.cookies import Cookies
from signalling.tallies import Tallies

SWEEP_S = 15.0
COOKIE = "vmr-request"


class RequestApp:
    def __init__(
        self,
        *,
        store: Store,
        service: BookingService,
        letters: Letters,
        languages: Languages,
        clock: Clock,
        config: SignallingConfig,
        on_letters: Callable[[], None],
        tallies: Tallies,
    ) -> None:
        self._clock = clock
        others = tallies.join("mailbox.codes", count=self._hear_code)
        self.mailboxes = Mailboxes(config.requests, now=clock(), on_code=others.count)
        edge = RequestEdge(
            mailboxes=self.mailboxes,
            cookies=Cookies(is_secure=config.staff.is_secure, name=COOKIE),
            languages=languages,
            clock=clock,
            origin=config.staff.origin,
            proxies=config.proxies,
        )
        self._pages = (
            RequestSignIn(
                edge=edge,
                store=store,
                letters=letters,
                config=config.requests,
                notice_h=config.bookings.notice_h,
                can_send=config.mail.is_set_up,
                on_letters=on_letters,
            ),
            RequestPages(
                edge=edge,
                store=store,
                service=service,
                times=RequestTimes(store=store, service=service),
                config=config.requests,
                numbers=config.bookings,
                mail_domains=config.mail.domains,
            ),
            RequestStatePages(
                edge=edge,
                store=store,
                service=service,
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
        sweeper.cancel()
        await asyncio.gather(sweeper, return_exceptions=True)

    async def _keep_swept(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.mailboxes.sweep(self._clock())
