"""The database goes away: commits wait on this disk and come into it in order, once."""

import asyncio
import contextlib
import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

import vmr.store.keeping
from tests.browser.eventually import eventually
from tests.store.places import Place, PostgresqlPlace, SqlitePlace
from tests.store.test_meetings import happening
from vmr.ids import MeetingId, RoomId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import Hold, Ownership
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import Overtaken, Store, StoreUnavailable
from vmr.store.journal import Journal
from vmr.store.waiting import Waiting

MEETING = MeetingId("m1")
ONE, TWO = NodeId("one"), NodeId("two")
PATIENCE_S = 0.3
LONG_S = 30.0


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vmr.store.keeping, "PATIENCE_S", LONG_S)
    monkeypatch.setattr(vmr.store.keeping, "RETRY_S", 0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
async def kept(store: Store, folder: Path) -> Store:
    """A store with a journal."""
    await store.use_journal(folder)
    return store


@contextlib.contextmanager
def away(place: Place) -> Iterator[None]:
    """Nobody can write to the database, which is soon found out."""
    with pytest.MonkeyPatch.context() as patch, shut(place):
        patch.setattr(vmr.store.keeping, "PATIENCE_S", PATIENCE_S)
        yield


@contextlib.contextmanager
def shut(place: Place) -> Iterator[None]:
    if isinstance(place, SqlitePlace):
        holder = sqlite3.connect(place.url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.execute("ROLLBACK")
            holder.close()
    else:
        assert isinstance(place, PostgresqlPlace)
        with place.shut():
            yield


async def back(store: Store) -> None:
    async def is_empty() -> bool:
        return not store.journal.is_behind

    await eventually("the journal is empty", is_empty, LONG_S)


def file_in(folder: Path) -> Path | None:
    """The one journal there."""
    found = [*folder.iterdir()]
    assert len(found) < 2
    return found[0] if found else None


def named(what: str, name: str) -> Happening:
    return happening(what, name=name)


async def whats(store: Store) -> list[str]:
    """What the record says, proven."""
    await store.verify(MEETING)
    return [kept.entry.what for kept in await store.record(MEETING)]


async def state(store: Store) -> Any:
    (live,) = await store.live_meetings()
    return live.snapshot


async def test_what_is_committed_while_the_database_is_away_comes_into_it_in_order(
    kept: Store, room: Room, place: Place
) -> None:
    await kept.commit(MEETING, room.id, {"n": 1}, [named("knocked", "Ann")])
    with away(place):
        for n, what in enumerate(("opened", "admitted", "locked"), start=2):
            await kept.commit(MEETING, room.id, {"n": n}, [named(what, f"Ann {n}")])
        assert kept.journal.entries == 3
        assert kept.journal.is_behind
    await back(kept)
    assert await whats(kept) == ["knocked", "opened", "admitted", "locked"]
    assert [dict(one.personal)["name"] for one in await kept.record(MEETING)][1:] == [
        "Ann 2", "Ann 3", "Ann 4",
    ]  # fmt: skip
    assert await state(kept) == {"n": 4}
    await kept.commit(MEETING, room.id, {"n": 5}, [named("unlocked", "Ann")])
    assert (await whats(kept))[-1] == "unlocked"
    assert kept.journal.entries == 0


async def test_a_meeting_that_begins_and_ends_meanwhile_is_whole_afterwards(
    kept: Store, room: Room, place: Place
) -> None:
    with away(place):
        await kept.commit(MEETING, room.id, {}, [happening("knocked")])
        await kept.commit(MEETING, room.id, {}, [named("admitted", "Ann")])
        await kept.commit(MEETING, room.id, None, [happening("ended")])
    await back(kept)
    assert await whats(kept) == ["knocked", "admitted", "ended"]
    (summary,) = await kept.meetings(room.id)
    assert not summary.is_live
    await kept.records.checkpoint(room.establishment.id, 2.0)
    assert not (await kept.records.verify_establishment(room.establishment.id)).problems


async def test_a_commit_that_the_database_finished_late_is_there_once(
    kept: Store, room: Room, place: Place
) -> None:
    """SQLite's writer waits for the lock and then commits what stands in the journal too."""
    await kept.commit(MEETING, room.id, {"n": 1}, [named("knocked", "Ann")])
    if isinstance(place, SqlitePlace):
        with away(place):
            await kept.commit(MEETING, room.id, {"n": 2}, [named("admitted", "Ann")])
            assert kept.journal.is_behind
    else:
        assert isinstance(place, PostgresqlPlace)
        with place.connect() as other, other.transaction():
            other.execute("LOCK TABLE meetings")
            await kept.commit(MEETING, room.id, {"n": 2}, [named("admitted", "Ann")])
            assert kept.journal.is_behind
    await back(kept)
    await kept.commit(MEETING, room.id, {"n": 3}, [named("locked", "Ann")])
    assert await whats(kept) == ["knocked", "admitted", "locked"]


async def test_what_may_not_wait_is_refused_and_leaves_nothing(
    kept: Store, room: Room, place: Place
) -> None:
    await kept.commit(MEETING, room.id, {"n": 1}, [happening("knocked")])
    with away(place):
        await kept.commit(MEETING, room.id, {"n": 2}, [happening("locked")])
        with pytest.raises(StoreUnavailable):
            await kept.commit(MEETING, room.id, {"n": 3}, [happening("unlocked")], may_wait=False)
    await back(kept)
    assert await whats(kept) == ["knocked", "locked"]


async def test_only_the_servers_user_reads_the_journal_and_nothing_stays_in_it(
    kept: Store, room: Room, place: Place, folder: Path
) -> None:
    file = file_in(folder)
    assert file is not None
    assert [stat.S_IMODE(os.stat(one).st_mode) for one in (folder, file)] == [0o700, 0o600]
    with away(place):
        await kept.commit(MEETING, room.id, {}, [named("knocked", "Ann Example")])
        assert b"Ann Example" in file.read_bytes()
    await back(kept)
    assert not file.read_bytes().strip(b"\0")
    await kept.close()
    assert file_in(folder) is None


async def test_a_disk_that_is_full_too_refuses_and_loses_nothing_that_was_kept(
    kept: Store, room: Room, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.pwrite

    def full(file: int, line: bytes, at: int) -> int:
        return real(file, line[: len(line) // 2], at)

    with away(place):
        await kept.commit(MEETING, room.id, {"n": 1}, [happening("knocked")])
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(StoreUnavailable):
            await kept.commit(MEETING, room.id, {"n": 2}, [happening("admitted")])
        monkeypatch.undo()
        await kept.commit(MEETING, room.id, {"n": 3}, [happening("locked")])
    await back(kept)
    assert await whats(kept) == ["knocked", "locked"]


# -- a server that dies meanwhile -------------------------------------------------------------


async def left_by_the_dead(
    store: Store, room: Room, place: Place, folder: Path, hold: Hold | None = None
) -> Path:
    """A folder with the journal of a server that died when it had kept `locked` and `paused`: its
    file as it was at that moment."""
    grave = folder.with_name("grave")
    grave.mkdir()
    with away(place):
        for what in ("locked", "paused"):
            await store.commit(MEETING, room.id, {"last": what}, [named(what, "Ann")], hold)
        file = file_in(folder)
        assert file is not None
        (grave / "dead.journal").write_bytes(file.read_bytes())
    await back(store)
    return grave


async def reopened(place: Place, path: Path, folder: Path) -> Store:
    store = await Store.open(place.url, f"{path}.signing-key")
    await store.use_journal(folder)
    return store


async def test_what_a_dead_server_left_is_there_before_rooms_are_served_and_once(
    kept: Store, room: Room, place: Place, path: Path, folder: Path
) -> None:
    """Here the database has it all already, as when the server dies at the end of the flush."""
    await kept.commit(MEETING, room.id, {}, [named("knocked", "Ann")])
    grave = await left_by_the_dead(kept, room, place, folder)
    before = await kept.record(MEETING)
    store = await reopened(place, path, grave)
    assert await whats(store) == ["knocked", "locked", "paused"]
    assert await store.record(MEETING) == before
    assert not (grave / "dead.journal").exists()
    await store.close()


@pytest.mark.parametrize("had", [0, 1])
async def test_a_flush_that_was_cut_off_goes_on_where_it_was(
    kept: Store, room: Room, place: Place, path: Path, folder: Path, had: int
) -> None:
    await kept.commit(MEETING, room.id, {}, [named("knocked", "Ann")])
    grave = await left_by_the_dead(kept, room, place, folder)
    key = (await kept.record(MEETING))[0].key
    for table in ("record_personal", "record_entries"):
        place.alter(f"DELETE FROM {table} WHERE sequence > {1 + had}")
    store = await reopened(place, path, grave)
    assert await whats(store) == ["knocked", "locked", "paused"]
    assert [one.key for one in await store.record(MEETING)] == [key] * 3
    assert await state(store) == {"last": "paused"}
    await store.close()


async def test_a_line_that_was_cut_off_was_told_to_nobody(
    kept: Store, room: Room, place: Place, path: Path, folder: Path
) -> None:
    grave = await left_by_the_dead(kept, room, place, folder)
    for table in ("record_personal", "record_keys", "record_entries"):
        place.alter(f"DELETE FROM {table}")
    file = grave / "dead.journal"
    file.write_bytes(file.read_bytes().rstrip(b"\0")[:-1])
    store = await reopened(place, path, grave)
    assert await whats(store) == ["locked"]
    assert [*grave.glob("*.damaged")] == []
    await store.close()


async def test_a_damaged_journal_is_kept_for_somebody_to_look_at(
    kept: Store, room: Room, place: Place, path: Path, folder: Path
) -> None:
    grave = await left_by_the_dead(kept, room, place, folder)
    file = grave / "dead.journal"
    damaged = file.read_bytes().replace(b'"locked"', b'"lacked"', 1)
    file.write_bytes(damaged)
    store = await reopened(place, path, grave)
    assert (grave / "dead.damaged").read_bytes() == damaged
    assert stat.S_IMODE((grave / "dead.damaged").stat().st_mode) == 0o600
    await store.close()


async def test_the_journal_of_a_server_that_is_alive_is_left_alone(
    kept: Store, room: Room, place: Place, path: Path, folder: Path
) -> None:
    with away(place):
        await kept.commit(MEETING, room.id, {}, [happening("knocked")])
        file = file_in(folder)
        assert file is not None
        assert [*Journal.left(folder)] == []
        assert file.exists()
    await back(kept)


async def test_a_journal_of_another_database_is_not_taken_for_its_own(
    kept: Store, room: Room, place: Place, path: Path, folder: Path, tmp_path: Path
) -> None:
    grave = await left_by_the_dead(kept, room, place, folder)
    other = await Store.open(f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(StoreUnavailable, match="another database"):
        await other.use_journal(grave)
    assert (grave / "dead.journal").exists()
    await other.close()


# -- another server has taken the room meanwhile ----------------------------------------------


async def taken_by_two(store: Store, room: Room, hold: Hold) -> Hold:
    """Another server goes on with the meeting."""
    taken, live = await store.owners.take(room.id, TWO, Ownership(ONE, hold.epoch))
    assert live is not None
    await store.commit(MEETING, room.id, {"at": "two"}, [named("returned", "Ann")], taken)
    return taken


@pytest.fixture
async def split(
    kept: Store, room: Room, place: Place, path: Path, folder: Path
) -> AsyncIterator[Store]:
    """One wrote `admitted`, then `locked` and `paused` while it had no database; Two had taken the
    room by then. The store of One, after the flush."""
    hold, _ = await kept.owners.take(room.id, ONE, await kept.owners.of_room(room.id))
    await kept.commit(MEETING, room.id, {}, [named("admitted", "Ann")], hold)
    two = await Store.open(place.url, f"{path}.signing-key")
    with cut_off(kept):
        for what in ("locked", "paused"):
            await kept.commit(MEETING, room.id, {}, [named(what, "Bob")], hold)
        await taken_by_two(two, room, hold)
    await back(kept)
    with pytest.raises(Overtaken):
        await kept.commit(MEETING, room.id, {}, [happening("unlocked")], hold)
    yield kept
    await two.close()


@contextlib.contextmanager
def cut_off(store: Store) -> Iterator[None]:
    """This store alone does not reach the database."""
    database: Any = store._database
    real = database.write

    async def write(work: object) -> None:
        raise StoreUnavailable("cut off")

    database.write = write
    try:
        yield
    finally:
        database.write = real


async def test_entries_of_a_room_that_another_took_are_kept_beside_its_record(
    split: Store, room: Room
) -> None:
    assert await whats(split) == ["admitted", "returned"]
    assert await state(split) == {"at": "two"}
    record = await split.records.look(MEETING, by="operator", at=99.0)
    (part,) = record.side_parts
    assert [one.entry.what for one in part.entries] == ["locked", "paused"]
    assert [one.personal for one in part.entries] == [(("name", "Bob"),)] * 2
    assert part.first == 2
    assert part.node == "one 1"
    proof = await split.records.verify_establishment(room.establishment.id)
    assert proof.problems == ()
    stated = [one.entry for one in await split.staff.record(room.establishment.id)]
    assert [one.what for one in stated].count("side_part_kept") == 1
    assert split.journal.side_parts == 1


async def test_a_side_part_is_kept_once(
    split: Store, room: Room, place: Place, path: Path, tmp_path: Path
) -> None:
    """The journal is found again, as when the server dies before it is cleared."""
    (part,) = (await split.records.look(MEETING, by="operator", at=99.0)).side_parts
    hold = Hold(ONE, 1)
    grave = tmp_path / "grave"
    journal = Journal.make(grave)
    key = part.entries[0].key
    assert key is not None
    for one in part.entries:
        journal.append(
            Waiting(
                meeting=MEETING, room=room.id, hold=hold, first=one.entry.sequence,
                previous=one.entry.previous, key=key, snapshot="{}",
                happenings=(named(one.entry.what, "Bob"),),
            )
        )  # fmt: skip
    os.close(journal._file)
    store = await reopened(place, path, grave)
    assert (await store.records.look(MEETING, by="operator", at=99.0)).side_parts == (part,)
    await store.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM record_side_parts", "is missing"),
        ("UPDATE record_side_parts SET entries = replace(entries, 'paused', 'paws_d')",
         "was changed or slipped in"),
        ("UPDATE record_side_parts SET signature = '00'", "wrong signature"),
        ("UPDATE record_side_parts SET personal = replace(personal, 'Bob', 'Eve')",
         "personal values that changed"),
        ("UPDATE record_side_parts SET meeting_id = 'm2'", "is missing"),
    ],
)  # fmt: skip
async def test_a_side_part_that_was_changed_shows(
    split: Store, room: Room, place: Place, change: str, said: str
) -> None:
    place.alter(change)
    proof = await split.records.verify_establishment(room.establishment.id)
    assert any(said in one.text for one in proof.problems)
    assert any(said in fault for fault in (await split.records.prove(MEETING)).faults)


async def test_the_personal_values_of_a_side_part_go_with_those_of_the_meeting(
    split: Store, room: Room, place: Place
) -> None:
    hold = Hold(TWO, 2)
    split.let_go(MEETING)
    await split.commit(MEETING, room.id, None, [happening("ended", at=10.0)], hold)
    days = {policy: 1 for policy in PolicyName}
    await split.records.run_retention(days, 365, by="server", at=10.0 + 3 * 86_400.0)
    assert place.rows("SELECT personal, personal_key FROM record_side_parts") == [("", None)]
    proof = await split.records.verify_establishment(room.establishment.id)
    assert proof.problems == ()


async def test_the_others_are_told_that_a_room_is_ahead_before_an_entry_of_it_counts(
    kept: Store, room: Room, place: Place
) -> None:
    told: list[tuple[frozenset[RoomId], int]] = []

    async def tell() -> None:
        told.append((kept.owners.ahead, kept.journal.entries))

    kept.owners.tell_ahead(tell)
    await kept.commit(MEETING, room.id, {"n": 1}, [named("knocked", "Ann")])
    assert kept.owners.ahead == frozenset()
    with away(place):
        for n, what in enumerate(("opened", "locked"), start=2):
            await kept.commit(MEETING, room.id, {"n": n}, [named(what, "Ann")])
        assert told == [(frozenset({room.id}), 0)], "once, and before it was written down"
    await back(kept)
    assert kept.owners.ahead == frozenset()


async def test_a_room_is_ahead_too_where_neither_database_nor_disk_took_what_happened(
    kept: Store, room: Room, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept.commit(MEETING, room.id, {"n": 1}, [named("knocked", "Ann")])

    def refuse(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    with away(place):
        monkeypatch.setattr(Journal, "append", refuse)
        with pytest.raises(StoreUnavailable):
            await kept.commit(MEETING, room.id, {"n": 2}, [named("locked", "Ann")])
    assert kept.owners.ahead == {room.id}
    await kept.commit(MEETING, room.id, {"n": 2}, [named("locked", "Ann")])
    assert kept.owners.ahead == frozenset()


async def test_a_commit_that_was_refused_and_done_late_does_not_break_the_chain(
    kept: Store, room: Room, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database took it after all, and neither it nor the disk had said so in time."""
    await kept.commit(MEETING, room.id, {"n": 1}, [named("knocked", "Ann")])
    answers, real = asyncio.Event(), kept._database.write

    async def late(work: Any) -> Any:
        await answers.wait()
        return await real(work)

    def refuse(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(kept._database, "write", late)
        patch.setattr(Journal, "append", refuse)
        patch.setattr(vmr.store.keeping, "PATIENCE_S", PATIENCE_S)
        with pytest.raises(StoreUnavailable):
            await kept.commit(MEETING, room.id, {"n": 2}, [named("locked", "Ann")])
    answers.set()
    await kept.commit(MEETING, room.id, {"n": 3}, [named("unlocked", "Ann")])
    with away(place):
        await kept.commit(MEETING, room.id, {"n": 4}, [named("paused", "Ann")])
    await back(kept)
    assert await whats(kept) == ["knocked", "locked", "unlocked", "paused"]
    assert kept.journal.side_parts == 0
