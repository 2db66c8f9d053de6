"""What the record of staff says: who did what to whose account. Pure."""

from enum import Enum

from vmr.record import Fact, Happening
from vmr.staff import StaffMember

OPERATOR = "operator"
SERVER = "server"


class StaffEvent(Enum):
    ADDED = "staff_added"
    SIGNED_IN = "staff_signed_in"
    SIGNED_OUT = "staff_signed_out"
    SIGNED_OUT_EVERYWHERE = "staff_signed_out_everywhere"
    SIGN_IN_CLOSED = "staff_sign_in_closed"  # too many wrong entries
    RECOVERY_CODE_USED = "staff_recovery_code_used"
    ROLES_CHANGED = "staff_roles_changed"
    DISABLED = "staff_disabled"
    ENABLED = "staff_enabled"
    PASSWORD_CHANGED = "staff_password_changed"  # by its owner
    PASSWORD_RESET = "staff_password_reset"
    SECOND_FACTOR_SET = "staff_second_factor_set"
    SECOND_FACTOR_REMOVED = "staff_second_factor_removed"
    RECOVERY_CODES_RENEWED = "staff_recovery_codes_renewed"
    LINKED = "staff_linked"  # to who an OpenID Connect provider says they are


def happening(
    event: StaffEvent,
    subject: StaffMember,
    *,
    by: StaffMember | str,
    at: float,
    facts: tuple[Fact, ...] = (),
) -> Happening:
    """`by` is a member of staff, OPERATOR (the command line) or SERVER. Names are personal."""
    names = [("name", subject.name), ("username", subject.username)]
    if isinstance(by, StaffMember):
        names.append(("officer", by.name))
    return Happening(
        at=at,
        actor=by if isinstance(by, str) else f"officer:{by.id}",
        what=event.value,
        subject=f"officer:{subject.id}",
        facts=facts,
        personal=tuple(names),
    )
