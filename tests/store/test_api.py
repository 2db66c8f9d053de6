"""Tokens of the REST API come back as they were given, without their secret."""

import dataclasses

import pytest

from tests.store.places import Place
from vmr.api_tokens import ApiScope, ApiToken, ApiTokenEvent, token_happening
from vmr.ids import ApiTokenId
from vmr.record import Happening
from vmr.rooms import Room
from vmr.staff_record import OPERATOR
from vmr.store import NotFound, Store
from vmr.store.secrets import hash_token

SECRET = "vmr_secret"


def happening(event: ApiTokenEvent, token: ApiToken, at: float) -> Happening:
    return token_happening(event, token, by=OPERATOR, at=at)


async def added(store: Store, room: Room, *, expires_at: float | None = 100.0) -> ApiToken:
    token = ApiToken(
        id=ApiTokenId("k1"),
        establishment=room.establishment,
        name="Court lists",
        scopes=frozenset({ApiScope.ROOMS_READ, ApiScope.BOOKINGS_READ}),
        made_at=5.0,
        expires_at=expires_at,
    )
    await store.api.add_token(token, SECRET, happening(ApiTokenEvent.ADDED, token, 5.0))
    return token


async def test_a_token_is_found_by_the_hash_of_its_secret_alone(
    store: Store, place: Place, room: Room
) -> None:
    token = await added(store, room)
    assert await store.api.token_by_hash(hash_token(SECRET)) == token
    assert await store.api.token_by_hash(SECRET) is None
    assert await store.api.token(token.id) == token
    assert SECRET not in str(place.rows("SELECT * FROM api_tokens"))


async def test_when_a_token_was_last_used_is_kept(store: Store, room: Room) -> None:
    token = await added(store, room)
    await store.api.note_used(token.id, 7.0)
    assert await store.api.token(token.id) == dataclasses.replace(token, used_at=7.0)


async def test_a_token_is_revoked_once_and_the_record_says_so(store: Store, room: Room) -> None:
    token = await added(store, room)
    await store.api.revoke_token(token, happening(ApiTokenEvent.REVOKED, token, 9.0))
    kept = await store.api.token(token.id)
    assert kept is not None
    assert kept.revoked_at == 9.0
    with pytest.raises(NotFound):
        await store.api.revoke_token(token, happening(ApiTokenEvent.REVOKED, token, 10.0))
    record = await store.staff.record(room.establishment.id)
    assert [one.entry.what for one in record] == ["api_token_added", "api_token_revoked"]
    assert record[0].entry.facts == (
        ("name", "Court lists"),
        ("scopes", "rooms.read,bookings.read"),
        ("expires_at", 100.0),
    )


async def test_tokens_are_listed_for_their_establishment(store: Store, room: Room) -> None:
    token = await added(store, room)
    other = await store.add_establishment(name="B", phone="2")
    assert await store.api.tokens(room.establishment.id) == (token,)
    assert await store.api.tokens(other.id) == ()
