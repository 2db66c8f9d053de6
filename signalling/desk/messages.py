"""What an officer at the desk may ask, as models, and the one dispatch table of the namespace.

What a host in the room may ask as well is asked with the same fields; an officer gives a reason.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic.types import conlist

from lobby.commands import (
    AcknowledgeAlert,
    Actor,
    Admit,
    CloseAlert,
    Command,
    Extend,
    MessageRoom,
    Officer,
    ResetPin,
    ResetStepUp,
    TakeOverAlert,
)
from signalling.fields import REASON_CHARACTERS, GivenReason, Id, Reason, Word
from signalling.messages import (
    HandLower,
    KnockAdmit,
    KnockAdmitExpected,
    KnockRefuse,
    ParticipantRemove,
    ParticipantSendBack,
    RoomLock,
    RoomUnlock,
)
from signalling.officer_messages import OfficerEnd, OfficerPause, OfficerResume, OfMeeting
from vmr.ids import ParticipantId

Message = Annotated[Reason, StringConstraints(min_length=1, max_length=REASON_CHARACTERS)]
MINUTES_MAX = 10_000


class OfficerAdmit(KnockAdmit, OfMeeting):
    """Also opens a room for a terminal at its PIN prompt, with the policy's confirmations."""

    confirmed: conlist(Word, max_length=16) = Field(default_factory=list)  # type: ignore[valid-type]

    def command(self, by: Actor) -> Admit:
        return replace(super().command(by), confirmed=frozenset(self.confirmed))


class OfficerAdmitExpected(KnockAdmitExpected, OfMeeting):
    pass


class OfficerRefuse(KnockRefuse, OfMeeting):
    reason: GivenReason


class OfficerSendBack(ParticipantSendBack, OfMeeting):
    reason: GivenReason


class OfficerRemove(ParticipantRemove, OfMeeting):
    reason: GivenReason


class OfficerLowerHand(HandLower, OfMeeting):
    pass


class OfficerLock(RoomLock, OfMeeting):
    pass


class OfficerUnlock(RoomUnlock, OfMeeting):
    pass


class RoomExtend(OfMeeting):
    NAME = "room.extend"
    minutes: Annotated[int, Field(ge=1, le=MINUTES_MAX)]

    def command(self, by: Officer) -> Command:
        return Extend(by=by, minutes=self.minutes)


class RoomMessage(OfMeeting):
    NAME = "room.message"
    text: Message

    def command(self, by: Officer) -> Command:
        return MessageRoom(by=by, text=self.text)


class StepUpReset(OfMeeting):
    NAME = "step_up.reset"
    participant: Id

    def command(self, by: Officer) -> Command:
        return ResetStepUp(by=by, participant=ParticipantId(self.participant))


class PinReset(OfMeeting):
    NAME = "pin.reset"

    def command(self, by: Officer) -> Command:
        return ResetPin(by=by)


class OfAlert(OfMeeting):
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


DESK_REQUESTS: Mapping[str, type[OfMeeting]] = {
    model.NAME: model
    for model in (
        OfficerAdmit, OfficerAdmitExpected, OfficerRefuse, OfficerSendBack, OfficerRemove,
        OfficerLowerHand, OfficerLock, OfficerUnlock, OfficerPause, OfficerResume, RoomExtend,
        RoomMessage, OfficerEnd, StepUpReset, PinReset, AlertAcknowledge, AlertTakeOver, AlertClose,
    )
}  # fmt: skip
