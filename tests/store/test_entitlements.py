"""Contacts, bans and compacts come back as they were given, and judge in the booking's write."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import column, insert, table

from tests.store.places import Place
from tests.store.test_bookings import of, said
from tests.vmr.bookings import entitled
from tests.vmr.bookings.made import NOW, at, person, slot
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.entitlement_record import (
    EntitlementEvent,
    ban_happening,
    compact_happening,
    contact_happening,
)
from vmr.bookings.entitlements import Ban, Contact, Prisoner, problems_of_entitlement
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.bookings.times import Interval
from vmr.ids import BanId, ContactId, OfficerId, PrisonerId
from vmr.record import Happening
from vmr.rooms import Room
from vmr.staff import StaffMember, StaffRole
from vmr.store import Conflict, Judge, NotEntitled, NotFound, Store
from vmr.store.database import dialect_of
from vmr.store.migrate import upgrade

MARCH = Interval(starts_at=at(1, 0), ends_at=at(31, 23))


def clerk(room: Room) -> StaffMember:
    return StaffMember(
        id=OfficerId("o1"), establishment=room.establishment, name="Cleo Clerk", username="cleo",
        roles=frozenset({StaffRole.BOOKING}),
    )  # fmt: skip


async def add_prisoner(store: Store, room: Room, id: str = "p1", said: str = "A1234BC") -> Prisoner:
    added = Prisoner(id=PrisonerId(id), establishment=room.establishment.id, reference=said)
    return await store.entitlements.add_prisoner(added, NOW)


def told(event: EntitlementEvent, room: Room, prisoner: Prisoner, contact: Contact) -> Happening:
    return contact_happening(event, prisoner, contact, by=clerk(room), at=NOW)


async def add_contact(store: Store, room: Room, prisoner: Prisoner, contact: Contact) -> Contact:
    added = replace(contact, prisoner=prisoner.id)
    done = told(EntitlementEvent.CONTACT_ADDED, room, prisoner, added)
    await store.entitlements.add_contact(added, done)
    return added


async def add_ban(store: Store, room: Room, ban: Ban) -> Ban:
    added = replace(ban, establishment=room.establishment.id)
    done = ban_happening(EntitlementEvent.BAN_MADE, added, by=clerk(room), at=NOW)
    await store.entitlements.add_ban(added, done)
    return added


async def test_a_prisoner_is_found_however_the_reference_is_written(
    store: Store, room: Room
) -> None:
    prisoner = await add_prisoner(store, room)
    assert await add_prisoner(store, room, "p2", "a 1234-bc") == prisoner
    assert await store.entitlements.by_reference(room.establishment.id, "a1234bc") == prisoner
    assert await store.entitlements.prisoner(prisoner.id) == prisoner
    other = await store.add_establishment(name="HMP Other", phone="1")
    assert await store.entitlements.by_reference(other.id, "A1234BC") is None


async def test_a_contact_is_added_approved_and_removed_and_the_record_says_so(
    store: Store, room: Room
) -> None:
    prisoner, kept = await add_prisoner(store, room), store.entitlements
    asked = entitled.contact("Ŵyn", is_under_18=True, approved_by="", approved_at=None)
    asked = await add_contact(store, room, prisoner, asked)
    assert await kept.contacts(prisoner.id) == (asked,)
    with pytest.raises(Conflict):
        await add_contact(store, room, prisoner, replace(asked, id=ContactId("k2"), name="wyn"))
    done = told(EntitlementEvent.CONTACT_APPROVED, room, prisoner, asked)
    await kept.approve(asked, "Cleo Clerk", done)
    approved = replace(asked, approved_by="Cleo Clerk", approved_at=NOW)
    assert await kept.contact(asked.id) == approved
    with pytest.raises(NotFound):
        await kept.approve(asked, "Cleo Clerk", done)
    await kept.remove(asked, told(EntitlementEvent.CONTACT_REMOVED, room, prisoner, asked))
    assert await kept.contact(asked.id) is None
    assert await kept.contacts(prisoner.id) == ()
    with pytest.raises(NotFound):
        await kept.remove(asked, done)
    record = await store.staff.record(room.establishment.id)
    assert [one.entry.what for one in record] == [
        "contact_added", "contact_approved", "contact_removed",
    ]  # fmt: skip
    assert dict(record[0].personal or ())["name"] == "Ŵyn"


async def test_a_ban_holds_until_it_is_lifted_and_the_establishments_for_everybody(
    store: Store, room: Room
) -> None:
    prisoner, kept, here = (
        await add_prisoner(store, room),
        store.entitlements,
        room.establishment.id,
    )
    other = await add_prisoner(store, room, "p2", "B2")
    own = await add_ban(store, room, entitled.ban(prisoner=prisoner.id))
    wide = await add_ban(store, room, entitled.ban("Al", "n2", prisoner=None))
    assert await kept.bans_of(here, prisoner.id) == (own, wide)
    assert await kept.bans_of(here, other.id) == await kept.bans_of(here, None) == (wide,)
    lifted = replace(own, lifted_by="Cleo", lifted_at=NOW, lift_reason="Appeal")
    done = ban_happening(EntitlementEvent.BAN_LIFTED, lifted, by=clerk(room), at=NOW)
    await kept.change_ban(lifted, done)
    assert await kept.bans(here) == (wide,)
    assert await kept.ban(own.id) == lifted
    with pytest.raises(NotFound):
        await kept.change_ban(lifted, done)
    (made, _, ended) = await store.staff.record(here)
    assert dict(made.personal or ())["reason"] == "Threats"
    assert dict(ended.personal or ())["reason"] == "Appeal"
    assert dict(made.entry.facts)["office"] == "Governor"


async def test_a_ban_of_what_is_elsewhere_is_refused(store: Store, room: Room) -> None:
    prisoner = await add_prisoner(store, room)
    second = await add_prisoner(store, room, "p2", "B2")
    contact = await add_contact(store, room, second, entitled.contact())
    of_another = entitled.ban(prisoner=prisoner.id, contact=contact.id)
    for wrong in (of_another, entitled.ban(prisoner=PrisonerId("none"))):
        with pytest.raises(NotFound):
            await add_ban(store, room, wrong)
    assert await store.entitlements.bans(room.establishment.id) == ()


async def test_a_compact_is_signed_once_in_each_version(store: Store, room: Room) -> None:
    prisoner = await add_prisoner(store, room)
    for version in (1, 2):
        one = replace(entitled.compact(version), prisoner=prisoner.id)
        done = compact_happening(prisoner, one, by=clerk(room), at=NOW)
        await store.entitlements.sign(one, done)
    with pytest.raises(Conflict):
        await store.entitlements.sign(one, done)
    assert [one.version for one in await store.entitlements.compacts(prisoner.id)] == [2, 1]


def social(room: Room, number: int, slot: Interval, prisoner: str = "A1234BC") -> Booking:
    ann = person("Ann Smith", f"x{number}", contact=ContactId("k1"))
    return of(
        room, number, purpose=Purpose.SOCIAL, preferred=slot, prisoner=prisoner, people=(ann,)
    )


def judged(limit: int = 120) -> Callable[[Booking], Judge]:
    numbers = BookingNumbers(social_month_min=limit)

    def judge_of(booking: Booking) -> Judge:
        return lambda kept: problems_of_entitlement(booking, kept, numbers)

    return judge_of


async def entitle(store: Store, room: Room) -> Prisoner:
    """A contact, Ann, and a signed compact."""
    prisoner = await add_prisoner(store, room)
    await add_contact(store, room, prisoner, entitled.contact())
    signed = replace(entitled.compact(), prisoner=prisoner.id)
    done = compact_happening(prisoner, signed, by=clerk(room), at=NOW)
    await store.entitlements.sign(signed, done)
    return prisoner


async def test_of_two_clerks_who_book_the_last_minutes_at_once_one_is_refused(
    store: Store, room: Room, place: Place
) -> None:
    await entitle(store, room)
    other, judge = await Store.open(place.url), judged(limit=60)
    slots = [slot(day, 10, minutes=60) for day in (3, 4, 5, 8)]
    asked = [social(room, n, one) for n, one in enumerate(slots, start=1)]
    answers = await asyncio.gather(
        *(
            one.bookings.add(booking, said(booking), judge=judge(booking))
            for one, booking in zip((store, other, store, other), asked, strict=True)
        ),
        return_exceptions=True,
    )
    await other.close()
    refused = [one for one in answers if isinstance(one, NotEntitled)]
    assert answers.count(None) == 1
    assert [one.problems for one in refused] == [(Problem.MINUTES_USED,)] * 3
    kept = await store.entitlements.taken(room.establishment.id, "a1234bc", MARCH)
    assert len(kept) == 1


async def test_a_ban_that_comes_first_is_seen_by_the_judge_and_nothing_is_kept(
    store: Store, room: Room
) -> None:
    prisoner = await entitle(store, room)
    booking = social(room, 1, slot(4, 10, minutes=60))
    await add_ban(store, room, entitled.ban(prisoner=prisoner.id))
    with pytest.raises(NotEntitled) as refused:
        await store.bookings.add(booking, said(booking), judge=judged()(booking))
    assert refused.value.problems == (Problem.BANNED,)
    assert await store.bookings.booking(booking.id) is None


async def test_only_confirmed_social_calls_of_the_prisoner_take_minutes(
    store: Store, room: Room
) -> None:
    await entitle(store, room)
    day = (slot(n, 10, minutes=60) for n in range(1, 9))
    first, second = social(room, 1, next(day)), social(room, 2, next(day), prisoner="a 1234 bc")
    others = (
        replace(social(room, 3, next(day)), purpose=Purpose.CONSULTATION),
        replace(social(room, 4, next(day)), state=BookingState.REQUESTED),
        social(room, 5, next(day), prisoner="B2"),
    )
    for one in (first, second, *others):
        await store.bookings.add(one, said(one))
    here = room.establishment.id
    assert await store.entitlements.taken(here, "A1234BC", MARCH) == (first.slot, second.slot)
    assert (await store.entitlements.of_booking(first)).taken == (second.slot,)
    gone = replace(second, state=BookingState.CANCELLED, version=2, reason="Ill")
    await store.bookings.change(gone, said(gone))
    assert await store.entitlements.taken(here, "A1234BC", MARCH) == (first.slot,)
    prisoner = await store.entitlements.by_reference(here, "A1234BC")
    assert prisoner is not None
    every = await store.entitlements.bookings(prisoner, limit=3)
    assert [one.id for one in every] == ["b4", "b3", "b2"]


async def test_a_booking_comes_back_with_its_contacts_and_exception(
    store: Store, room: Room
) -> None:
    await entitle(store, room)
    booking = replace(social(room, 1, slot(4, 10)), more_minutes_by="Governor")
    await store.bookings.add(booking, said(booking))
    assert await store.bookings.booking(booking.id) == booking


async def test_bookings_of_an_earlier_version_keep_their_prisoner(empty: Place) -> None:
    dialect = dialect_of(empty.url)
    dialect.prepare()
    engine = dialect.writer()
    rows: dict[str, dict[str, object]] = {
        "establishments": {"id": "e1", "name": "HMP", "phone": "1", "safer_custody": ""},
        "rooms": {
            "id": "r1", "establishment_id": "e1", "address": "a", "name": "R", "policy": "social",
            "pin_hash": "x", "is_closed": False,
        },
        "bookings": {
            "id": "b1", "reference": "REF-1", "establishment_id": "e1", "room_id": "r1",
            "purpose": "social", "state": "confirmed", "channel": "booking_team",
            "priority": "routine", "starts_at": at(4, 10), "ends_at": at(4, 11),
            "prisoner": "A 1234 bc", "requester_name": "", "requester_email": "",
            "note_for_staff": "", "note_for_guest": "", "more_persons_by": "", "reason": "",
            "version": 1, "made_at": NOW, "changed_at": NOW, "search": "",
        },
        "booking_people": {
            "booking_id": "b1", "position": 0, "id": "x1", "name": "Ann", "alias": "",
            "part": "family", "email": "", "phone": "", "id_to_bring": "none", "language": "",
        },
    }  # fmt: skip
    with engine.begin() as connection:
        upgrade(connection, "0014")
        for name, row in rows.items():
            connection.execute(insert(table(name, *(column(one) for one in row))), [row])
    engine.dispose()
    store = await Store.open(empty.url)
    (establishment,) = await store.establishments()
    taken = await store.entitlements.taken(establishment.id, "A1234BC", MARCH)
    assert taken == (Interval(starts_at=at(4, 10), ends_at=at(4, 11)),)
    found = await store.bookings.by_reference("REF-1")
    assert found is not None
    assert [(one.name, one.contact) for one in found.people] == [("Ann", None)]
    assert await store.entitlements.ban(BanId("none")) is None
    await store.close()
