"""Values of the rules, as JSON: dataclasses to objects, enums to their values."""

import json
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


def notification(message: View | Event) -> tuple[str, JsonObject]:
    """The name and the data of what a session is told."""
    data = to_wire(message)
    assert isinstance(data, dict)
    if isinstance(message, (PinView, WaitingView, InsideView)):
        return VIEW, data
    return message.NAME, data
