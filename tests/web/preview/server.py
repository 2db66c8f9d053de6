"""Shows every view of the pages with sample facts, without a server behind them.

    .venv/bin/python -m tests.web.preview.server            serve, and print the addresses
    .venv/bin/python -m tests.web.preview.shots OUT_DIR     serve, and take a picture of each view

The templates are rendered as signalling does; the meeting document runs `preview.js` in place of
`main.js`: the same components over a store that is fed sample views.
"""

import asyncio
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from signalling.files import Files, bundle_paths
from signalling.texts import Texts

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "web"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'"
)
FACTS: dict[str, Any] = {
    "protocol": 1,
    "lang": "en",
    "address": "k3v7q2mhx4ta",
    "room": {
        "name": "Consultation room 2",
        "establishment": "HMP Ashgrove",
        "policy": "legal",
        "phone": "01632 960 001",
        "safer_custody": "01632 960 002",
        "recording": "none",
    },
    "has_relays": False,
    "servers": [],
    "declaration": {
        "version": "legal-1",
        "sentences": [f"declaration.legal.{number}" for number in (1, 2, 3)],
    },
}

FORM = {"csrf": "", "faults": {}, "here": "/request", "mailbox": "ada@law.example"}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "request_length": {
        "back": "/request/purpose", "lengths": [30, 60, 75], "draft": {"minutes": "60"},
        "faults": {"length": "request.length.missing"},
    },
    "request_form_refused": {},
    "request_too_often": {},
}  # fmt: skip
"""Documents that a walk does not meet, with what they show."""


def templates() -> jinja2.Environment:
    texts = Texts.load(WEB / "text", FACTS["lang"])
    loader = jinja2.FileSystemLoader(WEB / "pages")
    environment = jinja2.Environment(loader=loader, autoescape=True)
    environment.globals.update(t=texts.get, lang=texts.lang, bundles=bundle_paths(WEB))
    return environment


def page(name: str, **values: object) -> web.Response:
    text = templates().get_template(name).render(**values)
    text = text.replace(bundle_paths(WEB)["meeting"].script, "/preview/preview.js")
    headers = {"Content-Security-Policy": POLICY}
    return web.Response(text=text, content_type="text/html", headers=headers)


async def index(_: web.Request) -> web.Response:
    return page("index.html")


async def not_found(_: web.Request) -> web.Response:
    return page("not_found.html")


async def document(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    return page(f"{name}.html", **{**FORM, **DOCUMENTS[name]})


async def meeting(_: web.Request) -> web.Response:
    return page("meeting.html", facts=FACTS)


def create_app() -> web.Application:
    app = web.Application()
    app.router.add_get("/", index)
    app.router.add_get("/not-found", not_found)
    app.router.add_get("/r/{address}", meeting)
    app.router.add_get("/document/{name}", document)
    Files(WEB).add_to(app)
    app.router.add_static("/text", WEB / "text")
    app.router.add_static("/preview", Path(__file__).parent)
    return app


async def start(port: int = 0) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(create_app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    return runner, runner.addresses[0][1]


async def main() -> None:
    _, port = await start()
    print(f"http://localhost:{port}/r/{FACTS['address']}?view=meeting-3")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
