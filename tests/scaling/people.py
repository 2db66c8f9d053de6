"""What people do on a morning, by chance: the assumptions of the simulation, in one place.

They are assumptions, not measurements; where nothing is known, the harder case is taken: every
room of the estate is booked for every slot, and all slots begin on the same minute.
"""

import random
from dataclasses import dataclass

MINUTE_S = 60.0
DAY_BEGINS_S = 30 * MINUTE_S
"""The first slot: before it only people who are early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Times in seconds. Means and spreads are of normal laws, cut at sensible ends."""

    slot_s: float = 75 * MINUTE_S
    turn_s: float = 15 * MINUTE_S
    """Between two slots of a room."""
    slots: int = 3
    guests: tuple[float, float, float] = (0.45, 0.45, 0.10)
    """How often a call has one, two or three guests."""
    guest_early_s: tuple[float, float] = (5 * MINUTE_S, 4 * MINUTE_S)
    late: float = 0.08
    late_by_s: tuple[float, float] = (5 * MINUTE_S, 25 * MINUTE_S)
    without_link: float = 0.10
    """Come by the room's own link, and have to be admitted by name."""
    officer_late_s: tuple[float, float] = (1 * MINUTE_S, 3 * MINUTE_S)
    check_s: tuple[float, float] = (75.0, 30.0)
    """The ID of one guest, on camera."""
    host_answers_s: tuple[float, float] = (20.0, 10.0)
    """An officer in the room decides on a knock."""
    hand_over_s: tuple[float, float] = (90.0, 40.0)
    """Lock, fetch the prisoner, hand over: then knocks are the desk's alone."""
    desk_knock_s: tuple[float, float] = (90.0, 45.0)
    """A knock at a locked room: who it is, the ID, the decision."""
    desk_call_s: tuple[float, float] = (20.0, 10.0)
    """"Ready to leave" or "call staff", acknowledged and passed on."""
    calls_staff: float = 0.15
    leaves_early_s: tuple[float, float] = (8 * MINUTE_S, 8 * MINUTE_S)

    def begins(self, slot: int) -> float:
        return DAY_BEGINS_S + slot * (self.slot_s + self.turn_s)

    @property
    def ends_at(self) -> float:
        return self.begins(self.slots - 1) + self.slot_s + self.turn_s


def spread(chance: random.Random, mean: float, by: float, least: float = 0.0) -> float:
    return max(least, chance.gauss(mean, by))


def guests(chance: random.Random, habits: Habits) -> int:
    (number,) = chance.choices((1, 2, 3), habits.guests)
    return number


def guest_comes(chance: random.Random, habits: Habits, begins: float) -> float:
    """When a guest opens the link."""
    if chance.random() < habits.late:
        return begins + chance.uniform(*habits.late_by_s)
    mean, by = habits.guest_early_s
    return max(begins - 20 * MINUTE_S, begins - chance.gauss(mean, by))
