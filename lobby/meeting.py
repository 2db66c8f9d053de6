"""A Meeting: what happens in a room once, as one pure object, `handle(command, now) -> effects`.

It has no clock, chance or socket: time, ids and whether a PIN was right come in as arguments.
Each command is handled on a copy of the state, which takes the old one's place at the end: a
command that raises changes nothing. The rules are in the modules of the dispatch table below.
"""

from collections.abc import Callable, Mapping
from typing import Any

from lobby import (
    checks,
    connection,
    control,
    decisions,
    desk,
    door,
    encoding,
    ending,
    hand,
    handover,
    host_pin,
    leaving,
    presenting,
    slot,
    watching,
)
from lobby import commands as c
from lobby.alerts import Alert
from lobby.deadlines import next_deadline, process_due
from lobby.desk_view_builder import build_desk_view
from lobby.desk_views import DeskView
from lobby.differences import desk_effects, media_effects, view_effects
from lobby.effects import Effect, Record, Reply
from lobby.errors import MeetingOver, NoPinAsked, NotHere
from lobby.forwarding import forward
from lobby.pin import PinAttempts
from lobby.settling import note_restart, settle
from lobby.snapshot import build_move, build_snapshot, parse_snapshot
from lobby.state import State
from lobby.turn import Turn
from lobby.view_builder import build_view
from lobby.views import View
from vmr.ids import DeviceId, MeetingId, ParticipantId, SessionId
from vmr.numbers import Numbers
from vmr.roles import Role, Stage
from vmr.rooms import Room, Slot


