"""An SDP offer answered over HTTP: methods, status codes and headers of WHIP (RFC 9725).

    POST    /whip        an offer                  201, and where its resource is
    PATCH   /whip/ID     candidates, a restart     204, 200
    DELETE  /whip/ID     the end                   200

Every request but OPTIONS carries a bearer token; whom it stands for, and what is done with an
offer, is a `Backend`'s. Tokens are in no address, and nothing that is logged names them or a
resource. What one client may ask for is limited by its address, then by its token.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from aiohttp import web

from signalling.addresses import network_of
from signalling.config import SignallingConfig
from signalling.errors import SENTENCES, RequestError
from signalling.fields import SDP_CHARACTERS
from signalling.fragment import (
    FRAGMENT_CHARACTERS,
    fragment_of,
    parse_fragment,
    ufrag_of,
    with_credentials,
)
from signalling.limits import KeyedLimit
from signalling.refusals import Entrance, Refusals
from signalling.seams import Clock
from vmr.store.secrets import hash_token

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
BODY_S = 10.0
RETRY_S = 5

STATUS = {
    "bad_message": 400, "bad_offer": 400,
    "not_admitted": 403, "not_permitted": 403, "no_encoder": 403, "no_such_participant": 403,
    "meeting_over": 403,
    "transport_gone": 404, "no_such_room": 404,
    "encoder_running": 409,
    "too_large": 413,
    "unfit_offer": 422, "offer_without_slots": 422,
    "too_many_requests": 429,
    "busy": 503, "media_full": 503, "record_unavailable": 503,
}  # fmt: skip
"""By code; any other is 500."""
UNKNOWN_TOKEN = (
    "No such token here. It is good at the address it came with, until its seat has gone."
)
AGAIN_LATER = frozenset({409, 429, 503})

_BEARER = re.compile(r"bearer +([A-Za-z0-9\-._~+/]{1,256}=*) *", re.IGNORECASE)
_ETAG = re.compile(r'(W/)?"([^"]*)"')
_CORS = {
    "Access-Control-Allow-Origin": "*",  # no cookie counts here: only who has a token has anything
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "600",
}

log = logging.getLogger(__name__)

HolderT = TypeVar("HolderT")
Method = Callable[[web.Request, HolderT], Awaitable[web.Response]]


@dataclass(slots=True, kw_only=True)
class Resource(Generic[HolderT]):
    """One answered offer. `etag` names its ICE session and changes with each restart."""

    holder: HolderT
    endpoint: str
    offer: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    etag: str = field(default_factory=lambda: secrets.token_hex(8))


class Backend(Protocol[HolderT]):
    """Whom tokens stand for, and the media behind. Every `async` method raises RequestError."""

    def find(self, token: str) -> HolderT | None:
        """Whom the token stands for; None: nobody now."""

    async def open(self, holder: HolderT, offer: str) -> tuple[str, str]:
        """Answer a first offer: the endpoint that has it now, and the answer."""

    def has(self, holder: HolderT, endpoint: str) -> bool:
        """Whether this endpoint is still the holder's."""

    async def restart(self, holder: HolderT, endpoint: str, offer: str) -> str:
        """Answer the same offer with other ICE credentials."""

    async def close(self, holder: HolderT, endpoint: str) -> None:
        """End its transport."""

    def ice_links(self) -> list[str]:
        """Values of Link for servers that candidates may be gathered by (RFC 9725 4.6)."""


