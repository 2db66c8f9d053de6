"""The time a call may take: its end, the warnings before it, and an officer's extension."""

from lobby.alerts import AlertKind
from lobby.commands import Extend
from lobby.errors import BadExtension, NoEndTime
from lobby.events import SlotEnding, SlotExtended
from lobby.state import State
from lobby.turn import Turn
from vmr.policies import Policy
from vmr.roles import Permission
from vmr.rooms import Room

MINUTE_S = 60.0


def end_of_call(policy: Policy, room: Room, opened_at: float) -> float | None:
    """The earlier of the room's end and the slot's, or the policy's longest call; None: no end."""
    ends = [] if room.ends_at is None else [room.ends_at]
    if room.slot is not None:
        ends.append(room.slot.ends_at)
    elif policy.longest_call_s is not None:
        ends.append(opened_at + policy.longest_call_s)
    return min(ends, default=None)


def set_end(state: State, ends_at: float | None, now: float) -> None:
    """The end is known or has changed: only warnings that still lie ahead will be given."""
    state.ends_at = ends_at
    state.warned = frozenset(
        minutes
        for minutes in state.numbers.slot_warnings_min
        if ends_at is not None and ends_at - minutes * MINUTE_S < now
    )


def next_warning(state: State) -> float | None:
    """When the next warning is due."""
    if state.ends_at is None:
        return None
    ahead = set(state.numbers.slot_warnings_min) - state.warned
    return min((state.ends_at - minutes * MINUTE_S for minutes in ahead), default=None)


def warn(turn: Turn) -> None:
    """Tell everybody inside, and the desk; of several that are due, the most urgent alone."""
    state = turn.state
    assert state.ends_at is not None, "a warning before an end nobody set"
    due = {m for m in state.numbers.slot_warnings_min if state.ends_at - m * MINUTE_S <= turn.now}
    turn.announce(SlotEnding(minutes_left=min(due - state.warned)))
    turn.alert(AlertKind.SLOT_ENDING, None)
    state.warned |= due


def may_extend(state: State, minutes: float) -> bool:
    is_long = 0 < minutes <= state.numbers.extension_max_min
    return is_long and state.ends_at is not None and state.is_running


def extend(turn: Turn, command: Extend) -> None:
    acting = turn.require(command.by, Permission.EXTEND)
    if not 0 < command.minutes <= turn.state.numbers.extension_max_min:
        raise BadExtension
    if turn.state.ends_at is None:
        raise NoEndTime
    set_end(turn.state, turn.state.ends_at + command.minutes * MINUTE_S, turn.now)
    turn.record("extended", by=acting, facts=(("minutes", command.minutes),))
    turn.announce(SlotExtended(minutes=command.minutes))
