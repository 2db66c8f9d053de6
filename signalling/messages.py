"""Every request of PROTOCOL.md as a model, and the one dispatch table: one long list, in the order
of that document.

A model checks form alone (types, lengths, words); whether the thing may be done is decided by
the Meeting. Unknown fields are refused. A request that is one command says which.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.types import conlist

from lobby.commands import (
    Actor,
    AddPerson,
    Admit,
    AdmitExpected,
    AllowPresenting,
    Attest,
    BeginCheck,
    CallStaff,
    Command,
    End,
    EndCheck,
    HandOver,
    KnockAgain,
    Leave,
    Lock,
    LowerHand,
    MuteOther,
    Pause,
    RaiseHand,
    ReadyToLeave,
    Refuse,
    Remove,
    Resume,
    SendBack,
    SetOwnMedia,
    StartPresenting,
    StopEncoder,
    StopPresenting,
    Unlock,
)
from media.messages import Pictures
from signalling.fields import (
    NAMES,
    PIN_CHARACTERS,
    Claim,
    Id,
    Model,
    Name,
    Reason,
    Request,
    Sdp,
    Word,
    parse,
    without_spaces,
)
from vmr.ids import ParticipantId, SessionId

Coordinate = Annotated[str, StringConstraints(min_length=43, max_length=43)]
Signature = Annotated[str, StringConstraints(min_length=86, max_length=86)]


class CommandRequest(Request):
    """A request that is one command of this session to its Meeting.

    Where the command may also be an officer's, `by` is either, and `signalling.officer_messages`
    takes the request from here.
    """

    def command(self, by: SessionId) -> Command:
        raise NotImplementedError


# -- at the door ------------------------------------------------------------------------------


class Jwk(Model):
    """The public half of an ECDSA P-256 key; members WebCrypto adds are taken and unused."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate
    ext: bool = True
    key_ops: conlist(Word, max_length=4) = Field(default_factory=list)  # type: ignore[valid-type]


class Device(Model):
    jwk: Jwk
    signature: Signature


class RoomJoin(Request):
    NAME = "room.join"
    room: Annotated[str, StringConstraints(max_length=64)]
    role: Literal["guest", "host"]
    names: conlist(Name, min_length=1, max_length=NAMES)  # type: ignore[valid-type]
    declaration: Word
    invite: Annotated[str, StringConstraints(max_length=128)] | None = None
    device: Device | None = None
    move: bool = False
    offer: Sdp | None = None


class RoomFind(Request):
    NAME = "room.find"
    room: Annotated[str, StringConstraints(max_length=64)]


class RoomFinishMove(Request):
    NAME = "room.finish_move"


class RoomLeave(CommandRequest):
    NAME = "room.leave"

    def command(self, by: SessionId) -> Command:
        return Leave(session=by)


class HostEnterPin(Request):
    NAME = "host.enter_pin"
    pin: Annotated[
        str,
        StringConstraints(min_length=1, max_length=PIN_CHARACTERS),
        AfterValidator(without_spaces),
    ]
    confirmed: conlist(Word, max_length=16) = Field(default_factory=list)  # type: ignore[valid-type]


class KnockAgainRequest(CommandRequest):
    NAME = "knock.again"

    def command(self, by: SessionId) -> Command:
        return KnockAgain(session=by)


class KnockAdmit(CommandRequest):
    NAME = "knock.admit"
    participant: Id
    attestations: conlist(Claim, max_length=NAMES) = Field(default_factory=list)  # type: ignore[valid-type]

    def command(self, by: Actor) -> Admit:
        return Admit(
            by=by,
            participant=ParticipantId(self.participant),
            attestations=tuple(claim.claim() for claim in self.attestations),
        )


class KnockAdmitExpected(CommandRequest):
    NAME = "knock.admit_expected"

    def command(self, by: Actor) -> Command:
        return AdmitExpected(by=by)


class KnockRefuse(CommandRequest):
    NAME = "knock.refuse"
    participant: Id
    reason: Reason

    def command(self, by: Actor) -> Command:
        return Refuse(by=by, participant=ParticipantId(self.participant), reason=self.reason)


# -- people inside ----------------------------------------------------------------------------


class ParticipantAddPerson(CommandRequest):
    NAME = "participant.add_person"
    participant: Id
    name: Name

    def command(self, by: SessionId) -> Command:
        return AddPerson(by=by, participant=ParticipantId(self.participant), name=self.name)


class ParticipantBeginCheck(CommandRequest):
    NAME = "participant.begin_check"
    participant: Id

    def command(self, by: SessionId) -> Command:
        return BeginCheck(by=by, participant=ParticipantId(self.participant))


class ParticipantEndCheck(CommandRequest):
    NAME = "participant.end_check"
    participant: Id

    def command(self, by: SessionId) -> Command:
        return EndCheck(by=by, participant=ParticipantId(self.participant))


class ParticipantAttest(CommandRequest):
    NAME = "participant.attest"
    participant: Id
    claim: Claim

    def command(self, by: SessionId) -> Command:
        return Attest(by=by, participant=ParticipantId(self.participant), claim=self.claim.claim())


