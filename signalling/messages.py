"""Every request of PROTOCOL.md as a model, and the one dispatch table: one long list, in the order
of that document.

A model checks form alone (types, lengths, words); whether the thing may be done is decided by
the Meeting. Unknown fields are refused. A request that is one command says which.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.types import conlist

from lobby.commands import (
    AddPerson,
    Admit,
    AdmitExpected,
    Attest,
    AttestationClaim,
    BeginCheck,
    CallStaff,
    Command,
    Document,
    End,
    EndCheck,
    HandOver,
    IdMethod,
    KnockAgain,
    Leave,
    Lock,
    MuteOther,
    Pause,
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
from signalling.errors import RequestError
from vmr.ids import ParticipantId, PersonId, SessionId

NAME_CHARACTERS = 60
NAMES = 8
REASON_CHARACTERS = 500
SDP_CHARACTERS = 131_072
PIN_CHARACTERS = 20

_UNSEEN = r"\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069"  # controls, and what turns text round

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=NAME_CHARACTERS, pattern=rf"^[^\x00-\x1f{_UNSEEN}]+$"
    ),
]
Reason = Annotated[
    str,
    StringConstraints(max_length=REASON_CHARACTERS, pattern=rf"^[^\x00-\x08\x0b-\x1f{_UNSEEN}]*$"),
]
Sdp = Annotated[str, StringConstraints(min_length=1, max_length=SDP_CHARACTERS)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Coordinate = Annotated[str, StringConstraints(min_length=43, max_length=43)]
Signature = Annotated[str, StringConstraints(min_length=86, max_length=86)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Request(Model):
    NAME: ClassVar[str]


class CommandRequest(Request):
    """A request that is one command of this session to its Meeting."""

    def command(self, session: SessionId) -> Command:
        raise NotImplementedError


# -- at the door ------------------------------------------------------------------------------


class Jwk(Model):
    """The public half of an ECDSA P-256 key; members WebCrypto adds are taken and unused."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate
    ext: bool = True
    key_ops: conlist(Word, max_length=4) = []  # type: ignore[valid-type]


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


class RoomLeave(CommandRequest):
    NAME = "room.leave"

    def command(self, session: SessionId) -> Command:
        return Leave(session=session)


class HostEnterPin(Request):
    NAME = "host.enter_pin"
    pin: Annotated[str, StringConstraints(min_length=1, max_length=PIN_CHARACTERS)]
    confirmed: conlist(Word, max_length=16) = []  # type: ignore[valid-type]


class KnockAgainRequest(CommandRequest):
    NAME = "knock.again"

    def command(self, session: SessionId) -> Command:
        return KnockAgain(session=session)


class Claim(Model):
    person: Id
    method: Literal["professional_card", "letter_and_photo_id"]
    documents: conlist(  # type: ignore[valid-type]
        Literal[
            "professional_photo_card", "letter_on_headed_paper", "passport", "photo_driving_licence"
        ],
        min_length=1,
        max_length=4,
    )
    verified_name: Name

    def claim(self) -> AttestationClaim:
        return AttestationClaim(
            person=PersonId(self.person),
            method=IdMethod(self.method),
            documents=frozenset(Document(word) for word in self.documents),
            verified_name=self.verified_name,
        )


class KnockAdmit(CommandRequest):
    NAME = "knock.admit"
    participant: Id
    attestations: conlist(Claim, max_length=NAMES) = []  # type: ignore[valid-type]

    def command(self, session: SessionId) -> Command:
        return Admit(
            by=session,
            participant=ParticipantId(self.participant),
            attestations=tuple(claim.claim() for claim in self.attestations),
        )


class KnockAdmitExpected(CommandRequest):
    NAME = "knock.admit_expected"

    def command(self, session: SessionId) -> Command:
        return AdmitExpected(by=session)


class KnockRefuse(CommandRequest):
    NAME = "knock.refuse"
    participant: Id
    reason: Reason

    def command(self, session: SessionId) -> Command:
        return Refuse(by=session, participant=ParticipantId(self.participant), reason=self.reason)


# -- people inside ----------------------------------------------------------------------------


class ParticipantAddPerson(CommandRequest):
    NAME = "participant.add_person"
    participant: Id
    name: Name

    def command(self, session: SessionId) -> Command:
        return AddPerson(by=session, participant=ParticipantId(self.participant), name=self.name)


class ParticipantBeginCheck(CommandRequest):
    NAME = "participant.begin_check"
    participant: Id

    def command(self, session: SessionId) -> Command:
        return BeginCheck(by=session, participant=ParticipantId(self.participant))


class ParticipantEndCheck(CommandRequest):
    NAME = "participant.end_check"
    participant: Id

    def command(self, session: SessionId) -> Command:
        return EndCheck(by=session, participant=ParticipantId(self.participant))


class ParticipantAttest(CommandRequest):
    NAME = "participant.attest"
    participant: Id
    claim: Claim

    def command(self, session: SessionId) -> Command:
        return Attest(
            by=session, participant=ParticipantId(self.participant), claim=self.claim.claim()
        )


