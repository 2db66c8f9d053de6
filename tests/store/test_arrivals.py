"""What somebody who comes has to be judged by is what the single reads would say."""

from dataclasses import replace

import pytest

from tests.store.test_booking_retention import SLOT, add, full
from tests.store.test_self_tests import PASSED
from vmr.ids import InviteId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import UNOWNED
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import Arrival, Store

HASH = "ab" * 32
EARLY_S = 600.0


@pytest.mark.parametrize("at", [SLOT.starts_at - EARLY_S, SLOT.starts_at, SLOT.ends_at - 0.5])
async def test_in_a_slot_room_link_owner_booking_and_self_tests_are_found(
    store: Store, room: Room, at: float
) -> None:
    invite = await store.add_invite(room.id, token_hash=HASH, label="Ada", closes_at=7.5)
    await add(store, full(room))
    await store.self_tests.keep(InviteId("i1"), PASSED)
    await store.owners.take(room.id, NodeId("one"), UNOWNED)
    booking = await store.bookings.slot_of(room.id, at, EARLY_S)
    assert booking is not None
    assert await store.arrival(room.address, HASH, at, EARLY_S) == Arrival(
        room=room,
        invite=invite,
        owner=await store.owners.of_room(room.id),
        booking=booking,
        tests={InviteId("i1"): PASSED},
    )


@pytest.mark.parametrize("at", [SLOT.starts_at - EARLY_S - 0.5, SLOT.ends_at])
async def test_out_of_a_slot_there_is_no_booking(store: Store, room: Room, at: float) -> None:
    await add(store, full(room))
    assert await store.arrival(room.address, None, at, EARLY_S) == Arrival(room=room)
    assert await store.bookings.slot_of(room.id, at, EARLY_S) is None


async def test_an_address_that_is_not_known_finds_nothing(store: Store, room: Room) -> None:
    await store.add_invite(room.id, token_hash=HASH, label="Ada")
    assert await store.arrival("aaaaaaaaaaaa", HASH, 0.0, 0.0) == Arrival(room=None)
    assert await store.arrival(room.address, "cd" * 32, 0.0, 0.0) == Arrival(room=room)


async def test_truths_come_as_truths(store: Store, room: Room) -> None:
    invite = await store.add_invite(room.id, token_hash=HASH, label="Ada")
    gone = Happening(at=1.0, actor="officer:o1", what="link_revoked")
    await store.office.revoke_invite(room, invite.id, gone)
    found = await store.arrival(room.address, HASH, 0.0, 0.0)
    assert found.room is not None
    assert found.room.is_closed is False
    assert found.invite == replace(invite, is_revoked=True)
    assert found.invite is not None
    assert found.invite.is_revoked is True
