"""A driver for tests of a Meeting: people with short names, a clock, and what they were told."""

import json
from collections.abc import Iterable
from dataclasses import replace

from lobby.alerts import Alert, AlertKind
from lobby.commands import (
    Admit,
    Attest,
    AttestationClaim,
    ChangeRoom,
    Command,
    Document,
    EnterPin,
    HandOver,
    IdMethod,
    Join,
    Lock,
    Officer,
    ReportWatching,
    SocketLost,
    Tick,
    Watch,
)
from lobby.effects import AlertDesk, Disconnect, Effect, Record, Reply, Send
from lobby.events import Event, SessionEnded
from lobby.meeting import Meeting
from lobby.pin import PinAttempts
from lobby.views import InsideView, ParticipantView, PinView, WaitingView
from vmr.ids import (
    BookingId,
    DeviceId,
    EstablishmentId,
    InviteId,
    MeetingId,
    OfficerId,
    ParticipantId,
    PersonId,
    RoomId,
    SessionId,
)
from vmr.numbers import Numbers
from vmr.policies import POLICIES, PolicyName
from vmr.record import Happening
from vmr.roles import Role
from vmr.rooms import Establishment, Room

START = 1_000_000.0
OFFICER = Officer(id=OfficerId("o1"), name="A. Reed")
MONITOR = Officer(id=OfficerId("o2"), name="M. Hale", role=Role.MONITOR)
SECOND_OFFICER = Officer(id=OfficerId("o3"), name="B. Shaw")


def make_room(policy: PolicyName = PolicyName.LEGAL, **changes: object) -> Room:
    room = Room(
        id=RoomId("r1"),
        establishment=Establishment(
            id=EstablishmentId("e1"),
            name="HMP Demonstration",
            phone="01632 960001",
            safer_custody="01632 960002",
        ),
        address="abcdefgh2345",
        name="Legal 1",
        policy=policy,
        pin_hash="$argon2id$",
    )
    return replace(room, **changes)  # type: ignore[arg-type]


def session(name: str) -> SessionId:
    """The session of somebody's latest page."""
    return SessionId(f"s-{name}")


def pid(name: str) -> ParticipantId:
    return ParticipantId(f"p-{name}")


def person(name: str, number: int = 1) -> PersonId:
    return PersonId(f"p-{name}.{number}")


def claim(name: str, number: int = 1) -> AttestationClaim:
    return AttestationClaim(
        person=person(name, number),
        method=IdMethod.PROFESSIONAL_CARD,
        documents=frozenset({Document.PROFESSIONAL_PHOTO_CARD}),
        verified_name=f"Verified {name}",
    )


