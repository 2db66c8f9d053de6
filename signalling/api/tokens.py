"""Whose request it is: bearer tokens (RFC 6750), counted where they are wrong or too many.

Cookies mean nothing here. An address that was wrong too often is answered 429 without a look into
the database; tokens that were good before go on working from there.
"""

import re

from aiohttp import web

from signalling.addresses import Proxies, network_of
from signalling.api.config import ApiConfig
from signalling.api.problems import ApiProblem, Kind
from signalling.limits import KeyedLimit
from signalling.seams import Clock
from vmr.api_tokens import PREFIX, ApiScope, ApiToken
from vmr.ids import ApiTokenId
from vmr.store import ApiStore, StoreError
from vmr.store.secrets import hash_token

USED_EVERY_S = 60.0
KNOWN_MAX = 1_000
_BEARER = re.compile(rf"(?i:bearer) +({PREFIX}[A-Za-z0-9_-]{{32}}) *")


class Tokens:
    def __init__(
        self, *, store: ApiStore, clock: Clock, config: ApiConfig, proxies: Proxies
    ) -> None:
        self._store = store
        self._clock = clock
        self._proxies = proxies
        self._wrong = KeyedLimit(rate=config.wrong_s, burst=config.wrong_burst)
        self._asked = KeyedLimit(rate=config.requests_s, burst=config.requests_burst)
        self._known: set[str] = set()
        self._noted: dict[ApiTokenId, float] = {}

    async def recognise(self, request: web.Request) -> tuple[ApiToken, str]:
        """Whose request it is, and the secret it came with. Raises ApiProblem."""
        now, address = self._clock(), network_of(request, self._proxies)
        found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        secret = found[1] if found else ""
        token_hash = hash_token(secret)
        if token_hash not in self._known and not self._wrong.may(address, now):
            raise _too_many()
        token = await self._store.token_by_hash(token_hash) if secret else None
        if token is None or not token.is_good(now):
            self._known.discard(token_hash)
            self._wrong.take(address, now)
            raise ApiProblem(Kind.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
        if len(self._known) < KNOWN_MAX:
            self._known.add(token_hash)
        if not self._asked.take(token.id, now):
            raise _too_many()
        await self._note(token, now)
        return token, secret

    async def _note(self, token: ApiToken, now: float) -> None:
        """When it was used last, to the minute; a full disk stops nobody from reading."""
        if now - self._noted.get(token.id, 0.0) < USED_EVERY_S:
            return
        if len(self._noted) >= KNOWN_MAX:
            self._noted.clear()
        self._noted[token.id] = now
        try:
            await self._store.note_used(token.id, now)
        except StoreError:
            self._noted.pop(token.id, None)


def demand_scope(token: ApiToken, scope: ApiScope) -> None:
    if not token.may(scope):
        needed = f'Bearer error="insufficient_scope", scope="{scope.value}"'
        raise ApiProblem(
            Kind.FORBIDDEN,
            f"It needs the scope {scope.value}.",
            headers={"WWW-Authenticate": needed},
        )


def _too_many() -> ApiProblem:
    return ApiProblem(Kind.TOO_MANY, "Wait a moment.", headers={"Retry-After": "10"})
