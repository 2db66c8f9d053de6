"""The numbers of keeping records, each a setting, with its unit in the name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNumbers:
    """Seconds where the name ends in `_s`."""

    checkpoint_s: float = 900.0
    """The records of an establishment are signed so often, and at the end of each meeting."""
