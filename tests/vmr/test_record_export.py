"""An export proves itself, and names the first entry that was touched, whatever was done to it."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vmr.test_checkpoints import SIGNED
from vmr.establishment_record import Head
from vmr.ids import EstablishmentId, MeetingId, RoomId
from vmr.policies import PolicyName
from vmr.record import Entry, Happening, PersonalKey, append, canonical, first_link
from vmr.record_export import BadExport, ExportHeader, build_header, build_line, verify
from vmr.rooms import Establishment, Room

MEETING = MeetingId("m1")
KEY = PersonalKey(secret=bytes(range(32)))
OWN = PersonalKey(secret=bytes(range(1, 33)), is_of_chain=False)
ROOM = Room(
    id=RoomId("r1"),
    establishment=Establishment(id=EstablishmentId("e1"), name="HMP Tést", phone="1"),
    address="aaaabbbbcccc",
    name='Room "1"',
    policy=PolicyName.LEGAL,
    pin_hash="x",
)
SECRET = b"the server's"


def sign(said: bytes) -> str:
    """As good as a signature, for who has the secret."""
    return hmac.digest(SECRET, said, "sha512").hex()


CHECKPOINT = replace(SIGNED, signature=sign(SIGNED.checkpoint.statement()))


def is_signed(said: bytes, signature: str, public_key: bytes) -> bool:
    return public_key.hex() == SIGNED.public_key and signature == sign(said)


def lines_of(
    names: list[str], *, deleted_at: float | None = None, meeting: MeetingId = MEETING
) -> list[bytes]:
    """The header and a line for each name (empty: an entry without personal fields)."""
    last: Entry | None = None
    lines = []
    for number, name in enumerate(names):
        key = OWN if number % 3 == 2 else KEY
        personal = (("name", name), ("alias", "é")) if name else ()
        facts = (("how", "knock\n\\"), ("count", number), ("rate", 0.1), ("late", True))
        said = Happening(
            at=1000.5 + number, actor="host:p1", what="admitted", subject=f"p{number}",
            reason="because", facts=facts, personal=personal,
        )  # fmt: skip
        last = append(last, said, meeting=meeting, key=key)
        kept = () if deleted_at else personal
        lines.append(build_line(last, kept, OWN if kept and key is OWN else None))
    head = Head(sequence=0, hash=first_link(meeting))
    if last is not None:
        head = Head(sequence=last.sequence, hash=last.hash)
    header = build_header(
        meeting=meeting, room=ROOM, exported_at=5, is_live=False, head=head,
        personal_deleted_at=deleted_at, personal_key=None if deleted_at else KEY,
        checkpoint=CHECKPOINT, sign=sign,
    )  # fmt: skip
    return [header, *lines]


LINES = lines_of(["Ann", "", "Bo", "Cy", "Ann", "Di"])
FILE = b"".join(LINES)


def prove(file: bytes) -> ExportHeader:
    return verify(_lines(file), is_signed)


def _lines(file: bytes) -> list[bytes]:
    """As a binary file is read: a line ends at a line feed, and nowhere else."""
    parts = file.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def first_bad(file: bytes) -> int:
    """The entry that is named; fails where nothing is found."""
    with pytest.raises(BadExport) as raised:
        verify(_lines(file), is_signed)
    return raised.value.entry


def touched(file: bytes) -> int:
    """The first line that is not as it was, counted from the header, 0."""
    lines = _lines(file)
    pairs = zip(lines, LINES, strict=False)
    same = min(len(lines), len(LINES))
    return next((at for at, (one, other) in enumerate(pairs) if one != other), same)


def test_an_export_that_nobody_touched_holds() -> None:
    header = prove(FILE)
    assert (header.meeting, header.room, header.establishment) == ("m1", 'Room "1"', "HMP Tést")
    assert (header.policy, header.exported_at, header.is_live) == ("legal", 5.0, False)
    assert (header.head.sequence, header.checkpoint) == (6, CHECKPOINT)
    assert prove(b"".join(lines_of([]))).head.sequence == 0


def test_every_line_is_json_and_its_hash_is_that_of_the_array_as_it_stands() -> None:
    for line in LINES[1:]:
        said = json.loads(line)
        array = line.removeprefix(b'{"entry":').split(b',"hash":"')[0]
        assert hashlib.sha256(array).hexdigest() == said["hash"]
        assert json.loads(array) == said["entry"]


def test_an_export_without_its_personal_values_holds_and_says_when_they_went() -> None:
    lines = lines_of(["Ann", "", "Bo"], deleted_at=77.0)
    assert b"Ann" not in b"".join(lines)
    assert prove(b"".join(lines)).personal_deleted_at == 77.0


@pytest.mark.parametrize("by", [0x01, 0x20, 0x80])
def test_each_byte_is_proven(by: int) -> None:
    for at in range(len(FILE)):
        changed = FILE[:at] + bytes([FILE[at] ^ by]) + FILE[at + 1 :]
        assert first_bad(changed) == touched(changed)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found_and_its_entry_named(at: int, by: int) -> None:
    changed = FILE[:at] + bytes([FILE[at] ^ by]) + FILE[at + 1 :]
    assert first_bad(changed) == touched(changed)


@given(st.integers(0, len(FILE) - 1))
def test_any_lost_byte_is_found_and_its_entry_named(at: int) -> None:
    changed = FILE[:at] + FILE[at + 1 :]
    assert first_bad(changed) == touched(changed)


@given(st.integers(0, len(FILE)), st.binary(min_size=1, max_size=3))
def test_any_added_bytes_are_found_and_their_entry_named(at: int, added: bytes) -> None:
    changed = FILE[:at] + added + FILE[at:]
    assert first_bad(changed) == touched(changed)


@given(st.integers(0, len(FILE) - 1))
def test_a_tail_cut_off_anywhere_is_found(length: int) -> None:
    cut = FILE[:length]
    assert first_bad(cut) == touched(cut)


@given(st.integers(0, len(LINES) - 1))
def test_a_dropped_line_is_named(at: int) -> None:
    changed = b"".join(LINES[:at] + LINES[at + 1 :])
    assert first_bad(changed) == touched(changed) == at


@given(st.integers(0, len(LINES) - 1), st.integers(0, len(LINES)))
def test_an_inserted_line_is_named(copied: int, at: int) -> None:
    changed = b"".join([*LINES[:at], LINES[copied], *LINES[at:]])
    assert first_bad(changed) == touched(changed)


@given(st.permutations(range(len(LINES))))
def test_lines_in_another_order_are_named(order: list[int]) -> None:
    changed = b"".join(LINES[at] for at in order)
    if changed != FILE:
        assert first_bad(changed) == touched(changed)


@given(st.lists(st.text(max_size=8), max_size=8), st.none() | st.floats(1, 1e9))
def test_any_record_holds_when_it_is_exported(names: list[str], deleted_at: float | None) -> None:
    assert prove(b"".join(lines_of(names, deleted_at=deleted_at))).head.sequence == len(names)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_and_nothing_else_happens(file: bytes) -> None:
    assert first_bad(file) == 0


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=10) | st.dictionaries(
        st.sampled_from(["entry", "hash", "personal", "key", "x"]), inner, max_size=4),
    max_leaves=20,
))  # fmt: skip
def test_any_json_in_the_place_of_an_entry_is_refused(value: object) -> None:
    assert first_bad(LINES[0] + canonical(value) + b"\n" + b"".join(LINES[2:])) == 1


def test_deeply_nested_json_is_refused() -> None:
    deep = b'{"entry":' + b"[" * 100_000
    assert first_bad(LINES[0] + deep + b"\n") == 1
    assert first_bad(deep) == 0


def test_personal_values_cannot_be_taken_out_one_by_one() -> None:
    without = json.loads(LINES[1])
    del without["personal"]
    lines = [LINES[0], canonical(without) + b"\n", *LINES[2:]]
    assert first_bad(b"".join(lines)) == 1


def test_personal_values_cannot_be_put_into_an_export_they_were_deleted_from() -> None:
    lines = lines_of(["Ann"], deleted_at=77.0)
    put = json.loads(lines[1])
    put["personal"] = [["name", "Eve"]]
    with pytest.raises(BadExport, match="entry 1 has other personal values"):
        verify([lines[0], canonical(put) + b"\n"], is_signed)


def test_a_header_signed_by_another_key_is_refused() -> None:
    other = replace(CHECKPOINT, public_key="00" * 32)
    header = build_header(
        meeting=MEETING, room=ROOM, exported_at=5, is_live=False,
        head=Head(sequence=0, hash=first_link(MEETING)), personal_deleted_at=None,
        personal_key=None, checkpoint=other, sign=sign,
    )  # fmt: skip
    with pytest.raises(BadExport, match="the header was changed"):
        verify([header], is_signed)


def test_a_checkpoint_that_was_not_signed_is_refused() -> None:
    header = build_header(
        meeting=MEETING, room=ROOM, exported_at=5, is_live=False,
        head=Head(sequence=0, hash=first_link(MEETING)), personal_deleted_at=None,
        personal_key=None, checkpoint=SIGNED, sign=sign,
    )  # fmt: skip
    with pytest.raises(BadExport, match="a checkpoint that was changed"):
        verify([header], is_signed)


@pytest.mark.parametrize("name", ["exported_at", "head", "signature", "room", "checkpoint"])
@pytest.mark.parametrize("value", [None, 10**400, [], {}, "\ud800"])
def test_a_header_of_strange_values_is_refused(name: str, value: object) -> None:
    said = {**json.loads(LINES[0]), name: value}
    assert first_bad(json.dumps(said).encode() + b"\n") == 0


def test_a_version_that_is_not_known_is_said_to_be_that() -> None:
    said = json.loads(LINES[0])
    said["version"] = 2
    with pytest.raises(BadExport, match="which this version can read"):
        verify([canonical(said) + b"\n"], is_signed)
