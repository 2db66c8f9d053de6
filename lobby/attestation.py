"""Attestations: what an officer must have seen before a person counts as checked.

Either a professional photo card, or a letter on headed paper and a passport or photo driving
licence. No image is kept, and the verified name goes to the record alone.
"""

from collections.abc import Iterable
from dataclasses import replace

from lobby.commands import AttestationClaim, Document, IdMethod
from lobby.errors import BadAttestation, NoSuchPerson
from vmr.participants import Person, is_readable

_PHOTO_ID = frozenset({Document.PASSPORT, Document.PHOTO_DRIVING_LICENCE})


def is_sufficient(method: IdMethod, documents: frozenset[Document]) -> bool:
    """Whether these documents are enough for the method; more of them do no harm."""
    if method is IdMethod.PROFESSIONAL_CARD:
        return Document.PROFESSIONAL_PHOTO_CARD in documents
    return Document.LETTER_ON_HEADED_PAPER in documents and bool(documents & _PHOTO_ID)


def attest(persons: tuple[Person, ...], claims: Iterable[AttestationClaim]) -> tuple[Person, ...]:
    """The persons behind a connection after these claims.

    Raises NoSuchPerson for a claim about somebody else, BadAttestation for one without a name or
    with documents that do not fit its method.
    """
    known = {person.id: person for person in persons}
    for claim in claims:
        if claim.person not in known:
            raise NoSuchPerson
        if not is_readable(claim.verified_name):
            raise BadAttestation
        if not is_sufficient(claim.method, claim.documents):
            raise BadAttestation
        known[claim.person] = replace(known[claim.person], is_attested=True)
    return tuple(known.values())
