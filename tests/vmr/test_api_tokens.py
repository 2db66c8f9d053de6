"""Tokens as values: how long they are good, and what the record says of them."""

from dataclasses import replace

from vmr.api_tokens import (
    ApiScope,
    ApiToken,
    ApiTokenEvent,
    look_happening,
    scope_names,
    token_happening,
)
from vmr.establishment_record import Head
from vmr.ids import ApiTokenId, EstablishmentId, MeetingId, OfficerId
from vmr.rooms import Establishment
from vmr.staff import StaffMember

PRISON = Establishment(id=EstablishmentId("e1"), name="HMP Test", phone="01632 960000")
HEAD = Head(sequence=3, hash="ab")
TOKEN = ApiToken(
    id=ApiTokenId("k1"),
    establishment=PRISON,
    name="Court lists",
    scopes=frozenset({ApiScope.BOOKINGS_READ, ApiScope.ROOMS_READ}),
    made_at=1.0,
)


def test_a_token_without_an_end_is_good_until_it_is_revoked() -> None:
    assert TOKEN.is_good(1e12)
    assert not replace(TOKEN, revoked_at=5.0).is_good(6.0)


def test_a_token_is_good_until_just_before_its_end() -> None:
    ending = replace(TOKEN, expires_at=10.0)
    assert ending.is_good(9.99)
    assert not ending.is_good(10.0)


def test_a_token_may_what_its_scopes_say_and_nothing_else() -> None:
    assert TOKEN.may(ApiScope.ROOMS_READ)
    assert not TOKEN.may(ApiScope.BOOKINGS_WRITE)
    assert scope_names(TOKEN.scopes) == ("rooms.read", "bookings.read")


def test_the_record_names_the_officer_beside_the_chain() -> None:
    member = StaffMember(
        id=OfficerId("o1"), establishment=PRISON, name="Officer Reed", username="reed",
        roles=frozenset(),
    )  # fmt: skip
    done = token_happening(ApiTokenEvent.ADDED, TOKEN, by=member, at=2.0)
    assert (done.actor, done.subject) == ("officer:o1", "api:k1")
    assert done.personal == (("officer", "Officer Reed"),)
    assert done.facts == (("name", "Court lists"), ("scopes", "rooms.read,bookings.read"))


def test_a_look_at_a_record_says_which_program_looked_and_whether_at_names() -> None:
    done = look_happening(TOKEN, MeetingId("m1"), HEAD, first=1, with_names=True, at=2.0)
    assert (done.actor, done.what, done.subject) == ("api:k1", "record_read", "meeting:m1")
    assert done.facts == (
        ("sequence", 3), ("hash", "ab"), ("program", "Court lists"), ("first", 1),
        ("with_names", True),
    )  # fmt: skip
