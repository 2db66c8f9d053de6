"""One's own microphone and camera, the presentation and who may begin one, muting somebody else."""

from dataclasses import replace

from lobby.alerts import AlertKind
from lobby.commands import (
    AllowPresenting,
    MuteOther,
    SetOwnMedia,
    StartPresenting,
    StopPresenting,
)
from lobby.errors import CheckRunning, NotPresenting, NotYourself, SomebodyPresents
from lobby.events import (
    MutedByHost,
    PresentationStarted,
    PresentationStopped,
    PresentingAllowed,
)
from lobby.turn import Turn
from vmr.ids import ParticipantId
from vmr.roles import Permission, Role


def set_own_media(turn: Turn, command: SetOwnMedia) -> None:
    if command.microphone is not None:
        seat = turn.require_seat(command.session, Permission.SPEAK)
        turn.put(replace(seat, microphone=command.microphone))
    if command.camera is not None:
        seat = turn.require_seat(command.session, Permission.SHOW)
        turn.put(replace(seat, camera=command.camera))
        is_hidden = seat.camera and not command.camera
        if is_hidden and turn.state.policy.is_monitor_required and seat.role is Role.HOST:
            turn.alert(AlertKind.CAMERA_OFF, seat.id)


def mute_other(turn: Turn, command: MuteOther) -> None:
    """Their microphone goes off; they may unmute themselves."""
    acting = turn.require(command.by, Permission.MUTE_OTHER)
    seat = turn.seat(command.participant)
    if acting.seat is not None and acting.seat.id == seat.id:
        raise NotYourself
    if seat.microphone:
        turn.put(replace(seat, microphone=False))
        turn.record("muted", by=acting, subject=seat.label)
        turn.tell(seat.session, MutedByHost())


def start_presenting(turn: Turn, command: StartPresenting) -> None:
    """One presentation at a time; another's ends only by a confirmed take-over."""
    seat = turn.require_seat(command.session, Permission.PRESENT)
    presenter = turn.state.presenter
    if seat.id in turn.state.checks:
        raise CheckRunning
    if presenter == seat.id:
        return
    if presenter is not None and not command.take_over:
        raise SomebodyPresents
    if presenter is not None:
        stop_presenting_of(turn, presenter)
    turn.state.presenter = seat.id
    turn.record("presentation_started", by=seat)
    turn.announce(PresentationStarted(participant=seat.id, name=seat.name), but=seat.session)


def stop_presenting(turn: Turn, command: StopPresenting) -> None:
    seat = turn.require_seat(command.session, Permission.PRESENT)
    if turn.state.presenter != seat.id:
        raise NotPresenting
    stop_presenting_of(turn, seat.id)


def stop_presenting_of(turn: Turn, participant: ParticipantId) -> None:
    """Ends this participant's presentation, if there is one."""
    if turn.state.presenter == participant:
        turn.state.presenter = None
        turn.record("presentation_stopped", subject=participant)
        turn.announce(PresentationStopped(participant=participant))


def allow_presenting(turn: Turn, command: AllowPresenting) -> None:
    """What a guest presents then ends by `settling`."""
    acting = turn.require(command.by, Permission.ALLOW_PRESENTING)
    if turn.state.guests_may_present == command.is_allowed:
        return
    turn.state.guests_may_present = command.is_allowed
    if command.is_allowed:
        turn.record("presenting_allowed", by=acting)
    else:
        turn.record("presenting_forbidden", by=acting)
    own = None if acting.seat is None else acting.seat.session
    turn.announce(PresentingAllowed(is_allowed=command.is_allowed), but=own)
