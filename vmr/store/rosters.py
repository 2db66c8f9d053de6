"""The rosters of duty officers by day, as `Store.rosters`."""

from datetime import date

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.engine import Connection

from vmr.bookings.rosters import Roster
from vmr.ids import EstablishmentId, OfficerId
from vmr.record import Happening
from vmr.store import staff
from vmr.store.booking_tables import rosters as table
from vmr.store.database import Database
from vmr.store.errors import NotRostered


class RosterStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_day(self, establishment: EstablishmentId, day: date) -> Roster:
        """Empty where none is kept."""
        return await self._database.read(lambda one: of_day(one, establishment, day))

    async def set(self, roster: Roster, happening: Happening) -> None:
        """In place of the one there was for that day; an empty one: none is kept."""

        def work(connection: Connection) -> None:
            connection.execute(delete(table).where(_is_of(roster.establishment, roster.day)))
            rows = [
                {
                    "establishment_id": roster.establishment,
                    "day": roster.day.isoformat(),
                    "officer_id": officer,
                }
                for officer in sorted(roster.officers)
            ]
            if rows:
                connection.execute(insert(table), rows)
            staff.write_record(connection, roster.establishment, happening)

        await self._database.write(work)


def of_day(connection: Connection, establishment: EstablishmentId, day: date) -> Roster:
    query = select(table.c.officer_id).where(_is_of(establishment, day))
    officers = frozenset(OfficerId(one) for one in connection.execute(query).scalars())
    return Roster(establishment=establishment, day=day, officers=officers)


def demand(
    connection: Connection, establishment: EstablishmentId, day: date, officer: OfficerId
) -> None:
    """Raises NotRostered."""
    if not of_day(connection, establishment, day).has(officer):
        raise NotRostered(f"not on the roster of {day.isoformat()}")


def delete_before(connection: Connection, day: date) -> int:
    """How many names there were on older ones."""
    return connection.execute(delete(table).where(table.c.day < day.isoformat())).rowcount


def _is_of(establishment: EstablishmentId, day: date) -> ColumnElement[bool]:
    return and_(table.c.establishment_id == establishment, table.c.day == day.isoformat())
