"""Templates of web/pages, filled in with the sentences of one language."""

from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from signalling.texts import Texts


class Renderer:
    """`folder` holds pages/, styles/ and text/."""

    def __init__(self, folder: Path, lang: str) -> None:
        self._folder = folder
        self.texts = Texts.load(folder / "text", lang)
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder / "pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )

    def text(self, template: str, **variables: Any) -> str:
        """The document; templates see `lang` and `t` besides the variables."""
        return self._templates.get_template(template).render(
            lang=self.texts.lang, t=self.texts.get, **variables
        )

    def page(self, template: str, *, status: int = 200, **variables: Any) -> web.Response:
        body = self.text(template, **variables)
        return web.Response(status=status, text=body, content_type="text/html")

    def style(self, name: str) -> str:
        """The text of one of our style sheets, for a document that stands by itself."""
        return (self._folder / "styles" / name).read_text("utf-8")
