"""Meetings that are moved from one server to another while people are inside: an operator empties
one server after another.

Each leaves its room as it found it, as all scenes do.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.signalling.client import DeviceKey
from tests.signalling.desk.desk_client import DeskClient
from tests.soak.operator import Operator
from tests.soak.places import Place
from tests.soak.visitors import House, Page, Visitors


@dataclass(slots=True, kw_only=True)
class _Meeting:
    """A host, a checked guest and a stranger at the door; an officer at some desk sees the room."""

    house: House
    host: Page
    guest: Page
    stranger: Page
    desk: DeskClient
    left: list[Page] = field(default_factory=list)

    @property
    def room(self) -> str:
        return str(self.house.place.room.id)


class Moves:
    """`done` counts meetings that were moved."""

    def __init__(self, visitors: Visitors, operator: Operator) -> None:
        self.done = 0
        self._visitors = visitors
        self._operator = operator

    async def round(self, places: Sequence[Place]) -> None:
        """A meeting in each room, and each server emptied in turn."""
        async with asyncio.TaskGroup() as tasks:
            beginning = [tasks.create_task(self._begin(place)) for place in places]
        meetings = [one.result() for one in beginning]
        try:
            for node in self._operator.nodes:
                moving = [one for one in meetings if one.host.url == node.url]
                await self._operator.drain(node)
                async with asyncio.TaskGroup() as tasks:
                    for one in moving:
                        tasks.create_task(self._follow(one))
                await self._operator.is_empty(node)
                await self._operator.undo(node)
                self.done += len(moving)
            async with asyncio.TaskGroup() as tasks:
                for one in meetings:
                    tasks.create_task(self._end(one))
        finally:
            for one in meetings:
                await one.house.close()

    async def _begin(self, place: Place) -> _Meeting:
        house = House(self._visitors, place)
        host = await house.host()
        guest = await house.guest("Asha", key=DeviceKey(), invite=place.invites[0])
        await self._visitors.media(host)
        await host.request("encoder.start")
        await house.attest(host, guest)
        await host.request("room.lock")
        stranger = await house.page()
        await stranger.join(place.address, "Late", key=DeviceKey())
        desk = DeskClient(self._visitors.url, await self._visitors.officer(place))
        house.keep(await desk.connect())
        return _Meeting(house=house, host=host, guest=guest, stranger=stranger, desk=desk)

    async def _follow(self, meeting: _Meeting) -> None:
        """Everybody is there before they have left, in the place they had."""
        old = [meeting.host, meeting.guest, meeting.stranger]
        meeting.host, meeting.guest, meeting.stranger = await asyncio.gather(
            self._move(meeting, meeting.host),
            self._move(meeting, meeting.guest),
            meeting.stranger.follow(),
        )
        meeting.house.keep(meeting.stranger)
        await meeting.stranger.wait_place("waiting")
        await asyncio.gather(*(page.leave_behind() for page in old))

    async def _move(self, meeting: _Meeting, page: Page) -> Page:
        peer = self._visitors.peer()
        there = await page.follow(offer=peer.offer())
        meeting.house.keep(there)
        await self._visitors.connect(peer, there.answered)
        await there.wait_place("inside")
        assert there.view["stage"] == "locked", there.view
        return there

    async def _end(self, meeting: _Meeting) -> None:
        """An officer decides at the desk, wherever the meeting is by now."""
        desk, room = meeting.desk, meeting.room
        knock = await desk.alert(room, "knock")
        await desk.act("alert.acknowledge", room, alert=knock["id"])
        await desk.act(
            "knock.refuse", room, participant=meeting.stranger.participant, reason="Not expected"
        )
        await meeting.stranger.wait_event("session.ended")
        await meeting.guest.request("room.leave")
        await meeting.host.request("room.end", reason="")
