"""What was asked of the media plane: the truth that every worker is brought to. Pure.

A worker may end at any moment, so nothing depends on what it remembers: gates, sources and kinds
are noted here before a worker hears of them, and `replay` tells another one the same, whole.
What the engine would refuse is refused here, by the same rules, so that a replay never is.
Invariant: a room is on one worker or on none; after RemoveEndpoint nothing of it is left here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from media.description import Role
from media.messages import (
    WORKER_LOST,
    AddEndpoint,
    EndpointRequest,
    EngineEvent,
    Gate,
    Negotiate,
    PictureWithheld,
    Refused,
    RemoveEndpoint,
    Request,
    SetGate,
    SetSources,
    SlotsPaused,
    Source,
    SpeakersChanged,
    TransportLost,
)
from media.tap import AudioToTap, picture_sources

KINDS = frozenset(role.value for role in Role)


@dataclass(slots=True)
class _Asked:
    """One endpoint as it was asked for.

    `sources` None: never asked, which differs from none: who is given a source for the first time
    has just come, and may be shown the last key frame. `withheld`: source and kind of pictures
    not shown to it.
    """

    room: str
    kind: str
    gate: Gate
    sources: tuple[Source, ...] | None
    has_transport: bool
    has_paused: bool
    withheld: set[tuple[str, str]]


@dataclass(slots=True)
class _Room:
    """`turn` counts its placements, so that an answer of an earlier one can be told apart."""

    endpoints: dict[str, _Asked]
    worker: int | None
    turn: int
    has_speakers: bool


class Book:
    """Every endpoint that was asked for, every room and the worker it is on."""

    def __init__(self, max_endpoints: int) -> None:
        self._max_endpoints = max_endpoints
        self._rooms: dict[str, _Room] = {}
        self._endpoints: dict[str, _Asked] = {}

    def __len__(self) -> int:
        """How many endpoints there are."""
        return len(self._endpoints)

    # -- what is asked ------------------------------------------------------------------------

    def note(self, request: EndpointRequest) -> Refused | None:
        """Keep what is asked, or say why it is refused; then nothing has changed."""
        if isinstance(request, AddEndpoint):
            return self._add(request)
        if isinstance(request, RemoveEndpoint):
            self._remove(request.endpoint)
            return None
        asked = self._endpoints.get(request.endpoint)
        if asked is None:
            return Refused(code="unknown_endpoint", message="There is no such endpoint.")
        if isinstance(request, SetGate):
            asked.gate = request.gate
        elif isinstance(request, SetSources):
            return self._set_sources(asked, request.sources)
        return None

    def room_of(self, endpoint: str) -> str | None:
        asked = self._endpoints.get(endpoint)
        return None if asked is None else asked.room

    def answered(self, request: Negotiate) -> None:
        """The endpoint has a transport from now on."""
        self._endpoints[request.endpoint].has_transport = True

    # -- where rooms are ----------------------------------------------------------------------

    def place(self, room: str, worker: int) -> list[Request]:
        """The room is on this worker now; what to tell that worker, in order."""
        placed = self._rooms[room]
        assert placed.worker is None, "a room is on one worker"
        placed.worker = worker
        placed.turn += 1
        return list(_replay(placed.endpoints))

    def place_of(self, room: str) -> tuple[int | None, int]:
        """The worker of a room, and which placement of the room this is."""
        placed = self._rooms.get(room)
        return (None, 0) if placed is None else (placed.worker, placed.turn)

    def load(self, worker: int) -> int:
        """How many endpoints are on a worker."""
        return sum(len(room.endpoints) for room in self._rooms.values() if room.worker == worker)

    def rooms_on(self, worker: int | None) -> list[str]:
        """The rooms on a worker, or (None) on none."""
        return [name for name, room in self._rooms.items() if room.worker == worker]

    def lose(self, room: str) -> list[EngineEvent]:
        """What the room's worker held of it is gone; what to tell of that."""
        lost = self._rooms[room]
        lost.worker = None
        return list(_forget_told(room, lost))

    def endpoints_in(self, room: str) -> list[str]:
        return list(self._rooms[room].endpoints)

    # -- what is told -------------------------------------------------------------------------

    def hear(self, event: EngineEvent, worker: int) -> bool:
        """Note what a worker tells; whether it is of a room that is on this worker."""
        name = event.room if isinstance(event, SpeakersChanged) else self.room_of(event.endpoint)
        room = None if name is None else self._rooms.get(name)
        if room is None or room.worker != worker:
            return False
        match event:
            case SpeakersChanged(dominant=dominant, speaking=speaking):
                room.has_speakers = dominant is not None or bool(speaking)
            case TransportLost(endpoint=endpoint):
                room.endpoints[endpoint].has_transport = False
            case SlotsPaused(endpoint=endpoint, mids=mids):
                room.endpoints[endpoint].has_paused = bool(mids)
            case PictureWithheld(endpoint=endpoint, source=source, kind=kind, reason=reason):
                withheld = room.endpoints[endpoint].withheld
                (withheld.discard if reason is None else withheld.add)((source, kind))
        return True

    # -- inside -------------------------------------------------------------------------------

    def _add(self, request: AddEndpoint) -> Refused | None:
        known = self._endpoints.get(request.endpoint)
        if request.kind not in KINDS or (known is not None and known.kind != request.kind):
            return Refused(code="bad_kind", message="There is no such kind of endpoint.")
        if known is not None:
            return None
        if len(self._endpoints) >= self._max_endpoints:
            return Refused(code="media_full", message="The media server is full.")
        asked = _Asked(
            room=request.room, kind=request.kind, gate=Gate(), sources=None,
            has_transport=False, has_paused=False, withheld=set(),
        )  # fmt: skip
        room = self._rooms.setdefault(
            request.room, _Room(endpoints={}, worker=None, turn=0, has_speakers=False)
        )
        room.endpoints[request.endpoint] = self._endpoints[request.endpoint] = asked
        return None

    def _remove(self, endpoint: str) -> None:
        asked = self._endpoints.pop(endpoint, None)
        if asked is None:
            return
        room = self._rooms[asked.room]
        del room.endpoints[endpoint]
        if not room.endpoints:
            del self._rooms[asked.room]

    def _set_sources(self, asked: _Asked, sources: tuple[Source, ...]) -> Refused | None:
        if asked.kind == Role.TAP.value:
            try:
                picture_sources(sources)
            except AudioToTap as error:
                return Refused(code=error.code, message="A monitor never hears anything.")
        asked.sources = sources
        return None


