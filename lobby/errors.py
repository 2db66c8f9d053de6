"""What a Meeting refuses: one tree, each leaf with a stable code. Raised: nothing has changed.

    MeetingError
    ├── NotHere               not_here               this session is not in the meeting
    ├── NotPermitted          not_permitted          the permission table says no
    ├── WrongTime
    │   ├── MeetingOver       meeting_over
    │   ├── NotOpen           not_open               no host has opened the room yet
    │   ├── AlreadyOpen       already_open
    │   ├── AlreadyLocked     already_locked
    │   ├── NotLocked         not_locked
    │   ├── RoomLocked        room_locked            not by one click in a locked room
    │   ├── Paused            meeting_paused         nobody is admitted while paused
    │   ├── NoLease           no_lease               this server lost touch with the others
    │   ├── AlreadyPaused     already_paused
    │   ├── NotPaused         not_paused
    │   ├── NoEndTime         no_end_time            nothing to extend
    │   └── BadExtension      bad_extension          minutes out of range
    ├── AtTheDoor
    │   ├── AlreadyJoined     already_joined         this session has joined before
    │   ├── AlreadyInside     already_inside         the seat is open in another tab: move?
    │   ├── RoomClosed        room_closed
    │   ├── RoleNotOffered    role_not_offered       only guests and hosts come by the door
    │   ├── TerminalNotEnrolled  terminal_not_enrolled  hosts join at enrolled terminals only
    │   ├── NameMissing       name_missing
    │   ├── DeclarationNeeded declaration_required   not this version of the declaration
    │   ├── TooManyPersons    too_many_persons       more persons than the policy lets in
    │   ├── RoomFull          room_full              no connection is free
    │   ├── LobbyFull         lobby_full
    │   ├── KnockTooSoon      knock_too_soon
    │   └── NotKnocking       not_knocking           waits for the host only, or not at all
    ├── Pin
    │   ├── WrongPin          wrong_pin              counted (in a Reply, never raised)
    │   ├── PinAttemptsUsed   pin_attempts_used      the last one was wrong (in a Reply)
    │   ├── StepUpClosed      step_up_closed         until the desk resets it (also in a Reply)
    │   ├── PinClosed         pin_closed             too many wrong PINs on this room
    │   ├── PinNotClosed      pin_not_closed         nothing to reset
    │   └── NoPinAsked        no_pin_asked
    ├── Opening
    │   ├── ConfirmationMissing  confirmation_missing
    │   ├── MonitorRequired      monitor_required    no monitoring terminal watches this room
    │   ├── RecordingRequired    recording_required  must be recorded by law, and cannot be yet
    │   └── SlotOver             slot_over           the room's end time has passed
    ├── Monitoring
    │   └── AlreadyWatching      already_watching    this terminal shows the room already
    ├── Decision
    │   ├── NoSuchKnock          no_such_knock
    │   ├── AlreadyAnswered      already_answered    only the first answer counts
    │   ├── PageGone             page_gone           their page is not connected just now
    │   ├── NobodyExpected       nobody_expected
    │   └── AttestationRequired  attestation_required  before an admission after the lock
    ├── Desk
    │   ├── NoSuchAlert          no_such_alert       it has ended
    │   ├── AlreadyAcknowledged  already_acknowledged   only the first one counts
    │   ├── AlertNotTaken        alert_not_taken     nobody to take it over from
    │   ├── TakeOverTooSoon      take_over_too_soon  its owner has just acted
    │   ├── AlertStands          alert_stands        it ends when its cause is gone
    │   └── MessageMissing       message_missing
    └── Inside
        ├── NoSuchParticipant    no_such_participant
        ├── NoSuchPerson         no_such_person
        ├── NotAGuest            not_a_guest
        ├── NotYourself          not_yourself
        ├── NotConnected         not_connected       the seat is kept, its holder is away
        ├── CheckRunning         check_running
        ├── NoCheck              no_check
        ├── BadAttestation       bad_attestation     the documents do not fit the method
        ├── AttestationMissing   attestation_missing somebody inside is not attested: no lock
        ├── LockFirst            lock_first          before this room is handed over
        ├── SomebodyPresents     somebody_presents   take over?
        ├── NotPresenting        not_presenting
        ├── NoEncoder            no_encoder          none was allowed, or it was stopped
        └── EncoderRunning       encoder_running     one is connected with this token

Signalling maps every code of `CODES` to a sentence.
"""

from typing import ClassVar


class MeetingError(Exception):
    """A command was refused and changed nothing; `code` is stable and goes over the wire."""

    code: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__(self.code)


class NotHere(MeetingError):
    code = "not_here"


class NotPermitted(MeetingError):
    code = "not_permitted"


class WrongTime(MeetingError):
    """The meeting is not in a state for it."""


class MeetingOver(WrongTime):
    code = "meeting_over"


