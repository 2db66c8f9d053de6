"""The names in a record, as a search looks for them: one text a meeting, a line a name. Pure."""

import re
from collections.abc import Iterable

from vmr.record import Happening
from vmr.store.folding import folded

_OF_PERSON = re.compile(r".+\.\d+")
_NAMES = frozenset(("officer", "verified_name"))


def with_names(known: str, happenings: Iterable[Happening]) -> str:
    """`known` and, each once, the names of people that these happenings hold."""
    lines = dict.fromkeys(known.splitlines())
    for happening in happenings:
        for key, value in happening.personal:
            if key in _NAMES or _OF_PERSON.fullmatch(key):
                lines[folded(value)] = None
    return "\n".join(lines)
