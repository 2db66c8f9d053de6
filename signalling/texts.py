"""Every sentence on screen, by key and language; templates and scripts look them up."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import web

FILES = Path(web.__file__).parent
"""Where pages, styles, scripts and texts are."""
LANGUAGES = ("en", "cy")
"""The first is that of staff and of whoever asks for none."""
_NAMED = re.compile(r"\{(\w+)\}")


class Texts:
    """The sentences of one language. An unknown key shows itself, so that it is noticed."""

    def __init__(self, lang: str, sentences: Mapping[str, str]) -> None:
        self.lang = lang
        self._sentences = sentences

    @classmethod
    def load(cls, folder: Path, lang: str) -> "Texts":
        """All parts of one language as one catalogue."""
        sentences: dict[str, str] = {}
        for part in sorted((folder / lang).glob("*.json")):
            sentences |= json.loads(part.read_text(encoding="utf-8"))
        return cls(lang, sentences)

    def get(self, key: str, /, **values: object) -> str:
        """The sentence with each `{name}` filled in; braces within a value are only text."""
        sentence = self._sentences.get(key, key)
        return _NAMED.sub(lambda found: str(values.get(found[1], found[0])), sentence)

    def keys(self, prefix: str) -> list[str]:
        """The keys that begin with `prefix`, in the order of the file."""
        return [key for key in self._sentences if key.startswith(prefix)]
