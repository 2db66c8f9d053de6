"""What an officer at the desk may ask, as models, and the one dispatch table of the namespace.

Each request is one command to the meeting of one room, named as the desk has seen it: a request
about a meeting that is over never reaches the next one.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints, ValidationError
from pydantic.types import conlist

from lobby.commands import (
    AcknowledgeAlert,
    Admit,
    AdmitExpected,
    CloseAlert,
    Command,
    End,
    Extend,
    Lock,
    MessageRoom,
    Officer,
    Pause,
    Refuse,
    Remove,
    ResetPin,
    ResetStepUp,
    Resume,
    SendBack,
    TakeOverAlert,
    Unlock,
)
from signalling.errors import RequestError
from signalling.messages import NAMES, REASON_CHARACTERS, Claim, Id, Model, Reason, Word, code_of
from vmr.ids import ParticipantId

GivenReason = Annotated[Reason, StringConstraints(min_length=1)]
Message = Annotated[Reason, StringConstraints(min_length=1, max_length=REASON_CHARACTERS)]
MINUTES_MAX = 10_000


class DeskRequest(Model):
    """`room` and `meeting` are ids as `desk.state` gave them."""

    NAME: ClassVar[str]
    room: Id
    meeting: Id

    def command(self, by: Officer) -> Command:
        raise NotImplementedError


class OfOne(DeskRequest):
    """About somebody in the room or at its door."""

    participant: Id

    @property
    def who(self) -> ParticipantId:
        return ParticipantId(self.participant)


class WithReason(DeskRequest):
    reason: GivenReason


class KnockAdmit(OfOne):
    """Also opens a room for a terminal at its PIN prompt, with the policy's confirmations."""

    NAME = "knock.admit"
    attestations: conlist(Claim, max_length=NAMES) = Field(default_factory=list)  # type: ignore[valid-type]
    confirmed: conlist(Word, max_length=16) = Field(default_factory=list)  # type: ignore[valid-type]

    def command(self, by: Officer) -> Command:
        return Admit(
            by=by,
            participant=self.who,
            attestations=tuple(claim.claim() for claim in self.attestations),
            confirmed=frozenset(self.confirmed),
        )


class KnockAdmitExpected(DeskRequest):
    NAME = "knock.admit_expected"

    def command(self, by: Officer) -> Command:
        return AdmitExpected(by=by)


class KnockRefuse(OfOne, WithReason):
    NAME = "knock.refuse"

    def command(self, by: Officer) -> Command:
        return Refuse(by=by, participant=self.who, reason=self.reason)


class ParticipantSendBack(OfOne, WithReason):
    NAME = "participant.send_back"

    def command(self, by: Officer) -> Command:
        return SendBack(by=by, participant=self.who, reason=self.reason)


class ParticipantRemove(OfOne, WithReason):
    NAME = "participant.remove"

    def command(self, by: Officer) -> Command:
        return Remove(by=by, participant=self.who, reason=self.reason)


class RoomLock(DeskRequest):
    NAME = "room.lock"

    def command(self, by: Officer) -> Command:
        return Lock(by=by)


class RoomUnlock(DeskRequest):
    NAME = "room.unlock"

    def command(self, by: Officer) -> Command:
        return Unlock(by=by)


class RoomPause(WithReason):
    NAME = "room.pause"

    def command(self, by: Officer) -> Command:
        return Pause(by=by, reason=self.reason)


class RoomResume(DeskRequest):
    NAME = "room.resume"

    def command(self, by: Officer) -> Command:
        return Resume(by=by)


class RoomExtend(DeskRequest):
    NAME = "room.extend"
    minutes: Annotated[int, Field(ge=1, le=MINUTES_MAX)]

    def command(self, by: Officer) -> Command:
        return Extend(by=by, minutes=self.minutes)


class RoomMessage(DeskRequest):
    NAME = "room.message"
    text: Message

    def command(self, by: Officer) -> Command:
        return MessageRoom(by=by, text=self.text)


class RoomEnd(WithReason):
    NAME = "room.end"

    def command(self, by: Officer) -> Command:
        return End(by=by, reason=self.reason)


class StepUpReset(OfOne):
    NAME = "step_up.reset"

    def command(self, by: Officer) -> Command:
        return ResetStepUp(by=by, participant=self.who)


class PinReset(DeskRequest):
    NAME = "pin.reset"

    def command(self, by: Officer) -> Command:
        return ResetPin(by=by)


class OfAlert(DeskRequest):
    alert: Annotated[int, Field(ge=1)]


class AlertAcknowledge(OfAlert):
    NAME = "alert.acknowledge"

    def command(self, by: Officer) -> Command:
        return AcknowledgeAlert(by=by, alert=self.alert)


class AlertTakeOver(OfAlert):
    NAME = "alert.take_over"

    def command(self, by: Officer) -> Command:
        return TakeOverAlert(by=by, alert=self.alert)


class AlertClose(OfAlert):
    NAME = "alert.close"

    def command(self, by: Officer) -> Command:
        return CloseAlert(by=by, alert=self.alert)


DESK_REQUESTS: Mapping[str, type[DeskRequest]] = {
    model.NAME: model
    for model in (
        KnockAdmit, KnockAdmitExpected, KnockRefuse, ParticipantSendBack, ParticipantRemove,
        RoomLock, RoomUnlock, RoomPause, RoomResume, RoomExtend, RoomMessage, RoomEnd,
        StepUpReset, PinReset, AlertAcknowledge, AlertTakeOver, AlertClose,
    )
}  # fmt: skip


def parse_desk_request(event: str, payload: object) -> DeskRequest:
    """Raises RequestError unknown_request, bad_message, bad_name or too_large."""
    model = DESK_REQUESTS.get(event)
    if model is None:
        raise RequestError("unknown_request")
    if not isinstance(payload, dict):
        raise RequestError("bad_message")
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise RequestError(code_of(error)) from None
