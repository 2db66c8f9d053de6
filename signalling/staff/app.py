"""Staff sign-in as one part of the application: its pages, and what runs beside them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from signalling.addresses import Proxies
from signalling.pins import PinChecker
from signalling.render import Renderer
from signalling.seams import Clock
from signalling.staff.account_pages import AccountPages
from signalling.staff.config import StaffConfig
from signalling.staff.cookies import Cookies
from signalling.staff.edge import Edge
from signalling.staff.establishment_pages import EstablishmentPages
from signalling.staff.history_pages import HistoryPages
from signalling.staff.link_pages import LinkPages
from signalling.staff.oidc import Provider
from signalling.staff.oidc_pages import OidcPages
from signalling.staff.pdf import PdfMaker
from signalling.staff.people_pages import PEOPLE, PeoplePages
from signalling.staff.record_pages import RecordPages, Records
from signalling.staff.room_pages import RoomPages
from signalling.staff.second_factor import SecondFactor
from signalling.staff.sessions import StaffSessions
from signalling.staff.sign_in import SignIn
from signalling.staff.sign_in_pages import SignInPages
from signalling.staff.terminal_pages import TERMINALS, TerminalPages
from signalling.staff.token_pages import TokenPages
from signalling.staff.webhook_pages import WebhookPages
from signalling.tallies import Tallies
from signalling.webhooks import Webhooks
from vmr.ids import RoomId
from vmr.numbers import Numbers
from vmr.staff import StaffPermission
from vmr.store import (
    ApiStore,
    Office,
    SelfTestStore,
    StaffStore,
    TerminalStore,
    WebhookStore,
)

WRITE_EVERY_S = 1.0

log = logging.getLogger(__name__)


class StaffApp:
    """Passwords have threads of their own: a flood of sign-ins delays no Host PIN."""

    def __init__(
        self,
        *,
        store: StaffStore,
        terminals: TerminalStore,
        records: Records,
        office: Office,
        self_tests: SelfTestStore,
        api: ApiStore,
        webhook_store: WebhookStore,
        webhooks: Webhooks,
        sessions: StaffSessions,
        cookies: Cookies,
        renderer: Renderer,
        clock: Clock,
        config: StaffConfig,
        proxies: Proxies,
        numbers: Numbers,
        is_running: Callable[[RoomId], bool],
        tallies: Tallies,
    ) -> None:
        self._pins = PinChecker(at_once=config.checks_at_once, waiting=config.checks_waiting)
        self.sign_in = SignIn(
            store=store, pins=self._pins, clock=clock, config=config, tallies=tallies
        )
        self.edge = Edge(sessions=sessions, cookies=cookies, renderer=renderer, config=config)
        self.edge.add_place(PEOPLE, "staff.home.people", StaffPermission.MANAGE_STAFF)
        self.edge.add_place(TERMINALS, "staff.home.terminals", StaffPermission.MANAGE_ROOMS)
        second_factor = SecondFactor(edge=self.edge, sign_in=self.sign_in, store=store, clock=clock)
        provider = None if config.oidc is None else Provider(config.oidc)
        oidc_pages = OidcPages(
            edge=self.edge, sign_in=self.sign_in, provider=provider, store=store, clock=clock
        )
        self._pages = (
            oidc_pages,
            SignInPages(
                edge=self.edge,
                sign_in=self.sign_in,
                second_factor=second_factor,
                proxies=proxies,
                has_oidc=config.oidc is not None,
            ),
            AccountPages(
                edge=self.edge,
                sign_in=self.sign_in,
                second_factor=second_factor,
                store=store,
                clock=clock,
            ),
            PeoplePages(edge=self.edge, sign_in=self.sign_in, store=store, clock=clock),
            RoomPages(
                edge=self.edge,
                office=office,
                self_tests=self_tests,
                pins=self._pins,
                numbers=numbers,
                clock=clock,
                is_running=is_running,
            ),
            LinkPages(edge=self.edge, office=office, clock=clock),
            EstablishmentPages(edge=self.edge, office=office, clock=clock),
            HistoryPages(edge=self.edge, store=records, texts=renderer.texts, clock=clock),
            TerminalPages(edge=self.edge, terminals=terminals, clock=clock),
            TokenPages(edge=self.edge, store=api, clock=clock),
            WebhookPages(edge=self.edge, store=webhook_store, webhooks=webhooks, clock=clock),
            RecordPages(
                edge=self.edge, store=records, renderer=renderer, pdf=PdfMaker(), clock=clock
            ),
        )

    def add_to(self, app: web.Application) -> None:
        for pages in self._pages:
            pages.add_to(app)
        app.cleanup_ctx.append(self.live)

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`."""
        await self.sign_in.warm_up()
        writing = asyncio.create_task(self._keep_written(), name="staff record")
        yield
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        self._pins.close()

    async def _keep_written(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            try:
                await self.sign_in.write_closed()
            except Exception as error:  # the edge of a task: tried again
                log.error("the record of staff was not written error=%s", type(error).__name__)
