"""The documents and files a browser fetches: index, meeting, texts, static files, health.

A room's address in the path is all an address ever carries; an unknown, closed or malformed one
gets the same page.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from lobby.view_builder import room_view
from signalling.errors import SENTENCES
from signalling.files import Files
from signalling.known import Known
from signalling.languages import Languages
from signalling.requests import ADDRESS
from signalling.seams import Rights, Store
from signalling.texts import FILES, LANGUAGES, Texts
from signalling.traces import trace_of
from signalling.versions import PROTOCOLS
from signalling.wire import to_wire
from vmr.numbers import Numbers
from vmr.policies import POLICIES
from vmr.rooms import Room
from vmr.store import StoreError

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """Renders the templates of web/pages."""

    def __init__(
        self,
        *,
        store: Store,
        languages: Languages,
        numbers: Numbers,
        known: Known,
        is_shut: Callable[[Room], bool],
        health: Callable[[], dict[str, object]],
        rights: Rights,
        has_relays: bool = False,
    ) -> None:
        self._store = store
        self._known = known
        self._is_shut = is_shut
        self._numbers = numbers
        self._health = health
        self._languages = languages
        self._rights = rights
        self._has_relays = has_relays
        self._files = Files(FILES)

    def add_to(self, app: web.Application) -> None:
        app.middlewares.append(self.guard)
        app.router.add_get("/", self.index)
        app.router.add_get("/r/{address}", self.meeting)
        app.router.add_get("/healthz", self.healthz)
        app.router.add_get("/text/{lang}/{part:[a-z_]+}.json", self.text)
        self._files.add_to(app)
        self._languages.add_to(app)

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The edge of every HTTP request: no traceback leaves."""
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return self._not_found(request)
        except web.HTTPException:
            raise
        except ConnectionError:  # whoever asked has gone: nobody reads this
            return web.Response(status=503)
        except StoreError:
            return web.Response(status=503, text=SENTENCES["database_away"])
        except Exception as error:
            fault = type(error).__name__, trace_of(error)
            log.error("a page broke error=%s trace=%s", *fault)
            return web.Response(status=500, text=SENTENCES["internal"])

    async def index(self, request: web.Request) -> web.Response:
        takes = any(one.takes_requests for one in await self._store.establishments())
        return self._languages.of(request).page("index.html", takes_requests=takes)

    async def meeting(self, request: web.Request) -> web.Response:
        address = request.match_info["address"]
        room = await self._known.room(address) if ADDRESS.fullmatch(address) else None
        if room is None or await self._is_gone(room):
            return self._not_found(request)
        servers = await self._rights.servers(room.id)
        renderer = self._languages.of(request)
        return renderer.page("meeting.html", facts=self._facts(room, servers, renderer.texts))

    async def _is_gone(self, room: Room) -> bool:
        """Closed, and no meeting of it has begun, here or at another server."""
        return self._is_shut(room) and not await self._rights.is_elsewhere(room.id)

    async def healthz(self, _request: web.Request) -> web.Response:
        return web.json_response(self._health())

    async def text(self, request: web.Request) -> web.StreamResponse:
        lang, part = request.match_info["lang"], request.match_info["part"]
        file = self._files.find(f"text/{lang}/{part}.json") if lang in LANGUAGES else None
        if file is None:
            raise web.HTTPNotFound
        return file.answer(request)

    def _not_found(self, request: web.Request) -> web.Response:
        return self._languages.of(request).page("not_found.html", status=404)

    def _facts(self, room: Room, servers: Sequence[str], texts: Texts) -> dict[str, object]:
        """What whoever holds the link may know. `servers`: where its sockets go, the likeliest
        first; empty where there is one server."""
        policy = POLICIES[room.policy]
        return {
            "protocol": PROTOCOLS[0],
            "lang": texts.lang,
            "address": room.address,
            "servers": [*servers],
            "has_relays": self._has_relays,
            "room": to_wire(room_view(room, self._numbers)),
            "declaration": {
                "version": policy.declaration,
                "sentences": texts.keys(f"declaration.{policy.name.value}."),
            },
        }
