"""Persons behind one connection."""

import pytest

from vmr.ids import ParticipantId, PersonId
from vmr.participants import Person, is_readable, name_persons, person_id


def test_each_person_behind_a_connection_has_an_id_of_their_own() -> None:
    assert name_persons(ParticipantId("p1"), ("Lawyer", "Interpreter")) == (
        Person(id=PersonId("p1.1"), name="Lawyer"),
        Person(id=PersonId("p1.2"), name="Interpreter"),
    )


def test_nobody_is_attested_to_begin_with() -> None:
    assert not any(person.is_attested for person in name_persons(ParticipantId("p1"), ("A", "B")))


def test_the_next_person_is_counted_on() -> None:
    assert person_id(ParticipantId("p1"), 3) == "p1.3"


@pytest.mark.parametrize(
    "name", ["Ann", "\u0632\u0648\u064a", "7", "\U0001f468\u200d\U0001f469", "e\u0301", "?"]
)
def test_a_name_can_be_read(name: str) -> None:
    assert is_readable(name)


@pytest.mark.parametrize(
    "name", ["", " ", "\u200b", "\u00ad", "\u3164", "\u2800", "\u115f\u1160", "\u0301", "\ufe0f"]
)
def test_what_shows_nothing_is_no_name(name: str) -> None:
    assert not is_readable(name)
