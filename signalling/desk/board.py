"""What the desks of each establishment are shown: every room, as its meeting is now.

Meetings show themselves after each command (`show`), and every console of the establishment is
given the room's new state, whole. Nothing is asked for again and again but the list of rooms,
which the office may change at any time.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from lobby.alerts import Alert
from lobby.desk_views import DeskView
from signalling.bookings.slot_book import SlotBook
from signalling.desk.refusals import Refusals, RefusedHosts
from signalling.seams import Clock, Store
from signalling.wire import JsonObject, to_wire
from vmr.bookings.times import Interval
from vmr.ids import EstablishmentId, RoomId
from vmr.rooms import Room

RING_LOOK_S = 0.5
"""How often alerts are looked at for the time to ring again."""


class Publish(Protocol):
    """Where the other servers are told. Never waits."""

    def meeting(self, room: RoomId, meeting: JsonObject | None) -> None:
        """What a desk is shown of a room's meeting now; None: it has none."""

    def refused(self, room: RoomId, counted: RefusedHosts) -> None:
        """Hosts who were refused at this server."""


class Viewer(Protocol):
    """A console, as the board sees it."""

    establishment: EstablishmentId

    def show(self, room: RoomId, state: JsonObject | None) -> None:
        """The room's state now; None: there is no such room any more. Never waits."""

    def ring(self, data: JsonObject) -> None:
        """Alerts nobody has acknowledged ring again. Never waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FarMeeting:
    """What a desk is shown of a meeting at another server, and where browsers reach that one."""

    shown: JsonObject
    server: str


class Board:
    """Rooms, their meetings as last shown, and the consoles that watch them."""

    def __init__(self, *, store: Store, clock: Clock, repeat_s: float, slots: SlotBook) -> None:
        self._store = store
        self._clock = clock
        self._repeat_s = repeat_s
        self._slots = slots
        self._next: dict[RoomId, Interval] = {}
        self._rooms: dict[RoomId, Room] = {}
        self._views: dict[RoomId, DeskView] = {}
        self._meetings: dict[RoomId, JsonObject] = {}
        """Of each view, made once: it is told again and again."""
        self._viewers: set[Viewer] = set()
        self._rung_at: dict[tuple[str, int], float] = {}
        self._far: dict[RoomId, FarMeeting] = {}
        self._publish: Publish | None = None
        self._refusals = Refusals()
        self._is_behind = False
        self._shut_out: set[EstablishmentId] = set()
        """Where the Host PIN works at enrolled terminals alone, and none is enrolled."""

    def __len__(self) -> int:
        return len(self._viewers)

    # -- what meetings tell -------------------------------------------------------------------

    def show(self, room: Room, view: DeskView | None) -> None:
        """A meeting has changed; None: the room has none any more."""
        self._rooms[room.id] = replace(room, slot=None)  # as the store gives it
        if view is None or view.stage == "ended":
            self._views.pop(room.id, None)
            self._meetings.pop(room.id, None)
        else:
            self._views[room.id] = view
            self._meetings[room.id] = _meeting(view)
        if self._publish is not None:
            self._publish.meeting(room.id, self._meetings.get(room.id))
        self._tell(room)

    def publish(self, publish: Publish) -> None:
        """From here on what happens at this server is also told there."""
        self._publish = publish

    def republish(self) -> None:
        """All of this server as it is now: somebody may have missed it."""
        if self._publish is None:
            return
        for id, meeting in self._meetings.items():
            self._publish.meeting(id, meeting)
        for id, counted in self._refusals.counted_here().items():
            self._publish.refused(id, counted)

    def show_far(self, room: RoomId, meeting: JsonObject | None, server: str = "") -> None:
        """A meeting at another server, which browsers reach there, has changed, or is over; one
        here goes before it."""
        if meeting is None:
            self._far.pop(room, None)
        else:
            self._far[room] = FarMeeting(shown=meeting, server=server)
        if room in self._rooms:
            self._tell(self._rooms[room])

    def refuse_host(self, room: Room) -> None:
        """A host at no enrolled terminal was refused: one note with a count. Rings nothing."""
        counted = self._refusals.add(room.id, self._clock())
        if self._publish is not None:
            self._publish.refused(room.id, counted)
        self._rooms[room.id] = room
        self._tell(room)

    def refuse_far(self, server: str, room: RoomId, counted: RefusedHosts) -> None:
        """Another server has refused hosts so often."""
        if self._refusals.hear(server, room, counted) and room in self._rooms:
            self._tell(self._rooms[room])

    def note_journal(self, is_behind: bool) -> None:
        """Whether records of this server wait for the database."""
        if is_behind == self._is_behind:
            return
        self._is_behind = is_behind
        for room in list(self._rooms.values()):
            self._tell(room)

    # -- who watches --------------------------------------------------------------------------

    async def refresh(self, establishment: EstablishmentId) -> None:
        """Look which rooms there are, and their next slots. Raises StoreError."""
        booked = await self._slots.next_slots(establishment)
        found = {room.id: room for room in await self._store.rooms_of(establishment)}
        await self._look_at_terminals(establishment, found.values())
        known = self._of(establishment)
        for room in found.values():
            if self._rooms.get(room.id) != room or self._next.get(room.id) != booked.get(room.id):
                self._set_next(room.id, booked.get(room.id))
                self._rooms[room.id] = room
                self._tell(room)
        for room in [one for one in known if one.id not in found]:
            del self._rooms[room.id]
            self._tell(room)

    async def _look_at_terminals(self, id: EstablishmentId, rooms: Collection[Room]) -> None:
        is_only = any(one.establishment.hosts_only_at_terminals for one in rooms)
        is_shut_out = is_only and not await self._store.terminals.has_any(id)
        if is_shut_out == (id in self._shut_out):
            return
        self._shut_out ^= {id}
        for room in self._of(id):
            self._tell(room)

    async def refresh_all(self) -> None:
        """Raises StoreError."""
        for establishment in {viewer.establishment for viewer in self._viewers}:
            await self.refresh(establishment)

    def watch(self, viewer: Viewer) -> list[JsonObject]:
        """Every room now; from here on the viewer is told what changes."""
        self._viewers.add(viewer)
        return [state for state in map(self._state, self._of(viewer.establishment)) if state]

    def leave(self, viewer: Viewer) -> None:
        """Idempotent."""
        self._viewers.discard(viewer)

    def room(self, establishment: EstablishmentId, room: str) -> Room | None:
        """A room of this establishment: another's is none."""
        found = self._rooms.get(RoomId(room))
        return found if found is not None and found.establishment.id == establishment else None

    # -- ringing ------------------------------------------------------------------------------

    def ring(self) -> None:
        """Ring again what nobody has acknowledged for so long. To be called often."""
        due: dict[EstablishmentId, list[JsonObject]] = {}
        ringing = set()
        now = self._clock()
        for id, meeting, alert, last_at in self._unowned():
            key = (meeting, alert)
            ringing.add(key)
            if now >= self._rung_at.setdefault(key, last_at) + self._repeat_s:
                self._rung_at[key] = now
                told: JsonObject = {"room": id, "meeting": meeting, "alert": alert}
                due.setdefault(self._rooms[id].establishment.id, []).append(told)
        self._rung_at = {key: at for key, at in self._rung_at.items() if key in ringing}
        for viewer in self._viewers:
            if viewer.establishment in due:
                viewer.ring({"alerts": [*due[viewer.establishment]]})
        self._forget_refused(now)

    def _unowned(self) -> Iterator[tuple[RoomId, str, int, float]]:
        """Room, meeting, number and last time of each alert that nobody has acknowledged."""
        for id, view in self._views.items():
            for alert in view.alerts:
                if alert.owner is None:
                    yield id, str(view.meeting), alert.id, alert.last_at
        for id, far in self._far.items():
            if id in self._views or id not in self._rooms:
                continue
            meeting = far.shown
            alerts: Any = meeting["alerts"]
            for one in alerts:
                if one["owner"] is None:
                    yield id, str(meeting["meeting"]), int(one["id"]), float(one["last_at"])

    def _forget_refused(self, now: float) -> None:
        for id in self._refusals.forget(now):
            if id in self._rooms:
                self._tell(self._rooms[id])

    # -- inside -------------------------------------------------------------------------------

    def _of(self, establishment: EstablishmentId) -> list[Room]:
        return [one for one in self._rooms.values() if one.establishment.id == establishment]

    def _set_next(self, room: RoomId, slot: Interval | None) -> None:
        self._next.pop(room, None)
        if slot is not None:
            self._next[room] = slot

    def _tell(self, room: Room) -> None:
        state = self._state(room)
        for viewer in self._viewers:
            if viewer.establishment == room.establishment.id:
                viewer.show(room.id, state)

    def _state(self, room: Room) -> JsonObject | None:
        """None for a room that is no more: closed, and no meeting in it."""
        meeting = self._meetings.get(room.id)
        far = self._far.get(room.id) if meeting is None else None
        if far is not None:
            meeting = far.shown
        if room.id not in self._rooms or (room.is_closed and meeting is None):
            return None
        return {
            "id": room.id,
            "name": room.name,
            "policy": room.policy.value,
            "ends_at": room.ends_at,
            "next_slot": to_wire(self._next.get(room.id)),
            "lacks_terminal": room.establishment.id in self._shut_out,
            "record_waits": self._is_behind,
            "hosts_refused": to_wire(self._refusals.of(room.id)),
            "server": None if far is None else far.server or None,
            "meeting": meeting,
        }


def _meeting(view: DeskView) -> JsonObject:
    data = to_wire(view)
    assert isinstance(data, dict)
    return {**data, "alerts": [*_alerts(view.alerts)]}


def _alerts(alerts: Iterable[Alert]) -> Iterable[JsonObject]:
    """A device is for the rules to tell, not for the page."""
    for alert in alerts:
        yield {
            "id": alert.id,
            "kind": alert.kind.value,
            "participant": alert.participant,
            "count": alert.count,
            "raised_at": alert.raised_at,
            "last_at": alert.last_at,
            "owner": to_wire(alert.owner),
            "may_be_closed": alert.may_be_closed,
        }