class Meeting:
    """See the module. `pins` are handed on from the room's last meeting."""

    _deadline: tuple[State, float | None] | None = None
    """Of a state, which is never changed, when something happens by time alone."""

    def __init__(
        self,
        id: MeetingId,
        room: Room,
        numbers: Numbers,
        *,
        now: float,
        pins: PinAttempts | None = None,
    ) -> None:
        known = (pins or PinAttempts()).forget_old(now, numbers)
        self._state = State(id=id, room=room, numbers=numbers, pins=known, staged_at=now)

    @classmethod
    def restore(
        cls, snapshot: Mapping[str, Any], room: Room, numbers: Numbers, now: float
    ) -> "Meeting":
        """The meeting after a restart: its stage, and a seat kept for each who may come back."""
        return cls._of(parse_snapshot(snapshot, room, numbers, now))

    @classmethod
    def _of(cls, state: State) -> "Meeting":
        meeting = cls.__new__(cls)
        meeting._state = state
        return meeting

    def handle(self, command: c.Command, now: float, *, is_leased: bool = True) -> list[Effect]:
        """Do it, and say what the world must do. Raises MeetingError: nothing has changed.

        `is_leased`: see `State`.
        """
        is_awaited = not isinstance(command, _NOT_AWAITED)
        if self.is_over:
            if is_awaited:
                raise MeetingOver
            return []
        turn = Turn(state=self._state.copy(), now=now)
        turn.state.is_leased = is_leased
        note_restart(turn)
        process_due(turn)
        settle(turn)
        if turn.state.stage is Stage.ENDED and is_awaited:
            raise MeetingOver
        HANDLERS[type(command)](turn, command)
        settle(turn)
        effects = _effects(turn, command, is_awaited=is_awaited)
        self._state = turn.state
        return effects

    def next_deadline(self) -> float | None:
        """When to send a Tick: something will happen by time alone."""
        if self._deadline is None or self._deadline[0] is not self._state:
            self._deadline = (self._state, None if self.is_over else next_deadline(self._state))
        return self._deadline[1]

    def view(self, session: SessionId) -> View | None:
        """What this session may know now; None when it is not here."""
        return build_view(self._state, session, forward(self._state))

    def desk_view(self) -> DeskView:
        """What the duty desk may know now."""
        return build_desk_view(self._state)

    def quality(self, participant: ParticipantId) -> c.Quality | None:
        """What was last noted of their connection."""
        return self._state.qualities.get(participant)

    def qualities(self) -> tuple[tuple[Role, c.Quality], ...]:
        """What was last noted of each connection, with whose role."""
        seats = self._state.seats
        return tuple(
            (seats[one].role, quality)
            for one, quality in self._state.qualities.items()
            if one in seats
        )

    def roles(self) -> tuple[Role, ...]:
        """Of each who is there now, terminals that watch as monitors."""
        seats = tuple(seat.role for seat in self._state.present())
        return (*seats, *(Role.MONITOR for _ in self._state.watchers))

    def alert(self, number: int) -> Alert | None:
        """One that stands at the duty desk."""
        return self._state.alerts.get(number)

    def participant(self, session: SessionId) -> ParticipantId | None:
        """Who sits in this session; only they may have a transport."""
        seat = self._state.seat_of(session)
        return None if seat is None else seat.id

    def device_at_prompt(self, session: SessionId) -> DeviceId | None:
        """The proven device of somebody who is asked for the Host PIN."""
        prompt = self._state.prompts.get(session)
        return None if prompt is None else prompt.device

    def is_watching(self, session: SessionId) -> bool | None:
        """Whether this terminal counts as watching; None: it has not the room on its wall."""
        watcher = self._state.watchers.get(session)
        return None if watcher is None else watcher.is_watching

    def on_camera(self) -> dict[ParticipantId, bool]:
        """Who shows a picture now, and whether they sit at a terminal of the prison."""
        if self._state.is_paused:
            return {}
        return {
            seat.id: seat.role is Role.HOST
            for seat in self._state.present()
            if seat.camera and not seat.is_media_lost
        }

    def snapshot(self) -> dict[str, Any]:
        """JSON-able; `restore` makes a meeting of it."""
        return build_snapshot(self._state)

    def snapshot_to_move(self, watched_at: float | None) -> dict[str, Any]:
        """For another server that goes on with it by plan: see `lobby.snapshot.build_move`."""
        return build_move(self._state, watched_at)

    def copy(self) -> "Meeting":
        """As it is now: a command puts another state in this one's place."""
        return Meeting._of(self._state)

    @property
    def may_return(self) -> frozenset[ParticipantId]:
        """Whose seats are kept by a snapshot: they come back to them without knocking."""
        return frozenset(seat.id for seat in self._state.seats.values() if seat.may_return)

    @property
    def id(self) -> MeetingId:
        return self._state.id

    @property
    def stage(self) -> Stage:
        return self._state.stage

    @property
    def is_paused(self) -> bool:
        return self._state.is_paused

    @property
    def is_over(self) -> bool:
        return self._state.stage is Stage.ENDED

    @property
    def slot(self) -> Slot | None:
        """The booked time it is held in."""
        return self._state.room.slot

    @property
    def ends_at(self) -> float | None:
        return self._state.ends_at

    def may_be_extended(self, minutes: float) -> bool:
        """Whether the meeting as it is now would take an extension of so many minutes."""
        return slot.may_extend(self._state, minutes)

    @property
    def pins(self) -> PinAttempts:
        """For the room's next meeting."""
        return self._state.pins

    def is_idle(self, now: float) -> bool:
        """Nobody opened it, nobody is there, no wrong PIN counts: it may be dropped."""
        state = self._state
        is_here = next(state.sessions(), None) is not None
        is_empty = not (state.watchers or state.knocks or is_here)
        pins = state.pins.forget_old(now, state.numbers)
        return state.stage is Stage.WAITING and is_empty and pins.is_clear


def _enter_pin(turn: Turn, command: c.EnterPin) -> None:
    """At the door, or to step up."""
    prompt = turn.state.prompts.get(command.session)
    if prompt is not None:
        host_pin.enter_at_door(turn, command, prompt)
    elif turn.state.seat_of(command.session) is not None:
        handover.enter_to_step_up(turn, command)
    else:
        raise NoPinAsked if turn.state.has_session(command.session) else NotHere


