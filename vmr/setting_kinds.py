"""The kinds of values a setting may have: reading them from texts, telling them apart. Pure."""

import dataclasses
import math
from enum import Enum
from typing import Any, cast

Value = str | int | float | bool | tuple[str, ...] | tuple[int, ...]

_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Kind(Enum):
    """What a value is. The words complete "must be ..."."""

    TEXT = "a text"
    WHOLE = "a whole number"
    NUMBER = "a number"
    YES_NO = "true or false"
    TEXTS = "a list of texts"
    WHOLES = "a list of whole numbers"


KIND_OF: dict[object, Kind] = {
    str: Kind.TEXT,
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    bool: Kind.YES_NO,
    tuple[str, ...]: Kind.TEXTS,
    tuple[int, ...]: Kind.WHOLES,
}
"""By the annotation of the field that declares the setting."""


def default_of(declared: "dataclasses.Field[Any]") -> Value:
    return cast(Value, declared.default)


def read(kind: Kind, text: str) -> object:
    """What the text says, or the text itself where it says nothing of this kind."""
    if kind in (Kind.TEXTS, Kind.WHOLES):
        part_kind = Kind.TEXT if kind is Kind.TEXTS else Kind.WHOLE
        return [read(part_kind, part.strip()) for part in text.split(",") if part.strip()]
    if kind is Kind.YES_NO:
        return _YES_NO.get(text.lower(), text)
    try:
        return {Kind.WHOLE: int, Kind.NUMBER: float}.get(kind, str)(text)
    except ValueError:
        return text


def of_kind(kind: Kind, raw: object) -> Value | None:
    """The raw value where it is of this kind (a whole number is a number too), else None."""
    match kind, raw:
        case (Kind.YES_NO, bool()) | (Kind.TEXT, str()):
            return cast(Value, raw)
        case (_, bool()):
            return None
        case (Kind.WHOLE, int()):
            return cast(Value, raw)
        case (Kind.NUMBER, int() | float()):
            number = float(cast(float, raw))
            return number if math.isfinite(number) else None
        case (Kind.TEXTS, list(parts)) if all(isinstance(part, str) for part in parts):
            return tuple(parts)
        case (Kind.WHOLES, list(parts)) if all(type(part) is int for part in parts):
            return tuple(parts)
    return None
