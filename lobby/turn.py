"""One command being handled: the state it works on, and what it wants told and written down.

Handlers are functions of a Turn and a command. They change the turn's own copy of the state;
whatever they raise, the meeting stays as it was. Media and views are not their concern: those
follow from the state they leave (lobby.differences).
"""

from dataclasses import dataclass, field, replace

from lobby.alerts import Alert, AlertKind
from lobby.commands import Actor, Officer
from lobby.effects import AlertDesk, Disconnect, Send
from lobby.errors import MeetingError, NoSuchParticipant, NotHere, NotPermitted
from lobby.events import EndCode, Event, SessionEnded
from lobby.state import Seat, State
from vmr.ids import DeviceId, ParticipantId, SessionId
from vmr.participants import Person
from vmr.record import Fact, Happening
from vmr.roles import Permission, Role, SeatMode, permissions

CAN_RETURN: dict[EndCode, bool] = {
    EndCode.HUNG_UP: True,
    EndCode.REFUSED: False,
    EndCode.REMOVED: False,
    EndCode.MEETING_ENDED: False,
    EndCode.ROOM_CHANGED: False,
    EndCode.SLOT_OVER: False,
    EndCode.HOST_GONE: True,
    EndCode.WAITED_TOO_LONG: True,
    EndCode.PIN_ATTEMPTS_USED: True,
    EndCode.PIN_TIMED_OUT: True,
    EndCode.MOVED: False,
    EndCode.CONNECTION_LOST: True,
    EndCode.NEXT_SLOT: True,
}

SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts, after the permission table has agreed. `word` is what the others are told."""

    label: str
    word: str
    seat: Seat | None = None
    officer: Officer | None = None

    @property
    def personal(self) -> tuple[tuple[str, str], ...]:
        return () if self.officer is None else (("officer", self.officer.name),)


@dataclass(slots=True, kw_only=True)
class Turn:
    """`error` and `facts` go into the Reply; a raised error takes everything back instead.

    `is_host_lost`: in this turn a host went away because of the network, not on purpose.
    """

    state: State
    now: float
    records: list[Happening] = field(default_factory=list)
    alerts: list[AlertDesk] = field(default_factory=list)
    told: list[Send] = field(default_factory=list)
    ended: list[Disconnect] = field(default_factory=list)
    error: type[MeetingError] | None = None
    facts: tuple[Fact, ...] = ()
    is_host_lost: bool = False

    # -- who may ------------------------------------------------------------------------------

    def require(self, by: Actor, permission: Permission) -> Acting:
        """The one place where permission is checked; an officer's use keeps a step-up alive."""
        if isinstance(by, Officer):
            allowed, acting = permissions(by.role, self.state.stage), _outside(by)
        else:
            seat = self._seat_or_refuse(by)
            allowed = self.state.may(seat)
            acting = Acting(label=seat.label, word=seat.role.value, seat=seat)
        if permission not in allowed:
            raise NotPermitted
        if acting.seat is not None:
            self._keep_stepped_up(acting.seat, permission)
        if acting.officer is not None:
            self._note_action(acting.officer)
        return acting

    def named(self, officer: Officer) -> Acting:
        """An officer for the record, where nothing is asked of the permission table."""
        return _outside(officer)

    def require_seat(self, session: SessionId, permission: Permission) -> Seat:
        """As `require`, for what only somebody inside can do."""
        self.require(session, permission)
        return self._seat_or_refuse(session)

    def _seat_or_refuse(self, session: SessionId) -> Seat:
        seat = self.state.seat_of(session)
        if seat is None:
            raise NotPermitted if self.state.has_session(session) else NotHere
        return seat

    def _keep_stepped_up(self, seat: Seat, permission: Permission) -> None:
        prisoners = permissions(Role.HOST, self.state.stage, SeatMode.HANDED_OVER)
        if permission not in prisoners:
            self.put(replace(seat, hands=seat.hands.use(self.now, self.state.numbers)))

    def _note_action(self, officer: Officer) -> None:
        """Whoever acts in a room has not left its alerts alone."""
        alerts = self.state.alerts
        for number, alert in alerts.items():
            alerts[number] = alert.acted(officer.id, self.now)

    # -- seats --------------------------------------------------------------------------------

    def put(self, seat: Seat) -> None:
        self.state.seats[seat.id] = seat

    def seat(self, participant: ParticipantId) -> Seat:
        """Somebody inside (perhaps away just now), or NoSuchParticipant."""
        if participant not in self.state.seats:
            raise NoSuchParticipant
        return self.state.seats[participant]

    # -- what to tell and write down ----------------------------------------------------------

    def record(
        self,
        what: str,
        *,
        by: Acting | Seat | None = None,
        subject: str = "",
        reason: str = "",
        facts: tuple[Fact, ...] = (),
        personal: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """One entry for the record; `by` None is the server itself."""
        own = by.personal if isinstance(by, Acting) else ()
        self.records.append(
            Happening(
                at=self.now,
                actor=SERVER if by is None else by.label,
                what=what,
                subject=subject,
                reason=reason,
                facts=facts,
                personal=(*own, *personal),
            )
        )

    def alert(
        self,
        kind: AlertKind,
        participant: ParticipantId | None,
        count: int | None = None,
        device: DeviceId | None = None,
    ) -> None:
        """Raise it, or count it once more; `count` is set where its cause counts by itself."""
        alerts = self.state.alerts
        about = [one for one in alerts.values() if one.is_about(kind, participant, device)]
        own = [one for one in about if one.participant == participant]
        old = next(iter([*own, *about]), None)
        if old is None:
            self.state.alerts_made += 1
            alert = Alert(
                id=self.state.alerts_made,
                kind=kind,
                participant=participant,
                device=device,
                count=count or 1,
                raised_at=self.now,
                last_at=self.now,
            )
        else:
            takeover_s = self.state.numbers.alert_takeover_s
            alert = old.again(self.now, takeover_s, participant=participant, count=count or 0)
        alerts[alert.id] = alert
        self.alerts.append(AlertDesk(kind=kind, participant=participant, count=alert.count))

    def tell(self, session: SessionId | None, event: Event) -> None:
        """To one page, if there is one."""
        if session is not None:
            self.told.append(Send(session=session, message=event))

    def announce(self, event: Event, *, but: SessionId | None = None) -> None:
        """To everybody inside, perhaps but the one concerned."""
        for session in self.state.inside():
            if session != but:
                self.tell(session, event)

    def end_session(self, session: SessionId | None, code: EndCode, reason: str = "") -> None:
        """Say why, then disconnect."""
        if session is not None:
            self.tell(session, SessionEnded(code=code, can_return=CAN_RETURN[code], reason=reason))
            self.ended.append(Disconnect(session=session))


def _outside(officer: Officer) -> Acting:
    return Acting(label=f"officer:{officer.id}", word=officer.role.value, officer=officer)


def names(persons: tuple[Person, ...]) -> tuple[tuple[str, str], ...]:
    """The names behind a connection, as personal fields of a record."""
    return tuple((person.id, person.name) for person in persons)