class SdpOverHttp(Generic[HolderT]):
    """The endpoint at `path`, and its resources below."""

    def __init__(
        self,
        *,
        path: str,
        backend: Backend[HolderT],
        config: SignallingConfig,
        clock: Clock,
        refusals: Refusals,
    ) -> None:
        self._refusals = refusals
        self._path = path
        self._backend = backend
        self._proxies = config.proxies
        self._clock = clock
        self._resources: dict[str, Resource[HolderT]] = {}
        self._by_network = KeyedLimit(
            rate=config.offers_per_address_s, burst=config.offers_per_address_burst
        )
        self._by_token = KeyedLimit(
            rate=config.offers_per_token_s, burst=config.offers_per_token_burst
        )

    def add_to(self, app: web.Application) -> None:
        app.router.add_route("*", self._path, self._at_endpoint)
        app.router.add_route("*", self._path + "/{id}", self._at_resource)

    def __len__(self) -> int:
        return len(self._resources)

    def sweep(self) -> None:
        """Forget the resources whose media is over."""
        has = self._backend.has
        self._resources = {
            id: one for id, one in self._resources.items() if has(one.holder, one.endpoint)
        }

    # -- methods ------------------------------------------------------------------------------

    async def _at_endpoint(self, request: web.Request) -> web.Response:
        return await self._serve(request, {"POST": self._post}, {"Accept-Post": SDP})

    async def _at_resource(self, request: web.Request) -> web.Response:
        methods = {"PATCH": self._patch, "DELETE": self._delete}
        return await self._serve(request, methods, {"Accept-Patch": FRAGMENT})

    async def _serve(
        self,
        request: web.Request,
        methods: "Mapping[str, Method[HolderT]]",
        accepted: dict[str, str],
    ) -> web.Response:
        """The edge of a request: who asks, how often, by what method."""
        allowed = {"Allow": ", ".join([*methods, "OPTIONS"])}
        try:
            self._limit_network(network_of(request, self._proxies))
            method = methods.get(request.method)
            if request.method == "OPTIONS":
                preflight = {"Access-Control-Allow-Methods": allowed["Allow"], **_PREFLIGHT}
                response = web.Response(status=200, headers=allowed | accepted | preflight)
            elif method is None:
                response = web.Response(status=405, headers=allowed)
            else:
                response = await self._authorised(request, method)
        except RequestError as error:
            response = refusal(error)
        except web.HTTPRequestEntityTooLarge:
            response = refusal(RequestError("too_large"))
        response.headers.update(_CORS)
        return response

    async def _authorised(
        self,
        request: web.Request,
        method: "Method[HolderT]",
    ) -> web.Response:
        """A missing token, a wrong one and one that is void look alike."""
        match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        holder = None if match is None else self._backend.find(match[1])
        if match is None or holder is None:
            return web.Response(
                status=401, headers={"WWW-Authenticate": "Bearer"}, text=UNKNOWN_TOKEN
            )
        self._limit(self._by_token, hash_token(match[1]))
        return await method(request, holder)

    def _limit_network(self, network: str) -> None:
        if not self._by_network.take(network, self._clock()):
            self._refusals.note(Entrance.OFFERS, network)
            raise RequestError("too_many_requests")

    def _limit(self, limit: KeyedLimit, key: str) -> None:
        if not limit.take(key, self._clock()):
            raise RequestError("too_many_requests")

    async def _post(self, request: web.Request, holder: HolderT) -> web.Response:
        if request.content_type != SDP:
            return web.Response(status=415, headers={"Accept-Post": SDP})
        offer = await read_text(request, SDP_CHARACTERS)
        endpoint, answer = await self._backend.open(holder, offer)
        resource = Resource(holder=holder, endpoint=endpoint, offer=offer)
        self._resources[resource.id] = resource
        response = web.Response(status=201, body=answer.encode(), content_type=SDP)
        response.headers["Location"] = f"{self._path}/{resource.id}"
        response.headers["ETag"] = f'"{resource.etag}"'
        response.headers["Accept-Patch"] = FRAGMENT
        for link in self._backend.ice_links():
            response.headers.add("Link", link)
        return response

    async def _patch(self, request: web.Request, holder: HolderT) -> web.Response:
        """Candidates change nothing here; other credentials are a restart (RFC 9725 4.3.3)."""
        resource = self._resource(request, holder)
        if resource is None:
            return web.Response(status=404)
        if request.content_type != FRAGMENT:
            return web.Response(status=415, headers={"Accept-Patch": FRAGMENT})
        missed = _precondition(request.headers.get("If-Match"), resource.etag)
        if missed is not None:
            return web.Response(status=missed)
        fragment = parse_fragment(await read_text(request, FRAGMENT_CHARACTERS))
        if fragment.ufrag in ("", ufrag_of(resource.offer)):
            return web.Response(status=204)
        offer = with_credentials(resource.offer, fragment)
        answer = await self._backend.restart(holder, resource.endpoint, offer)
        resource.offer, resource.etag = offer, secrets.token_hex(8)
        body = fragment_of(answer).encode()
        response = web.Response(status=200, body=body, content_type=FRAGMENT)
        response.headers["ETag"] = f'"{resource.etag}"'
        return response

    async def _delete(self, request: web.Request, holder: HolderT) -> web.Response:
        resource = self._resource(request, holder)
        if resource is None:
            return web.Response(status=404)
        await self._backend.close(holder, resource.endpoint)
        self._resources.pop(resource.id, None)
        return web.Response(status=200)

    def _resource(self, request: web.Request, holder: HolderT) -> Resource[HolderT] | None:
        """The one at this address, if it is this holder's and still there."""
        found = self._resources.get(request.match_info["id"])
        if found is None or found.holder is not holder:
            return None
        return found if self._backend.has(holder, found.endpoint) else None


def refusal(error: RequestError) -> web.Response:
    """The response for a request that was not done."""
    status = STATUS.get(error.code, 500)
    headers = {"Retry-After": str(RETRY_S)} if status in AGAIN_LATER else {}
    return web.Response(status=status, text=SENTENCES[error.code], headers=headers)


def _precondition(header: str | None, etag: str) -> int | None:
    """428 without a condition, 412 where it does not hold (RFC 9110 13.1.1, strong comparison).

    RFC 9725 writes the asterisk of a restart in quotation marks; both forms are taken.
    """
    if header is None:
        return 428
    if header.strip() in ("*", '"*"'):
        return None
    named = {tag for weak, tag in _ETAG.findall(header) if not weak}
    return None if etag in named else 412


async def read_text(request: web.Request, characters: int) -> str:
    """The body; raises RequestError too_large, bad_message or busy (it did not come in time)."""
    if (request.content_length or 0) > characters:
        raise RequestError("too_large")
    try:
        async with asyncio.timeout(BODY_S):
            body = await request.read()
    except TimeoutError:
        raise RequestError("busy") from None
    if len(body) > characters:
        raise RequestError("too_large")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise RequestError("bad_message") from None
