"""What a meeting is at one moment: plain values, and questions about them. It decides nothing.

Invariant: whoever is here is in exactly one of `seats`, `knocks` and `prompts`. The records in
the tables are frozen, so a copy of the tables is a copy of the state.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lobby.alerts import Alert
from lobby.commands import Officer, PictureProblem, Quality
from lobby.desk_views import DeskView
from lobby.effects import Bind, BindTap, Gate
from lobby.encoder import Encoder
from lobby.knock import Knock, KnockState
from lobby.pin import PinAttempts, PinPrompt
from lobby.step_up import Hands
from lobby.views import View
from vmr.ids import (
    BookingId,
    DeviceId,
    InviteId,
    MeetingId,
    OfficerId,
    ParticipantId,
    SessionId,
)
from vmr.numbers import Numbers
from vmr.participants import Person
from vmr.policies import POLICIES, Policy
from vmr.roles import Permission, Role, Stage, permissions
from vmr.rooms import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody inside. `session` is None while the seat is kept for one who lost the network.

    A kept seat is held until `absent_until`. `socket_lost_at`: the signalling of a seat is gone
    while its media may still flow. `microphone` and `camera` are what its holder wants.
    """

    id: ParticipantId
    session: SessionId | None
    role: Role
    persons: tuple[Person, ...]
    invite: InviteId | None
    device: DeviceId | None
    microphone: bool = True
    camera: bool = True
    encoder: Encoder = Encoder.OFF
    is_media_lost: bool = False
    socket_lost_at: float | None = None
    absent_until: float | None = None
    hands: Hands = field(default_factory=Hands)

    @property
    def name(self) -> str:
        """The name on screen."""
        return self.persons[0].name

    @property
    def label(self) -> str:
        """How the record calls the holder: a role and an id, never a name."""
        return f"{self.role.value}:{self.id}"

    @property
    def is_attested(self) -> bool:
        """Every person behind it; a host's attestation is the PIN."""
        return self.role is Role.HOST or all(person.is_attested for person in self.persons)

    @property
    def may_return(self) -> bool:
        """Whether the seat is kept when its holder loses the network."""
        return self.device is not None and self.is_attested


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """A monitoring terminal that has the room on its wall. `id` names its tap.

    `is_watching`: it was found to watch indeed (PRODUCT's *ready* and *live*).
    """

    id: ParticipantId
    session: SessionId
    officer: Officer
    is_watching: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Followers:
    """Officers who watched the meeting at the server that it was moved from. They count as
    watching here `until` then, so that their terminals can come after it."""

    officers: frozenset[OfficerId]
    until: float


@dataclass(slots=True, kw_only=True)
class Sent:
    """What the world was last told, to tell it only what differs."""

    media: dict[ParticipantId, SessionId] = field(default_factory=dict)
    encoders: frozenset[ParticipantId] = frozenset()
    gates: dict[ParticipantId, Gate] = field(default_factory=dict)
    binds: dict[ParticipantId, Bind] = field(default_factory=dict)
    views: dict[SessionId, View] = field(default_factory=dict)
    taps: dict[ParticipantId, SessionId] = field(default_factory=dict)
    tap_binds: dict[ParticipantId, BindTap] = field(default_factory=dict)
    desk: DeskView | None = None

    def copy(self) -> "Sent":
        return Sent(
            media=dict(self.media),
            encoders=self.encoders,
            gates=dict(self.gates),
            binds=dict(self.binds),
            views=dict(self.views),
            taps=dict(self.taps),
            tap_binds=dict(self.tap_binds),
            desk=self.desk,
        )


