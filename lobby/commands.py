"""What may be asked of a Meeting. Imperative, frozen, one type a request. One long list without
logic: whoever looks for a command finds it here and nowhere else.

Commands come from sessions, the duty desk, timers and the media plane; signalling has checked
their form (lengths, enums, signatures), never their permission: that is the Meeting's alone.
`by` is the session of a person in the meeting, or an Officer at the desk.
"""

from dataclasses import dataclass
from enum import Enum

from vmr.ids import BookingId, DeviceId, InviteId, OfficerId, ParticipantId, PersonId, SessionId
from vmr.roles import Role
from vmr.rooms import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """A named member of staff outside the room, at the duty desk or at a monitoring terminal."""

    id: OfficerId
    name: str
    role: Role = Role.STAFF


Actor = SessionId | Officer


class IdMethod(Enum):
    PROFESSIONAL_CARD = "professional_card"
    LETTER_AND_PHOTO_ID = "letter_and_photo_id"


class Document(Enum):
    PROFESSIONAL_PHOTO_CARD = "professional_photo_card"
    LETTER_ON_HEADED_PAPER = "letter_on_headed_paper"
    PASSPORT = "passport"
    PHOTO_DRIVING_LICENCE = "photo_driving_licence"


class Quality(Enum):
    """Of one person's connection, over windows of 20 s."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationClaim:
    """What the officer says they saw. `verified_name` is sealed in the record, never shown."""

    person: PersonId
    method: IdMethod
    documents: frozenset[Document]
    verified_name: str


# -- at the door ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Press Start. `participant` is a fresh id, dropped when the person re-enters an old seat.

    `persons` are the names behind this connection, the first being the one on screen.
    `invite` is set only for a valid personal link of this room (and of now), `booking` and
    `slot_starts_at` where it is one of a slot: it then opens nothing in another.
    `device_proven` says the browser signed this session's nonce with the key of `device`.
    `is_enrolled_terminal`: the proven device is enrolled by the room's establishment, not revoked.
    `is_like_banned`: one of the names is like that of a person banned from this call.
    `move` takes the seat over from another tab of the same device.
    """

    session: SessionId
    participant: ParticipantId
    role: Role
    persons: tuple[str, ...]
    declaration: str
    invite: InviteId | None = None
    booking: BookingId | None = None
    slot_starts_at: float | None = None
    device: DeviceId | None = None
    device_proven: bool = False
    is_enrolled_terminal: bool = False
    is_like_banned: bool = False
    move: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterPin:
    """A Host PIN typed by a joining host, or by a handed-over seat (step-up).

    `is_correct` was found by signalling against the argon2id hash; whether it counts is decided
    here. `confirmed` are the ids of the policy's opening confirmations that were ticked.
    `is_enrolled_terminal`: as in Join, and found anew; it counts at the door alone.
    """

    session: SessionId
    is_correct: bool
    is_enrolled_terminal: bool = False
    confirmed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockAgain:
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """A named decision. `attestations` are needed first in a locked room that asks for them.

    An officer may also admit a host who waits at the PIN prompt, and so open the room from the
    desk; `confirmed` are then the policy's opening confirmations, as in EnterPin.
    """

    by: Actor
    participant: ParticipantId
    attestations: tuple[AttestationClaim, ...] = ()
    confirmed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitExpected:
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    by: Actor
    participant: ParticipantId
    reason: str


