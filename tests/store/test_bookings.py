"""Bookings, opening hours and closures come back as they were given, and never overlap."""

import asyncio
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from tests.store.proving import proven
from tests.vmr.bookings import made
from tests.vmr.bookings.made import NOW, at, person, slot
from vmr.bookings import moves
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import REQUESTER, BookingEvent, booking_happening
from vmr.bookings.hours import ALWAYS, Closure, OpeningHours
from vmr.bookings.times import Interval
from vmr.ids import BookingId, ClosureId, ExpectedId, RoomId
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import Conflict, NotFound, SlotTaken, Store

MARCH = Interval(starts_at=at(1, 0), ends_at=at(31, 0))


def of(room: Room, number: int = 1, **values: Any) -> Booking:
    """The `number`th booking of this room, confirmed."""
    given: dict[str, Any] = {
        "id": BookingId(f"b{number}"),
        "reference": f"REF-{number}",
        "establishment": room.establishment.id,
        "room": room.id,
        "state": BookingState.CONFIRMED,
        "people": (person(id=f"x{number}"),),
    }
    return made.booking(**{**given, **values})


def said(booking: Booking, event: BookingEvent = BookingEvent.REQUESTED) -> Happening:
    return booking_happening(event, booking, by=REQUESTER, at=NOW)


async def add(store: Store, booking: Booking) -> Booking:
    await store.bookings.add(booking, said(booking))
    return booking


async def test_a_booking_comes_back_whole(store: Store, room: Room) -> None:
    hearing = await add(store, of(room, 9, preferred=slot(9, 10)))
    whole = of(
        room,
        alternatives=(slot(4, 13), slot(5, 10)),
        people=(
            person("Ada Law", "x1", alias="Witness A", email="ada@law.example", phone="0163"),
            person("Ŵyn ap Siôn", "x2", language="Welsh", is_under_18=True),
        ),
        requester_name="Clerk",
        requester_email="clerk@law.example",
        note_for_staff="n" * 10_000,
        note_for_guest="Bring the bundle",
        linked=hearing.id,
        more_persons_by="Governor",
    )
    await add(store, whole)
    assert await store.bookings.booking(whole.id) == whole
    assert await store.bookings.by_reference("REF-1") == whole
    assert await store.bookings.linked_to(hearing.id) == (whole,)
    assert await store.bookings.booking(BookingId("none")) is None


async def test_two_confirmed_bookings_of_a_room_never_overlap(store: Store, room: Room) -> None:
    await add(store, of(room))
    with pytest.raises(SlotTaken, match="REF-1"):
        await add(store, of(room, 2, preferred=slot(4, 11)))
    await add(store, of(room, 3, preferred=slot(4, 11, 15)))
    asked = await add(store, of(room, 4, state=BookingState.REQUESTED))
    confirmed = moves.confirm(asked, room.id, slot(4, 9), NOW)
    with pytest.raises(SlotTaken):
        await store.bookings.change(confirmed, said(confirmed))
    assert await store.bookings.booking(asked.id) == asked


async def test_of_two_clerks_in_the_same_second_one_gets_the_slot(store: Store, room: Room) -> None:
    results = await asyncio.gather(
        *(add(store, of(room, n)) for n in range(1, 9)), return_exceptions=True
    )
    assert sum(isinstance(one, SlotTaken) for one in results) == 7
    assert len(await store.bookings.in_time(room.establishment.id, MARCH)) == 1


async def test_a_cancelled_slot_is_free_again(store: Store, room: Room) -> None:
    booked = await add(store, of(room))
    cancelled = moves.cancel(booked, "Not needed", NOW)
    await store.bookings.change(cancelled, said(cancelled, BookingEvent.CANCELLED))
    await add(store, of(room, 2))
    assert (await store.bookings.week(room, MARCH)).taken == (slot(4, 10),)


async def test_a_change_to_a_version_that_somebody_else_has_changed_is_refused(
    store: Store, room: Room
) -> None:
    booked = await add(store, of(room))
    first = moves.amend(booked, replace(booked, people=(person("B", "x5"),)), NOW)
    await store.bookings.change(first, said(first, BookingEvent.AMENDED))
    second = moves.amend(booked, replace(booked, prisoner="Z"), NOW)
    with pytest.raises(Conflict, match="somebody else"):
        await store.bookings.change(second, said(second, BookingEvent.AMENDED))
    assert await store.bookings.booking(booked.id) == first
    gone = replace(first, id=BookingId("none"), state=BookingState.CANCELLED)
    with pytest.raises(NotFound):
        await store.bookings.change(gone, said(gone))


async def test_every_change_is_in_the_record_of_the_establishment(store: Store, room: Room) -> None:
    booked = await add(store, of(room))
    cancelled = moves.cancel(booked, "Trial collapsed", NOW)
    await store.bookings.change(cancelled, said(cancelled, BookingEvent.CANCELLED))
    kept = await store.staff.record(room.establishment.id)
    assert [one.entry.what for one in kept] == ["booking_requested", "booking_cancelled"]
    assert dict(kept[1].personal)["reason"] == "Trial collapsed"
    assert "A1234BC" not in str(kept[1].entry)
    assert await proven(store.staff, room.establishment.id) == 2