class NotOpen(WrongTime):
    code = "not_open"


class AlreadyOpen(WrongTime):
    code = "already_open"


class AlreadyLocked(WrongTime):
    code = "already_locked"


class NotLocked(WrongTime):
    code = "not_locked"


class RoomLocked(WrongTime):
    code = "room_locked"


class Paused(WrongTime):
    code = "meeting_paused"


class NoLease(WrongTime):
    code = "no_lease"


class AlreadyPaused(WrongTime):
    code = "already_paused"


class NotPaused(WrongTime):
    code = "not_paused"


class NoEndTime(WrongTime):
    code = "no_end_time"


class BadExtension(WrongTime):
    code = "bad_extension"


class AtTheDoor(MeetingError):
    """Joining and knocking."""


class AlreadyJoined(AtTheDoor):
    code = "already_joined"


class AlreadyInside(AtTheDoor):
    code = "already_inside"


class RoomClosed(AtTheDoor):
    code = "room_closed"


class RoleNotOffered(AtTheDoor):
    code = "role_not_offered"


class TerminalNotEnrolled(AtTheDoor):
    code = "terminal_not_enrolled"


class NameMissing(AtTheDoor):
    code = "name_missing"


class DeclarationNeeded(AtTheDoor):
    code = "declaration_required"


class TooManyPersons(AtTheDoor):
    code = "too_many_persons"


class RoomFull(AtTheDoor):
    code = "room_full"


class LobbyFull(AtTheDoor):
    code = "lobby_full"


class KnockTooSoon(AtTheDoor):
    code = "knock_too_soon"


class NotKnocking(AtTheDoor):
    code = "not_knocking"


class Pin(MeetingError):
    """The Host PIN, at the door or to step up."""


class WrongPin(Pin):
    code = "wrong_pin"


class PinAttemptsUsed(Pin):
    code = "pin_attempts_used"


class StepUpClosed(Pin):
    code = "step_up_closed"


class PinClosed(Pin):
    code = "pin_closed"


class NoPinAsked(Pin):
    code = "no_pin_asked"


class PinNotClosed(Pin):
    code = "pin_not_closed"


class Opening(MeetingError):
    """The PIN is right, but this room may not be opened like this."""


class ConfirmationMissing(Opening):
    code = "confirmation_missing"


class MonitorRequired(Opening):
    code = "monitor_required"


class RecordingRequired(Opening):
    code = "recording_required"


class SlotOver(Opening):
    code = "slot_over"


class Monitoring(MeetingError):
    """A monitoring terminal asks for what cannot be."""


class AlreadyWatching(Monitoring):
    code = "already_watching"


class Decision(MeetingError):
    """Answers to a knock."""


class NoSuchKnock(Decision):
    code = "no_such_knock"


class AlreadyAnswered(Decision):
    code = "already_answered"


class PageGone(Decision):
    code = "page_gone"


class NobodyExpected(Decision):
    code = "nobody_expected"


class AttestationRequired(Decision):
    code = "attestation_required"


class Desk(MeetingError):
    """Alerts at the duty desk, and what it says to a room."""


class NoSuchAlert(Desk):
    code = "no_such_alert"


class AlreadyAcknowledged(Desk):
    code = "already_acknowledged"


class AlertNotTaken(Desk):
    code = "alert_not_taken"


class TakeOverTooSoon(Desk):
    code = "take_over_too_soon"


class AlertStands(Desk):
    code = "alert_stands"


class MessageMissing(Desk):
    code = "message_missing"


class Inside(MeetingError):
    """What people inside do with one another."""


class NoSuchParticipant(Inside):
    code = "no_such_participant"


class NoSuchPerson(Inside):
    code = "no_such_person"


class NotAGuest(Inside):
    code = "not_a_guest"


class NotYourself(Inside):
    code = "not_yourself"


class NotConnected(Inside):
    code = "not_connected"


class CheckRunning(Inside):
    code = "check_running"


class NoCheck(Inside):
    code = "no_check"


class BadAttestation(Inside):
    code = "bad_attestation"


class AttestationMissing(Inside):
    code = "attestation_missing"


class LockFirst(Inside):
    code = "lock_first"


class SomebodyPresents(Inside):
    code = "somebody_presents"


class NotPresenting(Inside):
    code = "not_presenting"


class NoEncoder(Inside):
    code = "no_encoder"


class EncoderRunning(Inside):
    code = "encoder_running"


def _leaves(branch: type[MeetingError]) -> dict[str, type[MeetingError]]:
    found = {branch.code: branch} if branch.code else {}
    for child in branch.__subclasses__():
        found |= _leaves(child)
    return found


ERRORS: dict[str, type[MeetingError]] = _leaves(MeetingError)
CODES: frozenset[str] = frozenset(ERRORS)
