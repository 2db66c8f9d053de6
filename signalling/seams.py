"""The narrow interfaces signalling needs of the store and of the media engine."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from lobby.desk_views import DeskView
from media.messages import EngineEvent, Reply, Request
from vmr.ids import EstablishmentId, MeetingId, ParticipantId, RoomId, SessionId
from vmr.nodes.ownership import Hold, Ownership
from vmr.record import Happening
from vmr.rooms import Establishment, Invite, Room
from vmr.store import (
    ApiStore,
    Arrival,
    BookingStore,
    EntitlementStore,
    JournalState,
    LiveMeeting,
    Office,
    OutboxStore,
    OutcomeStore,
    OwnerStore,
    RecordSearch,
    RecordStore,
    RosterStore,
    SelfTestStore,
    SlotPinStore,
    StaffStore,
    TerminalStore,
    WebhookStore,
)

Clock = Callable[[], float]
"""Seconds since the epoch, steady: wall time at start plus what has passed since."""


class Store(Protocol):
    """Rooms, personal links, live meetings and their records (`vmr.store.Store`).

    Every method raises `vmr.store.StoreError` when it could not be done; then nothing was.
    """

    @property
    def staff(self) -> StaffStore:
        """Staff accounts and sessions."""

    @property
    def bookings(self) -> BookingStore:
        """Bookings, and when rooms are open for them."""

    @property
    def entitlements(self) -> EntitlementStore:
        """Who may be called in social calls."""

    @property
    def api(self) -> ApiStore:
        """Tokens of programs, and what they read page by page."""

    @property
    def webhooks(self) -> WebhookStore:
        """What programs are told of meetings."""

    @property
    def owners(self) -> OwnerStore:
        """Who runs which room, where several servers share the database."""

    @property
    def terminals(self) -> TerminalStore:
        """Enrolled terminals."""

    @property
    def record_search(self) -> RecordSearch:
        """Where records are found."""

    @property
    def records(self) -> RecordStore:
        """Looks at records, and proofs of them."""

    @property
    def outbox(self) -> OutboxStore:
        """Letters on their way."""

    @property
    def slot_pins(self) -> SlotPinStore:
        """Host PINs of one slot each."""

    @property
    def rosters(self) -> RosterStore:
        """Which duty officers are rostered for a day."""

    @property
    def self_tests(self) -> SelfTestStore:
        """What people found who tested their device and network by a personal link."""

    @property
    def outcomes(self) -> OutcomeStore:
        """What became of slots."""

    async def check_writable(self) -> None:
        """Write, and change nothing."""

    async def establishments(self) -> tuple[Establishment, ...]: ...

    @property
    def office(self) -> Office:
        """Rooms, personal links and establishments, for administrators."""

    async def room_by_address(self, address: str) -> Room | None: ...

    async def room(self, room: RoomId) -> Room | None: ...

    async def rooms_of(self, establishment: EstablishmentId) -> Sequence[Room]: ...

    async def invite_by_token_hash(self, token_hash: str) -> Invite | None: ...

    async def arrival(
        self, address: str, token_hash: str | None, at: float, early_s: float
    ) -> Arrival:
        """What somebody who comes has to be judged by, in one read."""

    async def live_meetings(self) -> Sequence[LiveMeeting]: ...

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
        """One transaction: records and snapshot (None: the meeting is over or dropped). While the
        database is away, on this server's disk instead, where it `may_wait`.

        Raises Overtaken where another server runs the room by now (`hold`).
        """

    def let_go(self, meeting: MeetingId) -> None:
        """The meeting does not run here any more."""

    @property
    def journal(self) -> JournalState:
        """What waits on this server's disk for the database."""


class Desk(Protocol):
    """Where meetings show themselves to the duty desk (`signalling.desk.board`)."""

    def show(self, room: Room, view: DeskView | None) -> None: ...


class Rights(Protocol):
    """What this server may do with rooms (`signalling.nodes`), where there are several."""

    @property
    def is_leased(self) -> bool:
        """Whether anybody new may be let in now."""

    @property
    def is_draining(self) -> bool:
        """Whether the operator has it emptied: it takes no rooms, if there is another server."""

    def narrowed(self, room: RoomId) -> None:
        """Somebody in the room has lost a right: a server that it was just moved from, and that
        still forwards, has to stop."""

    async def settle(self, room: RoomId, seen: Ownership | None = None) -> None:
        """The room is run here afterwards. Raises RequestError: another server runs it, or
        nobody can say now who will; and StoreError. `seen` is its row, as just read."""

    def hold(self, room: RoomId) -> Hold | None:
        """What writes about it must carry; None where there is one server. Raises RequestError
        for a room that is not run here."""

    async def is_elsewhere(self, room: RoomId) -> bool:
        """Whether another server runs it. Raises StoreError."""

    @property
    def url(self) -> str:
        """Where browsers reach this server; empty where there is one."""

    @property
    def others(self) -> Sequence[str]:
        """Where browsers reach the other servers that are there now."""

    @property
    def urls(self) -> Collection[str]:
        """Where browsers reach the servers; none where there is one."""

    async def servers(self, room: RoomId) -> Sequence[str]:
        """Where a page of this room finds a server, the likeliest first; none where there is one.
        Raises StoreError."""


class Taps(Protocol):
    """Where monitoring terminals hear of their taps (`signalling.monitor.terminals`)."""

    def tapped(self, session: SessionId, room: RoomId, event: EngineEvent) -> None:
        """Something happened to this terminal's tap of this room. Never waits."""

    def spoke(self, room: RoomId, participant: ParticipantId | None) -> None:
        """Somebody else is the one who speaks. Never waits."""

    def watched_at(self, room: RoomId) -> float | None:
        """When one of them was last known to watch this room; None: none does now."""


class Engine(Protocol):
    """The media plane (`media/workers.py`). What raises may have been done all the same."""

    async def request(self, request: Request) -> Reply: ...

    def counters(self) -> dict[str, int]: ...
