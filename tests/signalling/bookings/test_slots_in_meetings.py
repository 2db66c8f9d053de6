"""A meeting in its slot, over real sockets: links, ends, extension, and the slot after it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.signalling.client import DeviceKey, Refused
from tests.signalling.desk.scene import Scene
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import House
from tests.signalling.officers import bookings_beside, staff_store
from tests.vmr.bookings import made
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import REQUESTER, BookingEvent, booking_happening
from vmr.bookings.times import Interval
from vmr.ids import BookingId, ExpectedId, InviteId
from vmr.self_test import SelfTest
from vmr.store import OutboxStore
from vmr.store.rooms import add_invite, add_room
from vmr.store.secrets import hash_token

MINUTE_S = 60.0


class Booked:
    """A room with two slots, one after the other, and a person expected in each."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.house, self.store = scene, scene.house, scene.house.store
        now = self.house.clock()
        self.first = Interval(starts_at=now - 600, ends_at=now + 3_600)
        self.second = Interval(starts_at=now + 5_100, ends_at=now + 8_700)

    async def fill(self) -> None:
        await self.store.bookings._database.write(self._add_room)
        for number, slot in enumerate((self.first, self.second), start=1):
            invite = self.store.add_invite(
                self.house.room, f"token{number}", booking=BookingId(f"b{number}"),
                slot_starts_at=slot.starts_at,
            )  # fmt: skip
            await self._add_link(invite.id, f"token{number}")
            await self.add(number, slot, invite.id)

    def _add_room(self, connection: Any) -> None:
        add_room(connection, self.house.room)

    async def _add_link(self, invite: InviteId, token: str) -> None:
        kept = replace(self.store.invites[hash_token(token)], booking=None, slot_starts_at=None)
        await self.store.bookings._database.write(
            lambda connection: add_invite(connection, kept, hash_token(token))
        )

    async def add(self, number: int, slot: Interval, invite: InviteId) -> Booking:
        booking = made.booking(
            id=BookingId(f"b{number}"),
            reference=f"REF-{number}",
            room=self.house.room.id,
            establishment=self.house.room.establishment.id,
            state=BookingState.CONFIRMED,
            preferred=slot,
            people=(
                made.person(
                    f"Person {number}",
                    ExpectedId(f"x{number}"),
                    invite=invite,
                    email=f"person{number}@law.example",
                ),
            ),
        )
        event = booking_happening(BookingEvent.MADE, booking, by=REQUESTER, at=slot.starts_at)
        await self.store.bookings.add(booking, event)
        return booking

    async def letters(self, number: int = 1) -> list[tuple[str, str]]:
        """Kind and state of those about it, the oldest first."""
        outbox = OutboxStore(self.store.bookings._database)
        found = await outbox.of_booking(BookingId(f"b{number}"))
        return [(one.kind.value, one.state.value) for one in found]

    async def ends_at(self, number: int = 1) -> float:
        found: Booking | None = await self.store.bookings.booking(BookingId(f"b{number}"))
        assert found is not None
        return found.slot.ends_at


@pytest_asyncio.fixture
async def booked(tmp_path: Path) -> AsyncIterator[Booked]:
    store = FakeStore()
    async with staff_store(tmp_path) as store.staff:
        store.bookings = bookings_beside(store.staff)
        async with House(store=store) as house:
            scene = Scene(house)
            running = Booked(scene)
            await running.fill()
            yield running
            await scene.close()


async def test_the_link_of_the_slot_opens_and_the_meeting_ends_with_the_slot(
    booked: Booked,
) -> None:
    lawyer = await booked.house.guest("Person 1", invite="token1")
    await lawyer.wait_place("waiting")
    assert (lawyer.view["expected"], lawyer.view["arrived"]) == (1, 1)
    host = await booked.house.host()
    await lawyer.wait_place("inside")
    assert host.view["ends_at"] == booked.first.ends_at
    assert host.view["expected"][0]["name"] == "Person 1"


