"""Records of meetings: who may read them, what is shown, and that every look is written first."""

import io
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdf
import pytest

from signalling.staff import record_pages
from signalling.staff.pdf import PdfBusy, PdfError, PdfFailed, PdfMaker
from signalling.staff.record_pages import PAGE
from tests.cli.program import Program
from tests.lobby import recorded
from tests.signalling.fakes.store import PRISON
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import Browser, Page
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.test_people import OTHER, administrator
from tests.store.proving import proven
from vmr.establishment_record import RecordEvent
from vmr.ids import MeetingId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import Hold
from vmr.policies import PolicyName
from vmr.record import Entry, Happening, PersonalKey, append
from vmr.rooms import Establishment, Room
from vmr.staff import STAFF_PERMISSIONS, StaffPermission, StaffRole
from vmr.store import StoreUnavailable, establishment_chain, records, side_parts
from vmr.store.waiting import Waiting

LIST = "/staff/records"
NOON = 1_777_892_400.0  # 4 May 2026, 12:00 in London


async def a_room(
    house: House, establishment: Establishment = PRISON, name: str = "Legal 1"
) -> Room:
    room: Room = await house.store.real.add_room(
        establishment, name=name, policy=PolicyName.LEGAL, pin_hash="x"
    )
    house.store.rooms[room.id] = room
    return room


async def hold(
    house: House, room: Room, meeting: str = "m1", happenings: list[Happening] | None = None
) -> None:
    done = recorded.long_consultation(started_at=NOON) if happenings is None else happenings
    await house.store.real.commit(MeetingId(meeting), room.id, None, done)


async def looks(house: House) -> list[tuple[str, str]]:
    """What the record of the establishment says of looks at records, oldest first."""
    entries = [kept.entry for kept in await house.store.staff.record(PRISON.id)]
    heads = RecordEvent.HEAD_NOTED.value
    found = [one for one in entries if one.what.startswith("record") and one.what != heads]
    return [(entry.what, entry.subject) for entry in found]


def fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be written into the record of an establishment any more."""

    def full(*_: object) -> None:
        raise StoreUnavailable("disk full")

    monkeypatch.setattr(establishment_chain, "write", full)


def change(tmp_path: Path, *statements: str) -> None:
    """What somebody does to the database behind the server's back."""
    with closing(sqlite3.connect(tmp_path / "staff.db")) as database, database:
        for statement in statements:
            database.execute(statement)


