"""Room policies: one table, a policy being fixed for a meeting once it has started."""

from dataclasses import dataclass
from enum import Enum


class PolicyName(Enum):
    LEGAL = "legal"
    SOCIAL = "social"
    COMPASSIONATE = "compassionate"
    HEARING = "hearing"


class AdmitMode(Enum):
    """How guests come in before the first lock; from the first lock on every room is EACH."""

    WHEN_OPEN = "when_open"  # those with a personal link, as soon as the host has opened
    EACH = "each"  # everybody by a named decision


class Recording(Enum):
    """IMPOSSIBLE: no code path. BY_LAW: must be recorded, or be a declared demonstration."""

    IMPOSSIBLE = "impossible"
    BY_LAW = "by_law"


class MonitorPicture(Enum):
    """What a monitoring terminal may be shown of camera pictures; sound is never among it."""

    LOWEST_LAYER = "lowest_layer"
    VIDEO = "video"


MONITOR_LARGEST = (320, 180)
"""Width and height of the largest picture a monitor gets where only the lowest layer is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One column of the table.

    `persons_outside` counts persons, not connections. `longest_call_s` is None where the call
    has no limit of its own. `declaration` is the version everybody accepts before joining.
    `opening_confirmations` are the ids of what the opening host must tick.
    """

    name: PolicyName
    admit: AdmitMode
    recording: Recording
    is_monitor_required: bool
    monitor_picture: MonitorPicture
    monitor_sees_presentation: bool
    persons_outside: int
    is_attestation_required: bool
    must_lock_before_hand_over: bool
    longest_call_s: float | None
    declaration: str
    opening_confirmations: tuple[str, ...] = ()
    is_minor_never_alone: bool = False


POLICIES: dict[PolicyName, Policy] = {
    PolicyName.LEGAL: Policy(
        name=PolicyName.LEGAL,
        admit=AdmitMode.WHEN_OPEN,
        recording=Recording.IMPOSSIBLE,
        is_monitor_required=False,
        monitor_picture=MonitorPicture.LOWEST_LAYER,
        monitor_sees_presentation=False,
        persons_outside=6,
        is_attestation_required=True,
        must_lock_before_hand_over=True,
        longest_call_s=75 * 60,
        declaration="legal-1",
    ),
    PolicyName.SOCIAL: Policy(
        name=PolicyName.SOCIAL,
        admit=AdmitMode.EACH,
        recording=Recording.BY_LAW,
        is_monitor_required=True,
        monitor_picture=MonitorPicture.VIDEO,
        monitor_sees_presentation=True,
        persons_outside=4,
        is_attestation_required=False,
        must_lock_before_hand_over=False,
        longest_call_s=60 * 60,
        declaration="social-1",
        is_minor_never_alone=True,
    ),
    PolicyName.COMPASSIONATE: Policy(
        name=PolicyName.COMPASSIONATE,
        admit=AdmitMode.EACH,
        recording=Recording.IMPOSSIBLE,
        is_monitor_required=False,
        monitor_picture=MonitorPicture.VIDEO,
        monitor_sees_presentation=False,
        persons_outside=4,
        is_attestation_required=False,
        must_lock_before_hand_over=False,
        longest_call_s=None,
        declaration="compassionate-1",
        opening_confirmations=("supervisor_and_chaplain_inside", "no_non_contact_person"),
    ),
    PolicyName.HEARING: Policy(
        name=PolicyName.HEARING,
        admit=AdmitMode.WHEN_OPEN,
        recording=Recording.IMPOSSIBLE,
        is_monitor_required=False,
        monitor_picture=MonitorPicture.LOWEST_LAYER,
        monitor_sees_presentation=False,
        persons_outside=6,
        is_attestation_required=False,
        must_lock_before_hand_over=False,
        longest_call_s=None,
        declaration="hearing-1",
    ),
}
