"""The establishment's record as a page: who may read it, its order and pages, whether it holds."""

import asyncio
import re
from html import unescape

import pytest
from sqlalchemy import text

from signalling.staff import history_pages
from signalling.staff.history_pages import PAGE_ENTRIES
from tests.signalling.fakes.store import PRISON
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import Page
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.test_people import ADMINISTRATOR, OTHER, administrator
from vmr.ids import EstablishmentId, MeetingId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.staff import StaffRole
from vmr.store import EstablishmentProof, StoreUnavailable, establishment_chain

RECORD = "/staff/record"


def entries(page: Page) -> list[tuple[int, str]]:
    rows = re.findall(r"<tr><td>(\d+)</td><td>[^<]*</td><td>([^<]*)</td></tr>", page.text)
    return [(int(number), unescape(said)) for number, said in rows]


@pytest.mark.parametrize("role", [one for one in StaffRole if one not in ADMINISTRATOR])
async def test_only_an_administrator_reads_the_record(
    house: House, open_browser: Open, role: StaffRole
) -> None:
    await account(house, roles=[role])
    browser = await open_browser()
    await browser.sign_in("reed")
    assert RECORD not in (await browser.get("/staff")).text
    for path in (RECORD, f"{RECORD}/check"):
        assert (await browser.get(path)).status == 403, path


async def test_the_record_says_the_newest_first_and_of_its_own_establishment_alone(
    house: House, open_browser: Open
) -> None:
    await add_prison(house.store.staff, OTHER)
    await account(house, "other", roles=ADMINISTRATOR, establishment=OTHER)
    _me, browser = await administrator(house, open_browser)
    theirs = await open_browser()
    await theirs.sign_in("other")
    await browser.post("/staff/rooms/add", {"name": "<b>Legal</b> 2", "policy": "legal"})
    shown = entries(await browser.get(RECORD))
    assert shown[:3] == [
        (4, "Ada Admin read this record."),
        (3, "Ada Admin added the room <b>Legal</b> 2. Policy: Legal consultation."),
        (2, "Ada Admin signed in."),
    ]
    assert len(entries(await theirs.get(RECORD))) == 3


async def test_the_record_is_read_a_page_at_a_time(house: House, open_browser: Open) -> None:
    _me, browser = await administrator(house, open_browser)
    for number in range(PAGE_ENTRIES):
        done = Happening(at=house.clock(), actor="operator", what=f"tried_{number}")
        await house.store.staff.write_record(PRISON.id, done)
    first = await browser.get(RECORD)
    last = PAGE_ENTRIES + 3
    assert [one[0] for one in entries(first)] == list(range(last, 3, -1))
    (older,) = re.findall(r'href="(/staff/record\?before=\d+)"', first.text)
    second = await browser.get(older)
    assert [one[0] for one in entries(second)] == [3, 2, 1]
    assert "?before=" not in second.text
    assert 'href="/staff/record"' in second.text
    for odd in ("x", "-1", "1e9", "9" * 40, "٣"):
        assert (await browser.get(f"{RECORD}?before={odd}")).status == 200, odd


@pytest.mark.parametrize(
    "change",
    [
        "update staff_entries set actor = 'officer:other' where sequence = 1",
        "update staff_personal set fields = replace(fields, 'Ada', 'Eve')",
    ],
)
async def test_a_record_that_was_changed_does_not_hold(
    house: House, open_browser: Open, change: str
) -> None:
    _me, browser = await administrator(house, open_browser)
    holds = await browser.get(f"{RECORD}/check")
    assert holds.title.startswith("The record holds")
    assert "It has 2 entries, each" in holds.text
    database = house.store.staff._database
    await database.write(lambda connection: connection.execute(text(change)).rowcount)
    broken = await browser.get(f"{RECORD}/check")
    assert broken.title.startswith("The record does not hold")
    assert "This record: " in broken.text
    assert "The check was made on" in broken.text


async def test_the_record_is_not_shown_when_the_look_cannot_be_written(
    house: House, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _me, browser = await administrator(house, open_browser)

    def full(*_: object) -> None:
        raise StoreUnavailable("disk full")

    monkeypatch.setattr(establishment_chain, "write", full)
    page = await browser.get(RECORD)
    assert page.status == 503
    assert "cannot write now" in page.text
    assert "signed in" not in page.text


async def test_the_check_proves_the_records_of_meetings_too(
    house: House, open_browser: Open
) -> None:
    _me, browser = await administrator(house, open_browser)
    room = await house.store.real.add_room(
        PRISON, name="Legal 1", policy=PolicyName.LEGAL, pin_hash="x"
    )
    done = [Happening(at=house.clock(), actor="host:h", what=what) for what in ("opened", "ended")]
    await house.store.real.commit(MeetingId("m1"), room.id, None, done)
    holds = await browser.get(f"{RECORD}/check")
    assert "Records of meetings proven against it: 1, with 2 entries." in holds.text
    assert "Checkpoints sign it up to entry 4." in holds.text
    cut = text("delete from record_entries where sequence = 2")
    await house.store.staff._database.write(lambda one: one.execute(cut).rowcount)
    broken = await browser.get(f"{RECORD}/check")
    assert broken.title.startswith("The record does not hold")
    assert "Meeting m1: the record was shortened: it ends at entry 1" in broken.text


async def test_a_record_too_long_for_a_request_is_left_to_the_operator(
    house: House, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _me, browser = await administrator(house, open_browser)
    monkeypatch.setattr(history_pages, "CHECK_ENTRIES_MAX", 1)
    page = await browser.get(f"{RECORD}/check")
    assert page.title.startswith("The record is too long to be checked here")
    assert "have 2 entries. To prove them takes about 1 min." in page.text


async def test_one_check_runs_at_a_time(
    house: House, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _me, browser = await administrator(house, open_browser)
    runs, goes_on = asyncio.Event(), asyncio.Event()
    real = house.store.real.records.verify_establishment

    async def slow(establishment: EstablishmentId) -> EstablishmentProof:
        runs.set()
        await goes_on.wait()
        proof: EstablishmentProof = await real(establishment)
        return proof

    monkeypatch.setattr(house.store.real.records, "verify_establishment", slow)
    async with asyncio.timeout(10):
        first = asyncio.create_task(browser.get(f"{RECORD}/check"))
        await runs.wait()
        second = await browser.get(f"{RECORD}/check")
        goes_on.set()
        assert (await first).title.startswith("The record holds")
    assert (second.status, second.title[:26]) == (503, "A check is running already")
