"""The self-test over HTTP: its page at `/check`, and what that page asks.

    GET  /check          the page
    POST /check/probe    an offer: the answer of a probe
    POST /check/result   what somebody with a personal link found

Whoever asks is nobody: requests are taken from our own pages alone, and so many from one network.
"""

import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from signalling.addresses import network_of
from signalling.check.messages import ProbeWish, Result
from signalling.check.prober import Prober
from signalling.check.results import Results
from signalling.config import SignallingConfig
from signalling.errors import RequestError, error_ack
from signalling.fields import SDP_CHARACTERS, Model, code_of
from signalling.languages import Languages
from signalling.limits import KeyedLimit
from signalling.refusals import Entrance, Refusals
from signalling.sdp_http import AGAIN_LATER, RETRY_S, STATUS, read_text
from signalling.seams import Clock
from signalling.staff.cookies import is_own_origin
from signalling.wire import JsonObject
from vmr.store import StoreError

PATH = "/check"
PROBE_PATH = "/check/probe"
RESULT_PATH = "/check/result"
LARGEST = SDP_CHARACTERS
"""Characters of a request; an offer of one picture each way is a tenth of that."""

M = TypeVar("M", bound=Model)
Handler = Callable[[web.Request], Awaitable[JsonObject]]


class CheckApp:
    """Page and requests of the self-test."""

    def __init__(
        self,
        *,
        prober: Prober,
        results: Results,
        languages: Languages,
        config: SignallingConfig,
        clock: Clock,
        refusals: Refusals,
    ) -> None:
        self._refusals = refusals
        self._prober = prober
        self._results = results
        self._languages = languages
        self._origin = config.staff.origin
        self._proxies = config.proxies
        self._clock = clock
        self._probes = KeyedLimit(
            rate=config.probes_per_network_s, burst=config.probes_per_network_burst
        )
        self._tests = KeyedLimit(
            rate=config.results_per_network_s, burst=config.results_per_network_burst
        )

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.page)
        app.router.add_post(PROBE_PATH, self._answering(self.probe))
        app.router.add_post(RESULT_PATH, self._answering(self.result))

    async def page(self, request: web.Request) -> web.Response:
        renderer = self._languages.of(request)
        facts = {"lang": renderer.texts.lang, "has_relays": self._prober.has_relays}
        return renderer.page("check.html", facts=facts)

    async def probe(self, request: web.Request) -> JsonObject:
        self._limit(self._probes, request)
        return await self._prober.open(await _read(request, ProbeWish))

    async def result(self, request: web.Request) -> JsonObject:
        self._limit(self._tests, request)
        await self._results.keep(await _read(request, Result))
        return {}

    # -- the edge -----------------------------------------------------------------------------

    def _answering(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            try:
                if not is_own_origin(request, self._origin):
                    raise RequestError("not_permitted")
                return web.json_response(await handler(request))
            except RequestError as error:
                return refusal(error)
            except StoreError:
                return refusal(RequestError("busy"))

        return answer

    def _limit(self, limit: KeyedLimit, request: web.Request) -> None:
        network = network_of(request, self._proxies)
        if not limit.take(network, self._clock()):
            self._refusals.note(Entrance.CHECK, network)
            raise RequestError("too_many_requests")


async def _read(request: web.Request, model: type[M]) -> M:
    """The body; raises RequestError bad_message, too_large or busy (it did not come in time)."""
    if request.content_type != "application/json":
        raise RequestError("bad_message")
    try:
        return model.model_validate(json.loads(await read_text(request, LARGEST)))
    except ValidationError as error:
        raise RequestError(code_of(error)) from None
    except (ValueError, RecursionError):
        raise RequestError("bad_message") from None


def refusal(error: RequestError) -> web.Response:
    """The response for a request that was not done."""
    status = STATUS.get(error.code, 500)
    headers = {"Retry-After": str(RETRY_S)} if status in AGAIN_LATER else {}
    return web.json_response(error_ack(error.code), status=status, headers=headers)
