"""The tree of refusals: every leaf has one stable code, drawn in the module's docstring."""

import re

import pytest

from lobby import errors
from lobby.errors import CODES, ERRORS, MeetingError, NotPermitted


def test_a_refusal_carries_its_code_and_nothing_else() -> None:
    with pytest.raises(MeetingError) as raised:
        raise NotPermitted
    assert raised.value.code == str(raised.value) == "not_permitted"


def test_the_docstring_draws_exactly_the_codes_there_are() -> None:
    assert errors.__doc__ is not None
    drawn = dict(re.findall(r"── (\w+)\s+([a-z_]{2,})(?:\s|$)", errors.__doc__))
    assert set(drawn.values()) == CODES
    assert {code: name for name, code in drawn.items()} == {
        code: error.__name__ for code, error in ERRORS.items()
    }


def test_groups_of_the_tree_have_no_code_of_their_own() -> None:
    assert "" not in CODES
    assert all(not error.__subclasses__() for error in ERRORS.values())
