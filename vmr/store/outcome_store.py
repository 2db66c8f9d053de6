"""What others hold of outcomes in the database: `OutcomeStore`, as `Store.outcomes`.

Each method is one transaction, as in `vmr.store.store`.
"""

from vmr.api_tokens import ApiToken
from vmr.bookings.booking import Booking
from vmr.bookings.outcomes import CausedBy, SlotOutcome
from vmr.bookings.reports import Row
from vmr.bookings.times import Interval
from vmr.ids import BookingId, EstablishmentId, MeetingId
from vmr.record import Entry, Happening
from vmr.staff import StaffMember
from vmr.store import outcomes
from vmr.store.database import Database
from vmr.store.outcomes import Reviewed, WantedOutcomes
from vmr.store.report_rows import report_rows


class OutcomeStore:
    """What became of slots: proposed, then settled by staff."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: float, *, since: float = 0.0, limit: int) -> tuple[Booking, ...]:
        """Slots that are over or were cancelled, with no outcome that speaks of them as they are.

        The earliest first; of those that are over only such as began after `since`. A slot in
        which a meeting still runs waits for its end.
        """
        return await self._database.read(
            lambda one: outcomes.due(one, now, since=since, limit=limit)
        )

    async def cancelled_by(self, booking: Booking) -> CausedBy | None:
        """The side that cancelled it, as the establishment's record has it, where it says."""
        return await self._database.read(lambda one: outcomes.cancelled_by(one, booking))

    async def meetings_of(self, booking: BookingId) -> tuple[MeetingId, ...]:
        """Those that were opened in its slot, the earliest first."""
        return await self._database.read(lambda one: outcomes.meetings_of(one, booking))

    async def records_of(self, booking: BookingId) -> tuple[tuple[Entry, ...], ...]:
        """The entries of each of these, oldest first."""
        return await self._database.read(lambda one: outcomes.records_of(one, booking))

    async def propose(self, proposed: SlotOutcome, booking_version: int) -> bool:
        """Whether it was kept: not where staff have settled it, nor where the booking is not of
        this version any more."""
        return await self._database.write(
            lambda one: outcomes.propose(one, proposed, booking_version)
        )

    async def settle(
        self, settled: SlotOutcome, by: StaffMember | ApiToken, happening: Happening
    ) -> None:
        """`settled.version` is one more than the version that was seen.

        Webhooks are told of it. Raises Conflict where somebody else has changed it since, NotFound
        where nothing is there.
        """
        await self._database.write(
            lambda one: outcomes.settle(one, settled, by.id, by.establishment.id, happening)
        )

    async def outcome(self, booking: BookingId) -> SlotOutcome | None:
        """Of any establishment's."""
        return await self._database.read(lambda one: outcomes.by_booking(one, booking))

    async def waiting(
        self, establishment: EstablishmentId, *, limit: int, offset: int = 0
    ) -> tuple[tuple[Reviewed, ...], int]:
        """Slots whose outcome nobody has settled, the earliest first; and how many there are."""
        return await self._database.read(
            lambda one: outcomes.waiting(one, establishment, limit=limit, offset=offset)
        )

    async def page(
        self, establishment: EstablishmentId, wanted: WantedOutcomes, *, limit: int
    ) -> tuple[Reviewed, ...]:
        """Those that are wanted, the earliest slot first, with the meetings in each slot."""
        return await self._database.read(
            lambda one: outcomes.page_of(one, establishment, wanted, limit=limit)
        )

    async def report_rows(self, establishment: EstablishmentId, span: Interval) -> list[Row]:
        """Slots that begin within the span, and requests for such, as reports look at them."""
        return await self._database.read(lambda one: report_rows(one, establishment, span))
