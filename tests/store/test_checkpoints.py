"""Signed checkpoints show a record that was written anew; keys follow each other, signed."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.places import Place
from tests.store.test_meetings import MEETING, happening
from vmr.establishment_record import SigningKeyNote, key_in
from vmr.ids import MeetingId
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import EstablishmentProof, Store, StoreUnavailable
from vmr.store.signing import KeyFile, is_genuine

NOTE = Happening(at=5.0, actor="server", what="something")


def key_file(path: Path) -> Path:
    return path.with_name("vmr.db.signing-key")


async def proof(store: Store, room: Room) -> EstablishmentProof:
    return await store.records.verify_establishment(room.establishment.id)


async def texts(store: Store, room: Room) -> list[str]:
    return [one.text for one in (await proof(store, room)).problems]


async def keys(store: Store, room: Room) -> list[SigningKeyNote]:
    kept = await store.staff.record(room.establishment.id)
    return [key for key in (key_in(one.entry) for one in kept) if key is not None]


async def test_a_checkpoint_signs_where_the_record_is(store: Store, room: Room) -> None:
    prison = room.establishment.id
    await store.staff.write_record(prison, NOTE)
    signed = await store.records.checkpoint(prison, 10.0)
    last = (await store.staff.record(prison))[-1].entry
    said = signed.checkpoint
    assert (said.establishment, said.sequence, said.hash) == (prison, last.sequence, last.hash)
    assert is_genuine(signed)
    assert not is_genuine(replace(signed, checkpoint=replace(said, sequence=1)))
    assert not is_genuine(replace(signed, public_key="00" * 32))
    assert (await proof(store, room)).signed == last.sequence


async def test_a_record_that_did_not_move_is_not_signed_again(store: Store, room: Room) -> None:
    first = await store.records.checkpoint(room.establishment.id, 10.0)
    assert await store.records.checkpoint(room.establishment.id, 20.0) == first
    assert await store.records.latest_checkpoint(room.establishment.id) == first


async def test_the_end_of_a_meeting_is_signed_with_it(store: Store, room: Room) -> None:
    prison = room.establishment.id
    await store.commit(MEETING, room.id, {}, [happening("joined")])
    assert await store.records.latest_checkpoint(prison) is None
    await store.commit(MEETING, room.id, None, [happening("ended", at=20.0)])
    signed = await store.records.latest_checkpoint(prison)
    assert signed is not None
    assert signed.checkpoint.sequence == len(await store.staff.record(prison))
    assert signed.checkpoint.at == 20.0


async def test_a_meeting_ends_although_the_key_cannot_be_read(
    store: Store, room: Room, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await store.records.checkpoint(room.establishment.id, 1.0)
    key_file(path).write_text("not a key")
    await store.commit(MEETING, room.id, None, [happening("ended")])
    assert await store.verify(MEETING) == 1
    assert "was not signed" in caplog.text
    with pytest.raises(StoreUnavailable, match="not a signing key"):
        await store.records.checkpoint(room.establishment.id, 10.0)


async def test_the_key_is_in_a_file_of_its_own_that_only_its_owner_reads(
    store: Store, room: Room, path: Path
) -> None:
    await store.records.checkpoint(room.establishment.id, 10.0)
    file = key_file(path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    private = file.read_bytes().splitlines()[1]
    assert all(
        private not in one.read_bytes() for one in path.parent.glob("vmr.db*") if one != file
    )
    assert not list(path.parent.glob("*.new"))


async def test_the_key_may_lie_elsewhere(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    store = await Store.open(f"sqlite:///{path}", str(elsewhere))
    place = await store.add_establishment(name="HMP Test", phone="1")
    await store.records.checkpoint(place.id, 1.0)
    await store.close()
    assert elsewhere.exists()
    assert not key_file(path).exists()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (f"UPDATE record_checkpoints SET hash = '{'0' * 64}'", "was written anew"),
        ("UPDATE record_checkpoints SET at = at + 1", "wrong signature"),
        (f"UPDATE record_checkpoints SET signature = '{'0' * 128}'", "wrong signature"),
        ("UPDATE signing_keys SET public_key = (SELECT key FROM record_keys)", "wrong signature"),
        ("UPDATE staff_entries SET facts = '[]'", "does not fit"),
        ("UPDATE record_checkpoints SET sequence = 9", "no entry 9 any more"),
    ],
)
async def test_what_was_done_to_a_checkpoint_is_named(
    store: Store, room: Room, place: Place, change: str, text: str
) -> None:
    await store.commit(MEETING, room.id, {}, [happening("joined", name="Ann")])
    await store.records.checkpoint(room.establishment.id, 10.0)
    assert await texts(store, room) == []
    place.alter(change)
    found = await texts(store, room)
    assert any(text in one for one in found), found


# -- a database written anew ----------------------------------------------------------------------


def rewrite(place: Place) -> None:
    """As somebody would who has the whole database, and writes it from its beginning."""
    for table in ("record_checkpoints", "signing_keys", "staff_entries", "record_entries"):
        place.alter(f"DELETE FROM {table}")
    place.alter("UPDATE meetings SET noted_sequence = 0")


@pytest.mark.parametrize("has_key", [True, False])
async def test_a_database_written_anew_does_not_fit_a_checkpoint_kept_elsewhere(
    store: Store, room: Room, place: Place, path: Path, has_key: bool
) -> None:
    prison = room.establishment.id
    await store.commit(MEETING, room.id, None, [happening("joined"), happening("refused")])
    kept = await store.records.checkpoint(prison, 30.0)
    good = await store.records.verify_establishment(prison, kept)
    assert good.problems == ()
    rewrite(place)
    if not has_key:
        key_file(path).unlink()
    await store.commit(MEETING, room.id, None, [happening("joined"), happening("admitted")])
    await store.records.checkpoint(prison, 30.0)
    assert await texts(store, room) == [], "by itself it fits together"
    found = [one.text for one in (await store.records.verify_establishment(prison, kept)).problems]
    assert "the checkpoint given does not fit: the record was written anew" in found
    assert any("does not know" in one for one in found) is not has_key


async def test_a_record_cut_before_a_checkpoint_kept_elsewhere_is_named(
    store: Store, room: Room, place: Place
) -> None:
    prison = room.establishment.id
    await store.records.checkpoint(prison, 1.0)
    await store.staff.write_record(prison, NOTE)
    kept = await store.records.checkpoint(prison, 2.0)
    place.alter("DELETE FROM staff_entries WHERE sequence = 2")
    place.alter("DELETE FROM record_checkpoints WHERE sequence = 2")
    assert await texts(store, room) == []
    found = (await store.records.verify_establishment(prison, kept)).problems
    assert [one.text for one in found] == [
        "the record was shortened: the checkpoint given is of entry 2"
    ]


# -- keys -----------------------------------------------------------------------------------------


async def test_a_new_key_is_signed_by_the_old_one_and_takes_over(
    store: Store, room: Room, path: Path
) -> None:
    prison = room.establishment.id
    first = await store.records.checkpoint(prison, 1.0)
    before = key_file(path).read_bytes()
    id = await store.records.rotate_key(2.0)
    assert key_file(path).read_bytes() != before
    assert not list(path.parent.glob("*.next")), "the old private key is gone"
    await store.staff.write_record(prison, NOTE)
    second = await store.records.checkpoint(prison, 3.0)
    assert (second.checkpoint.key, first.checkpoint.key != id) == (id, True)
    old, new = await keys(store, room)
    assert (old.previous, old.endorsement) == ("", "")
    assert (new.previous, new.id) == (old.id, id)
    found = await proof(store, room)
    assert (found.problems, found.notes) == ((), ())


async def test_every_establishment_has_the_new_key_in_its_record(store: Store, room: Room) -> None:
    other = await store.add_establishment(name="HMP Other", phone="2")
    await store.records.checkpoint(room.establishment.id, 1.0)
    await store.records.rotate_key(2.0)
    assert [len(await keys(store, room))] == [2]
    found = await store.records.verify_establishment(other.id)
    assert (found.entries, found.signed, found.problems) == (1, 1, ())


async def test_a_key_that_the_old_one_did_not_sign_is_named(
    store: Store, room: Room, place: Place
) -> None:
    """Somebody with the database, but without the key, puts in one of their own."""
    await store.records.checkpoint(room.establishment.id, 1.0)
    await store.records.rotate_key(2.0)
    forged = "0" * 128
    place.alter(f"UPDATE signing_keys SET endorsement = '{forged}' WHERE endorsement != ''")
    place.alter("DELETE FROM record_checkpoints WHERE sequence = 2")
    place.alter("DELETE FROM staff_entries WHERE sequence = 2")
    await store.records.checkpoint(room.establishment.id, 3.0)
    assert await texts(store, room) == ["entry 2: the old signing key did not sign the new one"]


async def test_a_lost_key_is_replaced_and_said_to_be(store: Store, room: Room, path: Path) -> None:
    prison = room.establishment.id
    await store.records.checkpoint(prison, 1.0)
    key_file(path).unlink()
    await store.staff.write_record(prison, NOTE)
    await store.records.checkpoint(prison, 2.0)
    found = await proof(store, room)
    assert found.problems == ()
    assert found.notes == (
        "entry 3: the signing key was lost and replaced; the old one did not sign the new one",
    )


async def test_a_retired_key_signs_no_more(store: Store, room: Room, path: Path) -> None:
    prison = room.establishment.id
    await store.records.checkpoint(prison, 1.0)
    old = key_file(path).read_bytes()
    await store.records.rotate_key(2.0)
    key_file(path).write_bytes(old)
    await store.staff.write_record(prison, NOTE)
    signed = await store.records.checkpoint(prison, 3.0)
    assert signed.checkpoint.key not in [key.id for key in (await keys(store, room))[:2]]
    assert (await proof(store, room)).problems == ()


async def test_a_rotation_that_was_cut_off_after_its_commit_is_finished(
    store: Store, room: Room, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prison = room.establishment.id
    await store.records.checkpoint(prison, 1.0)
    with monkeypatch.context() as cut:
        cut.setattr("vmr.store.checkpoints.key_in_use", _cut_off)
        with pytest.raises(RuntimeError):
            await store.records.rotate_key(2.0)
    assert len(list(path.parent.glob("*.next"))) == 1
    await store.staff.write_record(prison, NOTE)
    await store.records.checkpoint(prison, 3.0)
    assert not list(path.parent.glob("*.next"))
    found = await proof(store, room)
    assert (found.problems, found.notes) == ((), ())


def _cut_off(*_: object) -> None:
    raise RuntimeError


async def test_a_rotation_that_was_cut_off_before_its_commit_changes_nothing(
    store: Store, room: Room, path: Path
) -> None:
    first = await store.records.checkpoint(room.establishment.id, 1.0)
    KeyFile(key_file(path)).prepare()
    await store.staff.write_record(room.establishment.id, NOTE)
    second = await store.records.checkpoint(room.establishment.id, 2.0)
    assert first.checkpoint.key == second.checkpoint.key
    await store.commit(MeetingId("m9"), room.id, None, [happening("ended")])
    assert await texts(store, room) == []
