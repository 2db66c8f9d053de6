"""The forms of contacts, bans and compacts: what was typed, and what it says. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from signalling.bookings.typed import date_of
from signalling.staff.edge import Faults
from vmr.bookings.booking import TEXT_MAX
from vmr.bookings.entitlements import REASON_MAX, Contact, prisoner_key
from vmr.ids import ContactId
from vmr.participants import is_readable
from vmr.staff import parse_name

Typed = Mapping[str, str]
SOMEBODY, HERE, EVERYWHERE = "somebody", "prisoner", "establishment"
"""What the radio buttons say: another person than a contact; how far a ban reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BanSaid:
    """`contact` None: of the name alone. `is_wide`: for every prisoner."""

    contact: ContactId | None
    name: str
    is_wide: bool
    authority: str
    office: str
    reason: str
    starts_on: date
    review_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSaid:
    name: str
    relation: str
    is_under_18: bool


def parse_reference(text: str) -> str | None:
    """A prisoner's reference with single spaces; None where it is none."""
    said = " ".join(text.split())
    is_one = is_readable(said) and said.isprintable() and len(said) <= TEXT_MAX
    return said if is_one and prisoner_key(said) else None


def parse_contact(typed: Typed, faults: Faults) -> ContactSaid | None:
    """None where something is wrong: then `faults` says what."""
    name = parse_name(typed.get("name", ""))
    relation = parse_name(typed.get("relation", ""))
    if name is None or not is_readable(name):
        faults["name"] = "staff.prisoners.name_wrong"
    if relation is None:
        faults["relation"] = "staff.prisoners.relation_wrong"
    if name is None or relation is None or faults:
        return None
    return ContactSaid(name=name, relation=relation, is_under_18=typed.get("minor") == "yes")


def parse_ban(
    typed: Typed, contacts: tuple[Contact, ...], today: date, faults: Faults, *, is_wide: bool
) -> BanSaid | None:
    """`is_wide`: it can be for the whole establishment alone. None where something is wrong."""
    whom = next((one for one in contacts if one.id == typed.get("whom")), None)
    if contacts and whom is None and typed.get("whom") != SOMEBODY:
        faults["whom"] = "staff.bans.whom_wrong"
    name = parse_name(typed.get("name", "")) if whom is None else whom.name
    if "whom" not in faults and (name is None or not is_readable(name)):
        faults["name"] = "staff.prisoners.name_wrong"
    reach = EVERYWHERE if is_wide else typed.get("reach")
    if reach not in (HERE, EVERYWHERE):
        faults["reach"] = "staff.bans.reach_wrong"
    authority, office = (parse_name(typed.get(one, "")) for one in ("authority", "office"))
    if authority is None:
        faults["authority"] = "staff.bans.authority_wrong"
    if office is None:
        faults["office"] = "staff.bans.office_wrong"
    reason = parse_reason(typed, faults)
    starts_on = date_of(typed, "starts")
    if starts_on is None:
        faults["starts-day"] = "staff.bookings.form.date_wrong"
    review_on = parse_review(typed, starts_on or today, today, faults)
    if not (name and authority and office and reason and starts_on and review_on) or faults:
        return None
    return BanSaid(
        contact=whom.id if whom is not None and reach == HERE else None,
        name=name, is_wide=reach == EVERYWHERE, authority=authority, office=office, reason=reason,
        starts_on=starts_on, review_on=review_on,
    )  # fmt: skip


def parse_reason(typed: Typed, faults: Faults) -> str | None:
    said = " ".join(typed.get("reason", "").split())
    if is_readable(said) and said.isprintable() and len(said) <= REASON_MAX:
        return said
    faults["reason"] = "staff.bans.reason_wrong"
    return None


def parse_review(typed: Typed, starts_on: date, today: date, faults: Faults) -> date | None:
    """A day to come, after the ban has begun."""
    said = date_of(typed, "review")
    if said is None:
        faults["review-day"] = "staff.bookings.form.date_wrong"
    elif said <= max(starts_on, today):
        faults["review-day"] = "staff.bans.review_wrong"
    else:
        return said
    return None


def parse_signature(typed: Typed, today: date, faults: Faults) -> tuple[date, str] | None:
    """The day it was signed, today at the latest, and by whom it was seen."""
    signed_on, witness = date_of(typed, "signed"), parse_name(typed.get("witness", ""))
    if signed_on is None:
        faults["signed-day"] = "staff.bookings.form.date_wrong"
    elif signed_on > today:
        faults["signed-day"] = "staff.prisoners.signed_wrong"
    if witness is None:
        faults["witness"] = "staff.prisoners.witness_wrong"
    return None if faults or signed_on is None or witness is None else (signed_on, witness)


def date_fields(id: str, day: date) -> dict[str, str]:
    """The three fields as they are for this day."""
    return {f"{id}-day": str(day.day), f"{id}-month": str(day.month), f"{id}-year": str(day.year)}
