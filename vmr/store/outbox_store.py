"""What others hold of the outbox in the database: `OutboxStore`, as `Store.outbox`.

Each method is one transaction, as in `vmr.store.store`.
"""

from collections.abc import Iterable

from vmr.ids import BookingId, EstablishmentId, ExpectedId, LetterId
from vmr.letters import Claimed, Letter, Posted
from vmr.store import outbox
from vmr.store.database import Database
from vmr.store.outbox import Reminded


class OutboxStore:
    """Letters on their way. Those of a change are kept with it: `BookingStore.add`, `change`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, letters: Iterable[Letter]) -> None:
        """Letters that speak of no change, such as codes."""
        kept = tuple(letters)
        await self._database.write(lambda one: outbox.add(one, kept))

    async def claim(self, now: float, *, lease_s: float, limit: int) -> tuple[Claimed, ...]:
        """Letters to be sent now, the oldest first; they are this caller's for `lease_s`.

        Letters of no use any more are dropped: of a slot that was cancelled or is over, to a
        person who is not expected any more, a cancellation to somebody who was never invited.
        """
        return await self._database.write(
            lambda one: outbox.claim(one, now, lease_s=lease_s, limit=limit)
        )

    async def drop_useless(self, now: float) -> None:
        """Letters that wait although their time is over: a slot that was, a code that lapsed."""
        await self._database.write(lambda one: outbox.drop_useless(one, now))

    async def settle_sent(self, letter: LetterId, at: float) -> None:
        """The mail server has taken it; what it said is deleted."""
        await self._database.write(lambda one: outbox.settle_sent(one, letter, at))

    async def settle_failed(self, letter: LetterId, error: str) -> None:
        """It will never be taken; what it said is deleted."""
        await self._database.write(lambda one: outbox.settle_failed(one, letter, error))

    async def put_off(self, letter: LetterId, next_at: float, error: str) -> None:
        await self._database.write(lambda one: outbox.put_off(one, letter, next_at, error))

    async def of_booking(self, booking: BookingId) -> tuple[Posted, ...]:
        """What became of its letters, the oldest first."""
        return await self._database.read(lambda one: outbox.of_booking(one, booking))

    async def failed(self, establishment: EstablishmentId) -> tuple[Posted, ...]:
        """Letters that will never be taken, of bookings that still stand; the newest first."""
        return await self._database.read(lambda one: outbox.failed(one, establishment))

    async def unsent_invitations(self, booking: BookingId) -> frozenset[ExpectedId]:
        """To whom an invitation waits of which no mail server has seen anything."""
        return await self._database.read(lambda one: outbox.unsent_invitations(one, booking))

    async def count_open(self) -> int:
        """How many wait or are being sent."""
        return await self._database.read(outbox.count_open)

    async def to_remind(self, now: float, before_s: float) -> tuple[Reminded, ...]:
        """People of slots that begin within `before_s` who were told nothing in that time."""
        return await self._database.read(lambda one: outbox.to_remind(one, now, before_s))

    async def add_reminder(self, letter: Letter, version: int, before_s: float) -> bool:
        """Whether it was still due, for this version of the booking; else it is not kept."""
        return await self._database.write(
            lambda one: outbox.add_reminder(one, letter, version, before_s)
        )
