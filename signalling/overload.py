"""When this server begins no new meeting, so that those that run do not suffer. Pure.

A figure above its upper mark for FULL_LOOKS looks in a row means full, and only after FREE_LOOKS in
a row below its lower one it is free again: a server at the edge does not change its mind every
second. What runs is never refused anything: people are admitted to running rooms, checked people
come back, a waiting page waits on, and rooms of a server that died are taken up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

LOOK_S = 1.0
"""Between two looks."""
FULL_LOOKS = 3
FREE_LOOKS = 10
PACKETS_MIN = 100
"""Fewer packets between two looks say nothing about lateness."""


class Strain(Enum):
    """Of what there is too little. The values are told in metrics and logs."""

    LOOP = "loop"  # seconds by which the event loop was late, at worst
    WORKERS = "workers"  # share of a core that the busiest media worker uses
    PACKETS = "packets"  # seconds that 99 in 100 packets are with us at most
    SOCKETS = "sockets"  # share of the sockets that pages may open
    FILES = "files"  # share of the files and sockets the process may open


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    full: float
    free: float


MARKS = {
    Strain.LOOP: Marks(full=0.5, free=0.1),
    Strain.WORKERS: Marks(full=0.9, free=0.7),
    Strain.PACKETS: Marks(full=0.05, free=0.02),
    Strain.SOCKETS: Marks(full=0.9, free=0.8),
    Strain.FILES: Marks(full=0.85, free=0.75),
}
"""Sockets and files are full before their end: the rest is for those who come back."""

Figures = Mapping[Strain, float]


class Overload:
    """`look` once in LOOK_S."""

    def __init__(self) -> None:
        self._is_full = dict.fromkeys(Strain, False)
        self._streak = dict.fromkeys(Strain, 0)

    @property
    def strains(self) -> tuple[Strain, ...]:
        """Why it is full; nothing: it is not."""
        return tuple(strain for strain, is_full in self._is_full.items() if is_full)

    @property
    def is_full(self) -> bool:
        return any(self._is_full.values())

    def look(self, figures: Figures) -> None:
        """The figures of now; one that is not given counts as free."""
        for strain, marks in MARKS.items():
            figure, is_full = figures.get(strain, 0.0), self._is_full[strain]
            speaks_for_change = figure <= marks.free if is_full else figure >= marks.full
            self._streak[strain] = self._streak[strain] + 1 if speaks_for_change else 0
            if self._streak[strain] >= (FREE_LOOKS if is_full else FULL_LOOKS):
                self._is_full[strain], self._streak[strain] = not is_full, 0


def lateness(
    before: Mapping[str, int], after: Mapping[str, int], steps_us: tuple[int, ...]
) -> float:
    """Seconds that 99 in 100 packets took at most, between two readings of the histogram.

    Those beyond its last step took twice that. Counters that stepped back say nothing.
    """
    count = after.get("transit_count", 0) - before.get("transit_count", 0)
    if count < PACKETS_MIN:
        return 0.0
    for step in steps_us:
        name = f"transit_to_{step}_us"
        if after.get(name, 0) - before.get(name, 0) >= 0.99 * count:
            return step / 1_000_000
    return 2 * steps_us[-1] / 1_000_000
