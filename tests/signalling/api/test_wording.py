"""What is wrong with a request is said in our own words: a code that stays, and what is allowed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from signalling.api.bookings import BookingQuery
from signalling.api.models import BookingIn, BookingPatch, ConfirmIn, PersonFields, ReasonIn
from signalling.api.outcome_models import OutcomeIn
from signalling.api.rooms import FreeQuery
from signalling.api.webhooks import WebhookIn
from signalling.api.wording import Code, said_of, where_broken
from tests.signalling.api.prison import draft

BODIES: tuple[type[BaseModel], ...] = (
    BookingIn, BookingPatch, ConfirmIn, OutcomeIn, PersonFields, ReasonIn, WebhookIn,
)  # fmt: skip
WRONG: tuple[Any, ...] = (
    None, True, -1, 2, 1.5, "", "\x00", "x y", "x" * 5000, [], [None], [7] * 500, {}, {"x": 1},
    [{"x": 1}], ["x"], "2026-02-30", "2026-03-02T09:00:00", "3026-03-02T09:00:00Z",
    {"starts_at": 7, "ends_at": "2026-03-02"},
)  # fmt: skip


def said(model: type[BaseModel], value: object) -> list[tuple[str, str, str]]:
    """Place, code and sentence of each fault."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json.dumps(value))
    told = []
    for one in caught.value.errors(include_url=False):
        code, detail = said_of(one, model)
        told.append(("/".join(map(str, one["loc"])), code.value, detail))
    return told


def test_each_fault_says_where_it_is_and_what_is_allowed() -> None:
    body = draft(purpose="party", prisoner="a\x00b", extra=1)
    body["people"][0] |= {"part": 7, "nick": "Al"}
    body["slot"]["starts_at"] = "tomorrow"
    del body["people"][0]["name"]
    told = {place: (code, detail) for place, code, detail in said(BookingIn, body)}
    assert told["prisoner"] == (
        "wrong_form", "It must be text in one line, without control characters.",
    )  # fmt: skip
    assert told["slot/starts_at"] == (
        "wrong_form", "It must be a time with its zone, such as 2026-03-02T09:00:00Z.",
    )  # fmt: skip
    assert told["people/0/name"] == ("missing", "It is needed.")
    code, detail = told["purpose"]
    assert code == "not_one_of"
    assert detail.startswith("It must be one of these: ")
    assert "'" not in detail
    code, detail = told["extra"]
    assert code == "unknown_field"
    assert detail.startswith("There is no such field. There are: purpose, slot, ")
    assert "There are: name, part, " in told["people/0/nick"][1]


def test_figures_and_lengths_are_told() -> None:
    with pytest.raises(ValidationError) as caught:
        FreeQuery.model_validate_strings({"minutes": "x"})
    found = caught.value.errors()
    assert said_of(found[0], FreeQuery)[1] == "It must be a whole number."
    with pytest.raises(ValidationError) as caught:
        BookingQuery.model_validate_strings({"limit": "201"})
    (one,) = caught.value.errors()
    assert said_of(one, BookingQuery)[1] == "It is 200 or less."
    ((_, code, detail),) = said(ReasonIn, {"reason": "x" * 5000})
    assert code == "too_long"
    assert detail.endswith(" characters.")


def test_a_body_that_is_no_json_is_told_from_where() -> None:
    with pytest.raises(ValidationError) as caught:
        ReasonIn.model_validate_json(b'{"reason":\n  oops}')
    (one,) = caught.value.errors()
    assert where_broken(one) == "The body is not JSON: see line 2, character 3."


def test_every_code_is_explained_to_who_writes_programs() -> None:
    document = (Path(__file__).parents[3] / "signalling" / "API.md").read_text()
    assert not [one.value for one in Code if f"`{one.value}`" not in document]


def _wrong_bodies(model: type[BaseModel]) -> Iterator[object]:
    yield from WRONG
    for name in model.model_fields:
        yield from ({name: value} for value in WRONG)


@pytest.mark.parametrize("model", BODIES)
def test_no_word_of_the_library_reaches_a_program(model: type[BaseModel]) -> None:
    for body in _wrong_bodies(model):
        try:
            model.model_validate_json(json.dumps(body))
        except ValidationError as caught:
            for one in caught.errors():
                detail = said_of(one, model)[1]
                assert detail != one["msg"]
                assert detail != "It is not one of the values described for it.", one["type"]
                assert detail.endswith(".")
