"""The totals of a record as values: what time went into, and why it was lost. Pure.

They are made by `vmr.record_totals`.
"""

from dataclasses import dataclass
from enum import Enum

from vmr.roles import Role


class Doing(Enum):
    """What somebody, or the meeting as a whole, did with the time."""

    AT_PIN = "at_pin"
    WAITING = "waiting"
    IDENTIFYING = "identifying"
    TALKING = "talking"
    ALONE = "alone"  # inside, and nobody of the other side there
    LOST = "lost"
    GONE = "gone"  # between going and coming again


class Cause(Enum):
    """Why time was lost in an open meeting."""

    PAUSED = "paused"  # by a person
    UNWATCHED = "unwatched"  # no monitoring terminal watched
    SERVER_RESTARTED = "server_restarted"
    SERVER_MOVED = "moved_to_another_server"
    SERVER_MEDIA = "server_media"  # the server lost the sound and pictures
    HOST_CONNECTION = "host_connection"
    GUEST_CONNECTION = "guest_connection"


Spent = dict[Doing, float]
"""Seconds; what did not happen is not in it."""
Lost = dict[Cause, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTotals:
    """One connection: somebody, and whoever sat with them.

    `label` is a role and an id ("guest:p1"). `let_in_at` is None for who never came in; `gone_at`
    None for who was still there at the last entry, else `gone_how` is the word of their going.
    `persons` is None where the record does not say. The values of `lost` add up to `spent[LOST]`.
    """

    label: str
    role: Role
    persons: int | None
    came_at: float
    let_in_at: float | None
    gone_at: float | None
    gone_how: str
    knocks: int
    spent: Spent
    lost: Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """`took_s` is None where no private check was open; `sequence` is the entry's."""

    sequence: int
    at: float
    participant: str
    person: str
    method: str
    documents: tuple[str, ...]
    by: str
    took_s: float | None
    is_after_lock: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    sequence: int
    at: float
    participant: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One monitoring terminal: how long it showed the room, and was found to watch it."""

    label: str
    officer: str
    begun_at: float
    ended_at: float | None
    watching_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`knocks_after_lock` counts people, from the first lock on; all times are of the record.

    `end_code` is empty while the meeting runs, and where it was left without an end.
    """

    first_at: float | None
    last_at: float | None
    opened_at: float | None
    opened_by: str
    talked_at: float | None
    locked_at: float | None
    handed_over_at: float | None
    ended_at: float | None
    ended_by: str
    end_code: str
    end_reason: str
    spent: Spent
    lost: Lost
    people: tuple[PersonTotals, ...]
    attestations: tuple[Attestation, ...]
    refusals: tuple[Refusal, ...]
    watched: tuple[Watched, ...]
    knocks_after_lock: int
    restarts: int
