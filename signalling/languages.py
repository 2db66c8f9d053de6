"""Which language a person reads: the one they chose, else what their browser asks for.

The choice is a cookie that holds the language and nothing else. Staff pages stay in the first.
"""

from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from signalling.render import Renderer
from signalling.texts import LANGUAGES

COOKIE = "vmr-language"
KEPT_S = 365 * 24 * 3600


class Languages:
    """A renderer for each language. `folder` as in `Renderer`."""

    def __init__(self, folder: Path) -> None:
        self._renderers = {lang: Renderer(folder, lang) for lang in LANGUAGES}

    @property
    def staff(self) -> Renderer:
        return self._renderers[LANGUAGES[0]]

    def of(self, request: web.BaseRequest) -> Renderer:
        """That of whoever asks."""
        chosen, asked = request.cookies.get(COOKIE, ""), request.headers.get("Accept-Language", "")
        return self._renderers[choose(chosen, asked)]

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/language/{lang}", self._switch)

    async def _switch(self, request: web.Request) -> web.Response:
        """Keep the choice and go back to `to`, a page of ours; without script."""
        lang = request.match_info["lang"]
        if lang not in LANGUAGES:
            raise web.HTTPNotFound
        response = web.Response(status=303, headers={"Location": own_path(request.query.get("to"))})
        response.set_cookie(
            COOKIE, lang, path="/", max_age=KEPT_S, secure=request.secure, samesite="Lax"
        )
        return response


def choose(chosen: str, accepted: str) -> str:
    """A language of ours. `accepted` is an Accept-Language header (RFC 9110, 12.5.4)."""
    if chosen in LANGUAGES:
        return chosen
    weighed = [_weigh(one) for one in accepted.split(",")]
    known = [(weight, lang) for weight, lang in weighed if weight > 0 and lang in LANGUAGES]
    return max(known, key=lambda one: one[0])[1] if known else LANGUAGES[0]


def _weigh(said: str) -> tuple[float, str]:
    """A language without its region, and how much it is wanted; 0 where that cannot be read."""
    tag, _, parameter = said.partition(";")
    lang = tag.strip().lower().partition("-")[0]
    name, _, weight = parameter.strip().partition("=")
    if not parameter.strip():
        return 1.0, lang
    try:
        return (float(weight) if name.strip().lower() == "q" else 0.0), lang
    except ValueError:
        return 0.0, lang


def own_path(said: str | None) -> str:
    """The path of a page of ours, or that of the first one: never a way to somebody else's."""
    if said is None or not said.isascii() or not said.isprintable() or "\\" in said:
        return "/"
    is_own = said.startswith("/") and not said.startswith("//") and urlsplit(said).netloc == ""
    return said if is_own else "/"
