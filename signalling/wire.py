"""Values of the rules, as JSON: dataclasses to objects, enums to their values."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache

from lobby.events import Event
from lobby.views import InsideView, PinView, View, WaitingView

Json = dict[str, "JsonValue"] | list["JsonValue"] | str | int | float | bool | None
JsonValue = Json
JsonObject = dict[str, JsonValue]

VIEW = "meeting.updated"


def to_wire(value: object) -> JsonValue:
    """JSON of a value made of dataclasses, enums, tuples, sets and plain values."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, Enum):
        return to_wire(value.value)
    kind: type = type(value)
    names = _field_names(kind)
    if names is not None:
        return {name: to_wire(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {str(key): to_wire(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_wire(item) for item in value]
    if isinstance(value, (frozenset, set)):
        return sorted((to_wire(item) for item in value), key=str)
    raise TypeError(f"{type(value).__name__} does not go on the wire")


def to_text(data: JsonObject) -> str:
    """As it goes over a socket."""
    return json.dumps(data, separators=(",", ":"))


@cache
def _field_names(kind: type) -> tuple[str, ...] | None:
    """None of what is no dataclass. `fields` looks anew each time, which was most of `to_wire`."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


class Writer:
    """Messages of one moment as JSON. What several of them share, which the rules make once, is
    written once: the list of those inside is most of a view."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[object, str]] = {}

    def notification(self, message: View | Event) -> tuple[str, str]:
        """The name and the data of what a session is told."""
        is_view = isinstance(message, (PinView, WaitingView, InsideView))
        name = VIEW if is_view else message.NAME  # type: ignore[union-attr]
        return name, self._once(message, self._whole)

    def _whole(self, message: object) -> str:
        own: JsonObject = {}
        shared = []
        kind: type = type(message)
        for name in _field_names(kind) or ():
            value = getattr(message, name)
            of: type = type(value)
            if value and (of is tuple or _field_names(of) is not None):
                shared.append(f'"{name}":{self._once(value, _to_text)}')
            else:
                own[name] = to_wire(value)
        return f"{{{','.join(filter(None, (to_text(own)[1:-1], *shared)))}}}"

    def _once(self, value: object, write: Callable[[object], str]) -> str:
        found = self._written.get(id(value))
        if found is None:  # the value stays with its text, so that no other gets its id
            found = self._written[id(value)] = (value, write(value))
        return found[1]


def _to_text(value: object) -> str:
    return json.dumps(to_wire(value), separators=(",", ":"))
