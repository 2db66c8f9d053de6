"""Every number of the product that has a meaning, with its default and its unit in the name.

A frozen value that cannot exist invalid: a number out of its range raises ValueError naming it.
"""

from dataclasses import dataclass, fields

PIN_DIGITS = (4, 20)
"""What a Host PIN may have at all; the settings choose within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The settings of the rules. Seconds where the name ends in `_s`, minutes in `_min`."""

    waiting_s: float = 900
    """A guest waits this long without a host."""
    pin_prompt_s: float = 120
    reentry_s: float = 300
    """An attested person who lost the network may come back without knocking."""
    host_left_s: float = 60
    host_lost_s: float = 300
    knock_gone_s: float = 60
    """A knock ends this long after its page has gone."""
    knock_again_s: float = 10
    step_up_s: float = 120
    socket_grace_s: float = 30
    """A seat whose signalling is gone but whose media still flows is kept this long."""
    pin_tries: int = 3
    room_pin_limit: int = 20
    """More wrong PINs than this on a room within the window close its PIN entry."""
    room_pin_window_s: float = 600
    room_pin_closed_s: float = 600
    pin_digits_min: int = 4
    pin_digits_max: int = 20
    pin_digits_default: int = 6
    connections: int = 8
    """Connections in one room, inside and outside together."""
    at_door: int = 50
    """People who may wait at one room, PIN prompts included."""
    slot_warnings_min: tuple[int, ...] = (10, 5, 1)
    extension_max_min: int = 240
    monitor_dead_s: float = 3
    """A monitoring terminal that says or shows nothing for so long does not watch."""
    monitor_live_after_s: float = 3
    """So long after pictures begin to flow it must show that it decodes them."""
    monitor_ask_min_s: float = 120
    monitor_ask_max_s: float = 300
    """Whether somebody is there is asked at a random time between these two."""
    monitor_answer_s: float = 20
    alert_repeat_s: float = 10
    """An alert at the duty desk rings again after this long, until it is acknowledged."""
    alert_takeover_s: float = 60
    """Another officer may take an alert over after this long without action."""
    social_unrecorded: bool = False
    """Let a social room open although nothing records it: for demonstration only."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            values = value if isinstance(value, tuple) else (value,)
            if field.name != "social_unrecorded" and not all(number > 0 for number in values):
                raise ValueError(f"{field.name} must be more than 0")
        if self.monitor_ask_max_s < self.monitor_ask_min_s:
            raise ValueError("monitor_ask_max_s must not be less than monitor_ask_min_s")
        if self.pin_digits_min < PIN_DIGITS[0] or self.pin_digits_max > PIN_DIGITS[1]:
            raise ValueError("pin_digits_min and pin_digits_max must lie within 4 and 20")
        if not self.pin_digits_min <= self.pin_digits_default <= self.pin_digits_max:
            raise ValueError("pin_digits_default must lie within pin_digits_min and pin_digits_max")
