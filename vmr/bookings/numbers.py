"""The numbers of bookings, each a setting, with its unit in the name."""

from dataclasses import dataclass, fields

LONGEST_MIN = 12 * 60
"""No slot is longer."""
MAY_BE_0 = frozenset({"notice_h", "open_early_min", "link_early_min", "social_month_min"})
"""Of these 0 means none: no notice, not earlier than the slot, no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingNumbers:
    """Minutes where the name ends in `_min`, hours in `_h`, days in `_days`.

    Of the lengths of a purpose the first is the default. Raises ValueError naming a wrong one.
    """

    before_hearing_min: tuple[int, ...] = (30,)
    after_hearing_min: tuple[int, ...] = (20,)
    consultation_min: tuple[int, ...] = (75,)
    social_min: tuple[int, ...] = (60, 30)
    compassionate_min: tuple[int, ...] = (30, 60)
    hearing_min: tuple[int, ...] = (60, 120)
    slot_step_min: int = 15
    """Any other length is a multiple of this."""
    notice_h: int = 48
    """Notice that the booking team needs; the court's own channel needs none."""
    ahead_days: int = 180
    """How far ahead a slot may be asked for."""
    open_early_min: int = 15
    """A room may be opened for a slot so long before it begins."""
    link_early_min: int = 30
    """A personal link lets its person wait from so long before the slot."""
    social_month_min: int = 120
    """Social calls a prisoner may have in a calendar month; 0: no limit."""
    compact_version: int = 1
    """Of the compact that a prisoner has to have signed before a social call."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            values = value if isinstance(value, tuple) else (value,)
            may_be_0 = field.name in MAY_BE_0
            is_of_a_slot = field.name.endswith("_min") and field.name != "social_month_min"
            if is_of_a_slot and any(one > LONGEST_MIN for one in values):
                raise ValueError(f"{field.name} must not be more than {LONGEST_MIN}")
            if not values or any(one < 0 or (one == 0 and not may_be_0) for one in values):
                raise ValueError(f"{field.name} must be more than 0")
