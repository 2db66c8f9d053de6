"""The room as a whole: lock, unlock, pause, resume, a change. None of these admits anybody."""

from dataclasses import replace

from lobby.commands import ChangeRoom, Lock, Pause, Resume, Unlock
from lobby.ending import end_for_all
from lobby.errors import AlreadyPaused, AttestationMissing, NotPaused
from lobby.events import EndCode, MeetingLocked, MeetingPaused, MeetingResumed, MeetingUnlocked
from lobby.stage import StageMove, move
from lobby.state import State
from lobby.turn import Turn
from lobby.view_builder import unattested
from vmr.roles import Permission, Stage


def lock(turn: Turn, command: Lock) -> None:
    """Nobody else gets in. A room that asks for attestations needs one for each person first."""
    acting = turn.require(command.by, _lock_or_unlock(turn.state))
    stage = move(turn.state.stage, StageMove.LOCK)
    if turn.state.policy.is_attestation_required and unattested(turn.state):
        raise AttestationMissing
    turn.state.enter(stage, turn.now)
    turn.state.was_locked = True
    turn.record("locked", by=acting)
    turn.announce(MeetingLocked(by=acting.word))


def unlock(turn: Turn, command: Unlock) -> None:
    acting = turn.require(command.by, _lock_or_unlock(turn.state))
    turn.state.enter(move(turn.state.stage, StageMove.UNLOCK), turn.now)
    turn.record("unlocked", by=acting)
    turn.announce(MeetingUnlocked(by=acting.word))


def _lock_or_unlock(state: State) -> Permission:
    """Who may do either now; doing what is already so is then a plain `already_locked`."""
    return Permission.UNLOCK if state.stage is Stage.LOCKED else Permission.LOCK


def pause(turn: Turn, command: Pause) -> None:
    """Nothing flows and nobody is admitted; people may wait and knock, the slot runs on."""
    acting = turn.require(command.by, Permission.PAUSE)
    if turn.state.paused is not None:
        raise AlreadyPaused
    turn.state.paused = command.reason
    turn.record("paused", by=acting, reason=command.reason)
    turn.announce(MeetingPaused(reason=command.reason))


def resume(turn: Turn, command: Resume) -> None:
    acting = turn.require(command.by, Permission.PAUSE)
    if turn.state.paused is None:
        raise NotPaused
    turn.state.paused = None
    turn.record("resumed", by=acting)
    turn.announce(MeetingResumed())


def change_room(turn: Turn, command: ChangeRoom) -> None:
    """A meeting keeps the room it was opened in; one that waits follows, and ends if it closed.

    Where hosts may join from holds at once, in every meeting. Under another policy everybody who
    waits has to begin anew: they have accepted the declaration of the old one.
    """
    if turn.state.stage is not Stage.WAITING:
        establishment = command.room.establishment
        turn.state.room = replace(turn.state.room, establishment=establishment)
        return
    is_other_policy = command.room.policy is not turn.state.room.policy
    turn.state.room = command.room
    if command.room.is_closed:
        end_for_all(turn, EndCode.MEETING_ENDED)
    elif is_other_policy:
        end_for_all(turn, EndCode.ROOM_CHANGED)
