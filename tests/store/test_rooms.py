"""Establishments, rooms and personal links come back as they were given."""

import pytest

from vmr.ids import RoomId
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.store import Conflict, NotFound, Store


async def test_a_room_is_found_by_its_address_and_by_its_id(store: Store, room: Room) -> None:
    assert await store.room_by_address(room.address) == room
    assert await store.room(room.id) == room


async def test_an_unknown_room_is_not_found(store: Store, room: Room) -> None:
    assert await store.room_by_address("aaaaaaaaaaaa") is None
    assert await store.room(RoomId("r")) is None


async def test_rooms_have_addresses_of_60_random_bits(store: Store, room: Room) -> None:
    other = await store.add_room(
        room.establishment, name="Room 2", policy=PolicyName.SOCIAL, pin_hash="x"
    )
    assert len(other.address) == 12
    assert set(other.address) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert other.address != room.address


async def test_rooms_are_listed_by_name_with_their_establishment(store: Store, room: Room) -> None:
    first = await store.add_room(
        room.establishment, name="A room", policy=PolicyName.HEARING, pin_hash="x", ends_at=7.5
    )
    assert await store.rooms() == (first, room)
    assert await store.establishments() == (room.establishment,)


async def test_a_room_can_be_given_an_end(store: Store, room: Room) -> None:
    await store.set_room_end(room.id, 1_790_000_000.25)
    changed = await store.room(room.id)
    assert changed is not None
    assert changed.ends_at == 1_790_000_000.25


async def test_changing_an_unknown_room_is_an_error(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.set_room_end(RoomId("nobody"), None)


async def test_a_personal_link_is_found_by_the_hash_of_its_token(store: Store, room: Room) -> None:
    invite = await store.add_invite(
        room.id, token_hash="ab" * 32, label="Ms Shah", opens_at=1.0, closes_at=2.0
    )
    assert await store.invite_by_token_hash("ab" * 32) == invite
    assert await store.invite_by_token_hash("cd" * 32) is None


async def test_one_token_opens_one_room_only(store: Store, room: Room) -> None:
    await store.add_invite(room.id, token_hash="ab" * 32, label="Ms Shah")
    with pytest.raises(Conflict):
        await store.add_invite(room.id, token_hash="ab" * 32, label="Mr Bell")


async def test_a_link_of_no_room_cannot_be_made(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.add_invite(RoomId("nobody"), token_hash="ab" * 32, label="Ms Shah")
