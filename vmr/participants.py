"""Persons, as distinct from connections: several may sit behind one, and each is checked."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from vmr.ids import ParticipantId, PersonId

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs by class, drawn as nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`name` is what others see (it may be an alias); the verified name is in the record alone."""

    id: PersonId
    name: str
    is_attested: bool = False


def person_id(participant: ParticipantId, number: int) -> PersonId:
    """The id of the `number`th person behind a connection, counted from 1."""
    return PersonId(f"{participant}.{number}")


def name_persons(participant: ParticipantId, names: Sequence[str]) -> tuple[Person, ...]:
    """The persons behind a new connection, nobody attested yet."""
    return tuple(
        Person(id=person_id(participant, number), name=name)
        for number, name in enumerate(names, start=1)
    )


def is_readable(name: str) -> bool:
    """Whether a name shows anything: a letter, a figure or a sign."""
    return any(unicodedata.category(one)[0] in "LNPS" and one not in _BLANK for one in name)
