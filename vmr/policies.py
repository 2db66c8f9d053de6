"""Room policies: one table, fixed for a meeting once it has started."""

from enum import Enum


class PolicyName(Enum):
    LEGAL = "legal"
    SOCIAL = "social"
    COMPASSIONATE = "compassionate"
    HEARING = "hearing"
