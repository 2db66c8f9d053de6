"""The roster of a day: which duty officers may be shown the Host PIN of a slot. Values, pure.

An establishment may keep one for a day or not. Where none is kept every duty officer is on it, as
before rosters; who keeps one says so by naming somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from vmr.ids import EstablishmentId, OfficerId
from vmr.record import Happening
from vmr.staff import StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`day` is on the establishment's clock; a slot belongs to the day it begins on."""

    establishment: EstablishmentId
    day: date
    officers: frozenset[OfficerId] = field(default_factory=frozenset)

    @property
    def is_kept(self) -> bool:
        return bool(self.officers)

    def has(self, officer: OfficerId) -> bool:
        """Whether they are rostered; everybody is where no roster is kept."""
        return not self.is_kept or officer in self.officers


def roster_happening(
    roster: Roster, named: Iterable[StaffMember], *, by: StaffMember, at: float
) -> Happening:
    """Who is rostered from now on; `named` are its officers."""
    names = ", ".join(sorted(one.name for one in named))
    return Happening(
        at=at,
        actor=f"officer:{by.id}",
        what="roster_set",
        subject=f"roster:{roster.day.isoformat()}",
        facts=(
            ("day", roster.day.isoformat()),
            ("officers", ",".join(sorted(roster.officers))),
        ),
        personal=(*((("name", names),) if names else ()), ("officer", by.name)),
    )
