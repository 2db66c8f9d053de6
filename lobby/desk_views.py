"""What the duty desk of an establishment may know of a meeting, whole, at one moment.

Names are those shown in the room and given at the door; verified names stay sealed in the
record. Times are seconds since the epoch by the server's clock.
"""

from dataclasses import dataclass

from lobby.alerts import Alert
from lobby.views import ExpectedView, KnockView, ParticipantView
from vmr.ids import MeetingId, ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPersonView:
    """Somebody inside. `quality` is of their connection, None while it is not known.

    `hand` counts the raised hands from the one that is up the longest, None while theirs is down.
    `picture` is what a monitoring terminal finds amiss in theirs, a value of
    `lobby.commands.PictureProblem`.
    """

    seat: ParticipantView
    step_up_closed: bool
    hand: int | None
    quality: str | None
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWaitingView:
    """Somebody outside. `is_knocking`: a decision is needed, not only the host's arrival.

    `slot_starts_at` is when the slot of their personal link begins, which may be a later one.
    """

    knock: KnockView
    is_knocking: bool
    slot_starts_at: float | None
    is_of_this_slot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTerminalView:
    """A terminal that asks for the Host PIN."""

    id: ParticipantId
    name: str
    attempts_left: int
    page_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherView:
    """An officer at a monitoring terminal that has the room on its wall."""

    officer: str
    is_watching: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """`since` is when the stage began, `slot` the booked times, `may` what an officer may do now.

    `confirmations` are what an officer confirms who opens the room; `needs_attestation`: an
    admission needs the ID record of each person first. `pin_closed_until`: the PIN entry is
    closed. `is_unwatched`: paused because a room that must be watched is not.
    """

    meeting: MeetingId
    policy: str
    stage: str
    since: float
    was_locked: bool
    opened_at: float | None
    ends_at: float | None
    slot: tuple[float, float] | None
    expected: tuple[ExpectedView, ...]
    paused: str | None
    is_unwatched: bool
    monitors: int
    watchers: tuple[WatcherView, ...]
    may: tuple[str, ...]
    confirmations: tuple[str, ...]
    needs_attestation: bool
    pin_closed_until: float | None
    people: tuple[DeskPersonView, ...]
    waiting: tuple[DeskWaitingView, ...]
    terminals: tuple[DeskTerminalView, ...]
    alerts: tuple[Alert, ...]
