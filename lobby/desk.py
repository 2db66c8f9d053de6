"""What officers at the duty desk do about alerts, and what raises and ends alerts.

Invariant, kept by `watch` after every command: an alert that stands for a cause is there exactly
while its cause is, and an alert about somebody ends when they are gone.
"""

from collections.abc import Iterator
from dataclasses import replace

from lobby.alerts import Alert, AlertKind
from lobby.commands import (
    AcknowledgeAlert,
    CloseAlert,
    MessageRoom,
    NoteQuality,
    Quality,
    ResetPin,
    TakeOverAlert,
)
from lobby.errors import AlertStands, MessageMissing, NoSuchAlert, PinNotClosed
from lobby.events import StaffMessage
from lobby.knock import KnockState
from lobby.pin import PinAttempts
from lobby.state import State
from lobby.turn import Acting, Turn
from vmr.ids import DeviceId, ParticipantId
from vmr.participants import is_readable
from vmr.roles import Permission, Role

Cause = tuple[AlertKind, ParticipantId | None]

NOBODY = ParticipantId("")
_GONE_AWAY = (KnockState.WITHDRAWN, KnockState.EXPIRED)

# -- commands ---------------------------------------------------------------------------------


def acknowledge(turn: Turn, command: AcknowledgeAlert) -> None:
    """From now on it is this officer's, and rings no more. Pressed twice, it is done once."""
    acting = turn.require(command.by, Permission.ANSWER_ALERTS)
    alert = _alert(turn.state, command.alert)
    officer = command.by
    acknowledged = alert.acknowledge(officer.id, officer.name, turn.now)
    if acknowledged is alert:
        return
    turn.state.alerts[alert.id] = acknowledged
    _record(turn, "alert_acknowledged", alert, acting)


def take_over(turn: Turn, command: TakeOverAlert) -> None:
    acting = turn.require(command.by, Permission.ANSWER_ALERTS)
    alert, officer = _alert(turn.state, command.alert), command.by
    takeover_s = turn.state.numbers.alert_takeover_s
    taken = alert.take_over(officer.id, officer.name, turn.now, takeover_s)
    turn.state.alerts[alert.id] = taken
    _record(turn, "alert_taken_over", alert, acting)


def close(turn: Turn, command: CloseAlert) -> None:
    """For what has happened. What stands (a knock) ends by a decision, not by looking away."""
    acting = turn.require(command.by, Permission.ANSWER_ALERTS)
    alert = _alert(turn.state, command.alert)
    if not alert.may_be_closed:
        raise AlertStands
    del turn.state.alerts[alert.id]
    _record(turn, "alert_closed", alert, acting)


def _alert(state: State, number: int) -> Alert:
    if number not in state.alerts:
        raise NoSuchAlert
    return state.alerts[number]


def _record(turn: Turn, what: str, alert: Alert, acting: Acting) -> None:
    facts = (("kind", alert.kind.value), ("alert", alert.id), ("count", alert.count))
    turn.record(what, by=acting, subject=alert.participant or "", facts=facts)


def reset_pin(turn: Turn, command: ResetPin) -> None:
    """The PIN entry opens again, and whoever is asked has the whole time to type."""
    acting = turn.require(command.by, Permission.RESET_PIN)
    state = turn.state
    if not state.pins.is_closed:
        raise PinNotClosed
    state.pins = PinAttempts()
    deadline = turn.now + state.numbers.pin_prompt_s
    for session, prompt in list(state.prompts.items()):
        state.prompts[session] = replace(prompt, deadline=deadline)
    turn.record("pin_entry_reset", by=acting)


def message(turn: Turn, command: MessageRoom) -> None:
    """The words go into the record: they are staff's own act. They lie beside the chain."""
    acting = turn.require(command.by, Permission.MESSAGE)
    if not is_readable(command.text):
        raise MessageMissing
    turn.record("messaged", by=acting, personal=(("message", command.text),))
    turn.announce(StaffMessage(text=command.text))


def note_quality(turn: Turn, command: NoteQuality) -> None:
    if command.participant in turn.state.seats:
        turn.state.qualities[command.participant] = command.quality


