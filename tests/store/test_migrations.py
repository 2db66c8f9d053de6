"""A database of the first version opens today, and what it held is still there and proven."""

from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import column, insert, table, text
from sqlalchemy.engine import Connection

from tests.store import booking_rows
from tests.store.first_rows import ROWS, Row
from tests.store.places import Place
from vmr.ids import BookingId, EstablishmentId, MeetingId, RoomId
from vmr.policies import PolicyName
from vmr.rooms import Establishment
from vmr.store import Store
from vmr.store.database import dialect_of
from vmr.store.migrate import upgrade

BEFORE_OUTCOMES = "0005"


@pytest.fixture
def old(empty: Place) -> Place:
    """With the tables of the first version, and rows in all of them."""
    dialect = dialect_of(empty.url)
    dialect.prepare()
    engine = dialect.writer()
    with engine.begin() as connection:
        upgrade(connection, "0001")
        fill(connection)
    engine.dispose()
    return empty


def fill(connection: Connection, tables: Mapping[str, Sequence[Row]] = ROWS) -> None:
    for name, rows in tables.items():
        into = table(name, *(column(one) for one in rows[0]))
        connection.execute(insert(into), rows)


async def test_a_record_of_the_first_version_still_proves_itself(old: Place) -> None:
    store = await Store.open(old.url)
    assert await store.verify(MeetingId("m-ended")) == 3
    first, *others = await store.record(MeetingId("m-ended"))
    assert first.personal == (("name", "Ann É"),)
    assert [one.entry.reason for one in others] == ["because é", ""]
    await store.close()


async def test_rooms_links_and_meetings_of_the_first_version_are_as_they_were(old: Place) -> None:
    store = await Store.open(old.url)
    prison = Establishment(id=EstablishmentId("e1"), name="HMP Première", phone="01632 960000")
    assert await store.establishments() == (prison,)
    first, second = await store.rooms()
    assert (first.id, first.establishment, first.ends_at) == ("r1", prison, 1_790_000_100.5)
    assert (first.address, first.pin_hash) == ("abcdefghijkl", "$argon2id$one")
    assert (second.policy, second.is_closed, second.ends_at) == (PolicyName.SOCIAL, True, None)
    invite = await store.invite_by_token_hash("ab" * 32)
    assert invite is not None
    assert (invite.room, invite.label, invite.closes_at) == ("r1", "Ms Shah", 1_790_000_200.0)
    assert await store.live_meetings() == (("m2", "r1", {"stage": "locked"}),)
    await store.close()


async def test_work_goes_on_in_a_database_of_the_first_version(old: Place) -> None:
    for number in range(2):
        store = await Store.open(old.url)
        await store.commit(MeetingId("m2"), RoomId("r1"), {"number": number}, [])
        assert [one.snapshot for one in await store.live_meetings()] == [{"number": number}]
        await store.close()


async def test_meetings_and_requests_from_before_outcomes_know_their_slot(empty: Place) -> None:
    dialect = dialect_of(empty.url)
    dialect.prepare()
    engine = dialect.writer()
    with engine.begin() as connection:
        upgrade(connection, BEFORE_OUTCOMES)
        fill(connection)
        fill(connection, booking_rows.ROWS)
    engine.dispose()
    store = await Store.open(empty.url)
    assert await store.outcomes.meetings_of(BookingId("b1")) == ("m-held",)
    assert await store.outcomes.meetings_of(BookingId("b2")) == ()
    await store.close()
    engine = dialect.readers()
    with engine.connect() as connection:
        asked = connection.execute(text("SELECT id, was_requested FROM bookings ORDER BY id")).all()
    engine.dispose()
    assert [(row.id, bool(row.was_requested)) for row in asked] == [("b1", True), ("b2", False)]
