"""A store in memory that fails when told to. Checked against the real one by test_fakes.py."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tests.signalling.fakes.staff import FakeTerminals, NoApi, NoBookings, NoStaff, NoWebhooks
from vmr.bookings.booking import Booking
from vmr.bookings.entitlements import Ban, Prisoner
from vmr.ids import EstablishmentId, InviteId, MeetingId, PrisonerId, RoomId
from vmr.letters import Claimed
from vmr.nodes.ownership import UNOWNED, Hold
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Establishment, Invite, Room
from vmr.self_test import SelfTest
from vmr.store import Arrival, Conflict, JournalState, LiveMeeting, Overtaken, StoreUnavailable
from vmr.store.outbox import Reminded
from vmr.store.secrets import hash_token, make_address

PRISON = Establishment(id=EstablishmentId("e1"), name="HMP Example", phone="01632 960001")


class NoLetters:
    """An outbox that nobody writes to. Tests of bookings give the real store's."""

    async def claim(self, now: float, *, lease_s: float, limit: int) -> tuple[Claimed, ...]:
        return ()

    async def drop_useless(self, now: float) -> None:
        return None

    async def count_open(self) -> int:
        return 0

    async def to_remind(self, now: float, before_s: float) -> tuple[Reminded, ...]:
        return ()


class NoEntitlements:
    """Nobody is banned. Tests of social calls give the real store's."""

    async def bans_of(
        self, establishment: EstablishmentId, prisoner: PrisonerId | None
    ) -> tuple[Ban, ...]:
        return ()

    async def by_reference(self, establishment: EstablishmentId, reference: str) -> Prisoner | None:
        return None


class NoOutcomes:
    """No slot is over. Tests of outcomes give the real store's."""

    async def due(self, now: float, *, since: float, limit: int) -> tuple[Booking, ...]:
        return ()


class FakeSelfTests:
    """Kept by the id of the personal link."""

    def __init__(self) -> None:
        self.kept: dict[InviteId, SelfTest] = {}

    async def keep(self, invite: InviteId, test: SelfTest) -> None:
        self.kept[invite] = test

    async def of(self, invites: Collection[InviteId]) -> dict[InviteId, SelfTest]:
        return {one: self.kept[one] for one in invites if one in self.kept}


class FakeStore:
    """`commits` are the happenings of each commit; `is_broken` makes writing fail."""

    def __init__(self) -> None:
        self.rooms: dict[RoomId, Room] = {}
        self.invites: dict[str, Invite] = {}
        self.live: dict[MeetingId, LiveMeeting] = {}
        self.ended: set[MeetingId] = set()
        self.commits: list[tuple[Happening, ...]] = []
        self.is_broken = False
        self.is_overtaken = False
        self.may_wait: list[bool] = []
        """Of each commit."""
        self.journal = JournalState()
        self.staff: Any = NoStaff()
        self.terminals: Any = FakeTerminals()
        self.bookings: Any = NoBookings()
        self.entitlements: Any = NoEntitlements()
        self.real: Any = None
        """A store with records, for tests that read them."""
        self.outbox: Any = NoLetters()
        self.outcomes: Any = NoOutcomes()
        self.self_tests: Any = FakeSelfTests()
        self.office: Any = None
        self.owners: Any = None
        """Tests of several servers give the real store's."""
        self.slot_pins: Any = None
        self.rosters: Any = None
        self.api: Any = NoApi()
        self.webhooks: Any = NoWebhooks()

    # -- what a test sets up ------------------------------------------------------------------

    def add_room(
        self,
        pin_hash: str = "",
        policy: PolicyName = PolicyName.LEGAL,
        is_closed: bool = False,
        establishment: Establishment = PRISON,
        name: str = "Room 1",
    ) -> Room:
        room = Room(
            id=RoomId(f"room{len(self.rooms)}"),
            establishment=establishment,
            address=make_address(),
            name=name,
            policy=policy,
            pin_hash=pin_hash,
            is_closed=is_closed,
        )
        self.rooms[room.id] = room
        return room

    def add_invite(self, room: Room, token: str, **values: Any) -> Invite:
        invite = Invite(
            id=InviteId(f"invite{len(self.invites)}"), room=room.id, label="A lawyer", **values
        )
        self.invites[hash_token(token)] = invite
        return invite

    def written(self) -> list[str]:
        """What the records say has happened, in order."""
        return [happening.what for commit in self.commits for happening in commit]

    # -- the store ----------------------------------------------------------------------------

    async def check_writable(self) -> None:
        if self.is_broken:
            raise StoreUnavailable("broken")

    async def room_by_address(self, address: str) -> Room | None:
        return next((room for room in self.rooms.values() if room.address == address), None)

    async def room(self, room: RoomId) -> Room | None:
        return self.rooms.get(room)

    async def establishments(self) -> tuple[Establishment, ...]:
        return tuple(
            {room.establishment.id: room.establishment for room in self.rooms.values()}.values()
        )

    async def rooms_of(self, establishment: EstablishmentId) -> Sequence[Room]:
        found = [one for one in self.rooms.values() if one.establishment.id == establishment]
        return sorted(found, key=lambda room: room.name)

    async def invite_by_token_hash(self, token_hash: str) -> Invite | None:
        return self.invites.get(token_hash)

    async def arrival(
        self, address: str, token_hash: str | None, at: float, early_s: float
    ) -> Arrival:
        room = await self.room_by_address(address)
        if room is None:
            return Arrival(room=None)
        invite = None if token_hash is None else await self.invite_by_token_hash(token_hash)
        booking = await self.bookings.slot_of(room.id, at, early_s)
        links = () if booking is None else [one.invite for one in booking.people if one.invite]
        owner = UNOWNED if self.owners is None else await self.owners.of_room(room.id)
        tests = await self.self_tests.of(links)
        return Arrival(room=room, invite=invite, owner=owner, booking=booking, tests=tests)

    @property
    def record_search(self) -> Any:
        return None if self.real is None else self.real.record_search

    @property
    def records(self) -> Any:
        return None if self.real is None else self.real.records

    def let_go(self, meeting: MeetingId) -> None:
        """It keeps nothing beside its meetings."""

    async def live_meetings(self) -> Sequence[LiveMeeting]:
        return tuple(self.live.values())

    async def commit(
        self,
        meeting: MeetingId,
        room: RoomId,
        snapshot: Mapping[str, Any] | None,
        happenings: Sequence[Happening],
        hold: Hold | None = None,
        *,
        may_wait: bool = True,
    ) -> None:
        self.may_wait.append(may_wait)
        if self.is_broken:
            raise StoreUnavailable("disk full")
        if self.is_overtaken:
            raise Overtaken("another server has the room")
        if snapshot is None:
            self.live.pop(meeting, None)
            self.ended.add(meeting)
        elif meeting in self.ended:
            raise Conflict("the meeting has ended")
        else:
            for other in [one for one, live in self.live.items() if live.room == room]:
                del self.live[other]
            kept = json.loads(json.dumps(snapshot))
            self.live[meeting] = LiveMeeting(meeting, room, kept)
        self.commits.append(tuple(happenings))
