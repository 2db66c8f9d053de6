"""Credentials for the TURN servers of the operator: short-lived, made for one session each.

coturn's `use-auth-secret` (the "REST API" draft, draft-uberti-behave-turn-rest): the user name is
the end of its time and whom it is for, the password a signature of it by the shared secret. Pure.
Invariant: no name of a person is in them; the secret itself never leaves the server.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from signalling.wire import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`urls` as browsers take them (turn:host:port?transport=udp); none: no TURN."""

    urls: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    ttl_s: float = 43_200.0

    def ice_servers(self, session: str, now: float) -> list[JsonObject]:
        """`RTCIceServer` objects for this session; `now` is the wall clock."""
        if not self.urls:
            return []
        username, password = self._credentials(session, now)
        return [{"urls": [*self.urls], "username": username, "credential": password}]

    def links(self, session: str, now: float) -> list[str]:
        """The same as values of an HTTP Link header, one a server (RFC 9725 section 4.6)."""
        username, password = self._credentials(session, now)
        credentials = f'username="{username}"; credential="{password}"'
        return [
            f'<{url}>; rel="ice-server"; {credentials}; credential-type="password"'
            for url in self.urls
        ]

    def _credentials(self, session: str, now: float) -> tuple[str, str]:
        username = f"{int(now + self.ttl_s)}:{session}"
        digest = hmac.digest(self.secret.encode(), username.encode(), hashlib.sha1)
        return username, base64.b64encode(digest).decode()
