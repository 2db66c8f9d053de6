"""A knock: somebody at the door, from Start until it is answered or given up.

    WAITING -> ADMITTED | REFUSED | WITHDRAWN | EXPIRED

Only the first answer counts. Many knocks by one device are one knock with a count.
"""

from dataclasses import dataclass, replace
from enum import Enum

from lobby.errors import AlreadyAnswered
from vmr.ids import BookingId, DeviceId, InviteId, ParticipantId, SessionId
from vmr.participants import Person
from vmr.roles import Role

NOBODYS = "nobody:"
"""How the session of a knock begins that a restart has kept: its page has none yet."""


class KnockState(Enum):
    WAITING = "waiting"
    ADMITTED = "admitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


MOVES: dict[KnockState, frozenset[KnockState]] = {
    KnockState.WAITING: frozenset(KnockState) - {KnockState.WAITING},
    KnockState.ADMITTED: frozenset(),
    KnockState.REFUSED: frozenset(),
    KnockState.WITHDRAWN: frozenset(),
    KnockState.EXPIRED: frozenset(),
}


def move(state: KnockState, to: KnockState) -> KnockState:
    """Answer a knock; raises AlreadyAnswered for any but the first answer."""
    if to not in MOVES[state]:
        raise AlreadyAnswered
    return to


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One waiting connection. `is_knocking` is false while the host's arrival is enough.

    Once it is true it stays so: unlocking or resuming never lets in who needed a decision.
    `gone_at` is when its page was lost, `last_at` when it last knocked, `booking` and
    `slot_starts_at` are of the slot of a personal link. `is_like_banned`: a name that was given
    here is like that of a banned person; another name does not take it back.
    """

    id: ParticipantId
    session: SessionId
    role: Role
    persons: tuple[Person, ...]
    invite: InviteId | None
    device: DeviceId | None
    since: float
    last_at: float
    is_knocking: bool
    is_pin_verified: bool = False
    count: int = 1
    gone_at: float | None = None
    booking: BookingId | None = None
    slot_starts_at: float | None = None
    is_like_banned: bool = False

    @property
    def waits_from(self) -> float:
        """When the wait for a host begins to count: not before the slot."""
        return max(self.since, self.slot_starts_at or self.since)

    @property
    def is_kept(self) -> bool:
        """Whether its page has not joined again since a restart."""
        return self.session.startswith(NOBODYS)

    def may_knock_at(self, again_s: float) -> float:
        return self.last_at + again_s

    def again(self, now: float) -> "Knock":
        return replace(self, count=self.count + 1, last_at=now)
