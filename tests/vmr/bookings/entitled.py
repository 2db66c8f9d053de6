"""A prisoner with an approved contact and a signed compact, for the tests of social calls."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.vmr.bookings.made import LONDON, NOW, PRISON, booking, person, slot
from vmr.bookings.booking import Booking, Part
from vmr.bookings.entitlements import Ban, Compact, Contact, Entitlement, Prisoner
from vmr.bookings.purposes import Purpose
from vmr.ids import BanId, ContactId, PrisonerId

PRISONER = Prisoner(id=PrisonerId("p1"), establishment=PRISON.id, reference="A1234BC")


def contact(name: str = "Ann Smith", id: str = "k1", **values: Any) -> Contact:
    made = Contact(
        id=ContactId(id), prisoner=PRISONER.id, name=name, relation="Mother", added_at=NOW,
        approved_by="Cleo Clerk", approved_at=NOW,
    )  # fmt: skip
    return replace(made, **values)


def ban(name: str = "Ann Smith", id: str = "n1", **values: Any) -> Ban:
    made = Ban(
        id=BanId(id), establishment=PRISON.id, prisoner=PRISONER.id, contact=None, name=name,
        authority="Jo Jones", office="Governor", reason="Threats", starts_on=date(2027, 2, 1),
        review_on=date(2027, 8, 1), made_by="Cleo Clerk", made_at=NOW,
    )  # fmt: skip
    return replace(made, **values)


def compact(version: int = 1, **values: Any) -> Compact:
    made = Compact(
        prisoner=PRISONER.id,
        version=version,
        signed_on=date(2027, 2, 20),
        witnessed_by="Olu Ade",
    )
    return replace(made, **values)


def social(**values: Any) -> Booking:
    """Ann, an approved contact, on 4 March at ten for an hour."""
    ann = person("Ann Smith", part=Part.FAMILY, contact=ContactId("k1"))
    given = {"purpose": Purpose.SOCIAL, "preferred": slot(4, 10, minutes=60), "people": (ann,)}
    return booking(**{**given, **values})


def entitlement(**values: Any) -> Entitlement:
    made = Entitlement(zone=LONDON, contacts=(contact(),), compacts=(compact(),))
    return replace(made, **values)
