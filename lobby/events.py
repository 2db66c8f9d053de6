"""What happened, told to those inside: past tense, for announcements. State is in the views.

An event is sent as its `NAME` with its fields; what a page shows at any moment comes from
`lobby.views` alone, so a missed event costs an announcement, never a wrong picture.
Ids and names appear only where every reader of the event may know them.
"""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from vmr.ids import ParticipantId


class EndCode(Enum):
    """Why a session is over. The page has one sentence for each."""

    HUNG_UP = "hung_up"
    REFUSED = "refused"
    REMOVED = "removed"
    MEETING_ENDED = "meeting_ended"
    ROOM_CHANGED = "room_changed"
    SLOT_OVER = "slot_over"
    HOST_GONE = "host_gone"
    WAITED_TOO_LONG = "waited_too_long"
    PIN_ATTEMPTS_USED = "pin_attempts_used"
    PIN_TIMED_OUT = "pin_timed_out"
    MOVED = "moved"
    CONNECTION_LOST = "connection_lost"
    NEXT_SLOT = "next_slot"  # the meeting before is over: the page joins the next by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """`can_return` says whether the page should offer a way back."""

    NAME: ClassVar[str] = "session.ended"
    code: EndCode
    can_return: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBack:
    """To the one concerned: you wait again."""

    NAME: ClassVar[str] = "participant.sent_back"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """To the one concerned: offer your media now."""

    NAME: ClassVar[str] = "participant.admitted"
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantJoined:
    """`how`: invited, admitted, admitted_after_lock, host_pin, returned. `by` is a role's word."""

    NAME: ClassVar[str] = "participant.joined"
    participant: ParticipantId
    name: str
    how: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft:
    """`how`: hung_up, removed, sent_back, lost, moved."""

    NAME: ClassVar[str] = "participant.left"
    participant: ParticipantId
    name: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockReceived:
    """Somebody is at the door. No name: the inside does not learn it."""

    NAME: ClassVar[str] = "knock.received"
    at_door: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingOpened:
    NAME: ClassVar[str] = "meeting.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingLocked:
    NAME: ClassVar[str] = "meeting.locked"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingUnlocked:
    NAME: ClassVar[str] = "meeting.unlocked"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPaused:
    NAME: ClassVar[str] = "meeting.paused"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingResumed:
    NAME: ClassVar[str] = "meeting.resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorLost:
    """Nobody watches a room that must be watched: nothing flows until somebody does."""

    NAME: ClassVar[str] = "monitor.lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorBack:
    NAME: ClassVar[str] = "monitor.back"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    NAME: ClassVar[str] = "seat.handed_over"
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedUp:
    NAME: ClassVar[str] = "seat.stepped_up"
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUpLapsed:
    NAME: ClassVar[str] = "seat.step_up_lapsed"
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedByHost:
    NAME: ClassVar[str] = "participant.muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStarted:
    """To the guest: only the host sees and hears you now."""

    NAME: ClassVar[str] = "check.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEnded:
    NAME: ClassVar[str] = "check.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentationStarted:
    NAME: ClassVar[str] = "presentation.started"
    participant: ParticipantId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentationStopped:
    NAME: ClassVar[str] = "presentation.stopped"
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentingAllowed:
    """Guests may present from now on, or may not."""

    NAME: ClassVar[str] = "presentation.allowed"
    is_allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandRaised:
    NAME: ClassVar[str] = "hand.raised"
    participant: ParticipantId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandLowered:
    """To the one concerned: a host has lowered your hand."""

    NAME: ClassVar[str] = "hand.lowered"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderStarted:
    """To the others: this person's picture and sound come from an encoder now."""

    NAME: ClassVar[str] = "encoder.started"
    participant: ParticipantId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCalled:
    NAME: ClassVar[str] = "staff.called"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMessage:
    """Words of the duty desk to everybody inside."""

    NAME: ClassVar[str] = "staff.message"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotEnding:
    NAME: ClassVar[str] = "slot.ending"
    minutes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotExtended:
    NAME: ClassVar[str] = "slot.extended"
    minutes: int


Event = (
    SessionEnded | SentBack | Admitted | ParticipantJoined | ParticipantLeft | KnockReceived
    | MeetingOpened | MeetingLocked | MeetingUnlocked | MeetingPaused | MeetingResumed | MonitorLost
    | MonitorBack | HandedOver | SteppedUp | StepUpLapsed | MutedByHost | CheckStarted | CheckEnded
    | PresentationStarted | PresentationStopped | PresentingAllowed | HandRaised | HandLowered
    | EncoderStarted | StaffCalled | StaffMessage | SlotEnding | SlotExtended
)  # fmt: skip
