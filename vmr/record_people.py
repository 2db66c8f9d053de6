"""The running account of a connection, and of a monitoring terminal, as a record is read. Pure."""

from dataclasses import dataclass, field
from enum import Enum

from vmr.record_times import Cause, Doing, Lost, PersonTotals, Spent, Watched
from vmr.roles import Role


class Place(Enum):
    """Where a connection is. AWAY: its seat is kept for who lost the network."""

    AT_PIN = "at_pin"
    AT_DOOR = "at_door"
    INSIDE = "inside"
    AWAY = "away"
    GONE = "gone"


@dataclass(slots=True, kw_only=True)
class Person:
    """A connection. `cause`: why they are cut off, though their seat or page is still there."""

    label: str
    role: Role
    came_at: float
    place: Place
    persons: int | None = None
    let_in_at: float | None = None
    gone_at: float | None = None
    gone_how: str = ""
    knocks: int = 0
    cause: Cause | None = None
    check_begun_at: float | None = None
    spent: Spent = field(default_factory=dict)
    lost: Lost = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        return self.place is Place.INSIDE and self.cause is None

    def totals(self) -> PersonTotals:
        return PersonTotals(
            label=self.label,
            role=self.role,
            persons=self.persons,
            came_at=self.came_at,
            let_in_at=self.let_in_at,
            gone_at=self.gone_at,
            gone_how=self.gone_how,
            knocks=self.knocks,
            spent=dict(self.spent),
            lost=dict(self.lost),
        )


@dataclass(slots=True, kw_only=True)
class Watch:
    """A monitoring terminal that shows the room."""

    label: str
    officer: str
    begun_at: float
    ended_at: float | None = None
    watching_since: float | None = None
    watching_s: float = 0.0

    def stop_watching(self, at: float) -> None:
        if self.watching_since is not None:
            self.watching_s += at - self.watching_since
            self.watching_since = None

    def end(self, at: float) -> None:
        self.stop_watching(at)
        self.ended_at = at

    def totals(self, at: float) -> Watched:
        running = 0.0 if self.watching_since is None else at - self.watching_since
        return Watched(
            label=self.label,
            officer=self.officer,
            begun_at=self.begun_at,
            ended_at=self.ended_at,
            watching_s=self.watching_s + running,
        )


def add(spent: Spent, lost: Lost, doing: tuple[Doing, Cause | None], seconds: float) -> None:
    what, cause = doing
    if seconds > 0:
        spent[what] = spent.get(what, 0.0) + seconds
        if cause is not None:
            lost[cause] = lost.get(cause, 0.0) + seconds
