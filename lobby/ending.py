"""The end of a meeting for everybody: by a person, by the slot, or because no host is there."""

from lobby.commands import End
from lobby.events import EndCode
from lobby.stage import StageMove, move
from lobby.turn import Acting, Turn
from vmr.roles import Permission


def end(turn: Turn, command: End) -> None:
    acting = turn.require(command.by, Permission.END)
    end_for_all(turn, EndCode.MEETING_ENDED, by=acting, reason=command.reason)


def end_for_all(turn: Turn, code: EndCode, *, by: Acting | None = None, reason: str = "") -> None:
    """Every page is told why; nothing of the meeting is left but its record."""
    state = turn.state
    state.enter(move(state.stage, StageMove.END), turn.now)
    turn.record("ended", by=by, reason=reason, facts=(("code", code.value),))
    knocks = state.knocks.values()
    later = {knock.session for knock in knocks if not state.is_slot_of(knock.booking)}
    for session in state.sessions():
        if session in later:
            turn.end_session(session, EndCode.NEXT_SLOT)
        else:
            turn.end_session(session, code, reason)
    for table in (state.seats, state.knocks, state.prompts, state.watchers, state.checks):
        table.clear()
    state.alerts.clear()
    state.presenter = None
    state.raised_hands = ()
    state.paused, state.is_unwatched = None, False
    state.hostless_until = None


def end_slot(turn: Turn) -> None:
    end_for_all(turn, EndCode.SLOT_OVER)


def end_hostless(turn: Turn) -> None:
    end_for_all(turn, EndCode.HOST_GONE)