def _replay(endpoints: dict[str, _Asked]) -> Iterable[Request]:
    """What makes these endpoints on a worker that knows none: closed, then as they were asked."""
    for name, asked in endpoints.items():
        yield AddEndpoint(room=asked.room, endpoint=name, kind=asked.kind)
    for name, asked in endpoints.items():
        if asked.gate != Gate():
            yield SetGate(endpoint=name, gate=asked.gate)
    for name, asked in endpoints.items():
        if asked.sources is not None:
            yield SetSources(endpoint=name, sources=asked.sources)


def _forget_told(name: str, room: _Room) -> Iterable[EngineEvent]:
    """Take back what was told of a room's transports, and say that they are lost."""
    if room.has_speakers:
        room.has_speakers = False
        yield SpeakersChanged(room=name, dominant=None, speaking=())
    for endpoint, asked in room.endpoints.items():
        if asked.has_paused:
            asked.has_paused = False
            yield SlotsPaused(endpoint=endpoint, mids=())
        for source, kind in sorted(asked.withheld):
            yield PictureWithheld(endpoint=endpoint, source=source, kind=kind, reason=None)
        asked.withheld.clear()
        if asked.has_transport:
            asked.has_transport = False
            yield TransportLost(endpoint=endpoint, reason=WORKER_LOST)
