"""Contacts, lifted bans and compacts go at the end of their retention; the record still holds."""

from dataclasses import replace
from datetime import date

import pytest

from tests.store.places import Place
from tests.store.test_booking_retention import DAY_S
from tests.store.test_bookings import of, said
from tests.store.test_entitlements import add_ban, add_contact, add_prisoner, clerk, told
from tests.store.test_establishment_record import problems
from tests.store.test_retention import run
from tests.vmr.bookings import entitled
from tests.vmr.bookings.made import NOW, at, person, slot
from vmr.bookings.booking import Booking, BookingState, Part
from vmr.bookings.changes import BookingEvent
from vmr.bookings.entitlement_record import EntitlementEvent, ban_happening, compact_happening
from vmr.bookings.entitlements import Ban, Contact, Prisoner
from vmr.bookings.purposes import Purpose
from vmr.ids import ContactId
from vmr.record_numbers import RecordNumbers
from vmr.rooms import Room
from vmr.store import Store

KEPT_S = RecordNumbers().retention_social_days * DAY_S
CALL = slot(4, 10, minutes=60)
TABLES = ("prisoners", "contacts", "bans", "compacts", "staff_personal")


async def hold(store: Store, room: Room) -> tuple[Prisoner, Contact]:
    """A prisoner with an approved contact and a signed compact."""
    prisoner = await add_prisoner(store, room)
    contact = await add_contact(store, room, prisoner, entitled.contact("Wilhelmina Well"))
    signed = replace(entitled.compact(), prisoner=prisoner.id, witnessed_by="Witness Wye")
    done = compact_happening(prisoner, signed, by=clerk(room), at=NOW)
    await store.entitlements.sign(signed, done)
    return prisoner, contact


async def call(store: Store, room: Room, contact: Contact, **values: object) -> Booking:
    people = (person("Wilhelmina Well", "x1", part=Part.FAMILY, contact=contact.id),)
    booked = of(room, purpose=Purpose.SOCIAL, preferred=CALL, prisoner="a 1234-bc", people=people)
    booked = replace(booked, **values)  # type: ignore[arg-type]
    await store.bookings.add(booked, said(booked, BookingEvent.MADE))
    return booked


async def lift(store: Store, room: Room, ban: Ban, when: float) -> None:
    lifted = replace(ban, lifted_by="Cleo Clerk", lifted_at=when, lift_reason="Appeal")
    done = ban_happening(EntitlementEvent.BAN_LIFTED, lifted, by=clerk(room), at=when)
    await store.entitlements.change_ban(lifted, done)


async def gone(store: Store, when: float) -> list[str]:
    """What a run at this time deletes, by kind."""
    return [one.kind.value for one in (await run(store, when)).entitlements]


async def test_all_of_a_prisoner_goes_when_the_last_call_is_forgotten(
    store: Store, room: Room, place: Place
) -> None:
    prisoner, contact = await hold(store, room)
    await call(store, room, contact)
    assert await gone(store, CALL.ends_at + KEPT_S) == []
    planned = await run(store, CALL.ends_at + KEPT_S + 1, is_dry_run=True)
    assert await store.entitlements.contacts(prisoner.id) == (contact,)
    done = await run(store, CALL.ends_at + KEPT_S + 1)
    assert done == planned
    assert [one.kind.value for one in done.entitlements] == ["contact", "prisoner"]
    assert await store.entitlements.prisoner(prisoner.id) is None
    for word in ("Wilhelmina", "Witness Wye", "A1234BC", "a 1234-bc"):
        assert tables_with(place, word) == set(), word
    assert await gone(store, CALL.ends_at + KEPT_S + DAY_S) == []


async def test_the_record_says_that_it_went_and_still_holds(store: Store, room: Room) -> None:
    await hold(store, room)
    assert await gone(store, at(31, 0) + KEPT_S) == ["contact", "prisoner"]
    record = [one.entry for one in await store.staff.record(room.establishment.id)]
    assert [(one.what, one.subject) for one in record[-2:]] == [
        ("entitlement_values_deleted", "contact:k1"), ("entitlement_values_deleted", "prisoner:p1"),
    ]  # fmt: skip
    assert await problems(store, room) == []


async def test_names_missing_without_a_deletion_are_a_fault(
    store: Store, room: Room, place: Place
) -> None:
    await hold(store, room)
    place.alter("DELETE FROM staff_personal")
    ((_, text),) = await problems(store, room)
    assert "are missing" in text


@pytest.mark.parametrize("state", [BookingState.REQUESTED, BookingState.CONFIRMED])
async def test_a_call_to_come_keeps_all_of_its_prisoner(
    store: Store, room: Room, state: BookingState
) -> None:
    _, contact = await hold(store, room)
    later = replace(CALL, starts_at=CALL.starts_at + KEPT_S, ends_at=CALL.ends_at + KEPT_S)
    await call(store, room, contact, state=state, preferred=later)
    assert await gone(store, CALL.ends_at + KEPT_S + DAY_S) == []


async def test_a_removed_contact_goes_by_itself_once_its_calls_are_forgotten(
    store: Store, room: Room
) -> None:
    prisoner, contact = await hold(store, room)
    await call(store, room, contact)
    await store.entitlements.remove(
        contact, told(EntitlementEvent.CONTACT_REMOVED, room, prisoner, contact)
    )
    kept = entitled.contact("Ben", "k2", added_at=CALL.ends_at + DAY_S)
    kept = await add_contact(store, room, prisoner, kept)
    assert await gone(store, NOW + KEPT_S + 1) == []  # the call was after the removal
    assert await gone(store, CALL.ends_at + KEPT_S + 1) == ["contact"]
    assert await store.entitlements.contacts(prisoner.id) == (kept,)
    assert await problems(store, room) == []


async def test_a_ban_stands_until_it_is_lifted_and_keeps_whom_it_names(
    store: Store, room: Room
) -> None:
    prisoner, contact = await hold(store, room)
    ban = entitled.ban(prisoner=prisoner.id, contact=contact.id, review_on=date(2027, 4, 1))
    ban = await add_ban(store, room, ban)
    await add_contact(store, room, prisoner, entitled.contact("Ben", "k2"))
    long_after = NOW + 10 * KEPT_S
    assert await gone(store, long_after) == ["contact"]
    assert await store.entitlements.contact(ContactId("k1")) == contact
    await lift(store, room, ban, long_after)
    assert await gone(store, long_after + KEPT_S) == []
    assert await gone(store, long_after + KEPT_S + 1) == ["ban", "contact", "prisoner"]
    assert await problems(store, room) == []


async def test_a_ban_of_all_stands_when_the_prisoner_goes(store: Store, room: Room) -> None:
    await hold(store, room)
    ban = await add_ban(store, room, entitled.ban("Wilhelmina Well", prisoner=None))
    assert await gone(store, NOW + 10 * KEPT_S) == ["contact", "prisoner"]
    assert await store.entitlements.bans(room.establishment.id) == (ban,)


async def test_a_prisoner_who_was_just_entered_stays(store: Store, room: Room) -> None:
    prisoner = await add_prisoner(store, room)
    assert await gone(store, NOW + KEPT_S) == []
    assert await store.entitlements.prisoner(prisoner.id) == prisoner
    assert await gone(store, NOW + KEPT_S + 1) == ["prisoner"]


def tables_with(place: Place, text: str) -> set[str]:
    return {
        name
        for name in TABLES
        if any(text in str(row) for row in place.rows(f"SELECT * FROM {name}"))
    }
