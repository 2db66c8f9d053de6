"""The selective forwarding unit's packet core: endpoints, rooms, who receives whom.

It knows no sockets, keys, clocks or names. Packets come in through a `Port`, leave through
`poll_output`; what the rest of the system should know leaves through `poll_events`.

Invariants: a packet is forwarded only to an endpoint of the same room that has its sender and
kind among its sources, and only while the sender's gate for the kind is open. What was received
before a binding is sent to that subscriber in one case: the last key frame and what followed, at
most a second old, to who just arrived, and only what came since the gate opened and since the
sender's audience last changed. To who was here and had not this source, nothing.

Errors: `UnknownEndpoint` (code `unknown_endpoint`), for names that were never added;
`media.tap.AudioToTap` (code `audio_to_tap`).
"""

from media.description import Description, Kind, Role
from media.endpoint import Endpoint, Room
from media.estimates import Estimates
from media.messages import (
    EngineEvent,
    Gate,
    PictureWithheld,
    QualityChanged,
    SlotBinding,
    SlotsBound,
    Source,
    SpeakersChanged,
)
from media.outbox import Outbox
from media.port import Port
from media.slots import assign_places, bind_slots, choose_screen
from media.speaker import TICK_S
from media.tally import Tally
from media.tap import (
    comes_first,
    is_silent,
    pictures_of,
)

__all__ = ["Port", "Router", "UnknownEndpoint"]

_IDLE_S = 0.1
"""Until the next look when no transport is attached."""
_MAX_MISSED_TICKS = 5


class UnknownEndpoint(KeyError):
    code = "unknown_endpoint"


