"""A backup is one moment of the whole database, opens with its passphrase alone, and comes back."""

import asyncio
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.conftest import in_server
from tests.store.places import Place, SqlitePlace
from tests.store.proving import proven
from tests.store.test_meetings import happening
from vmr.ids import MeetingId
from vmr.rooms import Room
from vmr.store import Conflict, NewerDatabase, Store, archive, backup, sealing
from vmr.store.database import dialect_of
from vmr.store.errors import BadBackup
from vmr.store.migrate import upgrade
from vmr.store.sealing import BadSeal, Sealer, unsealed

Harm = Callable[[bytes], bytes]
WORD = "correct horse battery"
MEETING = MeetingId("m1")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "COST", 2**4)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept.vmr"


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Another database, with nothing in it at all."""
    if request.param == "sqlite":
        yield SqlitePlace(tmp_path / "other" / "vmr.db")
    else:
        yield from in_server(request, "template1")


def key_of(path: Path) -> Path:
    return Path(f"{path}.signing-key")


async def back_up(store: Store, path: Path, file: Path) -> None:
    await backup.back_up(store._database, key_of(path), file, WORD)


def restore_harmed(file: Path, harm: Harm, into: Path) -> None:
    file.write_bytes(harm(file.read_bytes()))
    backup.restore(f"sqlite:///{into}/r.db", into / "k", file, WORD)


def found(folder: Path, *patterns: str) -> list[Path]:
    return [one for pattern in patterns for one in folder.glob(pattern)]


def content(file: Path) -> bytes:
    return file.read_bytes()


async def fill(store: Store, room: Room) -> None:
    await store.commit(MeetingId("m2"), room.id, None, [happening("ended", name="Bob")])
    await store.commit(MEETING, room.id, {"stage": "locked"}, [happening("locked", name="Ann é")])
    await store.records.checkpoint(room.establishment.id, 30.0)


async def test_what_was_backed_up_comes_back_whole_into_either_kind(
    store: Store, room: Room, path: Path, file: Path, other: Place, tmp_path: Path
) -> None:
    await fill(store, room)
    await back_up(store, path, file)
    new_key = tmp_path / "new" / "key"
    await asyncio.to_thread(backup.restore, other.url, new_key, file, WORD)
    restored = await Store.open(other.url, str(new_key))
    for meeting in (MEETING, MeetingId("m2")):
        assert await restored.record(meeting) == await store.record(meeting)
    assert await restored.rooms() == await store.rooms()
    assert await restored.live_meetings() == await store.live_meetings()
    proof = await restored.records.verify_establishment(room.establishment.id)
    assert proof == await store.records.verify_establishment(room.establishment.id)
    assert proof.problems == ()
    await restored.commit(MEETING, room.id, None, [happening("ended")])
    signed = await restored.records.checkpoint(room.establishment.id, 40.0)
    before = await store.records.latest_checkpoint(room.establishment.id)
    assert before is not None
    assert signed.public_key == before.public_key
    assert not (await restored.records.verify_establishment(room.establishment.id)).problems
    await restored.close()
    assert [os.stat(one).st_mode & 0o777 for one in (file, new_key)] == [0o600, 0o600]


async def test_a_backup_under_writes_is_one_moment(
    store: Store, room: Room, path: Path, file: Path, tmp_path: Path
) -> None:
    await fill(store, room)
    is_over = asyncio.Event()

    async def write() -> int:
        for number in itertools.count(2):
            entries = [happening(f"n{number}", name="Ann")] * 3
            await store.commit(MEETING, room.id, {"number": number}, entries)
            if is_over.is_set():
                return number
        raise AssertionError

    writing = asyncio.create_task(write())
    await back_up(store, path, file)
    is_over.set()
    assert await writing > 2
    await asyncio.to_thread(
        backup.restore, f"sqlite:///{tmp_path}/r.db", tmp_path / "k", file, WORD
    )
    restored = await Store.open(f"sqlite:///{tmp_path}/r.db", str(tmp_path / "k"))
    entries = await restored.verify(MEETING)
    (live,) = await restored.live_meetings()
    last = (await restored.record(MEETING))[-1].entry.what
    assert entries % 3 == 1
    assert live.snapshot == ({"number": int(last[1:])} if entries > 1 else {"stage": "locked"})
    assert await proven(restored.staff, room.establishment.id)
    await restored.close()


async def test_nothing_is_restored_over_what_is_there(
    store: Store, room: Room, path: Path, file: Path, place: Place
) -> None:
    await back_up(store, path, file)
    with pytest.raises(Conflict, match="not empty"):
        await asyncio.to_thread(backup.restore, place.url, key_of(path), file, WORD)
    with pytest.raises(Conflict, match="is there already"):
        await back_up(store, path, file)


async def test_another_signing_key_is_not_overwritten_and_nothing_is_restored(
    store: Store, room: Room, path: Path, file: Path, tmp_path: Path
) -> None:
    await fill(store, room)
    await back_up(store, path, file)
    key = tmp_path / "mine"
    await asyncio.to_thread(key.write_text, "another")
    with pytest.raises(Conflict, match="another signing key"):
        await asyncio.to_thread(backup.restore, f"sqlite:///{tmp_path}/r.db", key, file, WORD)
    assert content(key) == b"another"
    restored = await Store.open(f"sqlite:///{tmp_path}/r.db")
    assert await restored.establishments() == ()
    await restored.close()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda whole: whole[:-1], "damaged or cut off"),
        (lambda whole: whole[: len(whole) // 2], "damaged or cut off"),
        (lambda whole: whole[:20], "cut off"),
        (lambda whole: b"", "no backup"),
        (lambda whole: b"PK" + whole, "no backup"),
        (lambda whole: whole + b"\0", "damaged or cut off"),
        (lambda whole: whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:], "damaged or cut off"),
    ],
)
async def test_a_damaged_file_is_one_line_and_writes_nothing(
    store: Store, room: Room, path: Path, file: Path, tmp_path: Path, harm: Harm, said: str
) -> None:
    await fill(store, room)
    await back_up(store, path, file)
    with pytest.raises(BadBackup, match=said) as error:
        await asyncio.to_thread(restore_harmed, file, harm, tmp_path)
    assert "\n" not in str(error.value)
    assert not found(tmp_path, "r.db*", "k")


async def test_another_passphrase_opens_nothing(
    store: Store, room: Room, path: Path, file: Path
) -> None:
    await fill(store, room)
    await back_up(store, path, file)
    with pytest.raises(BadBackup, match="the passphrase is wrong"):
        backup.check(file, WORD + " ")
    for word in (b"Ann", b"PRIVATE"):
        assert word not in content(file)


def test_a_backup_of_an_older_version_is_brought_up_to_date(file: Path, tmp_path: Path) -> None:
    engine = dialect_of(f"sqlite:///{tmp_path}/old.db").writer()
    with engine.begin() as connection:
        upgrade(connection, "0005")
        connection.exec_driver_sql(
            "INSERT INTO establishments (id, name, phone, safer_custody, hosts_only_at_terminals,"
            " zone) VALUES ('e1', 'HMP Old', '1', '2', 1, 'Europe/London')"
        )
        head = archive.Head(revision="0005", made_at=1.0, keys={})
        with file.open("wb") as made:
            sealer = Sealer(made, WORD)
            for piece in archive.compressed(archive.lines(connection, head)):
                sealer.write(piece)
            sealer.close()
    engine.dispose()
    backup.restore(f"sqlite:///{tmp_path}/new.db", tmp_path / "k", file, WORD)

    async def look() -> None:
        store = await Store.open(f"sqlite:///{tmp_path}/new.db")
        (found,) = await store.establishments()
        assert (found.name, found.hosts_only_at_terminals) == ("HMP Old", True)
        await store.close()

    asyncio.run(look())


def test_a_backup_of_a_later_version_is_refused(file: Path, tmp_path: Path) -> None:
    with file.open("wb") as made:
        sealer = Sealer(made, WORD)
        said = b'[{"format":1,"revision":"9999","made_at":1.0},{}]\n[{}]\n'
        for piece in archive.compressed([said]):
            sealer.write(piece)
        sealer.close()
    with pytest.raises(NewerDatabase):
        backup.restore(f"sqlite:///{tmp_path}/new.db", tmp_path / "k", file, WORD)


@pytest.mark.parametrize("length", [0, 1, 99, 100, 101, 200, 250])
def test_what_is_sealed_is_read_back_at_every_length(
    file: Path, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "CHUNK_BYTES", 100)
    said = bytes(range(256))[:length]
    with file.open("wb") as made:
        sealer = Sealer(made, WORD)
        sealer.write(said[:70])
        sealer.write(said[70:])
        sealer.close()
    with file.open("rb") as sealed:
        assert b"".join(unsealed(sealed, WORD)) == said
    whole = file.read_bytes()
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        with pytest.raises(BadSeal), file.open("rb") as cut:
            list(unsealed(cut, WORD))
    body = len(whole) - length - 16 * (1 + max(1, -(-length // 100)))
    if length > 100:  # two chunks the other way round
        first, second = body + 16, body + 16 + 116
        swapped = whole[:first] + whole[second : second + 116] + whole[first:second]
        file.write_bytes(swapped + whole[second + 116 :])
        with pytest.raises(BadSeal), file.open("rb") as mixed:
            list(unsealed(mixed, WORD))
