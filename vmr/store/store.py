"""The one object others hold: `Store`, every operation on the database.

Each method is one transaction, done whole or not at all even when its caller is cancelled, and
raises `vmr.store.errors.StoreError` when nothing was kept. It reads no clock: times come in as
arguments. `close()` may be called twice.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from vmr.ids import EstablishmentId, InviteId, MeetingId, RoomId
from vmr.nodes.ownership import Hold
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Establishment, Invite, Room
from vmr.store import arrivals, meetings, records, rooms, secrets
from vmr.store.api_store import ApiStore
from vmr.store.arrivals import Arrival
from vmr.store.booking_store import BookingStore
from vmr.store.chains import KeptEntry
from vmr.store.database import Database, dialect_of
from vmr.store.entitlement_store import EntitlementStore
from vmr.store.keeping import JournalState, Keeping
from vmr.store.meetings import LiveMeeting, MeetingSummary
from vmr.store.migrate import write_nothing_new
from vmr.store.office import Office
from vmr.store.outbox_store import OutboxStore
from vmr.store.outcome_store import OutcomeStore
from vmr.store.owner_store import OwnerStore
from vmr.store.record_search import RecordSearch
from vmr.store.record_store import RecordStore
from vmr.store.rosters import RosterStore
from vmr.store.self_tests import SelfTestStore
from vmr.store.signing import KeyFile
from vmr.store.slot_pins import SlotPinStore
from vmr.store.staff_store import StaffStore
from vmr.store.terminal_store import TerminalStore
from vmr.store.webhook_store import WebhookStore


class Store:
    """Rooms, personal links, live meetings, records; and more in stores of their own."""

    def __init__(self, database: Database, keys: KeyFile) -> None:
        self._database = database
        self._keys = keys
        self.staff = StaffStore(database)
        self.terminals = TerminalStore(database)
        self.bookings = BookingStore(database)
        self.entitlements = EntitlementStore(database)
        self.record_search = RecordSearch(database)
        self.outbox = OutboxStore(database)
        self.outcomes = OutcomeStore(database)
        self.office = Office(database)
        self._keeping = Keeping(database, keys)
        self.owners = OwnerStore(database, self._keeping)
        self.records = RecordStore(database, keys)
        self.slot_pins = SlotPinStore(database)
        self.rosters = RosterStore(database)
        self.self_tests = SelfTestStore(database)
        self.api = ApiStore(database)
        self.webhooks = WebhookStore(database)

    @classmethod
    async def open(cls, url: str, key_file: str = "") -> "Store":
        """Open `sqlite:///path` or `postgresql://user@host/name`, making file and schema when
        missing, migrating when older.

        `key_file` is the path of the key that signs records; empty: where the database's kind
        has it.
        """
        keys = KeyFile(Path(key_file) if key_file else dialect_of(url).key_file)
        return cls(await Database.open(url), keys)

    async def claim(self) -> None:
        """Two servers on one database would hold two meetings in one room: the second gets
        Occupied, until the first has closed its store or ended."""
        await self._database.claim()

    def first_data(self) -> AbstractAsyncContextManager[None]:
        """Of servers that start together on an empty database, one at a time is inside."""
        return self._database.first_data()

    async def check_writable(self) -> None:
        """Write to the disk, and change nothing: what a full or lost disk refuses, this does."""
        await self._database.write(write_nothing_new)

    async def use_journal(self, folder: Path) -> None:
        """Keep commits in this folder while the database is away. What a server left there that
        was killed comes into the database first: before rooms are served. Raises StoreError."""
        await self._keeping.use_journal(folder)

    @property
    def run(self) -> str:
        """Names this run of the server as its journal does; empty without a journal."""
        return self._keeping.run

    async def close(self) -> None:
        await self._keeping.close()
        await self._database.close()

    # -- establishments and rooms -------------------------------------------------------------

    async def add_establishment(
        self, *, name: str, phone: str, safer_custody: str = ""
    ) -> Establishment:
        added = Establishment(
            id=EstablishmentId(secrets.make_id()),
            name=name,
            phone=phone,
            safer_custody=safer_custody,
        )
        await self._database.write(lambda connection: rooms.add_establishment(connection, added))
        return added

    async def establishments(self) -> tuple[Establishment, ...]:
        return await self._database.read(rooms.all_establishments)

    async def add_room(
        self,
        establishment: Establishment,
        *,
        name: str,
        policy: PolicyName,
        pin_hash: str,
        ends_at: float | None = None,
    ) -> Room:
        """A new room with a fresh address that cannot be guessed."""
        added = Room(
            id=RoomId(secrets.make_id()),
            establishment=establishment,
            address=secrets.make_address(),
            name=name,
            policy=policy,
            pin_hash=pin_hash,
            ends_at=ends_at,
        )
        await self._database.write(lambda connection: rooms.add_room(connection, added))
        return added

    async def rooms(self) -> tuple[Room, ...]:
        """Every room, closed ones too, by establishment and name."""
        return await self._database.read(rooms.all_rooms)

    async def rooms_of(self, establishment: EstablishmentId) -> tuple[Room, ...]:
        """Its rooms, closed ones too, by name."""
        return await self._database.read(
            lambda connection: rooms.rooms_of(connection, establishment)
        )

    async def room_by_address(self, address: str) -> Room | None:
        """Closed rooms too: the caller looks at `is_closed`."""
        return await self._database.read(
            lambda connection: rooms.room_by_address(connection, address)
        )

    async def room(self, room: RoomId) -> Room | None:
        return await self._database.read(lambda connection: rooms.room_by_id(connection, room))

    async def set_room_end(self, room: RoomId, ends_at: float | None) -> None:
        """When the room's next meeting ends; None: no end."""
        await self._change_room(room, ends_at=ends_at)

    async def _change_room(self, room: RoomId, **values: object) -> None:
        await self._database.write(lambda connection: rooms.change_room(connection, room, **values))

    # -- personal links -----------------------------------------------------------------------

    async def add_invite(
        self,
        room: RoomId,
        *,
        token_hash: str,
        label: str,
        opens_at: float | None = None,
        closes_at: float | None = None,
    ) -> Invite:
        """`token_hash` is `vmr.store.secrets.hash_token` of the token in the link."""
        added = Invite(
            id=InviteId(secrets.make_id()),
            room=room,
            label=label,
            opens_at=opens_at,
            closes_at=closes_at,
        )
        await self._database.write(
            lambda connection: rooms.add_invite(connection, added, token_hash)
        )
        return added

    async def invite_by_token_hash(self, token_hash: str) -> Invite | None:
        """Revoked and outdated links too: the caller looks at room, times and `is_revoked`."""
        return await self._database.read(
            lambda connection: rooms.invite_by_token_hash(connection, token_hash)
        )

    async def arrival(
        self, address: str, token_hash: str | None, at: float, early_s: float
    ) -> Arrival:
        """What somebody has to be judged by who comes to this address at this time, perhaps by a
        personal link: of one moment. `early_s`: see `BookingStore.slot_of`."""
        return await self._database.read(
            lambda connection: arrivals.find(connection, address, token_hash, at, early_s)
        )

    # -- meetings and records -----------------------------------------------------------------

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
        """Keep a meeting's new state and what happened, together and on the disk, or neither.

        With a journal (`use_journal`) that disk is this server's while the database is away, for a
        commit that `may_wait`.

        `snapshot` None means the meeting has ended: it is live no more and its snapshot is
        deleted; the record of its establishment is signed. A meeting is made by its first commit;
        an ended one cannot come back (Conflict).

        `hold`: where several servers share the database, what this one holds of the room; raises
        Overtaken when another has it by now.
        """
        await self._keeping.commit(meeting, room, snapshot, happenings, hold, may_wait=may_wait)

    def let_go(self, meeting: MeetingId) -> None:
        """The meeting does not run here any more."""
        self._keeping.let_go(meeting)

    @property
    def journal(self) -> JournalState:
        """What waits on this disk for the database."""
        return self._keeping.state

    async def live_meetings(self) -> tuple[LiveMeeting, ...]:
        """`(meeting, room, snapshot)` of every meeting that has not ended, to be gone on with."""
        found = await self._database.read(
            lambda one: [
                (live, records.chains.tip(one, live.meeting)) for live in meetings.live(one)
            ]
        )
        for live, tip in found:
            self._keeping.knows(live.meeting, tip)
        return tuple(live for live, _ in found)

    async def meetings(self, room: RoomId) -> tuple[MeetingSummary, ...]:
        """The room's meetings, the newest first."""
        return await self._database.read(lambda connection: meetings.of_room(connection, room))

    async def record(self, meeting: MeetingId) -> tuple[KeptEntry, ...]:
        """The chain of one meeting, oldest first, with the personal fields still kept.

        For the server's own use: what a person is shown comes by `records.look`.
        """
        return await self._database.read(lambda connection: records.read(connection, meeting))

    async def verify(self, meeting: MeetingId) -> int:
        """How many entries the record has, all of them proven; raises RecordBroken, NotFound."""
        return await self._database.read(lambda connection: records.verify(connection, meeting))
