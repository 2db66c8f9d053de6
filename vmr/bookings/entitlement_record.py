"""What the establishment's record says of contacts, bans and compacts. Pure."""

from enum import Enum

from vmr.bookings.entitlements import Ban, Compact, Contact, Prisoner
from vmr.record import Fact, Happening
from vmr.staff import StaffMember


class EntitlementEvent(Enum):
    CONTACT_ADDED = "contact_added"
    CONTACT_APPROVED = "contact_approved"
    CONTACT_REMOVED = "contact_removed"
    BAN_MADE = "ban_made"
    BAN_KEPT = "ban_kept"  # it was reviewed
    BAN_LIFTED = "ban_lifted"
    COMPACT_SIGNED = "compact_signed"


def contact_happening(
    event: EntitlementEvent, prisoner: Prisoner, contact: Contact, *, by: StaffMember, at: float
) -> Happening:
    return _happening(
        event,
        f"contact:{contact.id}",
        by=by,
        at=at,
        facts=(("prisoner_id", prisoner.id), ("is_under_18", contact.is_under_18)),
        personal=(
            ("prisoner", prisoner.reference),
            ("name", contact.name),
            ("relation", contact.relation),
        ),
    )


def ban_happening(event: EntitlementEvent, ban: Ban, *, by: StaffMember, at: float) -> Happening:
    """Who decided it is a fact of office: the name of the authority is personal, the office not."""
    return _happening(
        event,
        f"ban:{ban.id}",
        by=by,
        at=at,
        facts=(
            ("prisoner_id", ban.prisoner or ""),
            ("contact_id", ban.contact or ""),
            ("office", ban.office),
            ("starts_on", ban.starts_on.isoformat()),
            ("review_on", ban.review_on.isoformat()),
        ),
        personal=(
            ("name", ban.name),
            ("authority", ban.authority),
            ("reason", ban.lift_reason or ban.reason),
        ),
    )


def compact_happening(
    prisoner: Prisoner, compact: Compact, *, by: StaffMember, at: float
) -> Happening:
    return _happening(
        EntitlementEvent.COMPACT_SIGNED,
        f"prisoner:{prisoner.id}",
        by=by,
        at=at,
        facts=(("version", compact.version), ("signed_on", compact.signed_on.isoformat())),
        personal=(("prisoner", prisoner.reference), ("witness", compact.witnessed_by)),
    )


def _happening(
    event: EntitlementEvent,
    subject: str,
    *,
    by: StaffMember,
    at: float,
    facts: tuple[Fact, ...],
    personal: tuple[tuple[str, str], ...],
) -> Happening:
    return Happening(
        at=at,
        actor=f"officer:{by.id}",
        what=event.value,
        subject=subject,
        facts=facts,
        personal=(*personal, ("officer", by.name)),
    )
