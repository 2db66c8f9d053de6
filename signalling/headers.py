"""What every response carries, so that a browser trusts nothing but this page's own files."""

import re

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

WITH_FORMS = ("/staff", "/request")
"""Pages whose forms are sent without script."""

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_FEATURES_OF_A_MEETING = ", ".join(
    [f"{name}=(self)" for name in MEETING_FEATURES] + [f"{name}=()" for name in OTHER_FEATURES]
)
_NO_FEATURES = ", ".join(f"{name}=()" for name in (*MEETING_FEATURES, *OTHER_FEATURES))


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For `Application.on_response_prepare`: pages, files, errors and sockets alike."""
    headers = response.headers
    has_forms = any(
        request.path == folder or request.path.startswith(f"{folder}/") for folder in WITH_FORMS
    )
    headers["Content-Security-Policy"] = content_security_policy(request.host, has_forms=has_forms)
    headers["Permissions-Policy"] = permissions_policy(request.path)
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin" if has_forms else "no-referrer"
    headers["Server"] = "vmr"
    headers.setdefault("Cache-Control", "no-store")


def content_security_policy(host: str, *, has_forms: bool = False) -> str:
    """Nothing from elsewhere, nothing inline. `host` is what the browser called us.

    `has_forms`: the page may send forms, to us alone. (Such a page must not say `no-referrer`:
    browsers would then send its forms with the Origin `null`.) Sockets are named beside 'self',
    which older WebKit does not take to mean them.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
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
    has_devices = path == "/check" or path.startswith("/r/")
    return _FEATURES_OF_A_MEETING if has_devices else _NO_FEATURES
