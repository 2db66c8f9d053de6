"""Meetings and records: who sees names, and that every look is recorded."""

import pytest

from tests.signalling.api.prison import Caller, Prison
from tests.vmr.bookings.made import NOW
from vmr import record_export
from vmr.api_tokens import ApiScope
from vmr.record import Happening
from vmr.store import RecordBroken, StoreUnavailable
from vmr.store.signing import is_signed


async def test_meetings_come_the_latest_first_by_pages(prison: Prison, program: Caller) -> None:
    for id in ("m1", "m2", "m3"):
        await prison.meeting(id)
    first = (await program.get("/meetings?limit=2")).json
    rest = (await program.get(first["next"])).json
    assert [one["id"] for one in first["items"] + rest["items"]] == ["m1", "m2", "m3"]
    assert first["items"][0] == {
        "id": "m1", "room": prison.room.id, "is_live": False,
        "started_at": "2027-03-01T08:00:00Z", "ended_at": "2027-03-01T08:00:02Z", "entries": 3,
    }  # fmt: skip
    assert (await program.get("/meetings/m1")).json == first["items"][0]


async def test_meetings_are_found_by_day_and_room(prison: Prison, program: Caller) -> None:
    await prison.meeting()

    async def count(query: str) -> int:
        return len((await program.get(f"/meetings?{query}")).json["items"])

    assert await count("first_day=2027-03-01&last_day=2027-03-01") == 1
    assert await count("first_day=2027-03-02") == 0
    assert await count(f"room={prison.room.id}") == 1
    assert await count(f"room={prison.other.id}") == 0


async def test_a_record_is_read_by_pages_and_names_come_with_their_scope_alone(
    prison: Prison, program: Caller
) -> None:
    await prison.meeting(entries=5)
    plain = await prison.program({ApiScope.RECORDS_READ})
    page = (await plain.get("/meetings/m1/record?limit=3")).json
    rest = (await plain.get(page["next"])).json
    entries = page["items"] + rest["items"]
    assert [one["sequence"] for one in entries] == [1, 2, 3, 4, 5]
    assert all(one["personal"] is None and one["has_personal"] for one in entries)
    assert "Ann" not in str(entries)
    assert rest["next"] is None
    named = (await program.get("/meetings/m1/record")).json["items"]
    assert named[0]["personal"] == [{"name": "name", "value": "Ann 0"}]
    assert named[0]["facts"] == [{"name": "count", "value": 0}]


async def test_every_page_that_is_read_is_in_the_record_of_the_establishment(
    prison: Prison, program: Caller
) -> None:
    await prison.meeting()
    await program.get("/meetings/m1/record?after=1")
    looked = (await prison.store.staff.record(prison.establishment.id))[-1].entry
    assert (looked.what, looked.subject) == ("record_read", "meeting:m1")
    assert looked.actor.startswith("api:")
    facts = dict(looked.facts)
    assert (facts.pop("sequence"), len(str(facts.pop("hash")))) == (3, 64)
    assert facts == {"program": "Court lists", "first": 2, "with_names": True}


async def test_a_record_is_taken_as_a_file_that_proves_itself_and_that_is_recorded(
    prison: Prison, program: Caller
) -> None:
    await prison.meeting()
    reply = await program.get("/meetings/m1/record.jsonl")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/jsonl")
    lines = reply.text.encode().splitlines(keepends=True)
    header = record_export.verify(lines, is_signed)
    assert (header.meeting, header.head.sequence) == ("m1", 3)
    assert "Ann 0" in reply.text
    taken = (await prison.store.staff.record(prison.establishment.id))[-1].entry
    assert (taken.what, taken.subject) == ("record_exported", "meeting:m1")
    assert taken.actor.startswith("api:")
    facts = dict(taken.facts)
    assert (facts["program"], facts["format"], facts["sequence"]) == ("Court lists", "jsonl", 3)
    broken = reply.text.replace("Ann 0", "Ann 1").encode().splitlines(keepends=True)
    with pytest.raises(record_export.BadExport):
        record_export.verify(broken, is_signed)


async def test_a_record_that_does_not_hold_is_not_signed(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RecordBroken("entry 2 does not fit")

    await prison.meeting()
    monkeypatch.setattr("vmr.store.exports.prove", broken)
    reply = await program.get("/meetings/m1/record.jsonl")
    assert (reply.status, reply.kind) == (409, "record-broken")
    assert "Ann" not in reply.text
    assert "record_exported" not in [what for _, what in await prison.record()]


@pytest.mark.parametrize("file", ["record", "record.jsonl"])
async def test_what_cannot_be_recorded_is_not_shown(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    await prison.meeting()
    await program.get("/rooms")  # the time of use is written
    monkeypatch.setattr("vmr.store.establishment_chain.write", full)
    reply = await program.get(f"/meetings/m1/{file}")
    assert (reply.status, reply.kind) == (503, "unavailable")
    assert "knocked" not in reply.text


async def test_a_live_meeting_is_shown_as_one(prison: Prison, program: Caller) -> None:
    started = Happening(at=NOW, actor="server", what="waited")
    await prison.store.commit("m9", prison.room.id, {}, [started])  # type: ignore[arg-type]
    meeting = (await program.get("/meetings/m9")).json
    assert (meeting["is_live"], meeting["ended_at"]) == (True, None)


async def test_a_database_that_is_away_shows_nothing(
    prison: Prison, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(prison.store.api, "meetings", away)
    assert (await program.get("/meetings")).status == 503