async def test_a_link_of_the_next_slot_waits_unheard_and_is_sent_on_when_this_one_is_over(
    booked: Booked,
) -> None:
    host = await booked.house.host()
    early = await booked.house.guest("Person 2", key=DeviceKey(), invite="token2")
    await early.wait_place("waiting")
    assert host.view["knocks"] == []
    await host.request("room.end", reason="Done")
    ended = await early.wait_event("session.ended")
    assert (ended["code"], ended["can_return"]) == ("next_slot", True)
    booked.house.clock.advance(booked.second.starts_at - booked.house.clock())
    again = await booked.house.guest("Person 2", invite="token2")
    await again.wait_place("waiting")
    assert again.view["expected"] == 1


async def test_the_desk_sees_what_the_self_test_of_an_expected_person_found(
    booked: Booked,
) -> None:
    desk = await booked.scene.desk()
    lawyer = await booked.house.guest("Person 1", invite="token1")
    await lawyer.wait_place("waiting")
    room = booked.scene.room
    (person,) = desk.meeting(room)["expected"]
    assert person["self_test"] is None
    link = booked.store.invites[hash_token("token1")].id
    await booked.store.self_tests.keep(link, SelfTest(at=5.0, browser="Safari", version=18))
    await booked.house.running.meetings.rooms.refresh_all()
    told = {"at": 5.0, "browser": "Safari", "version": 18, "problems": []}
    await desk.wait_for(
        lambda: desk.meeting(room)["expected"][0]["self_test"] == told, "the test is shown"
    )
    assert "Safari" not in lawyer.everything()
    host = await booked.house.host()
    assert host.view["expected"][0]["self_test"] is None


async def test_the_desk_extends_a_slot_as_long_as_the_room_is_free(booked: Booked) -> None:
    desk = await booked.scene.desk()
    await booked.house.host()
    room = booked.scene.room
    await desk.wait_for(lambda: desk.meeting(room).get("ends_at") is not None, "the meeting")
    with pytest.raises(Refused, match="room_booked"):
        await desk.act("room.extend", room, minutes=30)
    assert await booked.ends_at() == booked.first.ends_at
    await desk.act("room.extend", room, minutes=15)
    assert await booked.ends_at() == booked.first.ends_at + 15 * MINUTE_S
    wanted = booked.first.ends_at + 15 * MINUTE_S
    await desk.wait_for(lambda: desk.meeting(room)["ends_at"] == wanted, "the later end")
    kept = await booked.store.staff.record(booked.house.room.establishment.id)
    assert kept[-1].entry.what == "booking_extended"
    assert dict(kept[-1].personal)["officer"] == "Officer Reed"
    assert await booked.letters() == [("update", "waiting")]


async def test_an_extension_that_the_meeting_refuses_leaves_the_slot_as_it_was(
    booked: Booked,
) -> None:
    desk = await booked.scene.desk()
    await booked.house.host()
    room = booked.scene.room
    await desk.wait_for(lambda: desk.meeting(room).get("ends_at") is not None, "the meeting")
    numbers = booked.house.running.meetings.rooms._numbers
    with pytest.raises(Refused):
        await desk.act("room.extend", room, minutes=numbers.extension_max_min + 1)
    assert await booked.ends_at() == booked.first.ends_at
    assert await booked.letters() == []


async def test_the_desk_is_told_of_a_rooms_next_slot(booked: Booked) -> None:
    desk = await booked.scene.desk()
    next_ = desk.rooms[booked.scene.room]["next_slot"]
    assert next_ == {"starts_at": booked.first.starts_at, "ends_at": booked.first.ends_at}


async def test_a_link_of_a_slot_opens_nothing_while_the_slot_is_not_on(booked: Booked) -> None:
    booked.house.clock.advance(3_600 + 60)
    await booked.house.host()
    late = await booked.house.guest("Person 2", invite="token2")
    await late.wait_place("waiting")
    assert not late.view["knocking"]
