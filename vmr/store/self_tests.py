"""The last self-test by each personal link, as `Store.self_tests`.

It is kept as long as the names of its booking are; without a booking, `KEPT_S`.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.engine import Connection

from vmr.ids import BookingId, InviteId
from vmr.self_test import SelfTest
from vmr.store.booking_tables import booking_people
from vmr.store.booking_tables import self_tests as table
from vmr.store.database import Database

KEPT_S = 30 * 86_400.0


class SelfTestStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, invite: InviteId, test: SelfTest) -> None:
        """The only one of this link from now on."""
        await self._database.write(lambda connection: _keep(connection, invite, test))

    async def of(self, invites: Collection[InviteId]) -> dict[InviteId, SelfTest]:
        """Those there are."""
        if not invites:
            return {}
        return await self._database.read(lambda connection: of(connection, invites))


def of(connection: Connection, invites: Collection[InviteId]) -> dict[InviteId, SelfTest]:
    """Those there are."""
    if not invites:
        return {}
    query = select(table).where(table.c.invite_id.in_(invites))
    return {
        InviteId(row["invite_id"]): SelfTest(
            at=row["at"],
            browser=row["browser"],
            version=row["version"],
            problems=tuple(row["problems"].split()),
        )
        for row in connection.execute(query).mappings()
    }


def _keep(connection: Connection, invite: InviteId, test: SelfTest) -> None:
    connection.execute(delete(table).where(table.c.invite_id == invite))
    connection.execute(
        insert(table).values(
            invite_id=invite,
            at=test.at,
            browser=test.browser,
            version=test.version,
            problems=" ".join(test.problems),
        )
    )


def forget_of_bookings(connection: Connection, some: Sequence[BookingId]) -> None:
    """Those by the links of people of these bookings."""
    of_booking = exists().where(
        booking_people.c.invite_id == table.c.invite_id, booking_people.c.booking_id.in_(some)
    )
    connection.execute(delete(table).where(of_booking))


def forget_without_booking(connection: Connection, now: float) -> None:
    """Those by links that no booking has any more, or that none ever had, when they are old."""
    is_booked = exists().where(booking_people.c.invite_id == table.c.invite_id)
    connection.execute(delete(table).where(~is_booked, table.c.at < now - KEPT_S))
