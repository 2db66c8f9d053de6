"""Frozen dataclasses as JSON and back: fields of str, int, float, bool, None, tuples, and such.

In JSON a message is an object of its fields and `type`, the name of its class. A number that is not
finite goes neither way: JSON has none (RFC 8259, section 6), and NaN is not even itself. Pure.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

_Read = Callable[[Any], Any]
"""A value of JSON in, what an annotation says out; raises `MessageError` where it does not fit."""


class MessageError(Exception):
    """The text is no message that is known here: two versions meet, or a bug."""

    code = "bad_message"


def to_json(message: Any) -> str:
    """One message as JSON text, on one line; raises ValueError for a number that is not finite."""
    return _ENCODER.encode(_fields(message) | {"type": type(message).__name__})


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
    return _read_fields(kind, value)


def _fields(message: Any) -> dict[str, Any]:
    """Those of a dataclass, as they are: the encoder knows tuples, and asks for other messages."""
    kind: type = type(message)
    names = _field_names(kind)
    if names is None:
        raise TypeError(f"{kind.__name__} does not go as JSON")
    return {name: getattr(message, name) for name in names}


_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_fields)


@cache
def _reader(expected: Any) -> _Read:
    """What reads a value of this annotation: made once, as `typing` is slow to look at them."""
    if expected in (str, int, bool):
        return partial(_read_exact, expected)
    if expected is float:
        return _read_float
    if get_origin(expected) is Literal:
        return partial(_read_literal, get_args(expected))
    if get_origin(expected) is tuple:
        return partial(_read_tuple, _reader(get_args(expected)[0]))
    if isinstance(expected, UnionType):
        return partial(_read_optional, _reader(_without_none(expected)))
    if isinstance(expected, type) and is_dataclass(expected):
        return partial(_read_fields, expected)
    raise TypeError(f"{expected} does not go as JSON")


def _read_exact(kind: type[Any], value: Any) -> Any:
    if type(value) is not kind:
        raise MessageError("a value does not fit")
    return value


def _read_float(value: Any) -> float:
    if type(value) is not float:
        raise MessageError("a value does not fit")
    if not math.isfinite(value):
        raise MessageError("not a finite number")
    return value


def _read_literal(allowed: tuple[Any, ...], value: Any) -> Any:
    if value not in allowed:
        raise MessageError("a value does not fit")
    return value


def _read_tuple(read: _Read, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise MessageError("a value does not fit")
    return tuple(map(read, value))


def _read_optional(read: _Read, value: Any) -> Any:
    return None if value is None else read(value)


def _read_fields(kind: type, value: Any) -> Any:
    if not isinstance(value, dict):
        raise MessageError("a value does not fit")
    readers = _field_readers(kind)
    if value.keys() != readers.keys():
        raise MessageError("fields do not match")
    return kind(**{name: readers[name](item) for name, item in value.items()})


@cache
def _field_readers(kind: type) -> dict[str, _Read]:
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


@cache
def _field_names(kind: type) -> tuple[str, ...] | None:
    """None of what is no dataclass."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


def _without_none(union: UnionType) -> Any:
    return next(part for part in get_args(union) if part is not NoneType)
