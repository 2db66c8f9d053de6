"""Frozen dataclasses as JSON and back: fields of str, int, float, bool, None, tuples, and such.

In JSON a message is an object of its fields and `type`, the name of its class. A number that is not
finite goes neither way: JSON has none (RFC 8259, section 6), and NaN is not even itself. Pure.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints


class MessageError(Exception):
    """The text is no message that is known here: two versions meet, or a bug."""

    code = "bad_message"


def to_json(message: Any) -> str:
    """One message as JSON text, on one line; raises ValueError for a number that is not finite."""
    value = _plain(message) | {"type": type(message).__name__}
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def from_json(text: str | bytes, types: Mapping[str, type[Any]]) -> Any:
    """Read a message of one of these classes, by name; raises `MessageError` for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MessageError("not JSON") from error
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise MessageError("not a message")
    kind = types.get(value.pop("type"))
    if kind is None:
        raise MessageError("no such message")
    return _typed(kind, value)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _typed(expected: Any, value: Any) -> Any:
    """`value` as the annotation `expected` says; raises `MessageError` where it does not fit."""
    if get_origin(expected) is tuple and isinstance(value, list):
        return tuple(_typed(get_args(expected)[0], item) for item in value)
    if isinstance(expected, UnionType):
        return None if value is None else _typed(_without_none(expected), value)
    if isinstance(expected, type) and is_dataclass(expected) and isinstance(value, dict):
        hints = _hints(expected)
        if value.keys() != hints.keys():
            raise MessageError("fields do not match")
        return expected(**{name: _typed(hints[name], item) for name, item in value.items()})
    if get_origin(expected) is Literal and value in get_args(expected):
        return value
    if expected in (str, int, float, bool) and type(value) is expected:
        if expected is float and not math.isfinite(value):
            raise MessageError("not a finite number")
        return value
    raise MessageError("a value does not fit")


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _without_none(union: UnionType) -> Any:
    return next(part for part in get_args(union) if part is not NoneType)