class World:
    """One meeting, its clock, and the effects of the last command."""

    def __init__(
        self,
        policy: PolicyName = PolicyName.LEGAL,
        *,
        numbers: Numbers | None = None,
        pins: PinAttempts | None = None,
        room: Room | None = None,
    ) -> None:
        self.now = START
        self.numbers = numbers or Numbers()
        self.room = room or make_room(policy)
        self.meeting = Meeting(MeetingId("m1"), self.room, self.numbers, now=self.now, pins=pins)
        self.effects: list[Effect] = []
        self.is_leased = True

    # -- doing --------------------------------------------------------------------------------

    def do(self, command: Command) -> list[Effect]:
        self.effects = []
        self.effects = self.meeting.handle(command, self.now, is_leased=self.is_leased)
        return self.effects

    def wait(self, seconds: float) -> list[Effect]:
        """Let time pass, with a Tick at each deadline, as the mailbox does."""
        end, effects = self.now + seconds, list[Effect]()
        while (due := self.meeting.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            effects += self.do(Tick())
        self.now = end
        self.effects = effects
        return effects

    def join(
        self,
        name: str,
        role: Role = Role.GUEST,
        *,
        invited: bool = True,
        invite: str | None = None,
        device: str | None = "",
        proven: bool = True,
        move: bool = False,
        page: str | None = None,
        persons: Iterable[str] = (),
        declaration: str | None = None,
        enrolled: bool = False,
        booking: str | None = None,
        slot_starts_at: float | None = None,
        like_banned: bool = False,
    ) -> list[Effect]:
        """Press Start. By default with a personal link and a device of one's own."""
        link = invite or (f"i-{name}" if invited and role is Role.GUEST else None)
        return self.do(
            Join(
                session=session(page or name),
                participant=pid(page or name),
                role=role,
                persons=(name.title(), *persons),
                declaration=(
                    POLICIES[self.room.policy].declaration if declaration is None else declaration
                ),
                invite=None if link is None else InviteId(link),
                device=None if device is None else DeviceId(device or f"d-{name}"),
                device_proven=proven and device is not None,
                is_enrolled_terminal=enrolled,
                booking=None if booking is None else BookingId(booking),
                slot_starts_at=slot_starts_at,
                is_like_banned=like_banned,
                move=move,
            )
        )

    def want_terminals(self, wanted: bool = True) -> list[Effect]:
        """The establishment lets hosts join only at enrolled terminals from now on."""
        establishment = replace(self.room.establishment, hosts_only_at_terminals=wanted)
        self.room = replace(self.room, establishment=establishment)
        return self.do(ChangeRoom(room=self.room))

    def pin(
        self,
        name: str = "host",
        *,
        right: bool = True,
        confirmed: Iterable[str] = (),
        enrolled: bool = False,
    ) -> list[Effect]:
        return self.do(
            EnterPin(
                session=session(name),
                is_correct=right,
                is_enrolled_terminal=enrolled,
                confirmed=frozenset(confirmed),
            )
        )

    def host(self, name: str = "host") -> list[Effect]:
        """A host joins and enters the right PIN, with all that the policy asks confirmed."""
        self.join(name, Role.HOST)
        return self.pin(name, confirmed=POLICIES[self.room.policy].opening_confirmations)

    def admit(self, name: str, *, by: str = "host", attested: bool = False) -> list[Effect]:
        claims = (claim(name),) if attested else ()
        return self.do(Admit(by=session(by), participant=pid(name), attestations=claims))

    def attest(self, name: str, number: int = 1) -> list[Effect]:
        return self.do(Attest(by=session("host"), participant=pid(name), claim=claim(name, number)))

    def lock(self) -> list[Effect]:
        return self.do(Lock(by=session("host")))

    def hand_over(self) -> list[Effect]:
        return self.do(HandOver(session=session("host")))

    def lose(self, name: str) -> list[Effect]:
        """The network goes, and the grace with it."""
        self.do(SocketLost(session=session(name)))
        return self.wait(self.numbers.socket_grace_s)

    def consultation(self) -> None:
        """A lawyer and an officer in a locked room, the terminal handed over."""
        self.locked()
        self.hand_over()

    def locked(self) -> None:
        self.join("lawyer")
        self.host()
        self.attest("lawyer")
        self.lock()

    def restart(self) -> None:
        self.meeting = Meeting.restore(self.meeting.snapshot(), self.room, self.numbers, self.now)

    def move(self, watched_at: float | None = None) -> None:
        """To another server, by plan."""
        snapshot = json.loads(json.dumps(self.meeting.snapshot_to_move(watched_at)))
        self.meeting = Meeting.restore(snapshot, self.room, self.numbers, self.now)

    def watch(self, name: str = "monitor", *, is_watching: bool = True) -> list[Effect]:
        """A terminal shows the room, and is found to watch it."""
        effects = self.do(Watch(session=session(name), participant=pid(name), officer=MONITOR))
        return [*effects, *self.judge(None, name)] if is_watching else effects

    def judge(self, why_not: str | None, name: str = "monitor") -> list[Effect]:
        return self.do(ReportWatching(session=session(name), why_not=why_not))

    # -- seeing -------------------------------------------------------------------------------

    def inside(self, name: str) -> InsideView:
        view = self.meeting.view(session(name))
        assert isinstance(view, InsideView), f"{name} is not inside: {view}"
        return view

    def waiting(self, name: str) -> WaitingView:
        view = self.meeting.view(session(name))
        assert isinstance(view, WaitingView), f"{name} does not wait: {view}"
        return view

    def prompt(self, name: str = "host") -> PinView:
        view = self.meeting.view(session(name))
        assert isinstance(view, PinView), f"{name} is not asked for a PIN: {view}"
        return view

    def is_gone(self, name: str) -> bool:
        return self.meeting.view(session(name)) is None

    def who(self, name: str = "host") -> set[str]:
        """Who is inside, as this person sees it."""
        return {seat.id.removeprefix("p-") for seat in self.inside(name).participants}

    def seat(self, name: str, *, seen_by: str = "host") -> ParticipantView:
        """Somebody inside, as another sees them."""
        participants = self.inside(seen_by).participants
        return next(seat for seat in participants if seat.id == pid(name))

    def told(self, name: str) -> list[Event]:
        """The events sent to this person by the last command."""
        return [
            effect.message
            for effect in self.effects
            if isinstance(effect, Send)
            and effect.session == session(name)
            and not isinstance(effect.message, PinView | WaitingView | InsideView)
        ]

    def ended(self, name: str) -> SessionEnded:
        """How the session of this person ended by the last command."""
        assert Disconnect(session=session(name)) in self.effects
        return next(event for event in self.told(name) if isinstance(event, SessionEnded))

    def records(self) -> list[Happening]:
        return [effect.happening for effect in self.effects if isinstance(effect, Record)]

    def recorded(self) -> list[str]:
        return [happening.what for happening in self.records()]

    def at_desk(self) -> list[tuple[AlertKind, ParticipantId | None, int]]:
        """The alerts the desk shows, the oldest first."""
        found = self.meeting.desk_view().alerts
        return [(alert.kind, alert.participant, alert.count) for alert in found]

    def alert(self, kind: AlertKind) -> Alert:
        """The one alert of this kind."""
        (found,) = [one for one in self.meeting.desk_view().alerts if one.kind is kind]
        return found

    def alerts(self) -> list[AlertDesk]:
        return [effect for effect in self.effects if isinstance(effect, AlertDesk)]

    def reply(self) -> Reply:
        replies = [effect for effect in self.effects if isinstance(effect, Reply)]
        assert len(replies) == 1, f"{len(replies)} replies"
        return replies[0]
