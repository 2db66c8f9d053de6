"""Staff sign-in as one part of the application: its pages, and what runs beside them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from aiohttp import web

from signalling.ending import end
from signalling.ground import Ground
from signalling.pins import PinChecker
from signalling.running import Running
from signalling.staff.account_pages import AccountPages
from signalling.staff.edge import Edge
from signalling.staff.establishment_pages import EstablishmentPages
from signalling.staff.history_pages import HistoryPages
from signalling.staff.link_pages import LinkPages
from signalling.staff.oidc import Provider
from signalling.staff.oidc_pages import OidcPages
from signalling.staff.pdf import PdfMaker
from signalling.staff.people_pages import PEOPLE, PeoplePages
from signalling.staff.record_pages import RecordPages
from signalling.staff.room_pages import RoomPages
from signalling.staff.second_factor import SecondFactor
from signalling.staff.sign_in import SignIn
from signalling.staff.sign_in_pages import SignInPages
from signalling.staff.terminal_pages import TERMINALS, TerminalPages
from signalling.staff.token_pages import TokenPages
from signalling.staff.webhook_pages import WebhookPages
from signalling.webhooks import Webhooks
from vmr.ids import RoomId
from vmr.staff import StaffPermission

WRITE_EVERY_S = 1.0

log = logging.getLogger(__name__)


class Addable(Protocol):
    """Pages that know their own routes."""

    def add_to(self, app: web.Application) -> None: ...


class StaffApp:
    """Passwords have threads of their own: a flood of sign-ins delays no Host PIN."""

    def __init__(self, ground: Ground, *, running: Running, webhooks: Webhooks) -> None:
        config, store, clock = ground.config.staff, ground.store, ground.clock
        self._pins = PinChecker(at_once=config.checks_at_once, waiting=config.checks_waiting)
        self.sign_in = SignIn(
            store=store.staff, pins=self._pins, clock=clock, config=config, tallies=ground.tallies
        )
        edge = self.edge = Edge(
            sessions=running.staff,
            cookies=running.cookies,
            renderer=ground.renderer,
            config=config,
        )
        edge.add_place(PEOPLE, "staff.home.people", StaffPermission.MANAGE_STAFF)
        edge.add_place(TERMINALS, "staff.home.terminals", StaffPermission.MANAGE_ROOMS)
        self._pages = (
            *self._account_pages(ground),
            *self._office_pages(ground, running.meetings.rooms.is_running),
            *self._record_pages(ground),
            TerminalPages(edge=edge, terminals=store.terminals, clock=clock),
            TokenPages(edge=edge, store=store.api, clock=clock),
            WebhookPages(edge=edge, store=store.webhooks, webhooks=webhooks, clock=clock),
        )

    def _account_pages(self, ground: Ground) -> tuple[Addable, ...]:
        """Who somebody is: sign-in, their own account, those of others."""
        edge, sign_in, store, clock = self.edge, self.sign_in, ground.store.staff, ground.clock
        oidc = ground.config.staff.oidc
        provider = None if oidc is None else Provider(oidc)
        second_factor = SecondFactor(edge=edge, sign_in=sign_in, store=store, clock=clock)
        return (
            OidcPages(edge=edge, sign_in=sign_in, provider=provider, store=store, clock=clock),
            SignInPages(
                edge=edge,
                sign_in=sign_in,
                second_factor=second_factor,
                proxies=ground.config.proxies,
                has_oidc=provider is not None,
            ),
            AccountPages(
                edge=edge, sign_in=sign_in, second_factor=second_factor, store=store, clock=clock
            ),
            PeoplePages(edge=edge, sign_in=sign_in, store=store, clock=clock),
        )

    def _office_pages(
        self, ground: Ground, is_running: Callable[[RoomId], bool]
    ) -> tuple[Addable, ...]:
        """Rooms, their links, and the establishment."""
        office, clock = ground.store.office, ground.clock
        return (
            RoomPages(
                edge=self.edge,
                office=office,
                self_tests=ground.store.self_tests,
                pins=self._pins,
                numbers=ground.numbers,
                clock=clock,
                is_running=is_running,
            ),
            LinkPages(edge=self.edge, office=office, clock=clock),
            EstablishmentPages(edge=self.edge, office=office, clock=clock),
        )

    def _record_pages(self, ground: Ground) -> tuple[Addable, ...]:
        """Records of meetings, and that of the establishment."""
        edge, store, renderer, clock = self.edge, ground.store, ground.renderer, ground.clock
        return (
            HistoryPages(edge=edge, store=store, texts=renderer.texts, clock=clock),
            RecordPages(edge=edge, store=store, renderer=renderer, pdf=PdfMaker(), clock=clock),
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
        await end([writing])
        self._pins.close()

    async def _keep_written(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            try:
                await self.sign_in.write_closed()
            except Exception as error:  # the edge of a task: tried again
                log.error("the record of staff was not written error=%s", type(error).__name__)
