"""OpenID Connect: who a provider says somebody is (Core 1.0, code flow with RFC 7636 and state).

Pure but for the provider: this asks it, checks what it answers, and knows no accounts. The ID
token must be signed by a key of the provider (never `none`, never a shared secret), for us, now,
with the nonce of this attempt.
"""

import json
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from vmr.store.secrets import make_token

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
TIMEOUT_S = 10.0
LEEWAY_S = 60
BYTES_MAX = 256 * 1024
METADATA_S = 3600.0
"""The provider's addresses and keys are asked for again after this long, or for an unknown key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcConfig:
    """`claim` names the account: its value is a username here, read at the first sign-in alone."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one browser's way to the provider and back must bring along."""

    state: str
    nonce: str
    verifier: str
    next: str
    started_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`named` is the value of the configured claim, empty where it is missing or not verified."""

    issuer: str
    subject: str
    named: str


class OidcError(Exception):
    """The provider is away, or what came back from it is not to be believed. No secrets in it."""


class Provider:
    """One OpenID Connect provider."""

    def __init__(self, config: OidcConfig) -> None:
        self.config = config
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._asked_at = 0.0

    async def begin(self, redirect_uri: str, next: str, now: float) -> tuple[str, Attempt]:
        """Where to send the browser, and what to remember of it. Raises OidcError."""
        attempt = Attempt(
            state=make_token(),
            nonce=make_token(),
            verifier=make_token() + make_token(),
            next=next,
            started_at=now,
        )
        metadata = await self._known()
        uri: str = prepare_grant_uri(
            _text(metadata, "authorization_endpoint"),
            client_id=self.config.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope="openid email profile",
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return uri, attempt

    async def finish(self, attempt: Attempt, code: str, redirect_uri: str) -> Identity:
        """Who the code stands for. Raises OidcError."""
        metadata = await self._known()
        answer = await self._ask(
            "POST",
            _text(metadata, "token_endpoint"),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": attempt.verifier,
            },
            headers={"Authorization": self._credentials()},
        )
        return await self._identity(_text(answer, "id_token"), attempt.nonce)

    def _credentials(self) -> str:
        """HTTP Basic over form-encoded id and secret (RFC 6749 section 2.3.1)."""
        pair = f"{quote_plus(self.config.client_id)}:{quote_plus(self.config.client_secret)}"
        return f"Basic {b64encode(pair.encode()).decode()}"

    async def _identity(self, token: str, nonce: str) -> Identity:
        try:
            signed = jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # perhaps signed by a key that is newer than ours
            self._asked_at = 0.0
            try:
                signed = jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise OidcError(f"the ID token's signature: {type(error).__name__}") from error
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": self.config.issuer},
                "aud": {"essential": True, "value": self.config.client_id},
                "sub": {"essential": True},
            },
            params={"nonce": nonce, "client_id": self.config.client_id},
        )
        try:
            claims.validate(now=int(time.time()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise OidcError(f"the ID token's claims: {type(error).__name__}") from error
        return Identity(
            issuer=self.config.issuer,
            subject=_text(dict(claims), "sub"),
            named=_named(dict(claims), self.config.claim),
        )

    async def _known(self) -> dict[str, Any]:
        """The provider's metadata (Discovery 1.0)."""
        if not self._metadata or time.monotonic() - self._asked_at > METADATA_S:
            found = await self._ask("GET", get_well_known_url(self.config.issuer, external=True))
            if found.get("issuer") != self.config.issuer:
                raise OidcError("the metadata is of another issuer")
            keys = await self._ask("GET", _text(found, "jwks_uri"))
            try:
                self._keys = KeySet.import_key_set(keys)  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise OidcError(f"the provider's keys: {type(error).__name__}") from error
            self._metadata, self._asked_at = found, time.monotonic()
        return self._metadata

    async def _key_set(self) -> KeySet:
        await self._known()
        assert self._keys is not None
        return self._keys

    async def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """A JSON object from the provider, within time and size."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as client,
                client.request(method, url, allow_redirects=False, **more) as answer,
            ):
                body = await answer.content.read(BYTES_MAX)
                if answer.status != 200:
                    raise OidcError(f"the provider answered {answer.status}")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise OidcError(f"the provider is away: {type(error).__name__}") from error
        return _json_object(body)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise OidcError("the provider did not answer in JSON") from error
    if not isinstance(found, dict):
        raise OidcError("the provider did not answer with an object")
    return found


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or value == "":
        raise OidcError(f"there is no {name}")
    return value


def _named(claims: dict[str, Any], claim: str) -> str:
    """The claim that names the account; an e-mail address only where it was verified."""
    value = claims.get(claim)
    if not isinstance(value, str) or (
        claim == "email" and claims.get("email_verified") is not True
    ):
        return ""
    return value
