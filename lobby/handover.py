"""Handing a terminal over, stepping up by PIN, and what the prisoner may ask of staff."""

from dataclasses import replace

from lobby.alerts import AlertKind
from lobby.commands import CallStaff, EnterPin, HandOver, ReadyToLeave, ResetStepUp
from lobby.errors import CheckRunning, LockFirst, StepUpClosed, WrongPin
from lobby.events import HandedOver, StaffCalled, SteppedUp, StepUpLapsed
from lobby.host_pin import count_on_room
from lobby.state import Seat
from lobby.turn import Turn
from vmr.roles import Permission, Stage


def hand_over(turn: Turn, command: HandOver) -> None:
    """This seat drops to its prisoner-safe row; a stepped-up one does so again at any time.

    The first time no ID check may be open: it would end, and show its guest to the prisoner.
    """
    seat = turn.require_seat(command.session, Permission.HAND_OVER)
    is_first = not seat.hands.is_handed_over
    is_locked = turn.state.stage is Stage.LOCKED
    if is_first and turn.state.policy.must_lock_before_hand_over and not is_locked:
        raise LockFirst
    if is_first and turn.state.checks:
        raise CheckRunning
    turn.put(replace(seat, hands=seat.hands.hand_over()))
    turn.record("handed_over", by=seat)
    turn.announce(HandedOver(participant=seat.id))


def enter_to_step_up(turn: Turn, command: EnterPin) -> None:
    seat = turn.require_seat(command.session, Permission.STEP_UP)
    numbers = turn.state.numbers
    if seat.hands.is_closed(numbers):
        raise StepUpClosed
    if not command.is_correct:
        _count_wrong(turn, seat)
        return
    turn.put(replace(seat, hands=seat.hands.step_up(turn.now, numbers)))
    turn.record("stepped_up", by=seat)
    turn.announce(SteppedUp(participant=seat.id))


def _count_wrong(turn: Turn, seat: Seat) -> None:
    hands, numbers = seat.hands.count_wrong(), turn.state.numbers
    turn.put(replace(seat, hands=hands))
    count_on_room(turn, seat.label, attempts_left=hands.attempts_left(numbers))
    turn.error = WrongPin
    if hands.is_closed(numbers):
        turn.error = StepUpClosed
        turn.record("step_up_closed", subject=seat.label)
        turn.alert(AlertKind.STEP_UP_CLOSED, seat.id)


def lapse(turn: Turn, seat: Seat) -> None:
    """Nobody used the step-up: the terminal is the prisoner's again."""
    turn.put(replace(seat, hands=seat.hands.lapse()))
    turn.record("step_up_lapsed", subject=seat.label)
    turn.announce(StepUpLapsed(participant=seat.id))


def reset_step_up(turn: Turn, command: ResetStepUp) -> None:
    acting = turn.require(command.by, Permission.RESET_STEP_UP)
    seat = turn.seat(command.participant)
    turn.put(replace(seat, hands=seat.hands.reset()))
    turn.record("step_up_reset", by=acting, subject=seat.label)


def call_staff(turn: Turn, command: CallStaff) -> None:
    seat = turn.require_seat(command.session, Permission.CALL_STAFF)
    turn.record("staff_called", by=seat)
    turn.alert(AlertKind.STAFF_CALLED, seat.id)
    turn.announce(StaffCalled())


def ready_to_leave(turn: Turn, command: ReadyToLeave) -> None:
    seat = turn.require_seat(command.session, Permission.READY_TO_LEAVE)
    turn.record("ready_to_leave", by=seat)
    turn.alert(AlertKind.READY_TO_LEAVE, seat.id)
