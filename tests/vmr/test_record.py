"""The hash chain: it grows, it verifies, and any change to it is found."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmr.ids import MeetingId
from vmr.record import (
    BadEntry,
    Entry,
    Fault,
    Happening,
    PersonalKey,
    append,
    canonical,
    digest_personal,
    first_link,
    hash_entry,
    is_personal_of,
    preimage,
    verify,
)

MEETING = MeetingId("m1")
KEY = PersonalKey(secret=bytes(range(32)))
OF_ENTRY = PersonalKey(secret=bytes(range(32)), is_of_chain=False)


def chain(length: int, meeting: MeetingId = MEETING) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(length):
        happening = Happening(
            at=1000.5 + number,
            actor="host:p1",
            what="admitted",
            subject=f"guest:p{number}",
            facts=(("how", "invited"), ("count", number), ("expected", True)),
            personal=(("name", f"Guest {number}"),),
        )
        last = entries[-1] if entries else None
        entries.append(append(last, happening, meeting=meeting, key=KEY))
    return entries


def test_a_chain_that_nobody_touched_verifies() -> None:
    assert verify(chain(5), meeting=MEETING) is None
    assert verify([], meeting=MEETING) is None


def test_entries_are_numbered_from_one_and_linked() -> None:
    entries = chain(3)
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert entries[0].previous == first_link(MEETING)
    assert entries[2].previous == entries[1].hash


CHANGES: list[dict[str, Any]] = [
    {"at": 1.0},
    {"actor": "host:p9"},
    {"what": "refused"},
    {"subject": "guest:p9"},
    {"reason": "none"},
    {"facts": ()},
    {"personal_digest": ""},
    {"hash": "0" * 64},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_changed_entry_is_named(change: dict[str, Any]) -> None:
    entries = chain(4)
    entries[1] = replace(entries[1], **change)
    assert verify(entries, meeting=MEETING) == BadEntry(position=2, fault=Fault.HASH)


def test_an_entry_made_anew_breaks_the_link_of_the_next() -> None:
    entries = chain(4)
    entries[1] = replace(entries[1], what="refused")
    entries[1] = replace(entries[1], hash=hash_entry(entries[1]))
    assert verify(entries, meeting=MEETING) == BadEntry(position=3, fault=Fault.PREVIOUS)


def test_a_missing_entry_is_found_where_it_is_missing() -> None:
    entries = chain(4)
    del entries[1]
    assert verify(entries, meeting=MEETING) == BadEntry(position=2, fault=Fault.SEQUENCE)


def test_entries_in_another_order_are_found() -> None:
    first, second, third = chain(3)
    assert verify([first, third, second], meeting=MEETING) == BadEntry(
        position=2, fault=Fault.SEQUENCE
    )


def test_a_chain_cannot_be_moved_to_another_meeting() -> None:
    assert verify(chain(2), meeting=MeetingId("m2")) == BadEntry(position=1, fault=Fault.PREVIOUS)


def test_personal_fields_lie_beside_the_chain() -> None:
    entry = chain(1)[0]
    assert "Guest" not in repr(entry)
    assert is_personal_of(entry, (("name", "Guest 0"),), KEY)
    assert not is_personal_of(entry, (("name", "Guest 1"),), KEY)
    assert not is_personal_of(entry, (("name", "Guest 0"),), PersonalKey(secret=b"another key"))
    assert not is_personal_of(entry, (("name", "Guest 0"),), OF_ENTRY)


def test_equal_personal_values_of_two_entries_are_not_seen_to_be_equal() -> None:
    fields = (("name", "Ann"),)
    digests = {digest_personal(fields, KEY, sequence) for sequence in range(1, 100)}
    assert len(digests) == 99


def test_an_entry_with_a_key_of_its_own_still_proves_itself() -> None:
    """So the first version wrote all of them: HMAC-SHA256 over the fields alone."""
    said = b'[["name","Ann"],["alias","Witness A"]]'
    fields = (("name", "Ann"), ("alias", "Witness A"))
    expected = hmac.new(OF_ENTRY.secret, said, hashlib.sha256).hexdigest()
    assert digest_personal(fields, OF_ENTRY, 7) == expected


def test_the_hash_is_the_one_that_the_first_version_wrote() -> None:
    """Records are kept for years: this text and its hash may never change."""
    happening = Happening(
        at=1000.5, actor="host:p1", what="admitted", subject="guest:p2", reason="é",
        facts=(("how", "invited"), ("count", 3), ("rate", 0.1), ("late", True)),
    )  # fmt: skip
    entry = append(None, happening, meeting=MEETING, key=KEY)
    said = (
        '[1,"' + first_link(MEETING) + '",1000.5,"host:p1","admitted","guest:p2","é",'
        '[["how","invited"],["count",3],["rate",0.1],["late",true]],""]'
    )
    assert preimage(entry) == said.encode()
    assert entry.hash == hash_entry(entry) == hashlib.sha256(said.encode()).hexdigest()


def test_the_chain_verifies_when_personal_fields_and_keys_are_gone() -> None:
    entries = chain(3)
    assert verify(entries, meeting=MEETING) is None


def test_an_entry_without_personal_fields_has_no_digest() -> None:
    happening = Happening(at=1.0, actor="server", what="ended")
    entry = append(None, happening, meeting=MEETING, key=KEY)
    assert entry.personal_digest == digest_personal((), KEY, 1) == ""


def test_a_whole_number_of_seconds_hashes_like_the_same_float() -> None:
    """A database gives a column of floats back as floats."""
    entry = append(None, Happening(at=5, actor="server", what="x"), meeting=MEETING, key=KEY)
    assert verify([replace(entry, at=5.0)], meeting=MEETING) is None


def test_canonical_json_is_sorted_without_spaces_and_utf8() -> None:
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))


words = st.text(max_size=20)
facts = st.tuples(words, st.one_of(words, st.integers(), st.booleans(), st.floats(-1e9, 1e9)))


@given(st.lists(st.tuples(words, words, st.lists(facts, max_size=3)), max_size=6))
def test_any_chain_verifies_after_a_trip_through_json(
    happenings: list[tuple[str, str, list[tuple[str, Any]]]],
) -> None:
    entries: list[Entry] = []
    for what, reason, said in happenings:
        happening = Happening(at=1.5, actor="server", what=what, reason=reason, facts=tuple(said))
        last = entries[-1] if entries else None
        entries.append(append(last, happening, meeting=MEETING, key=KEY))
    told = [
        replace(entry, facts=tuple((k, v) for k, v in json.loads(json.dumps(entry.facts))))
        for entry in entries
    ]
    assert verify(told, meeting=MEETING) is None
