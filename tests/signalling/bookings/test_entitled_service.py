"""Social calls through the service: judged when they are confirmed, and in the write itself."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from signalling.bookings.changed import BookingProblems
from tests.peers.sqlite import new_store
from tests.signalling.bookings.office import Office
from tests.vmr.bookings import entitled
from tests.vmr.bookings.made import NOW, person, slot
from vmr.bookings.booking import Booking, BookingState, Part
from vmr.bookings.draft import NEW, Draft
from vmr.bookings.entitlement_record import (
    EntitlementEvent,
    ban_happening,
    compact_happening,
    contact_happening,
)
from vmr.bookings.entitlements import Ban, Prisoner
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.ids import ContactId, PrisonerId
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.store import Store

ANN = person("ann SMITH", NEW, part=Part.FAMILY)
TOM = person("Tom Smith", NEW, part=Part.FAMILY)


class Visits:
    """An office with two social rooms, and a prisoner who may call Ann, and Tom, who is 12."""

    def __init__(self, office: Office, rooms: tuple[Room, Room], prisoner: Prisoner) -> None:
        self.office = office
        self.service = office.service
        self.clerk = office.clerk
        self.room, self.other = rooms
        self.prisoner = prisoner

    @classmethod
    async def open(cls, store: Store) -> "Visits":
        office = await Office.open(store)
        first, second = [
            await store.add_room(
                office.prison, name=name, policy=PolicyName.SOCIAL, pin_hash="$argon2id$one"
            )
            for name in ("Visits 1", "Visits 2")
        ]
        asked = Prisoner(id=PrisonerId("p1"), establishment=office.prison.id, reference="A1234BC")
        visits = cls(office, (first, second), await store.entitlements.add_prisoner(asked, NOW))
        await visits.add_contact("Ann Smith", "k1")
        await visits.add_contact("Tom Smith", "k2", is_under_18=True)
        await visits.sign()
        return visits

    async def add_contact(self, name: str, id: str, *, is_under_18: bool = False) -> None:
        made = entitled.contact(name, id, prisoner=self.prisoner.id, is_under_18=is_under_18)
        done = contact_happening(
            EntitlementEvent.CONTACT_ADDED, self.prisoner, made, by=self.clerk, at=0
        )
        await self.office.store.entitlements.add_contact(made, done)

    async def ban(self, name: str) -> Ban:
        made = entitled.ban(name, establishment=self.office.prison.id, prisoner=None)
        done = ban_happening(EntitlementEvent.BAN_MADE, made, by=self.clerk, at=0)
        await self.office.store.entitlements.add_ban(made, done)
        return made

    async def lift(self, ban: Ban) -> None:
        lifted = replace(ban, lifted_at=1.0, lifted_by="Cleo", lift_reason="Appeal")
        done = ban_happening(EntitlementEvent.BAN_LIFTED, lifted, by=self.clerk, at=1)
        await self.office.store.entitlements.change_ban(lifted, done)

    async def sign(self) -> None:
        made = entitled.compact(prisoner=self.prisoner.id)
        done = compact_happening(self.prisoner, made, by=self.clerk, at=0)
        await self.office.store.entitlements.sign(made, done)

    def draft(self, day: int = 4, **values: object) -> Draft:
        given = {"preferred": slot(day, 10, minutes=60), "people": (ANN,), **values}
        return self.office.draft(purpose=Purpose.SOCIAL, **given)

    async def make(self, day: int = 4, **values: object) -> Booking:
        draft = self.draft(day, **values)
        return (await self.service.make(draft, self.room.id, self.clerk)).booking


@pytest_asyncio.fixture
async def visits(tmp_path: Path) -> AsyncIterator[Visits]:
    store = await new_store(tmp_path / "vmr.db")
    yield await Visits.open(store)
    await store.close()


async def test_a_social_call_is_booked_with_the_contacts_it_names(visits: Visits) -> None:
    made = await visits.make(people=(ANN, TOM))
    kept = await visits.office.kept(made)
    assert [(one.contact, one.is_under_18) for one in kept.people] == [("k1", False), ("k2", True)]


async def test_everything_that_is_missing_is_said_at_once(visits: Visits) -> None:
    with pytest.raises(BookingProblems) as refused:
        await visits.make(prisoner="B2", people=(person("Eve", NEW, part=Part.FRIEND),))
    assert refused.value.problems == (Problem.NOT_A_CONTACT, Problem.COMPACT_MISSING)


async def test_a_child_is_a_child_also_where_nobody_ticks_it(visits: Visits) -> None:
    with pytest.raises(BookingProblems) as refused:
        await visits.make(people=(TOM,))
    assert refused.value.problems == (Problem.MINOR_ALONE,)


async def test_a_request_is_taken_and_judged_when_it_is_confirmed(visits: Visits) -> None:
    """Whoever asks learns nothing of bans."""
    await visits.ban("Ann Smith")
    asked = (await visits.service.request(visits.draft(), "requester")).booking
    with pytest.raises(BookingProblems) as refused:
        await visits.service.confirm(asked, visits.room.id, asked.slot, visits.clerk)
    assert refused.value.problems == (Problem.BANNED,)
    assert (await visits.office.kept(asked)).state is BookingState.REQUESTED


async def test_a_requester_gives_themselves_no_minutes(visits: Visits) -> None:
    draft = visits.draft(more_minutes_by="Me")
    asked = (await visits.service.request(draft, "requester")).booking
    assert asked.more_minutes_by == ""
    changed = replace(asked, more_minutes_by="Me")
    amended = (await visits.service.amend(asked, changed, "requester")).booking
    assert amended.more_minutes_by == ""


async def test_a_banned_person_is_not_brought_in_by_an_amendment(visits: Visits) -> None:
    made = await visits.make()
    await visits.add_contact("Bob Brown", "k3")
    ban = await visits.ban("Bob Brown")
    bob = person("Bob Brown", NEW, part=Part.FRIEND)
    changed = replace(made, people=(*made.people, bob), more_minutes_by="Governor")
    with pytest.raises(BookingProblems) as refused:
        await visits.service.amend(made, changed, visits.clerk, waiver="Urgent")
    assert refused.value.problems == (Problem.BANNED,)
    await visits.lift(ban)
    amended = (await visits.service.amend(made, changed, visits.clerk)).booking
    assert [one.contact for one in amended.people] == ["k1", ContactId("k3")]


async def test_the_minutes_of_a_month_are_kept_moved_and_given_back(visits: Visits) -> None:
    first, second = await visits.make(3), await visits.make(4)
    with pytest.raises(BookingProblems) as refused:
        await visits.make(5)
    assert refused.value.problems == (Problem.MINUTES_USED,)
    noted = replace(second, note_for_staff="Late")
    second = (await visits.service.amend(second, noted, visits.clerk)).booking
    moved = replace(second, preferred=slot(9, 10, minutes=60))
    second = (await visits.service.amend(second, moved, visits.clerk)).booking
    await visits.service.cancel(first, "Ill", visits.clerk)
    assert (await visits.make(5)).state is BookingState.CONFIRMED


async def test_minutes_are_exceeded_by_a_name_that_stays_in_the_record(visits: Visits) -> None:
    await visits.make(3)
    await visits.make(4)
    more = await visits.make(5, more_minutes_by="Governor Jones")
    assert (await visits.office.kept(more)).more_minutes_by == "Governor Jones"
    record = await visits.office.store.staff.record(visits.office.prison.id)
    assert dict(record[-1].personal or ())["more_minutes_by"] == "Governor Jones"


async def test_two_clerks_at_once_cannot_both_have_the_last_minutes(visits: Visits) -> None:
    """Both are told before that there is room; the write tells the second."""
    await visits.make(3)
    drafts = (visits.draft(4), visits.draft(5))
    rooms = (visits.room, visits.other)
    answers = await asyncio.gather(
        *(
            visits.service.make(draft, room.id, visits.clerk)
            for draft, room in zip(drafts, rooms, strict=True)
        ),
        return_exceptions=True,
    )
    (refused,) = [one for one in answers if isinstance(one, BookingProblems)]
    assert refused.problems == (Problem.MINUTES_USED,)


async def test_a_compact_signed_after_the_call_is_none(visits: Visits) -> None:
    other = Prisoner(id=PrisonerId("p2"), establishment=visits.office.prison.id, reference="B2")
    await visits.office.store.entitlements.add_prisoner(other, NOW)
    late = entitled.compact(prisoner=other.id, signed_on=date(2027, 3, 30))
    done = compact_happening(other, late, by=visits.clerk, at=0)
    await visits.office.store.entitlements.sign(late, done)
    with pytest.raises(BookingProblems) as refused:
        await visits.make(prisoner="B2")
    assert Problem.COMPACT_MISSING in refused.value.problems