class ParticipantSendBack(CommandRequest):
    NAME = "participant.send_back"
    participant: Id
    reason: Reason

    def command(self, session: SessionId) -> Command:
        return SendBack(by=session, participant=ParticipantId(self.participant), reason=self.reason)


class ParticipantRemove(CommandRequest):
    NAME = "participant.remove"
    participant: Id
    reason: Reason

    def command(self, session: SessionId) -> Command:
        return Remove(by=session, participant=ParticipantId(self.participant), reason=self.reason)


class ParticipantMute(CommandRequest):
    NAME = "participant.mute"
    participant: Id

    def command(self, session: SessionId) -> Command:
        return MuteOther(by=session, participant=ParticipantId(self.participant))


class SelfSetMedia(CommandRequest):
    NAME = "self.set_media"
    microphone: bool | None = None
    camera: bool | None = None

    def command(self, session: SessionId) -> Command:
        return SetOwnMedia(session=session, microphone=self.microphone, camera=self.camera)


class PresentationStart(CommandRequest):
    NAME = "presentation.start"
    take_over: bool = False

    def command(self, session: SessionId) -> Command:
        return StartPresenting(session=session, take_over=self.take_over)


class PresentationStop(CommandRequest):
    NAME = "presentation.stop"

    def command(self, session: SessionId) -> Command:
        return StopPresenting(session=session)


class EncoderStart(Request):
    """The acknowledgement brings the token, so this is more than its command."""

    NAME = "encoder.start"


class EncoderStop(CommandRequest):
    NAME = "encoder.stop"

    def command(self, session: SessionId) -> Command:
        return StopEncoder(session=session)


class StaffCall(CommandRequest):
    NAME = "staff.call"

    def command(self, session: SessionId) -> Command:
        return CallStaff(session=session)


class StaffReadyToLeave(CommandRequest):
    NAME = "staff.ready_to_leave"

    def command(self, session: SessionId) -> Command:
        return ReadyToLeave(session=session)


# -- the room ---------------------------------------------------------------------------------


class RoomLock(CommandRequest):
    NAME = "room.lock"

    def command(self, session: SessionId) -> Command:
        return Lock(by=session)


class RoomUnlock(CommandRequest):
    NAME = "room.unlock"

    def command(self, session: SessionId) -> Command:
        return Unlock(by=session)


class RoomHandOver(CommandRequest):
    NAME = "room.hand_over"

    def command(self, session: SessionId) -> Command:
        return HandOver(session=session)


class RoomPause(CommandRequest):
    NAME = "room.pause"
    reason: Reason

    def command(self, session: SessionId) -> Command:
        return Pause(by=session, reason=self.reason)


class RoomResume(CommandRequest):
    NAME = "room.resume"

    def command(self, session: SessionId) -> Command:
        return Resume(by=session)


class RoomEnd(CommandRequest):
    NAME = "room.end"
    reason: Reason

    def command(self, session: SessionId) -> Command:
        return End(by=session, reason=self.reason)


class MediaOffer(Request):
    NAME = "media.offer"
    sdp: Sdp


REQUESTS: Mapping[str, type[Request]] = {
    model.NAME: model
    for model in (
        RoomJoin, RoomLeave, HostEnterPin, KnockAgainRequest, KnockAdmit, KnockAdmitExpected,
        KnockRefuse, ParticipantAddPerson, ParticipantBeginCheck, ParticipantEndCheck,
        ParticipantAttest, ParticipantSendBack, ParticipantRemove, ParticipantMute, SelfSetMedia,
        PresentationStart, PresentationStop, EncoderStart, EncoderStop, StaffCall,
        StaffReadyToLeave, RoomLock, RoomUnlock, RoomHandOver, RoomPause, RoomResume, RoomEnd,
        MediaOffer,
    )
}  # fmt: skip

_TOO_LONG = {"string_too_long", "too_long"}


def parse_request(event: str, payload: object) -> Request:
    """The request named `event`; raises RequestError unknown_request, bad_message or too_large."""
    model = REQUESTS.get(event)
    if model is None:
        raise RequestError("unknown_request")
    if not isinstance(payload, dict):
        raise RequestError("bad_message")
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise RequestError(code_of(error)) from None


def code_of(error: ValidationError) -> str:
    """What a person can mend has a code of its own; everything else is the page's fault."""
    faults = error.errors(include_input=False, include_url=False)
    if all(fault["type"] in _TOO_LONG for fault in faults):
        return "too_large"
    if all(_is_name(fault) for fault in faults):
        return "bad_name"
    return "bad_message"


def _is_name(fault: Mapping[str, Any]) -> bool:
    return fault["type"] == "string_pattern_mismatch" and fault["loc"][0] in (
        "name",
        "names",
        "verified_name",
    )


# -- connecting -------------------------------------------------------------------------------


class Resumption(Model):
    session: Id
    token: Id
    n: Annotated[int, "the last notification seen"]


class Hello(Model):
    """The `auth` of the Socket.IO connect packet."""

    protocol: int
    resume: Resumption | None = None


def parse_hello(auth: Any) -> Hello:
    """Raises RequestError bad_message."""
    try:
        return Hello.model_validate(auth)
    except ValidationError:
        raise RequestError("bad_message") from None
