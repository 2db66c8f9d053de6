"""A search looks through bookings as they are now, in whichever version they were written."""

from dataclasses import replace

import pytest
from sqlalchemy import column, insert, table
from sqlalchemy.engine import Connection

from tests.store.first_rows import ROWS
from tests.store.places import Place
from tests.store.test_bookings import add, of, said
from tests.vmr.bookings.made import person, slot
from vmr.bookings.booking import Booking
from vmr.ids import EstablishmentId
from vmr.rooms import Room
from vmr.store import Store
from vmr.store.database import dialect_of
from vmr.store.migrate import upgrade

BEFORE = "0007"  # searches looked through a column of the bookings


async def found(store: Store, booking: Booking, text: str) -> list[str]:
    bookings, count = await store.bookings.search(booking.establishment, text, limit=9)
    assert count == len(bookings)
    return [one.reference for one in bookings]


async def test_a_changed_booking_is_found_by_what_it_says_now(store: Store, room: Room) -> None:
    before = await add(store, of(room, people=(person("Ada Law"),)))
    changed = replace(before, people=(person("Bea Bar"),), version=2)
    await store.bookings.change(changed, said(changed))
    assert await found(store, before, "ada") == []
    assert await found(store, before, "bea") == ["REF-1"]


async def test_a_moved_booking_is_found_at_its_new_time(store: Store, room: Room) -> None:
    first = await add(store, of(room, 1, preferred=slot(4, 9)))
    await add(store, of(room, 2, preferred=slot(5, 9)))
    assert await found(store, first, "ref") == ["REF-2", "REF-1"]
    moved = replace(first, preferred=slot(8, 9), version=2)
    await store.bookings.change(moved, said(moved))
    assert await found(store, first, "ref") == ["REF-1", "REF-2"]


async def test_a_page_past_the_last_is_empty_and_still_counts(store: Store, room: Room) -> None:
    one = await add(store, of(room))
    assert await store.bookings.search(one.establishment, "ada", limit=5, offset=5) == ((), 1)


@pytest.mark.parametrize("name", ["李小龙", "محمود درويش", "Ольга Петрова", "Ŵyn", "ẞtraße"])
async def test_names_in_any_script_are_found_by_any_part_of_them(
    store: Store, room: Room, name: str
) -> None:
    one = await add(store, of(room, people=(person(name),)))
    for text in (name, name[1:], name.upper()):
        assert await found(store, one, text) == ["REF-1"], text


async def test_bookings_of_an_older_version_are_found(empty: Place) -> None:
    dialect = dialect_of(empty.url)
    dialect.prepare()
    engine = dialect.writer()
    with engine.begin() as connection:
        upgrade(connection, "0001")
        for name in ("establishments", "rooms"):
            into = table(name, *(column(one) for one in ROWS[name][0]))
            connection.execute(insert(into), ROWS[name])
        upgrade(connection, BEFORE)
        _add_old(connection)
    engine.dispose()
    store = await Store.open(empty.url)
    try:
        (one,), count = await store.bookings.search(EstablishmentId("e1"), "Siôn", limit=9)
        assert (one.reference, one.version, count) == ("OLD-1", 3, 1)
    finally:
        await store.close()


def _add_old(connection: Connection) -> None:
    row = {
        "id": "b1", "reference": "OLD-1", "establishment_id": "e1", "room_id": "r1",
        "purpose": "consultation", "state": "confirmed", "channel": "booking_team",
        "priority": "routine", "starts_at": 1e9, "ends_at": 1e9 + 4500, "prisoner": "A1234BC",
        "requester_name": "", "requester_email": "", "note_for_staff": "", "note_for_guest": "",
        "more_persons_by": "", "reason": "", "version": 3, "made_at": 1e9, "changed_at": 1e9,
        "search": "old-1 a1234bc wyn ap sion",
    }  # fmt: skip
    connection.execute(insert(table("bookings", *(column(one) for one in row))), [row])
