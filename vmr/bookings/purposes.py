"""What a slot may be for: the policy of its room, and how long it may take.

The lengths are settings (`vmr.bookings.numbers`). A length that is not among a purpose's own has to
be a multiple of 15 minutes, and never longer than the longest of the purpose's own or the policy's
longest call.
"""

from enum import Enum

from vmr.bookings.numbers import LONGEST_MIN, BookingNumbers
from vmr.bookings.times import MINUTE_S
from vmr.policies import POLICIES, PolicyName


class Purpose(Enum):
    BEFORE_HEARING = "before_hearing"
    AFTER_HEARING = "after_hearing"
    CONSULTATION = "consultation"
    SOCIAL = "social"
    COMPASSIONATE = "compassionate"
    HEARING = "hearing"


POLICY_OF: dict[Purpose, PolicyName] = {
    Purpose.BEFORE_HEARING: PolicyName.LEGAL,
    Purpose.AFTER_HEARING: PolicyName.LEGAL,
    Purpose.CONSULTATION: PolicyName.LEGAL,
    Purpose.SOCIAL: PolicyName.SOCIAL,
    Purpose.COMPASSIONATE: PolicyName.COMPASSIONATE,
    Purpose.HEARING: PolicyName.HEARING,
}

LINKED = frozenset({Purpose.BEFORE_HEARING, Purpose.AFTER_HEARING})
"""May be linked to the slot of a hearing."""


def lengths(purpose: Purpose, numbers: BookingNumbers) -> tuple[int, ...]:
    """The usual lengths in minutes, the default first."""
    of: dict[Purpose, tuple[int, ...]] = {
        Purpose.BEFORE_HEARING: numbers.before_hearing_min,
        Purpose.AFTER_HEARING: numbers.after_hearing_min,
        Purpose.CONSULTATION: numbers.consultation_min,
        Purpose.SOCIAL: numbers.social_min,
        Purpose.COMPASSIONATE: numbers.compassionate_min,
        Purpose.HEARING: numbers.hearing_min,
    }
    return of[purpose]


def is_length(purpose: Purpose, minutes: float, numbers: BookingNumbers) -> bool:
    """Whether a slot of this purpose may last so long."""
    if minutes in lengths(purpose, numbers):
        return True
    policy = POLICIES[POLICY_OF[purpose]]
    longest = LONGEST_MIN if policy.longest_call_s is None else policy.longest_call_s / MINUTE_S
    return 0 < minutes <= longest and minutes % numbers.slot_step_min == 0
