"""What the booking office asks of the store: time of rooms, histories, slot PINs, many at once."""

from dataclasses import replace
from datetime import date

import pytest

from tests.store.test_bookings import MARCH, add, of, said
from tests.store.test_retention import run
from tests.vmr.bookings.made import NINE_TO_FIVE, NOW, at, closure, slot
from vmr.bookings import moves
from vmr.bookings.changes import BookingEvent
from vmr.bookings.hours import ALWAYS
from vmr.bookings.personal_links import NO_CHANGES
from vmr.bookings.rosters import Roster
from vmr.ids import BookingId, EstablishmentId, OfficerId, RoomId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import Conflict, NotFound, NotRostered, SlotTaken, Store

DAN, DAY = OfficerId("o1"), date(2027, 3, 4)
SAID = Happening(at=NOW, actor="operator", what="test")

NOTHING = (NO_CHANGES, (), None)
"""No links, no letters, nobody who judges it."""


async def test_the_time_of_every_room_comes_with_its_own_hours_and_bookings(
    store: Store, room: Room
) -> None:
    other = await store.add_room(
        room.establishment, name="Second", policy=PolicyName.LEGAL, pin_hash="x"
    )
    booked = await add(store, of(room))
    await store.bookings.set_hours(room, NINE_TO_FIVE, SAID)
    shut = replace(closure(slot(5, 10)), room=other.id)
    await store.bookings.add_closure(shut, room.establishment.id, SAID)
    times = await store.bookings.rooms_in_time(room.establishment, MARCH)
    found = {one.room.id: one for one in times}
    assert tuple(found[room.id].hours) == NINE_TO_FIVE
    assert tuple(found[other.id].hours) == ALWAYS
    assert list(found[room.id].bookings) == [booked]
    assert not found[other.id].bookings
    assert found[other.id].own_closures == (shut,)
    assert not found[room.id].own_closures
    await store.bookings.set_hours(room, (), SAID)
    times = await store.bookings.rooms_in_time(room.establishment, MARCH)
    assert [tuple(one.hours) for one in times if one.room.id == room.id] == [()]


async def test_a_closure_is_found_by_its_own_establishment_alone(store: Store, room: Room) -> None:
    shut = closure(slot(5, 10))
    await store.bookings.add_closure(shut, room.establishment.id, SAID)
    assert await store.bookings.closure(shut.id, room.establishment.id) == shut
    assert await store.bookings.closure(shut.id, EstablishmentId("other")) is None


async def test_the_history_of_a_booking_is_its_own_oldest_first(store: Store, room: Room) -> None:
    booked = await add(store, of(room))
    await add(store, of(room, 2, preferred=slot(5, 10)))
    cancelled = moves.cancel(booked, "Trial collapsed", NOW)
    await store.bookings.change(cancelled, said(cancelled, BookingEvent.CANCELLED))
    history = await store.bookings.history(cancelled)
    assert [one.what for one in history] == ["booking_requested", "booking_cancelled"]
    assert [one.reason for one in history] == ["", "Trial collapsed"]
    assert [dict(one.facts)["version"] for one in history] == [1, 2]


async def test_of_many_bookings_all_are_kept_or_none(store: Store, room: Room) -> None:
    many = [of(room, n, preferred=slot(4, 8 + 2 * n)) for n in (1, 2)]
    taken = of(room, 3, preferred=slot(4, 10, 30))
    with pytest.raises(SlotTaken):
        await store.bookings.add_all([(one, said(one), *NOTHING) for one in [*many, taken]])
    assert not await store.bookings.in_time(room.establishment.id, MARCH)
    assert not await store.staff.record(room.establishment.id)
    await store.bookings.add_all([(one, said(one), *NOTHING) for one in many])
    assert len(await store.bookings.in_time(room.establishment.id, MARCH)) == 2


async def test_a_slots_pin_is_the_last_one_and_of_its_room_and_time(
    store: Store, room: Room
) -> None:
    booked = await add(store, of(room))
    at = booked.slot.starts_at
    for pin_hash in ("first", "second"):
        await store.slot_pins.keep(booked, pin_hash, SAID, by=DAN, day=DAY)
    assert await store.slot_pins.hash_of(room.id, booked.id, at) == "second"
    for other in (
        (RoomId("r"), booked.id, at), (room.id, BookingId("b"), at), (room.id, booked.id, at + 60),
    ):  # fmt: skip
        assert await store.slot_pins.hash_of(*other) is None
    moved = replace(booked, preferred=slot(4, 12))
    with pytest.raises(Conflict):
        await store.slot_pins.keep(moved, "third", SAID, by=DAN, day=DAY)
    cancelled = moves.cancel(booked, "Over", NOW)
    await store.bookings.change(cancelled, said(cancelled, BookingEvent.CANCELLED))
    with pytest.raises(Conflict):
        await store.slot_pins.keep(booked, "third", SAID, by=DAN, day=DAY)


async def test_a_roster_says_who_may_keep_a_slots_pin_on_its_day_until_it_is_old(
    store: Store, room: Room
) -> None:
    here, booked = room.establishment.id, await add(store, of(room))
    roster = Roster(establishment=here, day=DAY, officers=frozenset({DAN, OfficerId("o9")}))
    await store.rosters.set(roster, SAID)
    assert await store.rosters.of_day(here, DAY) == roster
    await store.slot_pins.keep(booked, "first", SAID, by=DAN, day=DAY)
    await store.rosters.set(replace(roster, officers=frozenset({OfficerId("o9")})), SAID)
    with pytest.raises(NotRostered):
        await store.slot_pins.keep(booked, "second", SAID, by=DAN, day=DAY)
    assert await store.slot_pins.hash_of(room.id, booked.id, booked.slot.starts_at) == "first"
    await store.slot_pins.keep(booked, "third", SAID, by=DAN, day=date(2027, 3, 5))
    for days, is_kept in ((2_190, True), (2_192, False)):
        await run(store, at(4, 0) + days * 86_400)
        assert (await store.rosters.of_day(here, DAY)).is_kept is is_kept


async def test_a_room_asks_for_pins_of_slots_when_its_establishment_says_so(
    store: Store, room: Room
) -> None:
    with pytest.raises(NotFound):
        await store.slot_pins.set_per_slot(room.id, EstablishmentId("other"), True, SAID)
    await store.slot_pins.set_per_slot(room.id, room.establishment.id, True, SAID)
    found = await store.room(room.id)
    assert found == replace(room, pin_per_slot=True)
