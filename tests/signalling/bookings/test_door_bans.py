"""Names like banned ones at the door, over real sockets: whom staff are told of, and who is not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.peers.sqlite import new_store
from tests.signalling.bookings.pages.conftest import OfficeServer
from tests.signalling.client import Client, DeviceKey
from tests.signalling.desk.desk_client import DeskClient
from tests.signalling.fakes.clock import FakeClock
from tests.signalling.house import PIN
from tests.signalling.officers import officer
from tests.vmr.bookings import entitled
from tests.vmr.bookings.made import NOW, person
from vmr.bookings.booking import Part
from vmr.bookings.entitlement_record import EntitlementEvent, ban_happening
from vmr.bookings.entitlements import Prisoner
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import interval
from vmr.ids import ExpectedId, MeetingId, PrisonerId
from vmr.policies import POLICIES
from vmr.store.secrets import make_id


class Door:
    """A family room in its slot, for prisoner A1234BC; a duty desk; and bans."""

    def __init__(self, office: OfficeServer) -> None:
        self.office = office
        self.room = office.rooms["Family"]
        self.desk: DeskClient
        self._by: Any = None

    async def open(self) -> None:
        reed = await officer(self.office, establishment=self.office.prison)
        self._by = reed.member
        self.desk = await DeskClient(self.office.url, reed.headers).connect()
        await self.office.booked(
            purpose=Purpose.COMPASSIONATE, in_room=self.room, prisoner="A1234BC",
            preferred=interval(NOW - 600, 60),
            people=(person("Zoe Well", ExpectedId("z"), part=Part.FAMILY),),
        )  # fmt: skip

    async def ban(self, name: str, of: str, starts_on: date = date(2027, 2, 1)) -> None:
        """`of`: the prisoner's reference, or empty for all."""
        prisoner, here = None, self.office.prison.id
        if of:
            asked = Prisoner(id=PrisonerId(make_id()), establishment=here, reference=of)
            prisoner = (await self.office.store.entitlements.add_prisoner(asked, NOW)).id
        ban = entitled.ban(name, make_id(), prisoner=prisoner, starts_on=starts_on)
        ban = replace(ban, establishment=here)
        done = ban_happening(EntitlementEvent.BAN_MADE, ban, by=self._by, at=NOW)
        await self.office.store.entitlements.add_ban(ban, done)

    async def guest(self, *names: str, in_room: str = "Family", **more: Any) -> Client:
        room = self.office.rooms[in_room]
        guest = await self.office.client()
        terms = POLICIES[room.policy].declaration
        await guest.join(room.address, *names, declaration=terms, **more)
        await guest.wait_place("waiting")
        return guest

    async def host(self) -> Client:
        """Has opened the room."""
        policy, host = POLICIES[self.room.policy], await self.office.client()
        await host.join(self.room.address, "Officer", role="host", declaration=policy.declaration)
        confirmed = list(policy.opening_confirmations)
        await host.request("host.enter_pin", pin=PIN, confirmed=confirmed)
        await host.wait_place("inside")
        return host

    async def hints(self, count: int, in_room: str = "Family") -> dict[str, bool]:
        """By name, what the desk is told of those who wait, once there are so many."""
        room = str(self.office.rooms[in_room].id)
        await self.desk.wait_for(
            lambda: len(self.desk.meeting(room).get("waiting", ())) == count, f"{count} waiting"
        )
        knocks = [one["knock"] for one in self.desk.meeting(room)["waiting"]]
        return {one["name"]: one["is_like_banned"] for one in knocks}

    async def record(self) -> list[str]:
        meeting = MeetingId(self.desk.meeting(str(self.room.id))["meeting"])
        kept = await self.office.store.records.look(meeting, by="operator", at=NOW)
        return [one.entry.what for one in kept.entries]


@pytest_asyncio.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    store = await new_store(tmp_path / "vmr.db")
    try:
        async with OfficeServer(store, FakeClock(NOW)) as office:
            await office.set_up()
            made = Door(office)
            await made.open()
            yield made
            await made.desk.close()
    finally:
        await store.close()


async def test_desk_and_host_are_told_of_a_name_like_a_banned_one(door: Door) -> None:
    await door.ban("Max Bad", "a 1234-bc")
    await door.ban("Eve Illwood", "")
    await door.ban("Pat Farrow", "B9999BC")
    await door.ban("Tim Later", "", starts_on=date(2027, 3, 2))
    for names in (["max bad"], ["Zoe", "Eve Ilwood"], ["Pat Farrow"], ["Tim Later"]):
        await door.guest(*names)
    expected = {"max bad": True, "Zoe": True, "Pat Farrow": False, "Tim Later": False}
    assert await door.hints(4) == expected
    host = await door.host()
    assert {one["name"]: one["is_like_banned"] for one in host.view["knocks"]} == expected
    assert (await door.record()).count("like_banned") == 2


async def test_who_waits_with_such_a_name_is_told_exactly_what_others_are(door: Door) -> None:
    await door.ban("Max Bad", "A1234BC")
    banned, zoe = await door.guest("Max Bad"), await door.guest("Zoe Well")
    assert await door.hints(2) == {"Max Bad": True, "Zoe Well": False}
    await door.host()
    await banned.wait_for(lambda: banned.view["host_arrived"], "the host")
    await zoe.wait_for(lambda: zoe.view["host_arrived"], "the host")
    assert "ban" not in banned.everything().replace("Max Bad", "").lower()
    own = {"you", "name"}
    told = [
        [(one.event, {key: one.data[key] for key in one.data if key not in own})
         for one in guest.notes if one.event == "meeting.updated"]
        for guest in (banned, zoe)
    ]  # fmt: skip
    assert told[0] == told[1]


async def test_another_name_of_the_same_browser_does_not_take_the_hint_back(door: Door) -> None:
    await door.ban("Max Bad", "A1234BC")
    key = DeviceKey()
    await door.guest("Zoe Well", key=key)
    await door.guest("Max Bad", key=key)
    assert await door.hints(1) == {"Max Bad": True}
    await door.guest("Zoe Well", key=key)
    await door.desk.wait_for(lambda: _name(door) == "Zoe Well", "the other name")
    assert await door.hints(1) == {"Zoe Well": True}
    assert (await door.record()).count("like_banned") == 1


async def test_bans_from_social_calls_say_nothing_about_lawyers(door: Door) -> None:
    await door.ban("Max Bad", "")
    await door.guest("Max Bad", in_room="Legal 1")
    assert await door.hints(1, "Legal 1") == {"Max Bad": False}


def _name(door: Door) -> str:
    (waiting,) = door.desk.meeting(str(door.room.id))["waiting"]
    return str(waiting["knock"]["name"])