async def test_entries_beside_a_record_are_shown_beside_it(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    room, real = await a_room(house), house.store.real
    done = recorded.long_consultation(started_at=NOON)
    meeting = MeetingId("m1")
    await real.commit(meeting, room.id, {}, done[:3])
    key = PersonalKey(secret=b"k" * 32)
    tip = await real._database.read(lambda one: records.chains.tip(one, meeting))
    lost = Waiting(
        meeting=meeting, room=room.id, hold=Hold(NodeId("alpha"), 1), first=tip.sequence + 1,
        previous=tip.hash, key=key, snapshot="{}", happenings=tuple(done[3:5]),
    )  # fmt: skip
    await real.commit(meeting, room.id, None, done[3:])
    await real._database.write(lambda one: side_parts.keep(one, lost, real._keys))
    page = await browser.get(f"{LIST}/m1")
    assert "Beside the record" in page.text
    assert "Written by alpha 1 from entry 4 on" in page.text
    told = page.text.partition("Beside the record")[2]
    assert told.count("<tr>") == 1 + 2


@pytest.fixture(autouse=True)
def pdf_at_hand(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody starts a process to learn whether files can be made, but the tests of files."""

    async def always(_: PdfMaker) -> bool:
        return True

    if "file" not in request.node.name:
        monkeypatch.setattr(PdfMaker, "is_available", always)


@pytest.fixture
async def browser(house: House, open_browser: Open) -> Browser:
    _me, signed_in = await administrator(house, open_browser)
    return signed_in


def row_of(page: Page, name: str) -> str:
    """The row of a table that begins with this."""
    rows = [row for row in page.text.split("<tr>") if name in row]
    assert rows, f"no row with {name}"
    return rows[0]


@pytest.mark.parametrize("role", list(StaffRole))
async def test_only_who_may_read_records_opens_them(
    house: House, open_browser: Open, role: StaffRole
) -> None:
    await hold(house, await a_room(house))
    await account(house, roles=[role])
    asking = await open_browser()
    await asking.sign_in("reed")
    may = StaffPermission.READ_RECORDS in STAFF_PERMISSIONS[role]
    for path in (LIST, f"{LIST}/m1", f"{LIST}/m1/jsonl"):
        assert (await asking.get(path)).status == (200 if may else 403), path
    assert (LIST in (await asking.get("/staff")).text) is may
    assert bool(await looks(house)) is may


async def test_nobody_reads_a_record_without_signing_in(house: House, open_browser: Open) -> None:
    await hold(house, await a_room(house))
    for path in (LIST, f"{LIST}/m1", f"{LIST}/m1/pdf", f"{LIST}/m1/jsonl"):
        assert (await (await open_browser()).get(path)).place.startswith("/staff/sign-in")
    assert await looks(house) == []


async def test_a_record_reads_as_what_happened(house: House, browser: Browser) -> None:
    await hold(house, await a_room(house))
    page = await browser.get(f"{LIST}/m1")
    assert page.status == 200
    assert page.title == "Record of Legal 1, 4 May 2026, 12:00: Video meeting rooms"
    for said in (
        "The record holds",
        "Monday 4 May 2026",
        "Europe/London (BST)",
        "12:04:20, by host Siân Llŷr",
        f"Guest \u2068{recorded.AMIRA}\u2069 and {recorded.LI} began to wait for the host.",
        "Officer A. Reed paused the meeting.",
        "Reason: Alarm on the wing",
        "What was seen: A second telephone lies on the table.",
        "Verified lawyer",
    ):
        assert said in page.text, said
    assert "The meeting was paused</dt><dd>2\u00a0min 0\u00a0s" in page.text
    assert "Waiting for the host</dt><dd>4\u00a0min 20\u00a0s" in page.text
    assert "Checking ID</dt><dd>1\u00a0min 25\u00a0s" in page.text
    refused = row_of(page, "Guest Late Caller")
    assert "40\u00a0s" in refused


async def test_a_look_is_written_with_who_looked(house: House, open_browser: Open) -> None:
    me, asking = await administrator(house, open_browser)
    await hold(house, await a_room(house))
    await asking.get(f"{LIST}/m1")
    last = (await house.store.staff.record(PRISON.id))[-1]
    assert (last.entry.what, last.entry.subject) == ("record_read", "meeting:m1")
    assert last.entry.actor == f"officer:{me.id}"
    assert dict(last.personal) == {"officer": "Ada Admin"}
    await proven(house.store.staff, PRISON.id)


async def test_a_record_is_not_shown_when_the_look_cannot_be_written(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(house, await a_room(house))

    fill_the_disk(monkeypatch)
    for path in (f"{LIST}/m1", f"{LIST}?name=verified"):
        page = await browser.get(path)
        assert page.status == 503, path
        assert "The record cannot be shown now" in page.text
        assert "cannot write now" in page.text
        assert "Alarm on the wing" not in page.text
        assert "Legal 1" not in page.text
    assert (await browser.get(LIST)).status == 200


async def test_another_establishments_record_is_as_one_that_does_not_exist(
    house: House, browser: Browser
) -> None:
    await add_prison(house.store.staff, OTHER)
    theirs = await a_room(house, OTHER, "Their room")
    await hold(house, theirs, "theirs")
    for ending in ("", "/jsonl"):
        page = await browser.get(f"{LIST}/theirs{ending}")
        missing = await browser.get(f"{LIST}/nothing{ending}")
        assert (page.status, missing.status) == (404, 404)
        assert page.text == missing.text
    listed = await browser.get(f"{LIST}?name=verified&room={theirs.id}")
    assert "theirs" not in listed.text
    assert "Their room" not in listed.text
    assert ("record_read", "meeting:theirs") not in await looks(house)


async def test_a_changed_record_is_shown_with_a_warning(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    await hold(house, await a_room(house))
    change(tmp_path, "UPDATE record_entries SET reason = 'Fire' WHERE reason LIKE 'Alarm%'")
    page = await browser.get(f"{LIST}/m1")
    assert page.status == 200
    assert "The record was changed" in page.text
    assert "does not fit (hash)" in page.text
    assert "The record holds" not in page.text


async def test_names_that_were_taken_out_otherwise_are_a_fault(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    await hold(house, await a_room(house))
    change(tmp_path, "DELETE FROM record_personal")
    page = await browser.get(f"{LIST}/m1")
    assert "The record was changed" in page.text
    assert "are missing" in page.text


async def test_deleted_names_are_said_to_be_deleted(house: House, browser: Browser) -> None:
    await hold(house, await a_room(house))
    at_once = dict.fromkeys(PolicyName, 0)
    done = await house.store.real.records.run_retention(
        at_once, 10_000, by="server", at=NOON + 86_400
    )
    assert len(done.records) == 1
    page = await browser.get(f"{LIST}/m1")
    assert "The record holds" in page.text
    assert "were deleted on 5 May 2026, 12:00 under retention" in page.text
    assert "Guest 1 (name deleted) began to wait for the host." in page.text
    assert "1\u00a0min 25\u00a0s" in page.text
    for name in (recorded.AMIRA, recorded.LI, "A. Reed", "Verified lawyer", "telephone"):
        assert name not in page.text, name


async def test_a_look_does_not_vouch_for_what_was_added_after_the_end(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    await hold(house, await a_room(house))
    slip_in(tmp_path)
    for _ in range(2):
        page = await browser.get(f"{LIST}/m1")
        assert "The record was changed" in page.text
        assert "entry 23 was added after the record" in page.text
    last = (await house.store.staff.record(PRISON.id))[-1].entry
    assert (last.what, last.subject, last.facts) == ("record_read", "meeting:m1", ())
    (problem,) = (await house.store.real.records.verify_establishment(PRISON.id)).problems
    assert "entry 23 was added" in problem.text


def slip_in(tmp_path: Path) -> None:
    """One more entry, which fits its own chain."""
    with closing(sqlite3.connect(tmp_path / "staff.db")) as database, database:
        sequence, digest, at = database.execute(
            "SELECT sequence, hash, at FROM record_entries ORDER BY sequence DESC"
        ).fetchone()
        done = Happening(at=at, actor="host:h", what="opened")
        added = append(
            Entry(
                sequence=sequence, previous="", at=at, actor="", what="", subject="", reason="",
                facts=(), personal_digest="", hash=digest,
            ),
            done, meeting=MeetingId("m1"), key=PersonalKey(secret=bytes(32)),
        )  # fmt: skip
        database.execute(
            "INSERT INTO record_entries (meeting_id, sequence, previous_hash, at, actor, what,"
            " subject, reason, facts, personal_digest, hash)"
            " VALUES ('m1', ?, ?, ?, ?, ?, '', '', '[]', '', ?)",
            (added.sequence, added.previous, added.at, added.actor, added.what, added.hash),
        )


# -- what is signed of it ---------------------------------------------------------------------


async def test_the_page_says_which_checkpoint_covers_the_record(
    house: House, browser: Browser
) -> None:
    room, records = await a_room(house), house.store.real.records
    done = recorded.long_consultation(started_at=NOON)
    await house.store.real.commit(MeetingId("m1"), room.id, {}, done[:8])
    assert "No checkpoint covers it yet" in (await browser.get(f"{LIST}/m1")).text
    signed = (await records.checkpoint(PRISON.id, NOON + 60)).checkpoint
    page = await browser.get(f"{LIST}/m1")
    assert "of 4 May 2026, 12:01 covers all of it" in page.text
    assert f"entry {signed.sequence} of the establishment" in page.text
    assert signed.key in page.text
    await house.store.real.commit(MeetingId("m1"), room.id, {}, done[8:12])
    page = await browser.get(f"{LIST}/m1")
    assert "of 4 May 2026, 12:01 covers its first 8 entries" in page.text
    await house.store.real.commit(MeetingId("m1"), room.id, None, done[12:])
    page = await browser.get(f"{LIST}/m1")
    assert "covers all of it" in page.text
    assert f"entry {signed.sequence} of the establishment" not in page.text
    assert "The record holds" in page.text


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE record_checkpoints SET signature = replace(signature, '1', '2')", "wrong signat"),
        ("UPDATE record_checkpoints SET hash = replace(hash, '1', '2')", "written anew"),
        ("UPDATE staff_entries SET actor = 'x' WHERE what = 'signing_key_set'", "does not fit"),
        ("DELETE FROM staff_entries WHERE what = 'signing_key_set'", "does not fit"),
    ],
)
async def test_what_is_signed_and_does_not_fit_is_a_fault(
    house: House, browser: Browser, tmp_path: Path, statement: str, fault: str
) -> None:
    await hold(house, await a_room(house))
    assert "The record holds" in (await browser.get(f"{LIST}/m1")).text
    change(tmp_path, statement)
    page = await browser.get(f"{LIST}/m1")
    assert "The record was changed" in page.text
    assert fault in page.text


async def test_what_people_typed_is_text_alone(house: House, browser: Browser) -> None:
    evil = "<img src=x onerror=alert(1)>"
    done = recorded.consultation(lawyer=evil, interpreter="<script>", started_at=NOON)
    await hold(house, await a_room(house, name="<b>Room</b>"), happenings=done)
    for path in (LIST, f"{LIST}/m1"):
        page = await browser.get(path)
        for tag in ("<img", "<Img", "<script>", "<b>"):
            assert tag not in page.text.split("<main", 1)[1], (path, tag)


async def test_who_ended_it_why_and_after_midnight_is_told(house: House, browser: Browser) -> None:
    room = await a_room(house)
    late = NOON + 11.5 * 3600
    opened = Happening(at=late, actor="host:h", what="opened")
    for meeting, code, told in (
        ("m1", "meeting_ended", "2026-05-05 00:30:00, by officer A. Reed"),
        ("m2", "of_another_version", "2026-05-05 00:30:00</dd>"),
    ):
        ended = Happening(
            at=late + 3600, actor="officer:o1", what="ended", reason="All was said",
            facts=(("code", code),), personal=(("officer", "A. Reed"),),
        )  # fmt: skip
        await hold(house, room, meeting, [opened, ended])
        page = await browser.get(f"{LIST}/{meeting}")
        assert "23:30:00, by host 1 (name deleted)" in page.text
        assert told in page.text
        assert "Reason for the end</dt><dd>All was said" in page.text


async def test_a_running_meeting_has_totals_so_far(house: House, browser: Browser) -> None:
    room = await a_room(house)
    done = recorded.long_consultation(started_at=NOON)[:8]
    await house.store.real.commit(MeetingId("m1"), room.id, {}, done)
    page = await browser.get(f"{LIST}/m1")
    assert "This meeting is still running" in page.text
    assert ">Running<" in (await browser.get(LIST)).text


# -- the list ---------------------------------------------------------------------------------


async def test_the_list_is_filtered_by_room_date_and_name(house: House, browser: Browser) -> None:
    first, second = await a_room(house), await a_room(house, name="Legal 2")
    day = 86_400.0
    for meeting, room, at, name in (
        ("m1", first, NOON, "ann"), ("m2", second, NOON + day, "bob"),
        ("m3", first, NOON + 2 * day, "émile"),
    ):  # fmt: skip
        await hold(house, room, meeting, recorded.consultation(lawyer=name, started_at=at))

    async def listed(query: str) -> list[str]:
        page = await browser.get(f"{LIST}{query}")
        assert page.status == 200
        return [m for m in ("m3", "m2", "m1") if f'href="{LIST}/{m}"' in page.text]

    assert await listed("") == ["m3", "m2", "m1"]
    assert await listed(f"?room={first.id}") == ["m3", "m1"]
    assert await listed("?from=2026-05-05") == ["m3", "m2"]
    assert await listed("?from=2026-05-05&to=2026-05-05") == ["m2"]
    assert await listed("?name=%C3%89MILE") == ["m3"]
    assert await listed("?name=nobody") == []
    assert await listed("?page=2") == []
    assert await listed("?page=-1&room=") == ["m3", "m2", "m1"]


async def test_a_search_by_name_is_written_and_a_list_is_not(
    house: House, browser: Browser
) -> None:
    await hold(house, await a_room(house))
    await browser.get(LIST)
    await browser.get(f"{LIST}?from=2026-01-01")
    assert await looks(house) == []
    await browser.get(f"{LIST}?name=Ann+Example")
    last = (await house.store.staff.record(PRISON.id))[-1]
    assert last.entry.what == "records_searched"
    assert dict(last.personal) == {"officer": "Ada Admin", "name": "Ann Example"}


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("from=yesterday", "Enter the first day as a date, for example 2026-05-04"),
        ("to=2026-02-30", "Enter the last day as a date, for example 2026-05-31"),
        ("from=2026-05-02&to=2026-05-01", "The last day must not be before the first"),
        ("from=0001-01-01", "Enter the first day as a date, for example 2026-05-04"),
        ("to=9999-12-31", "Enter the last day as a date, for example 2026-05-31"),
    ],
)
async def test_a_date_that_is_none_is_said(browser: Browser, query: str, problem: str) -> None:
    page = await browser.get(f"{LIST}?{query}&name=ann")
    assert page.status == 422
    assert page.problems == [problem]
    assert 'value="ann"' in page.text


async def test_many_records_have_pages(house: House, browser: Browser) -> None:
    room = await a_room(house)
    for number in range(PAGE + 1):
        opened = Happening(at=NOON + number, actor="host:h", what="opened")
        await hold(house, room, f"n{number}", [opened])
    first = await browser.get(f"{LIST}?room={room.id}")
    assert first.text.count(f'href="{LIST}/n') == PAGE
    assert f'rel="next" href="{LIST}?room={room.id}&amp;page=2"' in first.text
    assert 'rel="prev"' not in first.text
    second = await browser.get(f"{LIST}?room={room.id}&page=2")
    assert f'href="{LIST}/n0"' in second.text
    assert 'rel="next"' not in second.text


async def test_a_long_record_is_put_together_beside_the_loop(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand entries take a second of a core."""
    room = await a_room(house)
    wrong = [
        Happening(at=NOON + n, actor="server", what="pin_wrong", subject=f"host:p{n % 50}")
        for n in range(1_000)
    ]
    await hold(house, room, "m1", wrong)
    threads: list[threading.Thread] = []

    def noted(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            threads.append(threading.current_thread())
            return work(*given, **named)

        return run

    monkeypatch.setattr(record_pages, "body_of", noted(record_pages.body_of))
    page = await browser.get(f"{LIST}/m1")
    assert page.text.count("entered a wrong Host PIN") == 1_000
    assert threads
    assert threading.main_thread() not in threads


# -- files ------------------------------------------------------------------------------------


async def taken(browser: Browser, meeting: str = "m1") -> tuple[bytes, Mapping[str, str]]:
    status, body, headers = await browser.download(f"{LIST}/{meeting}/pdf")
    assert status == 200, body[:500]
    return body, headers


async def test_a_file_says_what_the_page_says(house: House, browser: Browser) -> None:
    await hold(house, await a_room(house))
    page = await browser.get(f"{LIST}/m1")
    assert f'href="{LIST}/m1/pdf"' in page.text
    body, headers = await taken(browser)
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == 'attachment; filename="record-2026-05-04-m1.pdf"'
    assert headers["Cache-Control"] == "no-store"
    file = pypdf.PdfReader(io.BytesIO(body))
    head = (await house.store.real.record(MeetingId("m1")))[-1].entry.hash
    texts = [" ".join(one.extract_text().split()) for one in file.pages]
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert "Meeting m1" in text
        assert f"Last hash {head}" in text
    whole = " ".join(texts)
    for said in (
        "Record of Legal 1, 4 May 2026, 12:00", "by Ada Admin", "The record holds",
        "Siân Llŷr", recorded.LI, "Officer A. Reed paused the meeting.", "Alarm on the wing",
        "Verified lawyer", "Not on the list for today",
    ):  # fmt: skip
        assert said in whole, said
    letters = set(recorded.AMIRA) - {" "}
    assert letters <= set(whole), "Arabic is kept as text, whatever the order in which it is read"
    assert file.metadata is not None
    assert file.metadata.title == "Record of Legal 1, 4 May 2026, 12:00"
    root: Any = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"], "tagged for screen readers"
    assert root["/Lang"] == "en"


async def test_a_file_is_written_down_with_the_head_it_shows(
    house: House, browser: Browser
) -> None:
    await hold(house, await a_room(house))
    await taken(browser)
    last = (await house.store.staff.record(PRISON.id))[-1]
    head = (await house.store.real.record(MeetingId("m1")))[-1].entry.hash
    assert (last.entry.what, last.entry.subject) == ("record_exported", "meeting:m1")
    assert dict(last.entry.facts) == {"format": "pdf", "hash": head, "sequence": 22}


async def test_no_file_leaves_when_that_cannot_be_written(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(house, await a_room(house))

    fill_the_disk(monkeypatch)
    page = await browser.get(f"{LIST}/m1/pdf")
    assert page.status == 503
    assert "cannot write now" in page.text


async def test_a_record_is_taken_away_as_lines_that_prove_themselves(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    await hold(house, await a_room(house))
    assert f'href="{LIST}/m1/jsonl"' in (await browser.get(f"{LIST}/m1")).text
    status, body, headers = await browser.download(f"{LIST}/m1/jsonl")
    assert status == 200
    assert headers["Content-Type"] == "application/jsonl"
    assert headers["Content-Disposition"] == 'attachment; filename="record-2026-05-04-m1.jsonl"'
    assert headers["Cache-Control"] == "no-store"
    last = (await house.store.staff.record(PRISON.id))[-1]
    assert (last.entry.what, last.entry.subject) == ("record_exported", "meeting:m1")
    assert dict(last.entry.facts)["format"] == "jsonl"
    assert dict(last.personal) == {"officer": "Ada Admin"}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "m1.jsonl").write_bytes(body)
    vmr = Program(elsewhere)
    assert "The record holds: 22 entries" in vmr.done("record", "verify", "m1.jsonl")
    (elsewhere / "m1.jsonl").write_bytes(body.replace(b"paused", b"passed"))
    assert vmr.run("record", "verify", "m1.jsonl").returncode == 1


async def test_no_lines_leave_that_cannot_be_written_down(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(house, await a_room(house))
    fill_the_disk(monkeypatch)
    page = await browser.get(f"{LIST}/m1/jsonl")
    assert page.status == 503
    assert "cannot write now" in page.text
    assert "Alarm on the wing" not in page.text


@pytest.mark.parametrize("is_added", [True, False])
async def test_no_lines_are_made_of_a_record_that_does_not_hold(
    house: House, browser: Browser, tmp_path: Path, is_added: bool
) -> None:
    await hold(house, await a_room(house))
    if is_added:
        slip_in(tmp_path)
    else:
        change(tmp_path, "UPDATE record_entries SET reason = 'Fire' WHERE reason LIKE 'Alarm%'")
    page = await browser.get(f"{LIST}/m1/jsonl")
    assert page.status == 503
    assert "does not sign a file of it" in page.text
    assert ("record_exported", "meeting:m1") not in await looks(house)


async def test_a_file_of_another_establishment_does_not_exist(
    house: House, browser: Browser
) -> None:
    await add_prison(house.store.staff, OTHER)
    await hold(house, await a_room(house, OTHER), "theirs")
    assert (await browser.get(f"{LIST}/theirs/pdf")).status == 404
    assert await looks(house) == []


async def test_where_no_file_can_be_made_the_page_says_what_is_missing(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(house, await a_room(house))

    async def never(_: PdfMaker) -> bool:
        return False

    monkeypatch.setattr(PdfMaker, "is_available", never)
    page = await browser.get(f"{LIST}/m1")
    assert page.status == 200
    assert "it needs Pango" in page.text
    assert f"{LIST}/m1/pdf" not in page.text
    refused = await browser.get(f"{LIST}/m1/pdf")
    assert refused.status == 503
    assert "it needs Pango" in refused.text
    assert ("record_exported", "meeting:m1") not in await looks(house)


@pytest.mark.parametrize(
    ("error", "why"), [(PdfBusy, "Too many files"), (PdfFailed, "was not made in time")]
)
async def test_why_a_file_was_not_made_is_said(
    house: House,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    error: type[PdfError],
    why: str,
) -> None:
    await hold(house, await a_room(house))

    async def fail(_: PdfMaker, _html: str, _style: str) -> bytes:
        raise error

    monkeypatch.setattr(PdfMaker, "make", fail)
    page = await browser.get(f"{LIST}/m1/pdf")
    assert (page.status, why in page.text) == (503, True)


async def test_a_record_too_long_for_a_file_is_refused_before_it_is_made(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(house, await a_room(house))
    monkeypatch.setattr(record_pages, "PDF_ENTRIES_MAX", 5)
    page = await browser.get(f"{LIST}/m1/pdf")
    assert page.status == 503
    assert "too many entries" in page.text


async def test_a_file_holds_what_was_typed_as_text_alone(house: House, browser: Browser) -> None:
    evil = "<img src=file:///etc/passwd>"
    done = recorded.consultation(lawyer=evil, started_at=NOON)
    await hold(house, await a_room(house), happenings=done)
    body, _ = await taken(browser)
    whole = " ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(body)).pages)
    assert "<Img Src=File:///Etc/Passwd>" in " ".join(whole.split())
    assert "root:" not in whole
