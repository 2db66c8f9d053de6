"""`vmr record ...` lists, shows and proves the records of meetings."""

import sqlite3
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import Program
from vmr.ids import MeetingId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.store import Store


@pytest.fixture
async def address(program: Program) -> str:
    """Of a room with one ended meeting, m1, of two entries."""
    store = await Store.open(f"sqlite:///{program.database}")
    establishment = await store.add_establishment(name="HMP Test", phone="1")
    room = await store.add_room(establishment, name="Room", policy=PolicyName.LEGAL, pin_hash="x")
    said = [
        Happening(at=10.0, actor="host:p1", what="opened"),
        Happening(
            at=20.0, actor="host:p1", what="attested", subject="p2", reason="asked",
            facts=(("method", "card"),), personal=(("name", "Ann\x1b[2J"),),
        ),
    ]  # fmt: skip
    await store.commit(MeetingId("m1"), room.id, None, said)
    await store.close()
    return room.address


def test_a_room_lists_its_meetings(program: Program, address: str) -> None:
    listed = program.done("record", "list", address)
    assert listed.startswith("m1 ")
    assert "2 entries" in listed


def test_a_record_is_shown_without_what_steers_a_terminal(program: Program, address: str) -> None:
    first, second = program.done("record", "show", "m1").splitlines()
    assert "host:p1  opened" in first
    assert "attested  p2  reason: asked  method=card  name=Ann�[2J" in second


def test_a_record_proves_itself_until_it_is_changed(program: Program, address: str) -> None:
    assert "holds: 2 entries" in program.done("record", "verify", "m1")
    database = sqlite3.connect(program.database)
    with database:
        database.execute("UPDATE record_entries SET what = 'refused' WHERE sequence = 2")
    database.close()
    ended = program.run("record", "verify", "m1")
    assert ended.returncode == 1
    assert ended.stderr == "vmr: entry 2 does not fit (hash)\n"


def test_retention_deletes_names_and_says_so_wherever_the_record_is_shown(
    program: Program, address: str, tmp_path: Path
) -> None:
    planned = program.done("retention", "run", "--dry-run")
    assert "m1  ended 1970" in planned
    assert "HMP Test, Room (legal)  1 entries" in planned
    assert "would be deleted: of 1 meetings" in planned
    assert "name=Ann" in program.done("record", "show", "m1"), "nothing was deleted yet"
    assert "Personal values deleted: of 1 meetings" in program.done("retention", "run")
    shown = program.done("record", "show", "m1")
    assert shown.startswith("Personal values deleted 2")
    assert "(personal data deleted)" in shown
    assert "holds: 2 entries" in program.done("record", "verify", "m1")
    assert "All of them hold." in program.done("record", "verify")
    file = tmp_path / "m1.jsonl"
    program.done("record", "export", "m1", "--out", str(file))
    assert "Personal values deleted 2" in program.done("record", "verify", str(file))
    assert "of 0 meetings" in program.done("retention", "run")


def test_the_days_of_retention_are_settings(program: Program, address: str) -> None:
    ended = program.run(
        "retention", "run", "--dry-run", settings={"VMR_RETENTION_LEGAL_DAYS": "100000"}
    )
    assert "of 0 meetings" in ended.stdout


def test_an_unknown_meeting_is_one_line(program: Program, address: str) -> None:
    ended = program.run("record", "show", "m2")
    assert ended.returncode == 1
    assert ended.stderr == "vmr: no such meeting\n"


def test_a_look_at_a_record_is_in_the_record_of_the_establishment(
    program: Program, address: str
) -> None:
    program.done("record", "show", "m1")
    written = program.done("staff", "record")
    assert "The operator read the record of the meeting m1." in written


def test_the_establishment_proves_itself_until_a_record_is_gone(
    program: Program, address: str
) -> None:
    assert "All of them hold." in program.done("record", "verify")
    database = sqlite3.connect(program.database)
    with database:
        for table in ("record_personal", "record_keys", "record_entries", "meetings"):
            database.execute(f"DELETE FROM {table}")
    database.close()
    ended = program.run("record", "verify", "--establishment", "HMP Test")
    assert ended.returncode == 1
    assert "WRONG  meeting m1: the record is missing; it had 2 entries" in ended.stdout
    assert ended.stderr == "vmr: 1 of the records do not hold\n"


def test_a_checkpoint_kept_elsewhere_shows_a_record_written_anew(
    program: Program, address: str
) -> None:
    kept = program.directory / "checkpoint.json"
    kept.write_text(program.done("record", "checkpoint"))
    assert "All of them hold." in program.done("record", "verify", "--checkpoint", str(kept))
    other = program.directory / "other.json"
    other.write_text(kept.read_text().replace('"sequence":2', '"sequence":1'))
    ended = program.run("record", "verify", "--checkpoint", str(other))
    assert ended.returncode == 1
    assert "the checkpoint given does not fit" in ended.stdout
    for wrong in ("x", '{"sequence":1}'):
        other.write_text(wrong)
        ended = program.run("record", "verify", "--checkpoint", str(other))
        assert ended.stderr == f"vmr: {other}: this is not a checkpoint\n"


def test_an_export_proves_itself_far_from_the_database(
    program: Program, address: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(program.done("record", "checkpoint"))
    file = tmp_path / "m1.jsonl"
    assert "2 entries" in program.done("record", "export", "m1", "--out", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert program.run("record", "export", "m1", "--out", str(file)).returncode == 1, "kept as is"
    written = program.done("staff", "record")
    assert "The operator took away the record of the meeting m1 as a file." in written
    far = Program(tmp_path / "far")
    far.directory.mkdir()
    told = far.done("record", "verify", str(file), "--checkpoint", str(kept))
    assert "The record holds: 2 entries" in told
    assert "Meeting m1, Room, HMP Test" in told
    file.write_bytes(file.read_bytes().replace(b"attested", b"admitted"))
    ended = far.run("record", "verify", str(file))
    assert ended.returncode == 1
    assert ended.stderr == f"vmr: {file}: entry 2 was changed\n"


def test_an_export_signed_by_another_key_than_the_checkpoint_is_refused(
    program: Program, address: str, tmp_path: Path
) -> None:
    kept, file = tmp_path / "kept.json", tmp_path / "m1.jsonl"
    kept.write_text(program.done("record", "checkpoint"))
    program.database.with_name("vmr.db.signing-key").unlink()
    program.done("record", "export", "m1", "--out", str(file))
    ended = program.run("record", "verify", str(file), "--checkpoint", str(kept))
    assert ended.stderr == f"vmr: {file}: signed by another key than the checkpoint given\n"


def test_a_new_key_is_named_and_the_records_hold(program: Program, address: str) -> None:
    program.done("record", "checkpoint")
    assert "Records are signed with key " in program.done("record", "rotate-key")
    assert "All of them hold." in program.done("record", "verify")


def test_the_server_signs_at_its_first_start(program: Program) -> None:
    program.start()
    key = program.database.with_name("vmr.db.signing-key")
    wait_for(key.exists, "the signing key")
    wait_for(lambda: "Signed up to entry 2" in program.done("record", "verify"), "a checkpoint")


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    """The server does it in its own time."""
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.1)