@dataclass(slots=True, kw_only=True)
class State:
    """`answered` is how the last knocks ended, `checks` maps a guest to the checking host.

    `alerted_at` is when a device was last heard at the door, `warned` the slot warnings given,
    `hostless_until` when the meeting ends because no host is there, `watchers` the monitoring
    terminals, by session. `is_unwatched`: paused because a room that must be watched is not.
    `is_leased`: the server may let people in; one of several that the others may take for dead
    may not. `is_restored`: a restart is still to be written down, `is_moved`: as a planned move.
    `followers` who watched before the move, for a few seconds. `raised_hands`: who raised theirs
    first comes first.
    `staged_at` is when the stage began; `alerts` are those at the desk by number, `alerts_made`
    how many there have been; `qualities` are of the connections of those inside,
    `pictures` what a monitoring terminal finds amiss in what it is shown of them.
    """

    id: MeetingId
    room: Room
    numbers: Numbers
    stage: Stage = Stage.WAITING
    was_locked: bool = False
    paused: str | None = None
    staged_at: float = 0.0
    opened_at: float | None = None
    ends_at: float | None = None
    warned: frozenset[int] = frozenset()
    hostless_until: float | None = None
    is_unwatched: bool = False
    is_restored: bool = False
    is_moved: bool = False
    followers: Followers | None = None
    is_leased: bool = True
    presenter: ParticipantId | None = None
    guests_may_present: bool = True
    raised_hands: tuple[ParticipantId, ...] = ()
    seats: dict[ParticipantId, Seat] = field(default_factory=dict)
    knocks: dict[ParticipantId, Knock] = field(default_factory=dict)
    prompts: dict[SessionId, PinPrompt] = field(default_factory=dict)
    watchers: dict[SessionId, Watcher] = field(default_factory=dict)
    answered: dict[ParticipantId, KnockState] = field(default_factory=dict)
    checks: dict[ParticipantId, ParticipantId] = field(default_factory=dict)
    alerted_at: dict[DeviceId, float] = field(default_factory=dict)
    alerts: dict[int, Alert] = field(default_factory=dict)
    alerts_made: int = 0
    qualities: dict[ParticipantId, Quality] = field(default_factory=dict)
    pictures: dict[ParticipantId, PictureProblem] = field(default_factory=dict)
    voided_devices: frozenset[DeviceId] = frozenset()
    voided_invites: frozenset[InviteId] = frozenset()
    pins: PinAttempts = field(default_factory=PinAttempts)
    sent: Sent = field(default_factory=Sent)

    def copy(self) -> "State":
        """Independent of this one: tables are copied, their frozen values shared."""
        values = {name: getattr(self, name) for name in State.__slots__}
        tables = {name: value.copy() for name, value in values.items() if name in _TABLES}
        return State(**{**values, **tables})

    @property
    def policy(self) -> Policy:
        return POLICIES[self.room.policy]

    @property
    def is_running(self) -> bool:
        return self.stage in (Stage.OPEN, Stage.LOCKED)

    def enter(self, stage: Stage, now: float) -> None:
        """The stage has changed."""
        self.stage, self.staged_at = stage, now

    # -- who is here --------------------------------------------------------------------------

    def seat_of(self, session: SessionId) -> Seat | None:
        return next((seat for seat in self.seats.values() if seat.session == session), None)

    def knock_of(self, session: SessionId) -> Knock | None:
        return next((knock for knock in self.knocks.values() if knock.session == session), None)

    def has_session(self, session: SessionId) -> bool:
        return (
            session in self.prompts
            or self.seat_of(session) is not None
            or self.knock_of(session) is not None
        )

    def sessions(self) -> Iterator[SessionId]:
        """Everybody's: inside, waiting and at the PIN prompt. A place at the door that a restart
        has kept has none yet."""
        yield from self.inside()
        yield from (knock.session for knock in self.knocks.values() if not knock.is_kept)
        yield from self.prompts

    def inside(self) -> Iterator[SessionId]:
        """The sessions of those inside."""
        yield from (seat.session for seat in self.seats.values() if seat.session is not None)

    def present(self) -> Iterator[Seat]:
        """The seats whose holder is there."""
        yield from (seat for seat in self.seats.values() if seat.session is not None)

    def may(self, seat: Seat) -> frozenset[Permission]:
        may = permissions(seat.role, self.stage, seat.hands.mode)
        is_stopped = seat.role is Role.GUEST and not self.guests_may_present
        return may - {Permission.PRESENT} if is_stopped else may

    # -- who watches ---------------------------------------------------------------------------

    @property
    def monitors(self) -> int:
        """How many terminals may see the room: those inside are told, found watching or not."""
        here = {watcher.officer.id for watcher in self.watchers.values()}
        coming = self.followers.officers - here if self.followers is not None else ()
        return len(self.watchers) + len(coming)

    @property
    def is_watched(self) -> bool:
        return any(watcher.is_watching for watcher in self.watchers.values())

    @property
    def is_paused(self) -> bool:
        """Nothing flows and nobody is admitted: a person paused it, or nobody watches."""
        return self.paused is not None or self.is_unwatched

    # -- how many -----------------------------------------------------------------------------

    @property
    def at_door(self) -> int:
        """How many knock, that is, wait for a decision."""
        return sum(knock.is_knocking for knock in self.knocks.values())

    @property
    def persons_outside(self) -> int:
        return sum(len(seat.persons) for seat in self.seats.values() if seat.role is Role.GUEST)

    @property
    def has_free_connection(self) -> bool:
        return len(self.seats) < self.numbers.connections

    def has_space_outside(self, persons: int) -> bool:
        """Whether so many more persons may come in on guests' connections."""
        return self.persons_outside + persons <= self.persons_outside_max

    @property
    def persons_outside_max(self) -> int:
        """By the policy, or by the named exception of the slot."""
        slot = self.room.slot
        return max(self.policy.persons_outside, 0 if slot is None else slot.persons_outside)

    # -- what is so ---------------------------------------------------------------------------

    @property
    def is_handed_over(self) -> bool:
        """Whether any terminal is in the hands of a prisoner."""
        return any(seat.hands.is_handed_over for seat in self.seats.values())

    @property
    def has_host(self) -> bool:
        return any(seat.role is Role.HOST for seat in self.present())

    def is_voided(self, device: DeviceId | None, invite: InviteId | None) -> bool:
        """Refused, removed or sent back before in this meeting."""
        return device in self.voided_devices or invite in self.voided_invites

    def is_expected(self, knock: Knock) -> bool:
        """Came by a personal link, which nobody has used since and which still counts."""
        is_ours = knock.invite is not None and self.is_slot_of(knock.booking)
        return is_ours and not self.is_voided(knock.device, knock.invite)

    def is_slot_of(self, booking: BookingId | None) -> bool:
        """Whether a personal link of this booking is for this meeting; one of none is for any."""
        slot = self.room.slot
        return booking is None or (slot is not None and slot.booking == booking)


_TABLES = frozenset(
    {
        *("seats", "knocks", "prompts", "watchers", "answered", "checks", "alerted_at"),
        *("alerts", "qualities", "pictures", "sent"),
    }
)