class ParticipantSendBack(CommandRequest):
    NAME = "participant.send_back"
    participant: Id
    reason: Reason

    def command(self, by: Actor) -> Command:
        return SendBack(by=by, participant=ParticipantId(self.participant), reason=self.reason)


class ParticipantRemove(CommandRequest):
    NAME = "participant.remove"
    participant: Id
    reason: Reason

    def command(self, by: Actor) -> Command:
        return Remove(by=by, participant=ParticipantId(self.participant), reason=self.reason)


class ParticipantMute(CommandRequest):
    NAME = "participant.mute"
    participant: Id

    def command(self, by: SessionId) -> Command:
        return MuteOther(by=by, participant=ParticipantId(self.participant))


class SelfSetMedia(CommandRequest):
    NAME = "self.set_media"
    microphone: bool | None = None
    camera: bool | None = None

    def command(self, by: SessionId) -> Command:
        return SetOwnMedia(session=by, microphone=self.microphone, camera=self.camera)


class PresentationStart(CommandRequest):
    NAME = "presentation.start"
    take_over: bool = False

    def command(self, by: SessionId) -> Command:
        return StartPresenting(session=by, take_over=self.take_over)


class PresentationStop(CommandRequest):
    NAME = "presentation.stop"

    def command(self, by: SessionId) -> Command:
        return StopPresenting(session=by)


class PresentationAllow(CommandRequest):
    NAME = "presentation.allow"
    is_allowed: bool

    def command(self, by: SessionId) -> Command:
        return AllowPresenting(by=by, is_allowed=self.is_allowed)


class HandRaise(CommandRequest):
    NAME = "hand.raise"

    def command(self, by: SessionId) -> Command:
        return RaiseHand(session=by)


class HandLower(CommandRequest):
    NAME = "hand.lower"
    participant: Id

    def command(self, by: Actor) -> Command:
        return LowerHand(by=by, participant=ParticipantId(self.participant))


class EncoderStart(Request):
    """The acknowledgement brings the token, so this is more than its command."""

    NAME = "encoder.start"


class EncoderStop(CommandRequest):
    NAME = "encoder.stop"

    def command(self, by: SessionId) -> Command:
        return StopEncoder(session=by)


class StaffCall(CommandRequest):
    NAME = "staff.call"

    def command(self, by: SessionId) -> Command:
        return CallStaff(session=by)


class StaffReadyToLeave(CommandRequest):
    NAME = "staff.ready_to_leave"

    def command(self, by: SessionId) -> Command:
        return ReadyToLeave(session=by)


# -- the room ---------------------------------------------------------------------------------


class RoomLock(CommandRequest):
    NAME = "room.lock"

    def command(self, by: Actor) -> Command:
        return Lock(by=by)


class RoomUnlock(CommandRequest):
    NAME = "room.unlock"

    def command(self, by: Actor) -> Command:
        return Unlock(by=by)


class RoomHandOver(CommandRequest):
    NAME = "room.hand_over"

    def command(self, by: SessionId) -> Command:
        return HandOver(session=by)


class RoomPause(CommandRequest):
    NAME = "room.pause"
    reason: Reason

    def command(self, by: Actor) -> Command:
        return Pause(by=by, reason=self.reason)


class RoomResume(CommandRequest):
    NAME = "room.resume"

    def command(self, by: Actor) -> Command:
        return Resume(by=by)


class RoomEnd(CommandRequest):
    NAME = "room.end"
    reason: Reason

    def command(self, by: Actor) -> Command:
        return End(by=by, reason=self.reason)


class MediaOffer(Request):
    NAME = "media.offer"
    sdp: Sdp


class MediaPrefer(Request):
    """Nothing of the meeting: it changes what this page is sent, as its bandwidth allows."""

    NAME = "media.prefer"
    participant: Id | None


class MediaSave(Request):
    """Nothing of the meeting either."""

    NAME = "media.save"
    pictures: Pictures


REQUESTS: Mapping[str, type[Request]] = {
    model.NAME: model
    for model in (
        RoomJoin, RoomFind, RoomFinishMove, RoomLeave, HostEnterPin, KnockAgainRequest, KnockAdmit,
        KnockAdmitExpected, KnockRefuse, ParticipantAddPerson, ParticipantBeginCheck,
        ParticipantEndCheck, ParticipantAttest, ParticipantSendBack, ParticipantRemove,
        ParticipantMute, SelfSetMedia, PresentationStart, PresentationStop, PresentationAllow,
        HandRaise, HandLower, EncoderStart, EncoderStop, StaffCall, StaffReadyToLeave, RoomLock,
        RoomUnlock, RoomHandOver, RoomPause, RoomResume, RoomEnd, MediaOffer, MediaPrefer,
        MediaSave,
    )
}  # fmt: skip


def parse_request(event: str, payload: object) -> Request:
    """Raises RequestError unknown_request, bad_message, bad_name, bad_text or too_large."""
    return parse(REQUESTS, event, payload)
