"""What the record of staff says: who did what to whose account, or to which terminal, and who
looked for records of whom. Pure."""

from enum import Enum

from vmr.record import Fact, Happening
from vmr.staff import StaffMember
from vmr.terminals import EnrolledTerminal

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


class TerminalEvent(Enum):
    ENROLLED = "terminal_enrolled"
    REVOKED = "terminal_revoked"


def happening(
    event: StaffEvent,
    subject: StaffMember,
    *,
    by: StaffMember | str,
    at: float,
    facts: tuple[Fact, ...] = (),
) -> Happening:
    """`by` is a member of staff, OPERATOR (the command line) or SERVER. Names are personal."""
    return Happening(
        at=at,
        actor=actor_of(by),
        what=event.value,
        subject=f"officer:{subject.id}",
        facts=facts,
        personal=(("name", subject.name), ("username", subject.username), *officer_of(by)),
    )


def terminal_happening(
    event: TerminalEvent, subject: EnrolledTerminal, *, by: StaffMember | str, at: float
) -> Happening:
    """The name of a terminal is that of a place: it stays in the record."""
    return Happening(
        at=at,
        actor=actor_of(by),
        what=event.value,
        subject=f"terminal:{subject.id}",
        facts=(("terminal", subject.name), ("device", subject.device)),
        personal=officer_of(by),
    )


def hosts_only_happening(only: bool, *, by: StaffMember, at: float) -> Happening:
    """The establishment's setting was changed."""
    return Happening(
        at=at,
        actor=actor_of(by),
        what="hosts_only_at_terminals_set",
        facts=(("only", only),),
        personal=officer_of(by),
    )


def search_happening(name: str, *, by: StaffMember, at: float) -> Happening:
    """Somebody looks for the records in which a name stands."""
    return Happening(
        at=at,
        actor=actor_of(by),
        what="records_searched",
        personal=(*officer_of(by), ("name", name)),
    )


def actor_of(by: StaffMember | str) -> str:
    return by if isinstance(by, str) else f"officer:{by.id}"


def officer_of(by: StaffMember | str) -> tuple[tuple[str, str], ...]:
    return () if isinstance(by, str) else (("officer", by.name),)
