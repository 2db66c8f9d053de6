"""Alerts at the duty desk: raised, rung until a named officer acknowledges, taken over, closed.

Pure values. Some alerts stand for as long as their cause is so, and end with it (a knock, a
closed PIN entry); the others say that something has happened, and end when an officer closes
them or what they are about is gone. One cause is one alert, however often it happens, with a
count. An alert rings while it has no owner.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from lobby.errors import AlertNotTaken, AlreadyAcknowledged, TakeOverTooSoon
from vmr.ids import DeviceId, OfficerId, ParticipantId


class AlertKind(Enum):
    KNOCK = "knock"
    STAFF_CALLED = "staff_called"
    READY_TO_LEAVE = "ready_to_leave"
    PIN_ALARM = "pin_alarm"
    STEP_UP_CLOSED = "step_up_closed"
    MONITOR_LOST = "monitor_lost"
    CAMERA_OFF = "camera_off"
    PICTURE_MISSING = "picture_missing"
    PICTURE_COVERED = "picture_covered"
    PICTURE_FROZEN = "picture_frozen"
    CONCERN = "concern"
    QUALITY_BAD = "quality_bad"
    SLOT_ENDING = "slot_ending"


HAPPENINGS = frozenset(
    {
        AlertKind.STAFF_CALLED,
        AlertKind.READY_TO_LEAVE,
        AlertKind.SLOT_ENDING,
        AlertKind.CAMERA_OFF,
        AlertKind.CONCERN,
    }
)
"""What an officer may close; every other alert stands while its cause does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who has an alert. `since` they acknowledged it; they last did something about it
    (anything in its room) at `acted_at`."""

    officer: OfficerId
    name: str
    since: float
    acted_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`id` counts from 1 within its meeting. `participant` is whom it is about; None: the room.

    `stands_until`: its cause is gone, but a knock by the same `device` until then goes on with it
    (somebody who comes and goes; a page that knocks again after a restart of the server).
    """

    id: int
    kind: AlertKind
    participant: ParticipantId | None
    device: DeviceId | None = None
    count: int = 1
    raised_at: float
    last_at: float
    owner: Owner | None = None
    stands_until: float | None = None

    @property
    def may_be_closed(self) -> bool:
        return self.kind in HAPPENINGS

    def is_about(
        self, kind: AlertKind, participant: ParticipantId | None, device: DeviceId | None
    ) -> bool:
        """Whether this happening belongs to it."""
        if self.kind is not kind:
            return False
        is_left = self.stands_until is not None and device is not None and self.device == device
        return self.participant == participant or is_left

    def again(
        self, now: float, takeover_s: float, *, participant: ParticipantId | None, count: int = 0
    ) -> "Alert":
        """It happened again. It rings anew when its owner has left it alone for so long."""
        owner = self.owner
        if owner is not None and now >= owner.acted_at + takeover_s:
            owner = None
        return replace(
            self,
            participant=participant,
            count=max(count, self.count + 1),
            last_at=now,
            owner=owner,
            stands_until=None,
        )

    def acknowledge(self, officer: OfficerId, name: str, now: float) -> "Alert":
        """As it is where it is this officer's already. Raises AlreadyAcknowledged (by another):
        only the first acknowledgement counts."""
        if self.owner is not None:
            if self.owner.officer != officer:
                raise AlreadyAcknowledged
            return self
        return self._of(officer, name, now)

    def take_over(self, officer: OfficerId, name: str, now: float, takeover_s: float) -> "Alert":
        """Raises AlertNotTaken, AlreadyAcknowledged (by oneself) or TakeOverTooSoon."""
        if self.owner is None:
            raise AlertNotTaken
        if self.owner.officer == officer:
            raise AlreadyAcknowledged
        if now < self.owner.acted_at + takeover_s:
            raise TakeOverTooSoon
        return self._of(officer, name, now)

    def acted(self, officer: OfficerId, now: float) -> "Alert":
        """This officer did something in the alert's room."""
        if self.owner is None or self.owner.officer != officer:
            return self
        return replace(self, owner=replace(self.owner, acted_at=now))

    def _of(self, officer: OfficerId, name: str, now: float) -> "Alert":
        owner = Owner(officer=officer, name=name, since=now, acted_at=now)
        return replace(self, owner=owner)

    def to_json(self) -> dict[str, Any]:
        owner = self.owner
        return {
            "id": self.id,
            "kind": self.kind.value,
            "participant": self.participant,
            "device": self.device,
            "count": self.count,
            "raised_at": self.raised_at,
            "last_at": self.last_at,
            "owner": None
            if owner is None
            else [owner.officer, owner.name, owner.since, owner.acted_at],
            "stands_until": self.stands_until,
        }

    @staticmethod
    def from_json(value: dict[str, Any]) -> "Alert":
        participant, device, owner = value["participant"], value["device"], value["owner"]
        return Alert(
            id=value["id"],
            kind=AlertKind(value["kind"]),
            participant=None if participant is None else ParticipantId(participant),
            device=None if device is None else DeviceId(device),
            count=value["count"],
            raised_at=value["raised_at"],
            last_at=value["last_at"],
            owner=None
            if owner is None
            else Owner(
                officer=OfficerId(owner[0]), name=owner[1], since=owner[2], acted_at=owner[3]
            ),
            stands_until=value["stands_until"],
        )
