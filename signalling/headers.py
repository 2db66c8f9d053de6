"""What every response carries, so that a browser trusts nothing but this page's own files."""

import re
from collections.abc import Awaitable, Callable, Collection

from aiohttp import web

MEETING_FEATURES = (
    "camera", "microphone", "display-capture", "autoplay", "fullscreen", "speaker-selection",
    "screen-wake-lock",
)  # fmt: skip
"""What the meeting page and the self-test may use, and no other page."""
OTHER_FEATURES = (
    "geolocation", "usb", "serial", "hid", "midi", "payment", "accelerometer",
    "gyroscope", "magnetometer",
)  # fmt: skip

HSTS_S = 365 * 86_400
"""How long a browser asks for nothing here but by TLS (RFC 6797). Other names of the domain are not
ours to speak for."""

MEETINGS = "/r/"
WALL = "/staff/monitor"
WITH_FORMS = ("/staff", "/request")
"""Pages whose forms are sent without script."""

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_FEATURES_OF_A_MEETING = ", ".join(
    [f"{name}=(self)" for name in MEETING_FEATURES] + [f"{name}=()" for name in OTHER_FEATURES]
)
_NO_FEATURES = ", ".join(f"{name}=()" for name in (*MEETING_FEATURES, *OTHER_FEATURES))


def security_headers(
    urls: Callable[[], Collection[str]], *, is_https: bool
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """For `Application.on_response_prepare`: pages, files, errors and sockets alike.

    `urls` are those of the servers that may run a room: its page may open sockets to them, and so
    may the monitoring terminal's. `is_https`: browsers come by TLS, ours or a proxy's.
    """

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        is_of_rooms = request.path.startswith(MEETINGS) or request.path == WALL
        others = urls() if is_of_rooms else ()
        _add_security_headers(request, response, others)
        if is_https:
            response.headers["Strict-Transport-Security"] = f"max-age={HSTS_S}"

    return add


def _add_security_headers(
    request: web.Request, response: web.StreamResponse, others: Collection[str]
) -> None:
    headers = response.headers
    has_forms = any(
        request.path == folder or request.path.startswith(f"{folder}/") for folder in WITH_FORMS
    )
    headers["Content-Security-Policy"] = content_security_policy(
        request.host, has_forms=has_forms, others=others
    )
    headers["Permissions-Policy"] = permissions_policy(request.path)
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin" if has_forms else "no-referrer"
    headers["Server"] = "vmr"
    headers.setdefault("Cache-Control", "no-store")


def content_security_policy(
    host: str, *, has_forms: bool = False, others: Collection[str] = ()
) -> str:
    """Nothing from elsewhere, nothing inline. `host` is what the browser called us, `others` where
    browsers reach the servers of the estate.

    `has_forms`: the page may send forms, to us alone. (Such a page must not say `no-referrer`:
    browsers would then send its forms with the Origin `null`.) Sockets are named beside 'self',
    which older WebKit does not take to mean them.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    sockets += "".join(f" {url} ws{url.removeprefix('http')}" for url in sorted(others))
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            f"connect-src 'self'{sockets}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'" if has_forms else "form-action 'none'",
            "object-src 'none'",
        )
    )


def permissions_policy(path: str) -> str:
    has_devices = path == "/check" or path.startswith(MEETINGS)
    return _FEATURES_OF_A_MEETING if has_devices else _NO_FEATURES
