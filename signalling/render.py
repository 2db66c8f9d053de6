"""Templates of web/pages, filled in with the sentences of one language."""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from signalling.files import bundle_paths
from signalling.texts import Texts


class Renderer:
    """`folder` holds pages/, styles/ and text/."""

    def __init__(self, folder: Path, lang: str) -> None:
        self._folder = folder
        self.texts = Texts.load(folder / "text", lang)
        self._templates = _templates(folder)
        self._plain = _plain_templates(folder)

    def text(self, template: str, **variables: Any) -> str:
        """The document; templates see `lang`, `t` and `bundles` besides the variables."""
        return self._templates.get_template(template).render(
            lang=self.texts.lang, t=self.texts.get, **variables
        )

    def plain_text(self, template: str, **variables: Any) -> str:
        """The same of a template of plain text: nothing is escaped."""
        return self._plain.get_template(template).render(
            lang=self.texts.lang, t=self.texts.get, **variables
        )

    def page(self, template: str, *, status: int = 200, **variables: Any) -> web.Response:
        body = self.text(template, **variables)
        return web.Response(status=status, text=body, content_type="text/html")

    def style(self, name: str) -> str:
        """The text of one of our style sheets, for a document that stands by itself."""
        return (self._folder / "styles" / name).read_text("utf-8")


@cache
def _templates(folder: Path) -> jinja2.Environment:
    """One for all renderers of a folder, so that a template is compiled once: 20 ms each."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    templates.globals["bundles"] = bundle_paths(folder)
    return templates


@cache
def _plain_templates(folder: Path) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder / "pages"),
        autoescape=False,  # text/plain: nothing reads it as HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
