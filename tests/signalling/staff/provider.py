"""An OpenID Connect provider for tests: discovery, keys, authorisation, tokens (Core 1.0).

It keeps the rules that a client must rely on (redirect address, client secret, RFC 7636, codes
that work once), and lies in its ID tokens as a test tells it to.
"""

import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from vmr.store.secrets import make_token

CLIENT_ID, CLIENT_SECRET = "vmr client", "a secret: %"


class TestProvider:
    """`claims` are of who signs in; `lies` are put over what the ID token says."""

    __test__ = False

    def __init__(self) -> None:
        self.url = ""
        self.issuer_said = ""
        self.claims: dict[str, Any] = {
            "sub": "248289761001", "email": "reed@example.org", "email_verified": True,
        }  # fmt: skip
        self.lies: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.key: RSAKey | OctKey = _rsa_key()
        self.published: RSAKey | None = None
        self.is_unsigned = False
        self.asked: list[Mapping[str, str]] = []
        self._codes: dict[str, Mapping[str, str]] = {}
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        self._runner = web.AppRunner(app)

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        await self._runner.cleanup()

    async def _metadata(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer_said or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def _keys(self, _request: web.Request) -> web.Response:
        shown = self.published or self.key
        is_secret = isinstance(shown, OctKey)  # which no honest provider publishes
        return web.json_response(KeySet([shown]).as_dict(private=is_secret))

    async def _authorize(self, request: web.Request) -> web.Response:
        """Whoever comes is signed in at once."""
        asked = dict(request.query)
        self.asked.append(asked)
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = make_token()
        self._codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{query}")

    async def _token(self, request: web.Request) -> web.Response:
        form: Mapping[str, Any] = await request.post()
        asked = self._codes.pop(form["code"], None)
        sent = b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        if (
            asked is None
            or sent != "vmr+client:a+secret%3A+%25"
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != asked["redirect_uri"]
            or create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], **self.claims, **self.lies,
        }  # fmt: skip
        said = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        token = jwt.encode(header, said, self.key, algorithms=[self.algorithm])
        if self.is_unsigned:
            nothing = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
            token = f"{nothing}.{token.split('.')[1]}."
        return web.json_response(
            {"access_token": make_token(), "token_type": "Bearer", "id_token": token}
        )


def _rsa_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
