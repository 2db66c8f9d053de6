"""A hypothesis state machine over Meeting: whatever people do, the rules of the design hold.

The machine keeps its own picture of the world, built from effects alone (`Seen`), and compares
each step's before and after. It never looks at how a rule is kept, only whether it is.
"""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lobby import commands as c
from lobby.alerts import AlertKind
from lobby.desk_views import DeskView
from lobby.effects import (
    Bind,
    BindTap,
    CloseEncoder,
    CloseMedia,
    Disconnect,
    Effect,
    Gate,
    OpenEncoder,
    OpenMedia,
    OpenTap,
    Record,
    Reply,
    Send,
    ShowDesk,
)
from lobby.errors import CODES, AlreadyAnswered, MeetingError, MeetingOver, NoSuchKnock
from lobby.events import Admitted, SentBack, SessionEnded
from lobby.meeting import Meeting
from lobby.state import Seat, State
from lobby.views import InsideView, PinView, View, WaitingView
from tests.lobby.world import MONITOR, OFFICER, SECOND_OFFICER, START, make_room
from vmr.ids import DeviceId, InviteId, MeetingId, ParticipantId, PersonId, SessionId
from vmr.numbers import Numbers
from vmr.policies import POLICIES, AdmitMode, PolicyName
from vmr.roles import Role, SeatMode, Stage

POLICY_NAMES = list(PolicyName)
NAMED = (c.Admit, c.AdmitExpected)
UNAWAITED = (
    c.ReportWatching, c.ReportPicture, c.SocketLost, c.SocketBack, c.MediaLost, c.MediaBack,
    c.EncoderConnected, c.EncoderLost, c.NoteQuality, c.ChangeRoom, c.Tick,
)  # fmt: skip
PRISONERS = (c.SetOwnMedia, c.CallStaff, c.ReadyToLeave, c.EnterPin, c.Leave)


def is_second_press(before: State, command: c.Command) -> bool:
    """An officer acknowledges what they have acknowledged already: that is no happening."""
    if not isinstance(command, c.AcknowledgeAlert):
        return False
    owner = before.alerts[command.alert].owner
    return owner is not None and owner.officer == command.by.id


RECORDED_ONCE: dict[type[c.Command], str] = {
    c.Lock: "locked",
    c.Unlock: "unlocked",
    c.Pause: "paused",
    c.Resume: "resumed",
    c.HandOver: "handed_over",
    c.Admit: "admitted",
    c.Refuse: "refused",
    c.Remove: "removed",
    c.SendBack: "sent_back",
    c.Attest: "attested",
    c.AddPerson: "person_added",
    c.BeginCheck: "check_begun",
    c.Extend: "extended",
    c.ResetStepUp: "step_up_reset",
    c.CallStaff: "staff_called",
    c.ReadyToLeave: "ready_to_leave",
    c.End: "ended",
    c.Watch: "watch_begun",
    c.Unwatch: "watch_ended",
    c.RaiseConcern: "concern_raised",
    c.AllowEncoder: "encoder_allowed",
    c.StopEncoder: "encoder_stopped",
    c.ResetPin: "pin_entry_reset",
    c.MessageRoom: "messaged",
    c.AcknowledgeAlert: "alert_acknowledged",
    c.TakeOverAlert: "alert_taken_over",
    c.CloseAlert: "alert_closed",
}

picks = st.integers(0, 7)
devices = st.sampled_from(["a", "b", "c", None])


class Seen:
    """The world as the effects describe it."""

    def __init__(self) -> None:
        self.media: dict[ParticipantId, SessionId] = {}
        self.gates: dict[ParticipantId, Gate] = {}
        self.binds: dict[ParticipantId, Bind] = {}
        self.views: dict[SessionId, View] = {}
        self.taps: dict[ParticipantId, BindTap] = {}
        self.encoders: set[ParticipantId] = set()
        self.desk: DeskView | None = None

    def take(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, CloseMedia):
                self._close(effect.participant)
            elif isinstance(effect, OpenMedia):
                assert effect.participant not in self.media, "opened before it was closed"
                self._open(effect.participant, effect.session)
            elif isinstance(effect, OpenEncoder):
                assert effect.participant in self.media, "an encoder without a seat"
                assert effect.participant not in self.encoders, "opened before it was closed"
                self.encoders.add(effect.participant)
            elif isinstance(effect, CloseEncoder):
                self.encoders.remove(effect.participant)
            elif isinstance(effect, Gate):
                assert effect.participant in self.media, "a gate without a transport"
                self.gates[effect.participant] = effect
            elif isinstance(effect, Bind):
                assert effect.participant in self.media, "bound without a transport"
                self.binds[effect.participant] = effect
            elif isinstance(effect, OpenTap):
                assert effect.participant not in {**self.media, **self.taps}
                self.taps[effect.participant] = BindTap(participant=effect.participant, pictures=())
            elif isinstance(effect, BindTap):
                assert effect.participant in self.taps, "pictures without a transport"
                self.taps[effect.participant] = effect
            elif isinstance(effect, Send) and isinstance(effect.message, View):
                self.views[effect.session] = effect.message
            elif isinstance(effect, ShowDesk):
                self.desk = effect.view
            elif isinstance(effect, Disconnect):
                self.views.pop(effect.session, None)

    def _open(self, participant: ParticipantId, session: SessionId) -> None:
        """A new transport begins with a closed gate and nothing bound."""
        self.media[participant] = session
        self.gates[participant] = Gate(
            participant=participant, microphone=False, camera=False, screen=False
        )
        self.binds[participant] = Bind(participant=participant, sources=())

    def _close(self, participant: ParticipantId) -> None:
        self.taps.pop(participant, None)
        self.encoders.discard(participant)
        for table in (self.media, self.gates, self.binds):
            table.pop(participant, None)


class MeetingMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.count = 0
        self.sessions: list[SessionId] = []
        self.people: list[ParticipantId] = []
        self.seen = Seen()
        self.no_socket: set[SessionId] = set()
        self.turned_away: set[DeviceId | InviteId | None] = set()
        self.handled_at = START
        self.followed_until = float("-inf")

    # -- the world ----------------------------------------------------------------------------

    @initialize(
        policy=st.sampled_from(POLICY_NAMES),
        begun=st.sampled_from(["empty", "opened", "opened", "locked", "handed over"]),
    )
    def begin(self, policy: PolicyName, begun: str) -> None:
        self.room = make_room(policy)
        self.policy = POLICIES[policy]
        self.numbers = Numbers(connections=4, at_door=6, social_unrecorded=True)
        self.meeting = Meeting(MeetingId("m1"), self.room, self.numbers, now=self.now)
        if self.policy.is_monitor_required:
            self.watch_or_not(True, "closed")
            self.judge(0, True)
        if begun == "empty":
            return
        self.join_guest("a", True, True, 1, False)
        self.join_host("a", True, False)
        self.pin(0, True)
        if begun == "opened":
            return
        self.do(c.AdmitExpected(by=SessionId("s2")) if self.state.knocks else c.Tick())
        self.attest_everybody(0)
        self.do(c.Lock(by=SessionId("s2")))
        if begun == "handed over":
            self.do(c.HandOver(session=SessionId("s2")))
        self.join_guest("b", True, True, 1, False)

    @property
    def state(self) -> State:
        return self.meeting._state

    def session(self, pick: int) -> SessionId:
        """Mostly somebody who is here, at times somebody who was, or nobody."""
        here = list(self.state.sessions())
        known = here + here + self.sessions[-1:] + [SessionId("s-nobody")]
        return known[pick % len(known)]

    def host(self, pick: int) -> SessionId:
        """A host, if there is one."""
        hosts = [s.session for s in self.state.present() if s.role is Role.HOST and s.session]
        return hosts[pick % len(hosts)] if hosts else self.session(pick)

    def actor(self, pick: int) -> c.Actor:
        """A host, the desk, or anybody."""
        return (self.host(pick), OFFICER, OFFICER, self.session(pick))[pick % 4]

    def knocking(self, pick: int) -> ParticipantId:
        """Mostly somebody at the door."""
        prompts = [prompt.id for prompt in self.state.prompts.values()]
        known = [*self.state.knocks, *prompts, *self.state.knocks, *self.people[-1:]]
        return known[pick % len(known)] if known else ParticipantId("p-nobody")

    def somebody(self, pick: int) -> ParticipantId:
        """Mostly somebody inside."""
        known = [*self.state.seats, *self.state.seats, *self.state.knocks, *self.people[-1:]]
        return known[pick % len(known)] if known else ParticipantId("p-nobody")

    def guest(self, pick: int) -> ParticipantId:
        """Mostly a guest inside."""
        guests = [seat.id for seat in self.state.present() if seat.role is Role.GUEST]
        return guests[pick % len(guests)] if guests and pick < 7 else self.somebody(pick)

    def is_running(self) -> bool:
        return self.state.is_running

    def do(self, command: c.Command) -> list[Effect]:
        before = self.state.copy()
        try:
            effects = self.meeting.handle(command, self.now)
        except MeetingError as error:
            self._check_refused(before, command, error)
            return []
        self.handled_at = self.now
        if self.state.is_watched:
            self.followed_until = float("-inf")
        self._check_step(before, command, effects)
        self.seen.take(effects)
        if isinstance(command, c.SocketLost):
            self.no_socket.add(command.session)
        elif isinstance(command, c.SocketBack):
            self.no_socket.discard(command.session)
        return effects

    # -- what people do -----------------------------------------------------------------------

    @rule(
        device=devices,
        proven=st.booleans(),
        invited=st.booleans(),
        persons=st.sampled_from([1, 1, 1, 2]),
        move=st.booleans(),
    )
    def join_guest(
        self, device: str | None, proven: bool, invited: bool, persons: int, move: bool
    ) -> None:
        self._join(
            role=Role.GUEST,
            device=device,
            proven=proven,
            invite=InviteId(f"i-{device}") if invited else None,
            persons=tuple(f"Guest {n}" for n in range(persons)),
            move=move,
        )

    @rule(device=devices, proven=st.booleans(), move=st.booleans(), enrolled=st.booleans())
    def join_host(
        self, device: str | None, proven: bool, move: bool, enrolled: bool = False
    ) -> None:
        self._join(
            role=Role.HOST,
            device=device,
            proven=proven,
            invite=None,
            persons=("Cell",),
            move=move,
            is_enrolled_terminal=enrolled,
        )

    @rule(wanted=st.booleans())
    def want_terminals(self, wanted: bool) -> None:
        establishment = replace(self.room.establishment, hosts_only_at_terminals=wanted)
        self.room = replace(self.room, establishment=establishment)
        self.do(c.ChangeRoom(room=self.room))

    def _join(self, *, role: Role, device: str | None, proven: bool, **rest: Any) -> None:
        self.count += 1
        session, participant = SessionId(f"s{self.count}"), ParticipantId(f"p{self.count}")
        self.sessions.append(session)
        self.people.append(participant)
        self.do(
            c.Join(
                session=session,
                participant=participant,
                role=role,
                declaration=self.policy.declaration,
                device=None if device is None else DeviceId(device),
                device_proven=proven and device is not None,
                **rest,
            )
        )

    @rule(
        pick=picks,
        is_correct=st.sampled_from([True, True, False]),
        enrolled=st.sampled_from([True, True, False]),
    )
    def pin(self, pick: int, is_correct: bool, enrolled: bool = True) -> None:
        asked = [*self.state.prompts, *(s.session for s in self.state.present() if s.session)]
        session = asked[pick % len(asked)] if asked else self.session(pick)
        confirmed = frozenset(self.policy.opening_confirmations)
        self.do(
            c.EnterPin(
                session=session,
                is_correct=is_correct,
                is_enrolled_terminal=enrolled,
                confirmed=confirmed,
            )
        )

    @rule(by=picks, who=picks, attested=st.booleans())
    def admit(self, by: int, who: int, attested: bool) -> None:
        participant = self.knocking(who)
        knock = self.state.knocks.get(participant)
        persons = knock.persons if knock is not None and attested else ()
        self.do(
            c.Admit(
                by=self.actor(by),
                participant=participant,
                attestations=tuple(_claim(person.id) for person in persons),
                confirmed=frozenset(self.policy.opening_confirmations),
            )
        )

    @precondition(is_running)
    @rule(by=picks)
    def admit_expected(self, by: int) -> None:
        self.do(c.AdmitExpected(by=self.actor(by)))

    @rule(by=picks, who=picks)
    def refuse(self, by: int, who: int) -> None:
        command = c.Refuse(by=self.actor(by), participant=self.knocking(who), reason="a reason")
        self.do(command)

    @precondition(is_running)
    @rule(by=picks, who=picks, kind=st.sampled_from([c.SendBack, c.Remove]))
    def turn_out(self, by: int, who: int, kind: type[c.SendBack] | type[c.Remove]) -> None:
        self.do(kind(by=self.actor(by), participant=self.guest(who), reason="a reason"))

    @precondition(is_running)
    @rule(by=picks)
    def attest_everybody(self, by: int) -> None:
        for seat in list(self.state.seats.values()):
            for person in seat.persons:
                if not person.is_attested:
                    claim = _claim(person.id)
                    self.do(c.Attest(by=self.actor(by), participant=seat.id, claim=claim))

    @precondition(is_running)
    @rule(by=picks, who=picks)
    def add_person(self, by: int, who: int) -> None:
        self.do(c.AddPerson(by=self.actor(by), participant=self.somebody(who), name="Interpreter"))

    @precondition(is_running)
    @rule(by=picks, who=picks)
    def begin_check(self, by: int, who: int) -> None:
        session = self.host(by) if by < 6 else self.session(by)
        self.do(c.BeginCheck(by=session, participant=self.guest(who)))

    @precondition(lambda self: bool(self.state.checks))
    @rule(by=picks)
    def end_check(self, by: int) -> None:
        self.do(c.EndCheck(by=self.actor(by), participant=next(iter(self.state.checks))))

    @precondition(is_running)
    @rule(by=picks, who=picks)
    def mute_other(self, by: int, who: int) -> None:
        self.do(c.MuteOther(by=self.actor(by), participant=self.somebody(who)))

    @precondition(is_running)
    @rule(by=picks, kind=st.sampled_from([c.Lock, c.Unlock]))
    def lock_or_unlock(self, by: int, kind: type[c.Lock] | type[c.Unlock]) -> None:
        self.do(kind(by=self.actor(by)))

    @precondition(is_running)
    @rule(by=picks)
    def pause_or_resume(self, by: int) -> None:
        is_running = self.state.paused is None
        actor = self.actor(by)
        self.do(c.Pause(by=actor, reason="a reason") if is_running else c.Resume(by=actor))

    @precondition(lambda self: len(self.sessions) > 12)
    @rule(by=picks)
    def end(self, by: int) -> None:
        self.do(c.End(by=self.actor(by), reason="a reason"))

    @precondition(is_running)
    @rule(minutes=st.sampled_from([-1, 5]), who=picks)
    def at_the_desk(self, minutes: int, who: int) -> None:
        self.do(c.Extend(by=OFFICER, minutes=minutes))
        self.do(c.ResetStepUp(by=OFFICER, participant=self.somebody(who)))

    @rule(begins=st.booleans(), reason=st.sampled_from(["closed", "connection_lost"]))
    def watch_or_not(self, begins: bool, reason: str) -> None:
        if begins:
            self.count += 1
            session, tap = SessionId(f"t{self.count}"), ParticipantId(f"tap{self.count}")
            self.do(c.Watch(session=session, participant=tap, officer=MONITOR))
        elif self.state.watchers:
            self.do(c.Unwatch(session=next(iter(self.state.watchers)), reason=reason))

    @rule(pick=picks, is_watching=st.booleans())
    def judge(self, pick: int, is_watching: bool) -> None:
        known = [*self.state.watchers, SessionId("t-nobody")]
        why_not = None if is_watching else "hidden"
        self.do(c.ReportWatching(session=known[pick % len(known)], why_not=why_not))

    @precondition(is_running)
    @rule(pick=picks, who=picks, problem=st.sampled_from([None, *c.PictureProblem]))
    def look(self, pick: int, who: int, problem: c.PictureProblem | None) -> None:
        known = [*self.state.watchers, SessionId("t-nobody")]
        session, participant = known[pick % len(known)], self.somebody(who)
        self.do(c.ReportPicture(session=session, participant=participant, problem=problem))

    @rule(tells_desk=st.booleans(), by=st.sampled_from([MONITOR, OFFICER]))
    def concern(self, tells_desk: bool, by: c.Officer) -> None:
        self.do(
            c.RaiseConcern(
                by=by,
                category=c.ConcernCategory.SECURITY,
                incident="I-1",
                note="Guest 1 said so",
                follow_up="",
                tells_desk=tells_desk,
            )
        )

    @rule(
        pick=picks,
        kind=st.sampled_from([c.AcknowledgeAlert, c.TakeOverAlert, c.CloseAlert]),
        by=st.sampled_from([OFFICER, SECOND_OFFICER]),
    )
    def answer_an_alert(self, pick: int, kind: type[c.AcknowledgeAlert], by: c.Officer) -> None:
        alerts = [*self.state.alerts, 999]
        self.do(kind(by=by, alert=alerts[pick % len(alerts)]))

    @rule(text=st.sampled_from(["Five minutes more", " "]))
    def message(self, text: str) -> None:
        self.do(c.MessageRoom(by=OFFICER, text=text))
        self.do(c.ResetPin(by=OFFICER))

    @precondition(is_running)
    @rule(who=picks, quality=st.sampled_from(c.Quality))
    def note_quality(self, who: int, quality: c.Quality) -> None:
        self.do(c.NoteQuality(participant=self.somebody(who), quality=quality))

    @precondition(is_running)
    @rule(pick=picks)
    def hand_over(self, pick: int) -> None:
        self.do(c.HandOver(session=self.host(pick) if pick < 6 else self.session(pick)))

    @precondition(lambda self: self.state.is_handed_over)
    @rule(pick=picks, is_correct=st.sampled_from([True, True, False]))
    def step_up(self, pick: int, is_correct: bool) -> None:
        self.do(c.EnterPin(session=self.host(pick), is_correct=is_correct))

    @rule(
        pick=picks,
        kind=st.sampled_from([c.CallStaff, c.ReadyToLeave, c.SocketBack, c.Leave]),
    )
    def own(self, pick: int, kind: type[c.CallStaff]) -> None:
        self.do(kind(session=self.session(pick)))

    @precondition(lambda self: bool(self.state.knocks))
    @rule(pick=picks)
    def knock_again(self, pick: int) -> None:
        knocks = list(self.state.knocks.values())
        self.do(c.KnockAgain(session=knocks[pick % len(knocks)].session))

    @rule(pick=picks)
    def lose_socket(self, pick: int) -> None:
        self.do(c.SocketLost(session=self.session(pick)))

    @precondition(lambda self: len(self.sessions) % 3 == 0 and any(self.state.present()))
    @rule(pick=picks)
    def lose_network(self, pick: int) -> None:
        """Socket and media: away at once."""
        seats = list(self.state.present())
        seat = seats[pick % len(seats)]
        assert seat.session is not None
        self.do(c.MediaLost(participant=seat.id))
        self.do(c.SocketLost(session=seat.session))

    @precondition(is_running)
    @rule(pick=picks, take_over=st.booleans())
    def present(self, pick: int, take_over: bool) -> None:
        self.do(c.StartPresenting(session=self.session(pick), take_over=take_over))

    @precondition(lambda self: self.state.presenter is not None)
    @rule(pick=picks)
    def stop_presenting(self, pick: int) -> None:
        self.do(c.StopPresenting(session=self.session(pick)))

    @precondition(is_running)
    @rule(by=picks, is_allowed=st.booleans())
    def allow_presenting(self, by: int, is_allowed: bool) -> None:
        self.do(c.AllowPresenting(by=self.actor(by), is_allowed=is_allowed))

    @precondition(is_running)
    @rule(pick=picks)
    def raise_a_hand(self, pick: int) -> None:
        self.do(c.RaiseHand(session=self.session(pick)))

    @precondition(lambda self: bool(self.state.raised_hands))
    @rule(by=picks, who=picks)
    def lower_a_hand(self, by: int, who: int) -> None:
        self.do(c.LowerHand(by=self.session(by), participant=self.somebody(who)))

    @precondition(is_running)
    @rule(pick=picks)
    def use_an_encoder(self, pick: int) -> None:
        """Up to some step of it."""
        who = self.somebody(pick)
        seat = self.state.seats.get(who)
        session = seat.session if seat is not None and seat.session else self.session(pick)
        self.do(c.AllowEncoder(session=session))
        if pick > 1:
            self.do(c.OfferEncoder(participant=who))
        if pick > 3:
            self.do(c.EncoderConnected(participant=who))
        if pick > 5:
            self.do(c.EncoderLost(participant=who))

    @precondition(lambda self: bool(self.seen.encoders))
    @rule(pick=picks, kind=st.sampled_from([c.EncoderConnected, c.EncoderLost, c.OfferEncoder]))
    def encoder(self, pick: int, kind: type[c.EncoderConnected]) -> None:
        self.do(kind(participant=sorted(self.seen.encoders)[pick % len(self.seen.encoders)]))

    @precondition(lambda self: bool(self.seen.encoders))
    @rule(pick=picks)
    def stop_encoder(self, pick: int) -> None:
        self.do(c.StopEncoder(session=self.session(pick)))

    @precondition(is_running)
    @rule(pick=picks, microphone=st.none() | st.booleans(), camera=st.none() | st.booleans())
    def set_own_media(self, pick: int, microphone: bool | None, camera: bool | None) -> None:
        session = self.session(pick)
        self.do(c.SetOwnMedia(session=session, microphone=microphone, camera=camera))

    @precondition(is_running)
    @rule(who=picks, kind=st.sampled_from([c.MediaLost, c.MediaBack]))
    def media(self, who: int, kind: type[c.MediaLost] | type[c.MediaBack]) -> None:
        self.do(kind(participant=self.somebody(who)))

    @precondition(is_running)
    @rule(who=picks)
    def lose_worker(self, who: int) -> None:
        self.do(c.MediaLost(participant=self.somebody(who), is_ours=True))

    @rule(seconds=st.sampled_from([1, 1, 11, 11, 31, 61, 121]))
    def time_passes(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.meeting.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.do(c.Tick())
            ahead = self.meeting.next_deadline()
            assert ahead is None or ahead > self.now, "a tick that gets nowhere"
        self.now = end

    @precondition(lambda self: len(self.sessions) > 8)
    @rule(seconds=st.sampled_from([301, 901, 4600]))
    def much_time_passes(self, seconds: float) -> None:
        self.time_passes(seconds)

    @precondition(lambda self: len(self.sessions) % 4 == 3)
    @rule(seconds=st.sampled_from([31, 121]))
    def time_passes_without_ticks(self, seconds: float) -> None:
        """A busy server: commands arrive before the timer does."""
        self.now += seconds

    @precondition(lambda self: len(self.sessions) % 5 == 4 and not self.meeting.is_over)
    @rule()
    def server_restarts(self) -> None:
        self.followed_until = float("-inf")
        self._restore(self.meeting.snapshot())

    @precondition(lambda self: len(self.sessions) % 5 == 3 and not self.meeting.is_over)
    @rule(watched_s_ago=st.none() | st.sampled_from([0.0, 2.9, -3600.0, 3600.0]))
    def meeting_moves(self, watched_s_ago: float | None) -> None:
        """By plan, to a server whose clock may be an hour wrong."""
        watched_at = None if watched_s_ago is None else self.now - watched_s_ago
        self.followed_until = float("-inf")
        if watched_at is not None and self.state.is_watched:
            self.followed_until = min(watched_at, self.now) + 5
        self._restore(self.meeting.snapshot_to_move(watched_at))

    def _restore(self, left: dict[str, Any]) -> None:
        snapshot = json.loads(json.dumps(left))
        restored = Meeting.restore(snapshot, self.room, self.numbers, self.now)
        again = restored.snapshot()
        kept = [seat for seat in snapshot["seats"] if _may_return(seat)]
        for key in ("stage", "was_locked", "paused", "ends_at", "voided_devices", "pins"):
            assert again[key] == snapshot[key], key
        assert again["seats"] == kept
        twice = Meeting.restore(again, self.room, self.numbers, self.now).snapshot()
        assert twice == again
        self.meeting = restored
        self.seen = Seen()

    # -- each step ----------------------------------------------------------------------------

    def _check_refused(self, before: State, command: c.Command, error: MeetingError) -> None:
        assert error.code in CODES
        assert self.state == before, "a refused command changed something"
        assert not isinstance(command, UNAWAITED), "nobody could be told"
        if isinstance(command, c.Admit | c.Refuse) and command.participant in before.answered:
            is_desk = isinstance(command.by, c.Officer)
            is_waiting = command.participant in before.knocks
            if is_desk and not is_waiting and before.is_running:
                assert isinstance(error, AlreadyAnswered | NoSuchKnock | MeetingOver)

    def _check_step(self, before: State, command: c.Command, effects: list[Effect]) -> None:
        replies = [effect for effect in effects if isinstance(effect, Reply)]
        assert len(replies) == (0 if isinstance(command, UNAWAITED) else 1)
        self._check_who_came_in(before, command)
        self._check_handed_over(before, command)
        if before.stage is self.state.stage is Stage.LOCKED:
            assert not any(isinstance(e, OpenEncoder) for e in effects), "past the lock"
        self._check_words(before, effects)
        self._check_records(before, command, effects)
        if isinstance(command, c.Admit | c.Refuse):
            waited = command.participant in before.knocks
            asked = any(p.id == command.participant for p in before.prompts.values())
            assert waited or asked, "an answer to nobody's knock counted"

    def _check_who_came_in(self, before: State, command: c.Command) -> None:
        after = self.state
        new = [seat for seat in after.seats.values() if seat.id not in before.seats]
        guests = [seat for seat in new if seat.role is Role.GUEST]
        if before.stage is Stage.LOCKED:
            assert not new or isinstance(command, c.Admit), "a locked room gained somebody"
        if before.is_paused and after.is_paused:
            assert not new, "a paused room gained somebody"
        if self.policy.admit is AdmitMode.EACH or before.was_locked:
            assert not guests or isinstance(command, NAMED), "no named decision"
        for seat in guests:
            is_turned_away = seat.device in self.turned_away or seat.invite in self.turned_away
            assert isinstance(command, NAMED) or not is_turned_away, "came in by itself again"
        self._check_hosts_place(before, command)
        if isinstance(command, c.Refuse | c.SendBack | c.Remove):
            who = before.knocks.get(command.participant) or before.seats[command.participant]
            self.turned_away |= {who.device, who.invite} - {None}
        if isinstance(command, c.Unlock | c.Lock | c.Tick):
            assert not new
        for seat in after.seats.values():
            old = before.seats.get(seat.id)
            if old is not None and seat.session not in (None, old.session):
                self._check_taken_again(old, command)

    def _check_hosts_place(self, before: State, command: c.Command) -> None:
        if not self.room.establishment.hosts_only_at_terminals:
            return
        if isinstance(command, c.Join) and command.role is Role.HOST:
            assert command.device_proven, "a host away from a terminal"
            assert command.is_enrolled_terminal, "a host away from a terminal"
        prompt = before.prompts.get(command.session) if isinstance(command, c.EnterPin) else None
        is_at_terminal = isinstance(command, c.EnterPin) and command.is_enrolled_terminal
        assert prompt is None or is_at_terminal, "a PIN away from a terminal counted"

    def _check_taken_again(self, old: Seat, command: c.Command) -> None:
        assert old.device is not None
        if isinstance(command, c.Join):
            assert command.device_proven
            assert command.device == old.device
            assert command.role is old.role
        else:
            assert isinstance(command, c.EnterPin | c.Admit), "a seat changed hands"
            assert old.role is Role.HOST
        if old.session is None:
            assert old.is_attested, "only an attested person comes back"

    def _check_handed_over(self, before: State, command: c.Command) -> None:
        session = getattr(command, "session", None) or getattr(command, "by", None)
        seat = next((s for s in before.present() if s.session == session), None)
        if seat is None or isinstance(command, UNAWAITED):
            return
        until = seat.hands.stepped_up_until
        is_stepped_up = until is not None and until > self.now
        if seat.hands.is_handed_over and not is_stepped_up:
            assert isinstance(command, PRISONERS), "a handed-over seat did an officer's work"

    def _check_words(self, before: State, effects: list[Effect]) -> None:
        """Who is not inside learns nothing of it; what ends is told why, once."""
        was_inside, is_inside = set(before.inside()), set(self.state.inside())
        over: set[SessionId] = set()
        for effect in effects:
            if isinstance(effect, Disconnect):
                assert effect.session in over, "disconnected without a word"
                assert effect.session not in self.state.sessions()
            elif isinstance(effect, Send):
                assert effect.session not in over, "told something after the end"
                if isinstance(effect.message, SessionEnded):
                    over.add(effect.session)
                elif isinstance(effect.message, InsideView | Admitted):
                    assert effect.session in is_inside
                elif not isinstance(effect.message, SentBack | WaitingView | PinView):
                    assert effect.session in was_inside | is_inside

    def _check_records(self, before: State, command: c.Command, effects: list[Effect]) -> None:
        records = [effect.happening for effect in effects if isinstance(effect, Record)]
        for happening in records:
            assert happening.at == self.now
            assert happening.actor.split(":")[0] in ("server", "guest", "host", "officer")
            assert "Guest" not in happening.actor + happening.subject
        what = RECORDED_ONCE.get(type(command))
        if what is not None:
            count = 0 if is_second_press(before, command) else 1
            assert [happening.what for happening in records].count(what) == count

    @invariant()
    def what_must_be_watched_is_watched_or_still(self) -> None:
        if not hasattr(self, "meeting") or not self.state.is_running:
            return
        is_needed = self.policy.is_monitor_required and not self.state.is_restored
        if is_needed and not self.state.is_watched and not self.is_followed:
            assert self.state.is_unwatched
            assert not any(bind.sources for bind in self.seen.binds.values())
            assert not any(g.microphone or g.camera for g in self.seen.gates.values())
        if self.state.is_watched or not is_needed:
            assert not self.state.is_unwatched or self.state.is_restored

    @property
    def is_followed(self) -> bool:
        """Whether who watched before the move still counts."""
        return self.handled_at < self.followed_until

    @invariant()
    def taps_are_those_of_terminals_and_presence_tells_of_each(self) -> None:
        if not hasattr(self, "meeting"):
            return
        watchers = {watcher.id for watcher in self.state.watchers.values()}
        assert set(self.seen.taps) == watchers
        for view in self.seen.views.values():
            if isinstance(view, InsideView):
                following = 1 if self.is_followed and not watchers else 0
                assert view.presence.monitors == len(watchers) + following

    # -- always -------------------------------------------------------------------------------

    @invariant()
    def everybody_is_in_one_place(self) -> None:
        if not hasattr(self, "meeting"):
            return
        state = self.state
        prompts = [prompt.id for prompt in state.prompts.values()]
        ids = [*state.seats, *state.knocks, *prompts]
        assert len(ids) == len(set(ids))
        sessions = list(state.sessions())
        assert len(sessions) == len(set(sessions))

    @invariant()
    def only_those_inside_have_media(self) -> None:
        if not hasattr(self, "meeting"):
            return
        inside = {seat.id: seat.session for seat in self.state.present()}
        assert self.seen.media == inside
        for who, bind in self.seen.binds.items():
            sources = {source.participant for source in bind.sources}
            assert sources <= inside.keys() - {who}

    @invariant()
    def a_paused_meeting_forwards_nothing(self) -> None:
        if not hasattr(self, "meeting") or self.state.paused is None:
            return
        assert not any(bind.sources for bind in self.seen.binds.values())
        assert not any(g.microphone or g.camera or g.screen for g in self.seen.gates.values())

    @invariant()
    def a_seat_without_a_socket_is_not_kept_for_ever(self) -> None:
        if not hasattr(self, "meeting"):
            return
        for seat in self.state.present():
            assert (seat.session in self.no_socket) == (seat.socket_lost_at is not None)

    @invariant()
    def a_check_is_private(self) -> None:
        if not hasattr(self, "meeting"):
            return
        for guest, host in self.state.checks.items():
            for who, bind in self.seen.binds.items():
                sources = {source.participant for source in bind.sources}
                assert guest not in sources or who == host
            assert not self.seen.gates[guest].screen

    @invariant()
    def who_muted_sends_no_sound(self) -> None:
        if not hasattr(self, "meeting"):
            return
        for who, gate in self.seen.gates.items():
            seat = self.state.seats[who]
            assert (seat.microphone, seat.camera) >= (gate.microphone, gate.camera)
            assert not gate.screen or self.state.presenter == who

    @invariant()
    def only_guests_who_are_there_have_a_hand_up_and_once(self) -> None:
        if not hasattr(self, "meeting"):
            return
        raised = self.state.raised_hands
        assert len(raised) == len(set(raised))
        guests = {seat.id for seat in self.state.present() if seat.role is Role.GUEST}
        assert set(raised) <= guests

    @invariant()
    def no_guest_presents_where_no_host_lets_them(self) -> None:
        if not hasattr(self, "meeting") or self.state.guests_may_present:
            return
        for who, gate in self.seen.gates.items():
            assert not gate.screen or self.state.seats[who].role is Role.HOST

    @invariant()
    def an_encoder_has_the_seat_of_somebody_there_and_no_prisoners(self) -> None:
        if not hasattr(self, "meeting"):
            return
        assert self.seen.encoders <= self.seen.media.keys()
        for who, gate in self.seen.gates.items():
            assert not gate.from_encoder or who in self.seen.encoders
        for who in self.seen.encoders:
            assert self.state.seats[who].hands.mode is not SeatMode.HANDED_OVER

    @invariant()
    def nobody_unattested_is_in_a_locked_legal_room(self) -> None:
        if not hasattr(self, "meeting") or self.state.stage is not Stage.LOCKED:
            return
        if self.policy.is_attestation_required:
            assert all(seat.is_attested for seat in self.state.seats.values())

    @invariant()
    def limits_hold(self) -> None:
        if not hasattr(self, "meeting"):
            return
        state = self.state
        assert len(state.seats) <= self.numbers.connections
        assert state.persons_outside <= self.policy.persons_outside
        assert len(state.knocks) + len(state.prompts) <= self.numbers.at_door + len(state.seats) + 4

    @invariant()
    def everybody_was_sent_what_is_so(self) -> None:
        if not hasattr(self, "meeting"):
            return
        for session in self.state.sessions():
            assert self.seen.views[session] == self.meeting.view(session)
        for session in self.sessions:
            assert self.meeting.view(session) is not None or session not in self.seen.views

    @invariant()
    def every_knock_is_on_the_desk_and_no_other(self) -> None:
        if not hasattr(self, "meeting"):
            return
        knocking = {knock.id for knock in self.state.knocks.values() if knock.is_knocking}
        alerts = list(self.state.alerts.values())
        knocks = [alert for alert in alerts if alert.kind is AlertKind.KNOCK]
        standing = [alert.participant for alert in knocks if alert.stands_until is None]
        assert sorted(standing, key=str) == sorted(knocking)
        about = [(a.kind, a.participant) for a in alerts if a.stands_until is None]
        assert len(about) == len(set(about)), "one cause, two alerts"
        closed = [a for a in alerts if a.kind is AlertKind.PIN_ALARM]
        assert bool(closed) == self.state.pins.is_closed
        for alert in alerts:
            if alert.may_be_closed and alert.participant is not None:
                assert alert.participant in self.state.seats

    @invariant()
    def the_desk_is_shown_what_is_so(self) -> None:
        if not hasattr(self, "meeting") or self.seen.desk is None:
            return
        assert self.seen.desk == self.meeting.desk_view()
        assert "Verified" not in repr(self.seen.desk), "a sealed name at the desk"

    @invariant()
    def names_at_the_door_are_for_who_may_admit(self) -> None:
        if not hasattr(self, "meeting"):
            return
        for seat in self.state.present():
            view = self.meeting.view(seat.session) if seat.session else None
            assert isinstance(view, InsideView)
            if "admit" not in view.may:
                assert view.knocks == ()
            assert view.at_door == self.state.at_door


def _claim(person: PersonId) -> c.AttestationClaim:
    return c.AttestationClaim(
        person=person,
        method=c.IdMethod.LETTER_AND_PHOTO_ID,
        documents=frozenset({c.Document.LETTER_ON_HEADED_PAPER, c.Document.PASSPORT}),
        verified_name="Verified",
    )


def _may_return(seat: dict[str, Any]) -> bool:
    is_attested = all(person["is_attested"] for person in seat["persons"])
    return seat["device"] is not None and (seat["role"] == "host" or is_attested)


MeetingMachine.TestCase.settings = settings(
    max_examples=200,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestMeetingMachine = MeetingMachine.TestCase


def test_an_officer_who_lets_in_a_hosts_second_page_stands_in_the_record() -> None:
    """A sequence that the machine found: the device of the prompt had a seat already."""
    machine = MeetingMachine()
    machine.begin(policy=PolicyName.LEGAL, begun="empty")
    for _page in range(2):
        machine.join_host("a", proven=True, move=False)
    machine.pin(0, is_correct=True)
    machine.admit(by=1, who=0, attested=False)
    assert not machine.state.prompts
    assert [seat.session for seat in machine.state.seats.values()] == ["s2"]


pytestmark = pytest.mark.timeout(300)  # some seconds of work, however busy the machine is
