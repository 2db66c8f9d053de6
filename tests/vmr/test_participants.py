"""Persons behind one connection."""

from vmr.ids import ParticipantId, PersonId
from vmr.participants import Person, name_persons, person_id


def test_each_person_behind_a_connection_has_an_id_of_their_own() -> None:
    assert name_persons(ParticipantId("p1"), ("Lawyer", "Interpreter")) == (
        Person(id=PersonId("p1.1"), name="Lawyer"),
        Person(id=PersonId("p1.2"), name="Interpreter"),
    )


def test_nobody_is_attested_to_begin_with() -> None:
    assert not any(person.is_attested for person in name_persons(ParticipantId("p1"), ("A", "B")))


def test_the_next_person_is_counted_on() -> None:
    assert person_id(ParticipantId("p1"), 3) == "p1.3"
