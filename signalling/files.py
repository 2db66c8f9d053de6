"""The files a browser fetches, from memory: as they are and packed, by path and by content.

A file keeps its path and is asked for anew each time (`no-cache`, an entity tag). A *bundle* is all
scripts or all styles of one live page in one file, named by its content, so it never changes and
is fetched once (`immutable`). Nothing outside the folders listed here can be reached.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from signalling.bundle import bundle

FOLDERS = ("styles", "scripts", "vendor")
REVALIDATE = "no-cache"
FOR_GOOD = "public, max-age=31536000, immutable"
PACKED_FROM_BYTES = 400
"""Less is not worth packing."""
TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
    ".svg": "image/svg+xml", ".txt": "text/plain",
}  # fmt: skip
"""What is served of the folders, by its ending; each is text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The one script and the style sheets of a live page, which come after those of all pages."""

    script: str
    styles: tuple[str, ...]


PAGES = {
    "meeting": Page(
        script="main.js",
        styles=(
            *("form", "prejoin", "waiting", "meeting", "stage", "panel", "dialog"),
            "dark",
        ),
    ),
    "check": Page(script="check/main.js", styles=("form", "prejoin", "check", "dark")),
    "desk": Page(
        script="desk/main.js", styles=("form", "staff", "dialog", "panel", "desk", "dark")
    ),
    "monitor": Page(
        script="monitor/main.js", styles=("form", "staff", "dialog", "panel", "monitor", "dark")
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where a page's bundles are."""

    script: str
    style: str


class File:
    """What is sent of one file, plainly or packed."""

    def __init__(self, body: bytes, content_type: str, caching: str) -> None:
        self.tag = hashlib.sha256(body).hexdigest()[:16]
        self._body = body
        self._packed: bytes | None = None
        self._type = content_type
        self._caching = caching

    def answer(self, request: web.Request) -> web.Response:
        """The file, or that it is what the browser has."""
        headers = {"Cache-Control": self._caching, "Vary": "Accept-Encoding"}
        response = web.Response(headers=headers)
        response.etag = self.tag
        known = request.if_none_match or ()
        if any(one.value in (self.tag, "*") for one in known):
            response.set_status(304)
            return response
        response.content_type, response.charset = self._type, "utf-8"
        if len(self._body) >= PACKED_FROM_BYTES and takes_gzip(request):
            self._packed = self._packed or gzip.compress(self._body, 9, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
            response.body = self._packed
        else:
            response.body = self._body
        return response


def takes_gzip(request: web.Request) -> bool:
    """Whether the browser asked for it, and not with `q=0`."""
    for one in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = one.strip().partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


class Files:
    """The files of `folder`, which are looked for once."""

    def __init__(self, folder: Path) -> None:
        self._paths = {
            str(path.relative_to(folder)): path
            for name in (*FOLDERS, "text")
            for path in (folder / name).rglob("*")
            if path.suffix in TYPES
        }
        self._kept: dict[Path, tuple[int, File]] = {}
        self._bundles = _bundles(folder)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/static/bundles/{name}", self._bundle)
        app.router.add_get("/static/{path:.+}", self._file)

    def find(self, name: str) -> File | None:
        """The file of this name below the folder, as it is now; names are looked up, not opened."""
        path = self._paths.get(name)
        if path is None:
            return None
        changed = path.stat().st_mtime_ns
        kept = self._kept.get(path)
        if kept is None or kept[0] != changed:
            kept = changed, File(path.read_bytes(), TYPES[path.suffix], REVALIDATE)
            self._kept[path] = kept
        return kept[1]

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["path"]
        file = self.find(name) if name.startswith(tuple(f"{one}/" for one in FOLDERS)) else None
        if file is None:
            raise web.HTTPNotFound
        return file.answer(request)

    async def _bundle(self, request: web.Request) -> web.Response:
        found = self._bundles.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return found.answer(request)


def bundle_paths(folder: Path) -> Mapping[str, Paths]:
    """Where the bundles of each live page are, for its document."""
    named: dict[str, dict[str, str]] = {}
    for name in _bundles(folder):
        page, _, rest = name.partition("-")
        named.setdefault(page, {})[rest.rpartition(".")[2]] = f"/static/bundles/{name}"
    return {page: Paths(script=one["js"], style=one["css"]) for page, one in named.items()}


@cache
def _bundles(folder: Path) -> dict[str, File]:
    """Every bundle by its name; made once in a process. Raises BundleError."""
    made = {}
    for name, page in PAGES.items():
        script = bundle(f"scripts/{page.script}", lambda path: (folder / path).read_text("utf-8"))
        sheets = ["vendor/govuk-frontend.css", "styles/tokens.css", "styles/base.css"]
        sheets += [f"styles/{sheet}.css" for sheet in page.styles]
        style = "\n".join((folder / sheet).read_text("utf-8") for sheet in sheets)
        for text, ending in ((script, "js"), (style, "css")):
            file = File(text.encode(), TYPES[f".{ending}"], FOR_GOOD)
            made[f"{name}-{file.tag}.{ending}"] = file
    return made
