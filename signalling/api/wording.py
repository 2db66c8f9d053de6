"""What is wrong with a value, as a word that stays and a sentence of our own. Pure.

The library that checks requests has sentences too; they are its own, change with its version, and
speak of its types. Here each of its findings that a request can cause has ours: what is allowed.
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails


class Code(Enum):
    """Of one fault; programs may depend on them."""

    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    WRONG_FORM = "wrong_form"
    NOT_ONE_OF = "not_one_of"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    NOT_ALLOWED = "not_allowed"
    GIVEN_TWICE = "given_twice"


ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
ID = r"^[A-Za-z0-9_-]{1,64}$"
CURSOR = r"^[A-Za-z0-9_-]+$"
URL = r"^[!-~]+$"

_FORMS = {
    ONE_LINE: "It must be text in one line, without control characters.",
    LINES: "It must be text without control characters.",
    ID: "It must be an id: 1 to 64 letters of ASCII, figures, _ and -.",
    CURSOR: "It is not from the next of a page.",
    URL: "It must be an address in ASCII, without spaces.",
}
_TIME = "It must be a time with its zone, such as 2026-03-02T09:00:00Z."
_DATE = "It must be a date, such as 2026-03-02."
_WHOLE = "It must be a whole number."
_SENTENCES: Mapping[str, tuple[Code, str]] = {
    "missing": (Code.MISSING, "It is needed."),
    "string_type": (Code.WRONG_TYPE, "It must be text."),
    "int_type": (Code.WRONG_TYPE, _WHOLE),
    "int_parsing": (Code.WRONG_TYPE, _WHOLE),
    "int_parsing_size": (Code.WRONG_TYPE, _WHOLE),
    "int_from_float": (Code.WRONG_TYPE, _WHOLE),
    "bool_type": (Code.WRONG_TYPE, "It must be true or false."),
    "bool_parsing": (Code.WRONG_TYPE, "It must be true or false."),
    "list_type": (Code.WRONG_TYPE, "It must be a list."),
    "frozen_set_type": (Code.WRONG_TYPE, "It must be a list."),
    "set_type": (Code.WRONG_TYPE, "It must be a list."),
    "model_type": (Code.WRONG_TYPE, "It must be an object."),
    "model_attributes_type": (Code.WRONG_TYPE, "It must be an object."),
    "datetime_type": (Code.WRONG_TYPE, _TIME),
    "datetime_parsing": (Code.WRONG_FORM, _TIME),
    "datetime_from_date_parsing": (Code.WRONG_FORM, _TIME),
    "datetime_object_invalid": (Code.WRONG_FORM, _TIME),
    "timezone_aware": (Code.WRONG_FORM, _TIME),
    "date_type": (Code.WRONG_TYPE, _DATE),
    "date_parsing": (Code.WRONG_FORM, _DATE),
    "date_from_datetime_parsing": (Code.WRONG_FORM, _DATE),
    "date_from_datetime_inexact": (Code.WRONG_FORM, _DATE),
    "string_unicode": (Code.WRONG_FORM, "It must be text in UTF-8."),
    "enum": (Code.NOT_ONE_OF, "It must be one of these: {expected}."),
    "literal_error": (Code.NOT_ONE_OF, "It must be one of these: {expected}."),
    "string_too_long": (Code.TOO_LONG, "It has at most {max_length} characters."),
    "string_too_short": (Code.TOO_SHORT, "It has at least {min_length} characters."),
    "too_long": (Code.TOO_LONG, "It has at most {max_length} entries."),
    "too_short": (Code.TOO_SHORT, "It has at least {min_length} entries."),
    "less_than_equal": (Code.TOO_LARGE, "It is {le} or less."),
    "greater_than_equal": (Code.TOO_SMALL, "It is {ge} or more."),
    "value_error": (Code.NOT_ALLOWED, "{error}"),
}
_OTHER = (Code.NOT_ALLOWED, "It is not one of the values described for it.")
_PLACE = re.compile(r"line (\d+) column (\d+)")


def said_of(found: ErrorDetails, model: type[BaseModel]) -> tuple[Code, str]:
    """The word and the sentence of one finding in what `model` describes."""
    kind, context = found["type"], dict(found.get("ctx", {}))
    if kind == "extra_forbidden":
        known = ", ".join(_fields_at(model, found["loc"][:-1]))
        return Code.UNKNOWN_FIELD, f"There is no such field. There are: {known}."
    if kind == "string_pattern_mismatch":
        return Code.WRONG_FORM, _FORMS.get(str(context["pattern"]), _OTHER[1])
    if "expected" in context:
        expected = str(context["expected"]).replace(" or ", ", ")
        context["expected"] = expected.replace("'", "")
    code, sentence = _SENTENCES.get(kind, _OTHER)
    return code, sentence.format(**context)


def where_broken(found: ErrorDetails) -> str:
    """That a body is no JSON, and from where."""
    place = _PLACE.search(str(found.get("ctx", {}).get("error", "")))
    if place is None:
        return "The body is not JSON."
    return f"The body is not JSON: see line {place[1]}, character {place[2]}."


def _fields_at(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """The fields of the object at this place."""
    for part in path:
        field = model.model_fields.get(str(part))
        inner = None if field is None else _model_in(field.annotation)
        model = model if inner is None else inner  # a place in a list leads no deeper
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of a field, of its entries, or beside null."""
    if isinstance(annotation, type) and not get_origin(annotation):
        return annotation if issubclass(annotation, BaseModel) else None
    found = (_model_in(one) for one in get_args(annotation))
    return next((one for one in found if one is not None), None)
