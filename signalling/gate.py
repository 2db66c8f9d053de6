"""How often one network may ask for pages, files and forms: the gate before all of them.

Entrances with limits of their own are let through to those; so are the two addresses that load
balancers ask, which would take a server out that answers them 429. Whoever asks too often gets the
same answer everywhere, before anything is looked up.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from signalling.addresses import network_of
from signalling.config import SignallingConfig
from signalling.errors import SENTENCES
from signalling.limits import KeyedLimit
from signalling.refusals import Entrance, Refusals
from signalling.seams import Clock

RETRY_S = 10
OWN_LIMITS = ("/socket.io/", "/whip", "/whep", "/check/", "/api/")
UNLIMITED = frozenset({"/healthz", "/readyz"})
READS = frozenset({"GET", "HEAD", "OPTIONS"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """`guard` is the outermost middleware."""

    def __init__(self, *, config: SignallingConfig, clock: Clock, refusals: Refusals) -> None:
        self._proxies = config.proxies
        self._clock = clock
        self._refusals = refusals
        self._pages = KeyedLimit(rate=config.pages_per_network_s, burst=config.pages_burst)
        self._forms = KeyedLimit(rate=config.forms_per_network_s, burst=config.forms_burst)

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in UNLIMITED or request.path.startswith(OWN_LIMITS):
            return await handler(request)
        is_read = request.method in READS
        limit = self._pages if is_read else self._forms
        network = network_of(request, self._proxies)
        if limit.take(network, self._clock()):
            return await handler(request)
        self._refusals.note(Entrance.PAGES if is_read else Entrance.FORMS, network)
        headers = {"Retry-After": str(RETRY_S)}
        return web.Response(status=429, text=SENTENCES["too_many_requests"], headers=headers)
