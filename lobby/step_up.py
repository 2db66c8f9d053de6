"""Whose hands a host's terminal is in: its officer's, the prisoner's, or stepped up by PIN.

A step-up lapses after a while without use. Three wrong PINs close it until the desk resets it.
"""

from dataclasses import dataclass, replace

from vmr.numbers import Numbers
from vmr.roles import SeatMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Of one seat. `stepped_up_until` is set only while stepped up."""

    is_handed_over: bool = False
    stepped_up_until: float | None = None
    wrong_pins: int = 0

    @property
    def mode(self) -> SeatMode:
        if not self.is_handed_over:
            return SeatMode.OWN
        return SeatMode.HANDED_OVER if self.stepped_up_until is None else SeatMode.STEPPED_UP

    def attempts_left(self, numbers: Numbers) -> int:
        return max(0, numbers.pin_tries - self.wrong_pins)

    def is_closed(self, numbers: Numbers) -> bool:
        return self.wrong_pins >= numbers.pin_tries

    def hand_over(self) -> "Hands":
        """Also ends a step-up; wrong PINs stay counted until a right one or the desk."""
        return replace(self, is_handed_over=True, stepped_up_until=None)

    def step_up(self, now: float, numbers: Numbers) -> "Hands":
        return replace(self, stepped_up_until=now + numbers.step_up_s, wrong_pins=0)

    def use(self, now: float, numbers: Numbers) -> "Hands":
        """An officer's command keeps a step-up alive; changes nothing otherwise."""
        if self.stepped_up_until is None:
            return self
        return replace(self, stepped_up_until=now + numbers.step_up_s)

    def lapse(self) -> "Hands":
        return replace(self, stepped_up_until=None)

    def count_wrong(self) -> "Hands":
        return replace(self, wrong_pins=self.wrong_pins + 1)

    def reset(self) -> "Hands":
        return replace(self, wrong_pins=0)
