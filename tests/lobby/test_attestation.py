"""Which documents are enough, and for whom."""

from dataclasses import replace

import pytest

from lobby.attestation import attest, is_sufficient
from lobby.commands import Document, IdMethod
from lobby.errors import BadAttestation, NoSuchPerson
from tests.lobby.world import claim, person, pid
from vmr.participants import name_persons

CARD, LETTER = Document.PROFESSIONAL_PHOTO_CARD, Document.LETTER_ON_HEADED_PAPER
PASSPORT, LICENCE = Document.PASSPORT, Document.PHOTO_DRIVING_LICENCE


@pytest.mark.parametrize(
    ("method", "documents", "is_enough"),
    [
        (IdMethod.PROFESSIONAL_CARD, {CARD}, True),
        (IdMethod.PROFESSIONAL_CARD, {CARD, PASSPORT}, True),
        (IdMethod.PROFESSIONAL_CARD, {LETTER, PASSPORT}, False),
        (IdMethod.PROFESSIONAL_CARD, set(), False),
        (IdMethod.LETTER_AND_PHOTO_ID, {LETTER, PASSPORT}, True),
        (IdMethod.LETTER_AND_PHOTO_ID, {LETTER, LICENCE}, True),
        (IdMethod.LETTER_AND_PHOTO_ID, {LETTER}, False),
        (IdMethod.LETTER_AND_PHOTO_ID, {PASSPORT, LICENCE}, False),
        (IdMethod.LETTER_AND_PHOTO_ID, {CARD}, False),
    ],
)
def test_documents(method: IdMethod, documents: set[Document], is_enough: bool) -> None:
    assert is_sufficient(method, frozenset(documents)) is is_enough


def test_the_person_named_is_attested_and_nobody_else() -> None:
    persons = name_persons(pid("a"), ("Lawyer", "Interpreter"))
    after = attest(persons, [claim("a", 2)])
    assert [person.is_attested for person in after] == [False, True]
    assert [person.name for person in after] == ["Lawyer", "Interpreter"]


def test_a_claim_about_somebody_else_is_refused() -> None:
    with pytest.raises(NoSuchPerson):
        attest(name_persons(pid("a"), ("A",)), [claim("b")])


def test_a_claim_without_a_name_or_enough_documents_is_refused() -> None:
    persons = name_persons(pid("a"), ("A",))
    good = claim("a")
    assert good.person == person("a")
    for bad in (
        replace(good, verified_name=" "),
        replace(good, verified_name="\u200b"),
        replace(good, documents=frozenset()),
    ):
        with pytest.raises(BadAttestation):
            attest(persons, [bad])