def _tick(turn: Turn, command: c.Tick) -> None:
    """What is due has been done before."""


_NOT_AWAITED = (
    c.ReportWatching, c.ReportPicture, c.SocketLost, c.SocketBack, c.MediaLost, c.MediaBack,
    c.EncoderConnected, c.EncoderLost, c.NoteQuality, c.ChangeRoom, c.Tick,
)  # fmt: skip

HANDLERS: dict[type[c.Command], Callable[[Turn, Any], None]] = {
    c.Join: door.join,
    c.EnterPin: _enter_pin,
    c.KnockAgain: door.knock_again,
    c.Admit: decisions.admit,
    c.AdmitExpected: decisions.admit_expected,
    c.Refuse: decisions.refuse,
    c.AddPerson: checks.add_person,
    c.BeginCheck: checks.begin_check,
    c.EndCheck: checks.end_check,
    c.Attest: checks.attest,
    c.SendBack: leaving.send_back,
    c.Remove: leaving.remove,
    c.MuteOther: presenting.mute_other,
    c.SetOwnMedia: presenting.set_own_media,
    c.StartPresenting: presenting.start_presenting,
    c.StopPresenting: presenting.stop_presenting,
    c.AllowPresenting: presenting.allow_presenting,
    c.RaiseHand: hand.raise_hand,
    c.LowerHand: hand.lower_hand,
    c.AllowEncoder: encoding.allow_encoder,
    c.StopEncoder: encoding.stop_encoder,
    c.OfferEncoder: encoding.offer_encoder,
    c.CallStaff: handover.call_staff,
    c.ReadyToLeave: handover.ready_to_leave,
    c.Lock: control.lock,
    c.Unlock: control.unlock,
    c.HandOver: handover.hand_over,
    c.ResetStepUp: handover.reset_step_up,
    c.Pause: control.pause,
    c.Resume: control.resume,
    c.Extend: slot.extend,
    c.End: ending.end,
    c.Watch: watching.watch,
    c.Unwatch: watching.unwatch,
    c.ReportWatching: watching.report_watching,
    c.ReportPicture: watching.report_picture,
    c.RaiseConcern: watching.raise_concern,
    c.ResetPin: desk.reset_pin,
    c.MessageRoom: desk.message,
    c.AcknowledgeAlert: desk.acknowledge,
    c.TakeOverAlert: desk.take_over,
    c.CloseAlert: desk.close,
    c.Leave: leaving.leave,
    c.SocketLost: connection.lose_socket,
    c.SocketBack: connection.regain_socket,
    c.MediaLost: connection.lose_media,
    c.MediaBack: connection.regain_media,
    c.EncoderConnected: encoding.connect_encoder,
    c.EncoderLost: encoding.lose_encoder,
    c.NoteQuality: desk.note_quality,
    c.ChangeRoom: control.change_room,
    c.Tick: _tick,
}


def _effects(turn: Turn, command: c.Command, *, is_awaited: bool) -> list[Effect]:
    """In order: media, the record, the desk, announcements, views, the reply, disconnections."""
    forwarding = forward(turn.state)
    return [
        *media_effects(turn.state, forwarding),
        *(Record(happening=happening) for happening in turn.records),
        *turn.alerts,
        *turn.told,
        *view_effects(turn.state, forwarding),
        *desk_effects(turn.state),
        *([_reply(turn, command)] if is_awaited else []),
        *turn.ended,
    ]


def _reply(turn: Turn, command: c.Command) -> Reply:
    by = getattr(command, "session", None) or getattr(command, "by", None)
    return Reply(
        session=None if isinstance(by, c.Officer) else by,
        error=None if turn.error is None else turn.error.code,
        facts=turn.facts,
    )