# -- people inside ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPerson:
    """Somebody else is behind a connection (an interpreter beside the lawyer)."""

    by: Actor
    participant: ParticipantId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginCheck:
    """Open the private ID check: this guest's camera and sound go to the checking host alone."""

    by: SessionId
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCheck:
    by: Actor
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Attest:
    by: Actor
    participant: ParticipantId
    claim: AttestationClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack:
    """Back to the waiting room, without media, until a named decision."""

    by: Actor
    participant: ParticipantId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    by: Actor
    participant: ParticipantId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteOther:
    by: Actor
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOwnMedia:
    """Mute, unmute, stop or start one's own camera. None leaves a setting as it is."""

    session: SessionId
    microphone: bool | None = None
    camera: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPresenting:
    """`take_over` confirms that a running presentation of another ends."""

    session: SessionId
    take_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPresenting:
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowPresenting:
    """Whether guests may present; a presentation of theirs that runs ends when they may not."""

    by: Actor
    is_allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseHand:
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerHand:
    """One's own, or somebody else's."""

    by: Actor
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowEncoder:
    """An encoder may send in place of this page. Asked again, the earlier one may no more."""

    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopEncoder:
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEncoder:
    """An encoder came with the token of this seat; that it is this seat's, signalling knows."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStaff:
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyToLeave:
    session: SessionId


# -- the room ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """This host seat drops to the prisoner-safe face; also ends a step-up early."""

    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetStepUp:
    """The desk lets a seat try the Host PIN again after three wrong entries."""

    by: Officer
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    by: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    by: Officer
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    by: Actor
    reason: str


# -- monitoring -------------------------------------------------------------------------------


class ConcernCategory(Enum):
    RULE_BROKEN = "rule_broken"
    SECURITY = "security"
    DISTRESS = "distress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A monitoring terminal puts this room on its wall; `participant` is a fresh id."""

    session: SessionId
    participant: ParticipantId
    officer: Officer


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatch:
    """`reason` is a code: closed, signed_out, connection_lost."""

    session: SessionId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWatching:
    """Judged by the server (`lobby.terminal`): this terminal watches (None), or why not."""

    session: SessionId
    why_not: str | None


class PictureProblem(Enum):
    """What is wrong with somebody's picture: MISSING the server finds, the others a page says."""

    MISSING = "missing"
    COVERED = "covered"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPicture:
    """What one terminal is shown of somebody is amiss, or (None) is so no more."""

    session: SessionId
    participant: ParticipantId
    problem: PictureProblem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseConcern:
    """`incident` is the number of the establishment's own incident log, or empty."""

    by: Officer
    category: ConcernCategory
    incident: str
    note: str
    follow_up: str
    tells_desk: bool


# -- the duty desk ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPin:
    """Wrong PINs of the room no longer count: a closed PIN entry opens again."""

    by: Officer


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRoom:
    """Words of the desk to everybody inside, shown as from staff."""

    by: Officer
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlert:
    """It stops ringing, and is shown as this officer's."""

    by: Officer
    alert: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOverAlert:
    """From an officer who has done nothing about it for a while."""

    by: Officer
    alert: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAlert:
    """It was dealt with."""

    by: Officer
    alert: int


# -- the outside world ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Hang up, or close the waiting page, on purpose."""

    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLost:
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketBack:
    """The same session resumed by its token."""

    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLost:
    """ICE consent ended, or the transport failed.

    `is_ours`: the server lost it, which says nothing of this person's network.
    """

    participant: ParticipantId
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaBack:
    """A transport of this participant is connected."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConnected:
    """The transport of this participant's encoder is up."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderLost:
    """The encoder ended, or its transport did."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteQuality:
    """The connection of this participant has become so."""

    participant: ParticipantId
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRoom:
    """The room was changed in the office; it counts only while nobody has opened the meeting."""

    room: Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed: `Meeting.next_deadline()` was reached."""


Command = (
    Join | EnterPin | KnockAgain | Admit | AdmitExpected | Refuse | AddPerson | BeginCheck
    | EndCheck | Attest | SendBack | Remove | MuteOther | SetOwnMedia | StartPresenting
    | StopPresenting | AllowPresenting | RaiseHand | LowerHand | AllowEncoder | StopEncoder
    | OfferEncoder | CallStaff | ReadyToLeave
    | Lock | Unlock | HandOver | ResetStepUp | Pause | Resume | Extend | End | ResetPin
    | MessageRoom | AcknowledgeAlert | TakeOverAlert | CloseAlert | Watch | Unwatch
    | ReportWatching | ReportPicture | RaiseConcern | Leave | SocketLost | SocketBack | MediaLost
    | MediaBack | EncoderConnected | EncoderLost | NoteQuality | ChangeRoom | Tick
)  # fmt: skip