class Router:
    """All rooms of one media engine. `now` is monotonic seconds.

    `wall_offset_s` added to `now` must give seconds since 1970; sender reports carry that.
    """

    def __init__(self, *, wall_offset_s: float = 0.0) -> None:
        self._outbox = Outbox(wall_offset_s)
        self._tally = Tally()
        self._estimates = Estimates()
        self._endpoints: dict[str, Endpoint] = {}
        self._rooms: dict[str, Room] = {}
        self._awake: dict[str, Room] = {}
        """Rooms in which time may change something: those with a transport, until nobody of them
        has one any more and that was told."""
        self._events: dict[tuple[type[EngineEvent], str], EngineEvent] = {}
        self._last_tick = float("-inf")
        self._now = 0.0

    @property
    def counters(self) -> dict[str, int]:
        """A copy of every counter; names are explained in `media.tally` and `media.estimates`."""
        return {**self._tally.as_dict(), **self._estimates.counters()}

    # -- who is there -------------------------------------------------------------------------

    def add_endpoint(self, endpoint: str, room: str, role: Role = Role.PERSON) -> None:
        """Begin to know an endpoint: closed gate, no sources, no transport. Idempotent."""
        if endpoint in self._endpoints:
            return
        place = self._rooms.get(room)
        if place is None:
            place = self._rooms[room] = Room(room)
        added = Endpoint(endpoint, place, place.detector.add(endpoint), role)
        self._endpoints[endpoint] = place.endpoints[endpoint] = added
        self._wire_room(place)

    def remove_endpoint(self, endpoint: str) -> None:
        """Forget an endpoint and everything it sent. Idempotent."""
        self.detach(endpoint)
        removed = self._endpoints.pop(endpoint, None)
        if removed is None:
            return
        room = removed.room
        del room.endpoints[endpoint]
        room.detector.remove(endpoint)
        self._events = {
            key: event
            for key, event in self._events.items()
            if getattr(event, "endpoint", None) != endpoint
        }
        if not room.endpoints:
            del self._rooms[room.name]
            self._awake.pop(room.name, None)
            self._events.pop((SpeakersChanged, room.name), None)
        else:
            self._wire_room(room)

    def attach(
        self, endpoint: str, description: Description, now: float, *, is_ready: bool = True
    ) -> Port:
        """Return the port of an endpoint's new transport; it replaces an earlier one.

        With `is_ready` false nothing is forwarded to it before `set_ready`, so that a key frame
        is not spent on a transport whose handshake is still under way.
        """
        self._now = now
        self.detach(endpoint)
        owner = self._find(endpoint)
        assert owner.role is not Role.TAP or is_silent(description)
        port = Port(
            endpoint=endpoint,
            description=description,
            outbox=self._outbox,
            tally=self._tally,
            voice=owner.voice,
            open_kinds=_open_kinds(owner.gate),
            audience=owner.gate.audience,
            role=owner.role,
            now=now,
        )
        port.is_ready = is_ready
        owner.port = port
        owner.description = description
        self._wire_room(owner.room)
        return port

    def expect(self, port: Port, now: float) -> None:
        """The transport is likely to be ready soon: ask now for the key frames it begins with."""
        owner = self._endpoints.get(port.endpoint)
        if owner is None or owner.port is not port or port.is_ready:
            return
        self._now = now
        limits = owner.limits()
        for binding in owner.bindings:
            if binding.source is not None:
                sender = owner.room.endpoints[binding.source]
                publication = sender.publication(Kind(binding.kind))
                if publication is not None:
                    publication.expect(limits[binding.source], now)
        self._ask_for_key_frames(owner.room)

    def set_ready(self, port: Port, now: float) -> None:
        """The transport can carry packets now."""
        self._now = now
        owner = self._endpoints.get(port.endpoint)
        if owner is not None and owner.port is port and not port.is_ready:
            port.is_ready = True
            self._wire_room(owner.room)

    def detach(self, endpoint: str) -> None:
        """The transport is gone; gate and sources stay. Idempotent."""
        owner = self._endpoints.get(endpoint)
        if owner is None or owner.port is None:
            return
        port, owner.port = owner.port, None
        port.close()
        self._take_news(port)
        owner.voice.reset()
        self._wire_room(owner.room)

    # -- who may send what, who receives whom -------------------------------------------------

    def set_gate(self, endpoint: str, gate: Gate, now: float) -> None:
        """Accept these kinds from an endpoint; forget at once what came of any other."""
        self._now = now
        owner = self._find(endpoint)
        owner.gate = gate
        if owner.port is None:
            return
        open_kinds = _open_kinds(gate)
        for kind, publication in owner.port.publications.items():
            publication.set_open(kind in open_kinds)
            publication.set_audience(gate.audience)
        owner.port.ask_for_key_frames(now)

    def set_sources(self, endpoint: str, sources: tuple[Source, ...], now: float) -> None:
        """Replace what an endpoint receives; slots are bound anew without renegotiation.

        Raises `media.tap.AudioToTap`, and then nothing has changed.
        """
        self._now = now
        owner = self._find(endpoint)
        owner.grant(sources, now)
        self._wire(owner)
        self._ask_for_key_frames(owner.room)

    def role(self, endpoint: str) -> Role:
        return self._find(endpoint).role

    def bindings(self, endpoint: str) -> tuple[SlotBinding, ...]:
        """Return what each slot of the endpoint's last transport carries."""
        return self._find(endpoint).bindings

    def _find(self, endpoint: str) -> Endpoint:
        found = self._endpoints.get(endpoint)
        if found is None:
            raise UnknownEndpoint(endpoint)
        return found

    def _wire_room(self, room: Room) -> None:
        self._awake[room.name] = room
        for endpoint in room.endpoints.values():
            self._wire(endpoint)
        self._ask_for_key_frames(room)

    def _wire(self, owner: Endpoint) -> None:
        """Bind one subscriber's slots to its sources, as far as both are there."""
        if owner.description is None:
            return
        present = {
            source.endpoint: source
            for source in owner.sources
            if source.endpoint in owner.room.endpoints and source.endpoint != owner.name
        }
        slots = owner.description.slots
        capacity = max(
            sum(slot.kind is kind for slot in slots) for kind in (Kind.AUDIO, Kind.CAMERA)
        )
        owner.places = assign_places(present, owner.places, capacity)
        owner.screen = choose_screen(present.values(), owner.screen)
        bindings = bind_slots(slots, present.values(), owner.places, owner.screen)
        if bindings != owner.bindings:
            owner.bindings = bindings
            self._events[SlotsBound, owner.name] = SlotsBound(
                endpoint=owner.name, bindings=bindings
            )
        if owner.port is not None:
            self._bind(owner, owner.port)

    def _bind(self, owner: Endpoint, port: Port) -> None:
        limits = owner.limits()
        first = [source.endpoint for source in owner.sources if comes_first(source)]
        pictures = {source.endpoint: pictures_of(source) for source in owner.sources}
        for subscription, binding in zip(port.subscriptions, owner.bindings, strict=True):
            publication, since, limit = None, self._now, None
            if binding.source is not None and port.is_ready:
                kind = subscription.slot.kind
                publication = owner.room.endpoints[binding.source].publication(kind)
                since = owner.granted[binding.source, kind]
                limit = limits[binding.source]
            subscription.comes_first = binding.source in first
            subscription.pictures = pictures.get(binding.source or "", "all")
            subscription.bind(publication, self._now, since, limit)

    def _ask_for_key_frames(self, room: Room) -> None:
        for endpoint in room.endpoints.values():
            if endpoint.port is not None:
                endpoint.port.ask_for_key_frames(self._now)

    # -- time, output, events -----------------------------------------------------------------

    def handle_timeout(self, now: float) -> float:
        """Do what is due, and return when to call again."""
        self._now = now
        passed = now - self._last_tick
        if passed >= TICK_S - 0.001:
            ticks = min(max(round(passed / TICK_S), 1), _MAX_MISSED_TICKS) if passed < 1e9 else 1
            self._last_tick = now
            for room in list(self._awake.values()):
                self._tick_room(room, ticks, now)
            if self._estimates.is_due(now):
                self._note_estimates()
        return self._last_tick + (TICK_S if self._awake else _IDLE_S)

    def _note_estimates(self) -> None:
        self._estimates.note(
            (one.role, one.port.bandwidth.estimator.bps)
            for one in self._endpoints.values()
            if one.port is not None
        )

    def _tick_room(self, room: Room, ticks: int, now: float) -> None:
        detector = room.detector
        speaking = room.endpoints.get(detector.dominant) if detector.dominant else None
        speaker = speaking.publication(Kind.CAMERA) if speaking is not None else None
        has_transports = False
        for endpoint in room.endpoints.values():
            if endpoint.port is None:
                continue
            has_transports = True
            endpoint.port.tick(now, speaker)
            self._take_news(endpoint.port)
            self._tell_quality(endpoint.name, endpoint.port, now)
            if endpoint.has_limits or endpoint.withheld:
                self._tell_withheld(endpoint)
        has_changed = [detector.tick() for _ in range(ticks)]
        if any(has_changed):
            self._events[SpeakersChanged, room.name] = SpeakersChanged(
                room=room.name, dominant=detector.dominant, speaking=detector.speaking
            )
        elif not has_transports:
            del self._awake[room.name]  # no voice is heard, and none rings on

    def _tell_withheld(self, endpoint: Endpoint) -> None:
        for told in endpoint.tell_withheld():
            key = f"{told.endpoint} {told.source} {told.kind}"
            self._events[PictureWithheld, key] = told

    def _tell_quality(self, endpoint: str, port: Port, now: float) -> None:
        quality = port.quality.poll(now)
        if quality is not None:
            self._events[QualityChanged, endpoint] = QualityChanged(
                endpoint=endpoint,
                quality=quality.grade,
                loss_permille=quality.loss_permille,
                rtt_ms=quality.rtt_ms,
                jitter_ms=quality.jitter_ms,
            )

    def _take_news(self, port: Port) -> None:
        if port.news:
            for event in port.news:
                self._events[type(event), port.endpoint] = event
            port.news = []

    def poll_output(self) -> list[tuple[Port, bytes, bool]]:
        """Hand over all packets to protect and send, oldest first: port, packet, is RTCP."""
        return self._outbox.take()

    def poll_events(self) -> list[EngineEvent]:
        """Hand over what has changed since the last call; of each subject the last state."""
        events, self._events = self._events, {}
        return list(events.values())


def _open_kinds(gate: Gate) -> frozenset[Kind]:
    kinds = {Kind.AUDIO: gate.audio, Kind.CAMERA: gate.camera, Kind.SCREEN: gate.screen}
    return frozenset(kind for kind, is_open in kinds.items() if is_open)