async def test_a_room_of_another_establishment_cannot_be_booked(store: Store, room: Room) -> None:
    other = await store.add_establishment(name="B", phone="2")
    with pytest.raises(NotFound):
        await add(store, of(room, establishment=other.id))
    with pytest.raises(NotFound):
        await add(store, replace(of(room), room=RoomId("none")))


async def test_a_span_holds_what_overlaps_it_of_its_establishment_room_and_states(
    store: Store, room: Room
) -> None:
    early, late = await add(store, of(room)), await add(store, of(room, 2, preferred=slot(5, 9)))
    asked = await add(store, of(room, 3, state=BookingState.REQUESTED))
    prison, bookings = room.establishment.id, store.bookings
    assert await bookings.in_time(prison, MARCH) == (early, late)
    assert await bookings.in_time(prison, MARCH, room=room.id) == (early, late)
    assert await bookings.in_time(prison, MARCH, room=RoomId("other")) == ()
    assert await bookings.in_time(prison, MARCH, states=[BookingState.REQUESTED]) == (asked,)
    within = Interval(starts_at=at(4, 11), ends_at=at(4, 12))
    assert await bookings.in_time(prison, within) == (early,)
    assert await bookings.waiting(prison) == (asked,)


@pytest.mark.parametrize("text", ["siôn", "SION", "a1234bc", "ref-1", "wyn law.example", "w"])
async def test_a_search_knows_names_references_and_addresses_without_accents(
    store: Store, room: Room, text: str
) -> None:
    people = (person("Ŵyn ap Siôn", email="wyn@law.example"),)
    found = await add(store, of(room, people=people))
    await add(store, of(room, 2, preferred=slot(5, 9), prisoner="B"))
    searched = await store.bookings.search(room.establishment.id, text, limit=10)
    assert found in searched[0]


async def test_a_search_is_of_one_establishment_and_takes_no_pattern(
    store: Store, room: Room
) -> None:
    for n in range(1, 6):
        await add(store, of(room, n, preferred=slot(n + 7, 9)))
    prison = room.establishment.id
    page, count = await store.bookings.search(prison, "ada", limit=2, offset=1)
    assert ([one.reference for one in page], count) == (["REF-4", "REF-3"], 5)
    assert (await store.bookings.search(prison, "%", limit=9)) == ((), 0)
    other = await store.add_establishment(name="B", phone="2")
    assert (await store.bookings.search(other.id, "ada", limit=9)) == ((), 0)


async def test_a_mailbox_finds_what_it_asked_for_in_any_letter_case(
    store: Store, room: Room
) -> None:
    asked = replace(
        of(room, 1, requester_email="Ada@law.example"), state=BookingState.REQUESTED, room=None
    )
    later = of(room, 2, preferred=slot(5, 10), requester_email="ada@law.example")
    other = of(room, 3, preferred=slot(6, 10), requester_email="eve@law.example")
    none = of(room, 4, preferred=slot(7, 10))
    for one in (asked, later, other, none):
        await store.bookings.add(one, said(one))
    found = await store.bookings.asked_by("ada@law.example", NOW)
    assert [one.id for one in found] == ["b2", "b1"]
    assert [one.id for one in await store.bookings.asked_by("ada@law.example", at(5, 0))] == ["b2"]
    assert await store.bookings.count_waiting("ada@law.example") == 1
    assert await store.bookings.count_waiting("a_a@law.example") == 0


async def test_a_room_is_always_open_until_somebody_says_its_hours(
    store: Store, room: Room
) -> None:
    assert await store.bookings.hours(room.id) == ALWAYS
    done = Happening(at=NOW, actor="server", what="room_hours_set")
    monday = (OpeningHours(weekday=0, opens=time(9), closes=time(12, 30)),)
    await store.bookings.set_hours(room, monday, done)
    assert await store.bookings.hours(room.id) == monday
    await store.bookings.set_hours(room, (), done)
    assert await store.bookings.hours(room.id) == ()
    with pytest.raises(NotFound):
        await store.bookings.hours(RoomId("none"))


async def test_closures_come_back_until_they_are_removed(store: Store, room: Room) -> None:
    prison = room.establishment.id
    done = Happening(at=NOW, actor="server", what="closure_added")
    works = Closure(id=ClosureId("c1"), room=room.id, interval=slot(4, 10), reason="Works")
    holiday = Closure(id=ClosureId("c2"), room=None, interval=slot(5, 10), reason="Holiday")
    for one in (holiday, works):
        await store.bookings.add_closure(one, prison, done)
    assert await store.bookings.closures(prison, MARCH) == (works, holiday)
    assert (await store.bookings.week(room, MARCH)).closures == (works, holiday)
    await store.bookings.remove_closure(works.id, prison, done)
    assert await store.bookings.closures(prison, MARCH) == (holiday,)
    other = await store.add_establishment(name="B", phone="2")
    with pytest.raises(NotFound):
        await store.bookings.remove_closure(holiday.id, other.id, done)
    with pytest.raises(NotFound):
        await store.bookings.add_closure(works, other.id, done)


def test_an_expected_person_is_shown_by_the_alias_where_there_is_one() -> None:
    assert person("Ada Law", ExpectedId("x"), alias="Witness A").shown == "Witness A"
    assert person("Ada Law").shown == "Ada Law"
