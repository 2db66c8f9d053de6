"""What others hold of contacts, bans and compacts: `EntitlementStore`, as `Store.entitlements`.

Each method is one transaction, as in `vmr.store.store`. Happenings go into the establishment's
record, in the same transaction.
"""

from vmr.bookings.booking import Booking
from vmr.bookings.entitlements import Ban, Compact, Contact, Entitlement, Prisoner
from vmr.bookings.times import Interval
from vmr.ids import BanId, ContactId, EstablishmentId, PrisonerId
from vmr.record import Happening
from vmr.store import bookings, entitlements
from vmr.store.database import Database


class EntitlementStore:
    """Who may be called in social calls, and what was used of a month."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_booking(self, booking: Booking) -> Entitlement:
        """What is kept of its prisoner, with the slots of the months it lies in, but its own."""
        return await self._database.read(lambda one: entitlements.of_booking(one, booking))

    async def taken(
        self, establishment: EstablishmentId, reference: str, span: Interval
    ) -> tuple[Interval, ...]:
        """The slots of this prisoner's confirmed social calls within the span, earliest first."""
        return await self._database.read(
            lambda one: entitlements.taken(one, establishment, reference, span)
        )

    async def bookings(self, prisoner: Prisoner, *, limit: int) -> tuple[Booking, ...]:
        """Of every purpose and state, the latest slot first."""
        return await self._database.read(
            lambda one: bookings.of_prisoner(
                one, prisoner.establishment, prisoner.reference, limit=limit
            )
        )

    # -- prisoners ------------------------------------------------------------------------------

    async def add_prisoner(self, prisoner: Prisoner, at: float) -> Prisoner:
        """The one of this reference, who may have been there before."""
        return await self._database.write(lambda one: entitlements.add_prisoner(one, prisoner, at))

    async def prisoner(self, prisoner: PrisonerId) -> Prisoner | None:
        """Of any establishment."""
        return await self._database.read(lambda one: entitlements.prisoner_by_id(one, prisoner))

    async def by_reference(self, establishment: EstablishmentId, reference: str) -> Prisoner | None:
        return await self._database.read(
            lambda one: entitlements.by_reference(one, establishment, reference)
        )

    # -- contacts -------------------------------------------------------------------------------

    async def contacts(self, prisoner: PrisonerId) -> tuple[Contact, ...]:
        """Those that were not removed, by name."""
        return await self._database.read(lambda one: entitlements.contacts_of(one, prisoner))

    async def contact(self, contact: ContactId) -> Contact | None:
        """Of any establishment; None for one that was removed."""
        return await self._database.read(lambda one: entitlements.contact_by_id(one, contact))

    async def add_contact(self, contact: Contact, happening: Happening) -> None:
        """Raises Conflict where the prisoner has a contact of this name, NotFound."""
        await self._database.write(lambda one: entitlements.add_contact(one, contact, happening))

    async def approve(self, contact: Contact, by: str, happening: Happening) -> None:
        """At the time of the happening. Raises NotFound for one removed or approved before."""
        await self._database.write(lambda one: entitlements.approve(one, contact, by, happening))

    async def remove(self, contact: Contact, happening: Happening) -> None:
        """Raises NotFound for one removed before."""
        await self._database.write(lambda one: entitlements.remove(one, contact, happening))

    # -- bans -----------------------------------------------------------------------------------

    async def bans_of(
        self, establishment: EstablishmentId, prisoner: PrisonerId | None
    ) -> tuple[Ban, ...]:
        """Those that hold for this prisoner, the establishment's own among them."""
        return await self._database.read(
            lambda one: entitlements.bans_of(one, establishment, prisoner)
        )

    async def bans(self, establishment: EstablishmentId) -> tuple[Ban, ...]:
        """Those that were not lifted, the next to be looked at first."""
        return await self._database.read(lambda one: entitlements.all_bans(one, establishment))

    async def ban(self, ban: BanId) -> Ban | None:
        """Of any establishment; lifted ones too."""
        return await self._database.read(lambda one: entitlements.ban_by_id(one, ban))

    async def add_ban(self, ban: Ban, happening: Happening) -> None:
        """Raises NotFound where its prisoner or contact is another establishment's."""
        await self._database.write(lambda one: entitlements.add_ban(one, ban, happening))

    async def change_ban(self, changed: Ban, happening: Happening) -> None:
        """The ban as it was kept or lifted. Raises NotFound for one lifted before."""
        await self._database.write(lambda one: entitlements.change_ban(one, changed, happening))

    # -- compacts -------------------------------------------------------------------------------

    async def compacts(self, prisoner: PrisonerId) -> tuple[Compact, ...]:
        """The newest version first."""
        return await self._database.read(lambda one: entitlements.compacts_of(one, prisoner))

    async def sign(self, compact: Compact, happening: Happening) -> None:
        """Raises Conflict where this version was signed before."""
        await self._database.write(lambda one: entitlements.sign(one, compact, happening))
