"""Names as people type them are like the names they are expected by; other people's are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmr.expected import is_like, who_is
from vmr.ids import ExpectedId
from vmr.rooms import ExpectedPerson


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("Ada Lovelace", "ada lovelace"),
        ("Ms Ada Lovelace KC", "Ada Lovelace"),
        ("Ada King Lovelace", "Ada Lovelace"),
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Ada Lovelace", "A. Lovelace"),
        ("Ada Lovelace", "Ada Lovelcae"),
        ("Ada Lovelace", "Ada Lovelac"),
        ("Siân O\u2019Neill", "Sian O'Neill"),
        ("Zoë Müller-Lüdenscheidt", "Zoe Muller Ludenscheidt"),
        ("李小龍", "李小龍"),
        ("محمد علي", "محمد علي"),
        ("Witness A", "witness a"),
        ("Ada Lovelace", "Lovelace"),
        ("Dr", "Dr"),
    ],
)
def test_a_name_typed_in_another_way_is_like_the_expected_one(expected: str, given: str) -> None:
    assert is_like(expected, given)
    assert is_like(given, expected)


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("Ada Lovelace", "Alan Turing"),
        ("Ada Lovelace", "Byron Lovelace"),
        ("Ann Lee", "Dan Lee"),
        ("Ada Lovelace", "Ada"),
        ("Ada Lovelace", "A"),
        ("Ada Lovelace", ""),
        ("Witness A", "Witness B"),
        ("Jo Smith", "Al Smith"),
    ],
)
def test_another_persons_name_is_not(expected: str, given: str) -> None:
    assert not is_like(expected, given)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_name_and_being_alike_goes_both_ways(one: str, other: str) -> None:
    assert is_like(one, other) == is_like(other, one)


def test_those_who_are_like_come_in_their_own_order() -> None:
    people = [ExpectedPerson(id=ExpectedId(n), name=n, part="lawyer") for n in ("Ada Law", "Bo Li")]
    assert who_is(["Li Bo", "ADA LAW"], people) == tuple(people)
    assert who_is(["Nobody"], people) == ()
