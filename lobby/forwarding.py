"""Who sends and who receives what: a pure function of the meeting, and the only source of it.

Rules kept here: only those inside have media at all; a paused meeting forwards nothing; a guest
whose ID is being checked is seen and heard by the checking host alone; a presentation is the
presenter's only; what a monitor is shown has no place for sound; the last second before a lock, a
pause or the end of a check is shown to nobody who joins after it.
"""

from dataclasses import dataclass

from lobby.effects import Bind, BindTap, Gate, Picture, Source
from lobby.encoder import Encoder
from lobby.state import Seat, State, Watcher
from vmr.ids import ParticipantId
from vmr.policies import MONITOR_LARGEST, MonitorPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """A gate and a bind for each participant who may have a transport, what each tap is shown,
    and nothing for anybody else."""

    gates: dict[ParticipantId, Gate]
    binds: dict[ParticipantId, Bind]
    taps: dict[ParticipantId, BindTap]

    def seen_by(self, participant: ParticipantId) -> tuple[ParticipantId, ...]:
        """Whoever is sent this participant's camera or screen now."""
        gate = self.gates[participant]
        return tuple(
            bind.participant
            for bind in self.binds.values()
            for source in bind.sources
            if source.participant == participant
            and ((source.camera and gate.camera) or (source.screen and gate.screen))
        )

    def heard_by(self, participant: ParticipantId) -> tuple[ParticipantId, ...]:
        """Whoever is sent this participant's sound now."""
        gate = self.gates[participant]
        return tuple(
            bind.participant
            for bind in self.binds.values()
            for source in bind.sources
            if source.participant == participant and source.audio and gate.microphone
        )


def forward(state: State) -> Forwarding:
    """What is accepted from and sent to each person inside."""
    seats = list(state.present())
    return Forwarding(
        gates={seat.id: _gate(state, seat) for seat in seats},
        binds={seat.id: _bind(state, seat, seats) for seat in seats},
        taps={one.id: _bind_tap(state, one, seats) for one in state.watchers.values()},
    )


def _gate(state: State, seat: Seat) -> Gate:
    is_open = not state.is_paused
    return Gate(
        participant=seat.id,
        microphone=is_open and seat.microphone,
        camera=is_open and seat.camera,
        screen=is_open and state.presenter == seat.id,
        audience=_audience(state, seat),
        from_encoder=seat.encoder is Encoder.SENDING,
    )


def _audience(state: State, seat: Seat) -> str:
    """Another one after a lock, an unlock, a pause and a check: an ID card is the host's alone."""
    if state.is_paused or seat.id in state.checks:
        return ""
    return state.stage.value


def _bind(state: State, subscriber: Seat, seats: list[Seat]) -> Bind:
    if state.is_paused:
        return Bind(participant=subscriber.id, sources=())
    sources = (_source(state, subscriber, seat) for seat in seats if seat.id != subscriber.id)
    return Bind(
        participant=subscriber.id,
        sources=tuple(source for source in sources if source is not None),
    )


def _source(state: State, subscriber: Seat, seat: Seat) -> Source | None:
    """What of `seat` the subscriber may receive; None: nothing, not even a place for it."""
    checked_by = state.checks.get(seat.id)
    if checked_by is not None and checked_by != subscriber.id:
        return None
    return Source(participant=seat.id, audio=True, camera=True, screen=state.presenter == seat.id)


def _bind_tap(state: State, watcher: Watcher, seats: list[Seat]) -> BindTap:
    """A monitor sees who is not in a private check; capped where the policy says so."""
    if state.is_paused or not state.is_running:
        return BindTap(participant=watcher.id, pictures=())
    is_capped = state.policy.monitor_picture is MonitorPicture.LOWEST_LAYER
    width, height = MONITOR_LARGEST if is_capped else (0, 0)
    sees_screen = state.policy.monitor_sees_presentation
    return BindTap(
        participant=watcher.id,
        pictures=tuple(
            Picture(
                participant=seat.id,
                camera=True,
                screen=sees_screen and state.presenter == seat.id,
                max_width=width,
                max_height=height,
            )
            for seat in seats
            if seat.id not in state.checks
        ),
    )
