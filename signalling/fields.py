"""What the messages of every namespace are made of: field types, the base of all models, and how
one table of models takes a request.

Form alone (types, lengths, words). Unknown fields are refused.
"""

from collections.abc import Mapping, Set
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.types import conlist

from lobby.commands import AttestationClaim, Document, IdMethod
from signalling.errors import RequestError
from vmr.ids import PersonId

NAME_CHARACTERS = 60
NAMES = 8
REASON_CHARACTERS = 500
SDP_CHARACTERS = 131_072
PIN_CHARACTERS = 20

_UNSEEN = r"\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069"  # controls, and what turns text round

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=NAME_CHARACTERS, pattern=rf"^[^\x00-\x1f{_UNSEEN}]+$"
    ),
]
Reason = Annotated[
    str,
    StringConstraints(max_length=REASON_CHARACTERS, pattern=rf"^[^\x00-\x08\x0b-\x1f{_UNSEEN}]*$"),
]
Sdp = Annotated[str, StringConstraints(min_length=1, max_length=SDP_CHARACTERS)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=64)]
GivenReason = Annotated[Reason, StringConstraints(min_length=1)]

_TOO_LONG = {"string_too_long", "too_long"}
_NAMES = {"name", "names", "verified_name"}
_TEXTS = {"reason", "text", "note", "incident", "follow_up"}
"""Fields that a person types into, at any depth of a request; of names, and of sentences."""


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Request(Model):
    NAME: ClassVar[str]


class Claim(Model):
    person: Id
    method: Literal["professional_card", "letter_and_photo_id"]
    documents: conlist(  # type: ignore[valid-type]
        Literal[
            "professional_photo_card", "letter_on_headed_paper", "passport", "photo_driving_licence"
        ],
        min_length=1,
        max_length=4,
    )
    verified_name: Name

    def claim(self) -> AttestationClaim:
        return AttestationClaim(
            person=PersonId(self.person),
            method=IdMethod(self.method),
            documents=frozenset(Document(word) for word in self.documents),
            verified_name=self.verified_name,
        )


def without_spaces(text: str) -> str:
    """A PIN as it is kept, where somebody read, wrote or pasted it in groups."""
    return "".join(text.split())


R = TypeVar("R", bound=Request)


def parse(table: Mapping[str, type[R]], event: str, payload: object) -> R:
    """The request named `event`, of those in the table.

    Raises RequestError unknown_request, bad_message, bad_name, bad_text or too_large.
    """
    model = table.get(event)
    if model is None:
        raise RequestError("unknown_request")
    if not isinstance(payload, dict):
        raise RequestError("bad_message")
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise RequestError(code_of(error)) from None


def code_of(error: ValidationError) -> str:
    """What a person can mend has a code of its own; everything else is the page's fault."""
    faults = error.errors(include_input=False, include_url=False)
    if all(fault["type"] in _TOO_LONG for fault in faults):
        return "too_large"
    if all(_is_hidden_in(fault, _NAMES) for fault in faults):
        return "bad_name"
    if all(_is_hidden_in(fault, _NAMES | _TEXTS) for fault in faults):
        return "bad_text"
    return "bad_message"


def _is_hidden_in(fault: Mapping[str, Any], fields: Set[str]) -> bool:
    """Whether it is a hidden character in one of these fields."""
    return fault["type"] == "string_pattern_mismatch" and not fields.isdisjoint(fault["loc"])
