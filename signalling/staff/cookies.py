"""The cookie that proves a session, and the token that proves a form was ours.

The form token is an HMAC of the cookie: bound to the session, known to nobody who cannot read its
pages, and void with it. Before sign-in the cookie is a random token that proves nothing else.
"""

import hashlib
import hmac
import re

from aiohttp import web

from vmr.store.secrets import make_token

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
CSRF_FIELD = "csrf"


class Cookies:
    """`is_secure`: `Secure` and the `__Host-` prefix, which no other host can set."""

    def __init__(self, *, is_secure: bool, name: str = "vmr-staff") -> None:
        self._is_secure = is_secure
        self.name = f"__Host-{name}" if is_secure else name

    def token(self, request: web.BaseRequest) -> str:
        """What the browser sent, or empty."""
        sent = request.cookies.get(self.name, "")
        return sent if TOKEN.fullmatch(sent) else ""

    def give(self, response: web.StreamResponse, token: str) -> None:
        """A cookie for as long as the browser runs: the server knows when it is over."""
        response.set_cookie(
            self.name, token, path="/", httponly=True, secure=self._is_secure, samesite="Lax"
        )

    def take_back(self, response: web.StreamResponse) -> None:
        response.del_cookie(
            self.name, path="/", httponly=True, secure=self._is_secure, samesite="Lax"
        )


def make_cookie() -> str:
    """A new token, 192 random bits; its SHA-256 is what the database keeps."""
    return make_token()


def csrf_token(cookie: str) -> str:
    return hmac.new(cookie.encode(), b"vmr form", hashlib.sha256).hexdigest()


def is_own_form(cookie: str, sent: object) -> bool:
    """Whether the form was made for the browser with this cookie."""
    if cookie == "" or not isinstance(sent, str):
        return False
    return hmac.compare_digest(csrf_token(cookie).encode(), sent.encode())


def is_own_origin(request: web.BaseRequest, origin: str) -> bool:
    """Whether the Origin header names our own pages; browsers send it with every form."""
    own = origin or f"{request.scheme}://{request.host}"
    return request.headers.get("Origin") == own
