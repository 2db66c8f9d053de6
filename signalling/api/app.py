"""The REST API as one part of the application, under /api/v1."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator

from aiohttp import web

from signalling.addresses import Proxies
from signalling.api.bookings import BookingRoutes
from signalling.api.config import ApiConfig
from signalling.api.deliveries import Deliveries
from signalling.api.delivery import WebhookDelivery
from signalling.api.edge import ApiEdge
from signalling.api.meetings import MeetingRoutes
from signalling.api.openapi import document
from signalling.api.outcomes import OutcomeRoutes
from signalling.api.people import PeopleRoutes
from signalling.api.repeats import Repeats
from signalling.api.rooms import RoomRoutes
from signalling.api.routes import BASE, Route
from signalling.api.tokens import Tokens
from signalling.api.webhooks import WebhookRoutes
from signalling.bookings.service import BookingService
from signalling.ending import end
from signalling.seams import Clock, Store
from signalling.texts import Texts
from signalling.webhooks import Webhooks
from vmr.store import StoreError

FORGET_EVERY_S = 600.0

log = logging.getLogger(__name__)


class Api:
    """Its routes answer in an application of their own, so that every error below its path is one
    of its problems."""

    def __init__(
        self,
        *,
        store: Store,
        bookings: BookingService,
        webhooks: Webhooks,
        texts: Texts,
        clock: Clock,
        config: ApiConfig,
        counters: Counter[str],
        proxies: Proxies,
    ) -> None:
        self._store = store
        self._clock = clock
        self._edge = ApiEdge(
            tokens=Tokens(store=store.api, clock=clock, config=config, proxies=proxies),
            repeats=Repeats(store=store.api, clock=clock),
            counters=counters,
        )
        booked = BookingRoutes(
            api=store.api, bookings=store.bookings, service=bookings, texts=texts
        )
        self.routes: tuple[Route, ...] = (
            *RoomRoutes(store=store, bookings=bookings, clock=clock).routes(),
            *booked.routes(),
            *PeopleRoutes(bookings=booked, service=bookings).routes(),
            *OutcomeRoutes(store=store, texts=texts, clock=clock).routes(),
            *MeetingRoutes(store=store.api, records=store.records, clock=clock).routes(),
            *WebhookRoutes(store=store.webhooks, webhooks=webhooks).routes(),
        )
        self._deliveries = Deliveries(
            store=store.webhooks,
            delivery=WebhookDelivery(is_private_allowed=config.webhooks_to_private),
            clock=clock,
            counters=counters,
            look_s=config.webhooks_look_s,
        )
        self._document = json.dumps(document(self.routes)).encode()

    def add_to(self, app: web.Application) -> None:
        api = web.Application(middlewares=[self._edge.middleware])
        for route in self.routes:
            self._edge.add_route(api, route)
        api.router.add_route("GET", "/openapi.json", self._describe)
        app.add_subapp(BASE, api)
        app.cleanup_ctx.extend((self.live, self._deliveries.live))

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`."""
        forgetting = asyncio.create_task(self._keep_forgetting(), name="api answers")
        yield
        await end([forgetting])

    async def _keep_forgetting(self) -> None:
        while True:
            await asyncio.sleep(FORGET_EVERY_S)
            try:
                await self._store.api.forget_answers(self._clock())
            except StoreError as error:  # the next time will do
                log.error("answers were not forgotten error=%s", type(error).__name__)

    async def _describe(self, request: web.Request) -> web.Response:
        return web.Response(body=self._document, content_type="application/json")