# -- what follows from any change -------------------------------------------------------------


def watch(turn: Turn) -> None:
    """Raise what stands and is not there, end what is over."""
    state = turn.state
    _forget_quality(state)
    causes = dict(_standing(state))
    _keep_who_went_away(state)
    _go_on_by_device(turn)
    for alert in list(state.alerts.values()):
        if not _goes_on(turn, alert, causes):
            del state.alerts[alert.id]
    raised = {(alert.kind, alert.participant) for alert in state.alerts.values()}
    for (kind, participant), (count, device) in causes.items():
        if (kind, participant) not in raised:
            turn.alert(kind, participant, count, device)


def _standing(state: State) -> Iterator[tuple[Cause, tuple[int, DeviceId | None]]]:
    """What is so now and has to be on the desk, with its count and its device."""
    for knock in state.knocks.values():
        if knock.is_knocking:
            yield (AlertKind.KNOCK, knock.id), (knock.count, knock.device)
    if state.pins.is_closed:
        yield (AlertKind.PIN_ALARM, None), (1, None)
    for seat in state.seats.values():
        if seat.hands.is_closed(state.numbers):
            yield (AlertKind.STEP_UP_CLOSED, seat.id), (1, None)
        if state.qualities.get(seat.id) is Quality.BAD:
            yield (AlertKind.QUALITY_BAD, seat.id), (1, None)
        if seat.id in state.pictures:
            yield (AlertKind(f"picture_{state.pictures[seat.id].value}"), seat.id), (1, None)
    if state.is_unwatched and state.is_running:
        yield (AlertKind.MONITOR_LOST, None), (1, None)


def _goes_on(turn: Turn, alert: Alert, causes: dict[Cause, tuple[int, DeviceId | None]]) -> bool:
    state = turn.state
    if (alert.kind, alert.participant) in causes:
        return True
    if alert.stands_until is not None:
        return turn.now < alert.stands_until
    match alert.kind:
        case AlertKind.SLOT_ENDING:
            return bool(state.warned)
        case AlertKind.QUALITY_BAD:  # a connection between bad and poor does not ring each time
            is_poor = state.qualities.get(alert.participant or NOBODY) is Quality.POOR
            return is_poor and alert.participant in state.seats
        case AlertKind.CAMERA_OFF:
            seat = state.seats.get(alert.participant or NOBODY)
            return seat is not None and not seat.camera
        case AlertKind.CONCERN:
            return True
    return alert.may_be_closed and alert.participant in state.seats


def _forget_quality(state: State) -> None:
    for participant in [one for one in state.qualities if _is_away(state, one)]:
        del state.qualities[participant]


def _is_away(state: State, participant: ParticipantId) -> bool:
    seat = state.seats.get(participant)
    return seat is None or seat.session is None or seat.role is Role.MONITOR


def _keep_who_went_away(state: State) -> None:
    """Who knocks, goes away and knocks again is one alert with a count, for a known device."""
    for number, alert in state.alerts.items():
        has_gone = state.answered.get(alert.participant or NOBODY) in _GONE_AWAY
        if alert.device is not None and alert.stands_until is None and has_gone:
            until = alert.last_at + state.numbers.knock_again_s
            state.alerts[number] = replace(alert, stands_until=until)


def _go_on_by_device(turn: Turn) -> None:
    """A page that knocks again goes on with the alert that its device has left."""
    state, takeover_s = turn.state, turn.state.numbers.alert_takeover_s
    for knock in state.knocks.values():
        about = [
            alert
            for alert in state.alerts.values()
            if alert.is_about(AlertKind.KNOCK, knock.id, knock.device)
        ]
        is_known = any(alert.participant == knock.id for alert in about)
        if about and knock.is_knocking and not is_known:
            again = about[0].again(turn.now, takeover_s, participant=knock.id)
            state.alerts[again.id] = again


def next_end(state: State) -> float | None:
    """When an alert whose cause is gone ends."""
    kept = [one.stands_until for one in state.alerts.values() if one.stands_until is not None]
    return min(kept, default=None)
