"""A social room, which must be watched, and the pages of its monitoring officers."""

from media.messages import TapReported, TransportConnected, TransportLost
from signalling.media import RoomMedia
from tests.signalling.client import Client
from tests.signalling.house import PIN, PIN_HASH, House
from tests.signalling.monitor.monitor_client import MonitorClient
from tests.signalling.officers import officer
from vmr.ids import RoomId
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.staff import StaffRole

MONITORS = (StaffRole.MONITOR,)


class Scene:
    """`house` must allow social rooms (`Numbers.social_unrecorded`)."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.social = house.store.add_room(PIN_HASH, policy=PolicyName.SOCIAL)
        self.room = str(self.social.id)
        self.legal = str(house.room.id)
        self._pages: list[MonitorClient] = []
        self._fed: dict[str, tuple[int, int]] = {}

    async def page(self, headers: dict[str, str]) -> MonitorClient:
        page = MonitorClient(self.house.url, headers)
        self._pages.append(page)
        return await page.connect()

    async def monitor(self, name: str = "Officer Hale") -> MonitorClient:
        """An officer's page, without a room on its wall."""
        return await self.page((await officer(self.house, name, MONITORS)).headers)

    async def watching(self, *rooms: str, name: str = "Officer Hale") -> MonitorClient:
        """A page that watches these rooms (or the social one), ready."""
        page = await self.monitor(name)
        wanted = rooms or (self.room,)
        await page.watch(*wanted)
        for room in wanted:
            self.connect(room)
        await page.answer()
        await page.beat(dict.fromkeys(wanted, 0))
        for room in wanted:
            await page.why_not(room, None)
        return page

    async def join_host(self, room: Room | None = None) -> Client:
        """A host at the PIN prompt."""
        wanted = room or self.social
        client = await self.house.client()
        declaration = f"{wanted.policy.value}-1"
        await client.join(wanted.address, "Officer", role="host", declaration=declaration)
        return client

    async def opened(self, room: Room | None = None) -> Client:
        """A host inside an open social room."""
        client = await self.join_host(room)
        await client.request("host.enter_pin", pin=PIN, confirmed=[])
        await client.wait_place("inside")
        return client

    # -- the engine ---------------------------------------------------------------------------

    def media(self, room: str) -> RoomMedia:
        mailbox = self.house.running.meetings.rooms.mailbox(RoomId(room))
        assert mailbox is not None
        return mailbox.runner.media

    def taps(self, room: str) -> list[str]:
        """The endpoints of this room's taps in the engine."""
        meeting = self.house.running.meetings.rooms.mailbox(RoomId(room))
        if meeting is None:
            return [name for name, one in self.house.engine.endpoints.items() if one.kind == "tap"]
        prefix = f"{meeting.runner.meeting.id}."
        return [
            name
            for name, one in self.house.engine.endpoints.items()
            if one.kind == "tap" and name.startswith(prefix)
        ]

    def connect(self, room: str, *, is_connected: bool = True) -> None:
        """The transport of each of its taps comes up, or is lost."""
        for tap in self.taps(room):
            lost = TransportLost(endpoint=tap, reason="consent")
            self.house.engine.on_event(TransportConnected(endpoint=tap) if is_connected else lost)

    def feed(self, room: str, *, packets: int = 10, reported: int | None = None) -> None:
        """A second's packets went to the taps; `reported` of them came, by their reports."""
        sent, come = self._fed.get(room, (0, 0))
        sent, come = sent + packets, come + (packets if reported is None else reported)
        self._fed[room] = sent, come
        for tap in self.taps(room):
            self.house.engine.on_event(TapReported(endpoint=tap, sent=sent, reported=come))

    async def close(self) -> None:
        for page in self._pages:
            await page.close()
