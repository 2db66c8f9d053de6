"""What follows from any change, so that no handler has to think of it.

A check ends when the guest or the checking host is no longer there for it; a presentation when
its presenter may not present; a raised hand when its holder may not raise it; an encoder when its
terminal is handed over; the clock of an abandoned room starts and stops; a room that must be
watched pauses and goes on; whoever waits for the meeting only (not for a decision) comes in as
soon as `lobby.admission` says so; and alerts at the duty desk stand and end with their causes.
"""

from lobby.checks import close_check
from lobby.desk import watch
from lobby.door import readmit
from lobby.encoding import end_of_handed_over
from lobby.presenting import stop_presenting_of
from lobby.state import State
from lobby.turn import Turn
from lobby.watching import settle_watching
from vmr.ids import ParticipantId
from vmr.roles import Permission, Role, Stage


def settle(turn: Turn) -> None:
    state = turn.state
    if state.is_running:
        _settle_inside(turn)
    if state.stage is not Stage.ENDED:
        watch(turn)


def _settle_inside(turn: Turn) -> None:
    state = turn.state
    for guest, host in list(state.checks.items()):
        if not (_is_there(state, guest) and _may(state, host, Permission.CHECK)):
            close_check(turn, guest)
    presenter = state.presenter
    if presenter is not None and not _may(state, presenter, Permission.PRESENT):
        stop_presenting_of(turn, presenter)
    state.raised_hands = tuple(
        one for one in state.raised_hands if _may(state, one, Permission.RAISE_HAND)
    )
    end_of_handed_over(turn)
    _watch_hosts(turn)
    settle_watching(turn)
    for knock in list(state.knocks.values()):
        if not knock.is_knocking and knock.gone_at is None:
            readmit(turn, knock)


def note_restart(turn: Turn) -> None:
    """The first turn after a restart of the server, or a move to another, writes it down."""
    state = turn.state
    if state.is_restored:
        is_moved, state.is_restored, state.is_moved = state.is_moved, False, False
        kept = ",".join(seat.label for seat in state.seats.values())
        waiting = ",".join(f"{one.role.value}:{one.id}" for one in state.knocks.values())
        facts = (("seats_kept", len(state.seats)), ("kept", kept), ("waiting", waiting))
        turn.record("moved_to_another_server" if is_moved else "server_restarted", facts=facts)


def _is_there(state: State, participant: ParticipantId) -> bool:
    seat = state.seats.get(participant)
    return seat is not None and seat.session is not None


def _may(state: State, participant: ParticipantId, permission: Permission) -> bool:
    is_there = _is_there(state, participant)
    return is_there and permission in state.may(state.seats[participant])


def _watch_hosts(turn: Turn) -> None:
    """Without a host the meeting ends: soon when the last left, later when the network did it."""
    state = turn.state
    if state.has_host:
        state.hostless_until = None
    elif state.hostless_until is None:
        is_kept = any(seat.role is Role.HOST for seat in state.seats.values())
        numbers = state.numbers
        is_lost = is_kept or turn.is_host_lost
        wait_s = numbers.host_lost_s if is_lost else numbers.host_left_s
        state.hostless_until = turn.now + wait_s
