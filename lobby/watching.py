"""Who watches the room from a monitoring terminal, and what a room does that nobody watches.

Whether a terminal really watches is judged outside (`lobby.terminal`); a Meeting is told. A room
whose policy requires a monitor pauses in the turn in which it learns that nobody watches it any
more, and goes on in the turn in which somebody does, unless a person has paused it besides.

Terminals follow a meeting that was moved to another server. It runs on meanwhile, until one of them
watches it here, and at most until FOLLOW_S after they were last known to watch it there. That opens
nothing and resumes nothing.
"""

from dataclasses import replace

from lobby.alerts import AlertKind
from lobby.commands import RaiseConcern, ReportPicture, ReportWatching, Unwatch, Watch
from lobby.errors import AlreadyWatching, NotHere
from lobby.events import MonitorBack, MonitorLost
from lobby.state import State, Watcher
from lobby.turn import Turn
from vmr.ids import ParticipantId
from vmr.roles import Permission, Role

FOLLOW_S = 5.0
"""The pause after the loss of the last monitor never comes later than this."""


def watch(turn: Turn, command: Watch) -> None:
    """A terminal has this room on its wall. It counts as watching only once that was judged."""
    acting = turn.require(command.officer, Permission.WATCH)
    if command.session in turn.state.watchers:
        raise AlreadyWatching
    turn.state.watchers[command.session] = Watcher(
        id=command.participant, session=command.session, officer=command.officer
    )
    turn.record("watch_begun", by=acting, subject=_label(command.participant))


def unwatch(turn: Turn, command: Unwatch) -> None:
    """The tile was closed, or the terminal's session is over."""
    watcher = turn.state.watchers.pop(command.session, None)
    if watcher is None:
        raise NotHere
    acting = turn.named(watcher.officer)
    turn.record("watch_ended", by=acting, subject=_label(watcher.id), reason=command.reason)


def report_watching(turn: Turn, command: ReportWatching) -> None:
    """What the server found of one terminal: it watches this room, or why it does not."""
    watcher = turn.state.watchers.get(command.session)
    if watcher is None or watcher.is_watching is (command.why_not is None):
        return
    turn.state.watchers[command.session] = replace(watcher, is_watching=command.why_not is None)
    turn.record(
        "watching" if command.why_not is None else "not_watching",
        by=turn.named(watcher.officer),
        subject=_label(watcher.id),
        facts=() if command.why_not is None else (("why", command.why_not),),
    )


def report_picture(turn: Turn, command: ReportPicture) -> None:
    """Somebody's picture is amiss, as far as one terminal can tell: the desk is told."""
    state = turn.state
    watcher, seat = state.watchers.get(command.session), state.seats.get(command.participant)
    if watcher is None or seat is None or state.pictures.get(seat.id) is command.problem:
        return
    if command.problem is None:
        del state.pictures[seat.id]
    else:
        state.pictures[seat.id] = command.problem
    turn.record(
        "picture_well" if command.problem is None else f"picture_{command.problem.value}",
        by=turn.named(watcher.officer),
        subject=seat.label,
    )


def raise_concern(turn: Turn, command: RaiseConcern) -> None:
    """A note into the record; what it says is personal and lies beside the chain."""
    acting = turn.require(command.by, Permission.RAISE_CONCERN)
    turn.record(
        "concern_raised",
        by=acting,
        facts=(("category", command.category.value), ("incident", command.incident)),
        personal=(("note", command.note), ("follow_up", command.follow_up)),
    )
    if command.tells_desk:
        turn.alert(AlertKind.CONCERN, None)


def settle_watching(turn: Turn) -> None:
    """Pause a room that must be watched and is not; let it go on when it is again."""
    if turn.state.is_watched:
        turn.state.followers = None
    _settle_pause(turn)
    _forget_pictures(turn.state)


def _settle_pause(turn: Turn) -> None:
    state = turn.state
    if not state.policy.is_monitor_required or state.is_unwatched is not state.is_watched:
        return
    if not state.is_watched and state.followers is not None:
        return
    state.is_unwatched = not state.is_watched
    if state.is_unwatched:
        turn.record("paused_unwatched")
        turn.alert(AlertKind.MONITOR_LOST, None)
        turn.announce(MonitorLost())
    else:
        turn.record("resumed_watched")
        turn.announce(MonitorBack())


def end_following(turn: Turn) -> None:
    """Who has not come by now does not watch."""
    turn.state.followers = None


def _forget_pictures(state: State) -> None:
    """Nothing is amiss with a picture that nobody sends or that nobody looks at."""
    for who in list(state.pictures):
        seat = state.seats.get(who)
        is_shown = seat is not None and seat.session is not None and seat.camera
        if not is_shown or not state.watchers or state.is_paused:
            del state.pictures[who]


def _label(tap: ParticipantId) -> str:
    return f"{Role.MONITOR.value}:{tap}"
