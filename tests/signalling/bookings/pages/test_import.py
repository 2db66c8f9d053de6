"""Bookings from a CSV file, and into one."""

import csv
import io
import re
from html import unescape

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalling.bookings.table import FORMULA, ROWS_MAX, BadTable, read, write
from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer, SignIn
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.bookings.pages.test_new import booked
from tests.signalling.staff.browser import Browser, Page, _page
from tests.vmr.bookings import entitled
from tests.vmr.bookings.made import LONDON, booking, person, slot
from vmr.bookings.booking import BookingState, Part
from vmr.bookings.entitlements import Prisoner
from vmr.ids import PrisonerId, RoomId
from vmr.record import Happening
from vmr.staff import StaffRole
from vmr.store import StoreUnavailable

IMPORT, EXPORT = f"{CALENDAR}/import", f"{CALENDAR}/export"
HEAD = "purpose,date,start,minutes,room,prisoner,person_1_name,person_1_email"
ADA = "consultation,2027-03-04,10:00,75,Legal 1,A1234BC,Ada Law,ada@law.example"
BEN = "consultation,4/3/2027,11:15,75,Legal 1,B1234BC,Ben Bar,ben@law.example"


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *rows, ""]).encode()


async def upload(browser: Browser, data: bytes | None, *, csrf: str = "", **fields: str) -> Page:
    form = aiohttp.FormData()
    form.add_field("csrf", csrf or (await browser.get("/staff")).csrf)
    for id, text in fields.items():
        form.add_field(id, text)
    if data is not None:
        form.add_field("file", data, filename="bookings.csv", content_type="text/csv")
    headers = {"Origin": browser._url}
    async with browser._session.post(
        IMPORT, data=form, headers=headers, allow_redirects=False
    ) as answer:
        return await _page(answer)


def carried(page: Page) -> str:
    """The text that the page of the trial sends back."""
    found = re.search(r'name="csv" value="([^"]*)"', page.text, re.S)
    assert found is not None, words(page)
    return unescape(found[1])


async def test_a_file_is_tried_then_imported(office: OfficeServer, clerk: Browser) -> None:
    trial = await upload(clerk, b"\xef\xbb\xbf" + table(ADA, "", BEN))
    assert "Every row is right. Bookings that would be made: 2." in words(trial)
    assert "Thursday 4 March 2027, 11:15 to 12:30, Consultation" in words(trial)
    assert not await booked(office), "trying is not doing"
    done = await upload(clerk, None, csv=carried(trial))
    assert "Bookings made: 2" in words(done)
    first, second = await booked(office)
    assert (first.slot, second.slot) == (slot(4, 10), slot(4, 11, 15))
    assert first.state is BookingState.CONFIRMED
    assert [one.name for one in first.people] == ["Ada Law"]
    kept = await office.store.staff.record(office.prison.id)
    assert [one.entry.what for one in kept[-2:]] == ["booking_made"] * 2


WRONG = {
    "a purpose": (ADA.replace("consultation", "chat"), "purpose", "This is no purpose"),
    "a room": (ADA.replace("Legal 1", "Elsewhere"), "room", "There is no room of this name"),
    "a room of another policy": (ADA.replace("Legal 1", "Social"), "room", "another purpose"),
    "a date": (ADA.replace("2027-03-04", "soon"), "date", "Enter the date"),
    "a time": (ADA.replace("10:00", "25:00"), "start", "Choose the hour"),
    "no notice": (ADA.replace("03-04", "03-02"), "short_notice_reason", "too little notice"),
    "an address": (ADA.replace("ada@law.example", "ada"), "person_1_email", "e-mail address"),
    "no name": (ADA.replace("Ada Law", ""), "person_1_name", "Enter the person"),
    "an overlap with a line above": (BEN.replace("11:15", "11:00"), "start", "overlaps a line"),
}


@pytest.mark.parametrize(("row", "column", "problem"), WRONG.values(), ids=WRONG)
async def test_one_wrong_row_stops_all_and_is_named(
    office: OfficeServer, clerk: Browser, row: str, column: str, problem: str
) -> None:
    right = ADA if row.startswith("consultation,4/3") else BEN.replace("4/3/2027", "5/3/2027")
    data = table(right, row)
    trial = await upload(clerk, data)
    assert "Wrong rows: 1." in words(trial)
    assert re.search(rf"3 .*Wrong {column} : [^:]*{problem}", words(trial)), words(trial)
    assert 'name="csv"' not in trial.text
    forced = await upload(clerk, None, csv=data.decode())
    assert "Wrong rows: 1." in words(forced)
    assert not await booked(office)


async def test_nothing_is_half_imported_when_a_slot_is_taken_meanwhile(
    office: OfficeServer, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken between the second check of the rows and the transaction."""
    service = office.running.bookings.service
    add_all = service.add_all

    async def overtaken(prepared: object) -> object:
        await office.booked("FAST-2345", preferred=slot(4, 12))
        return await add_all(prepared)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "add_all", overtaken)
    trial = await upload(clerk, table(ADA, BEN))
    page = await upload(clerk, None, csv=carried(trial))
    assert page.problems == ["Somebody took one of these times meanwhile. Nothing was imported"]
    assert "The room is taken then" in words(page)
    assert [one.reference for one in await booked(office)] == ["FAST-2345"]


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "Choose a CSV file"),
    "only spaces": (b"  \r\n", "The file is empty"),
    "another encoding": (table(ADA.replace("Ada", "Zo\u00eb")).decode().encode("latin-1"), "UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "UTF-8"),
    "zeros": (b"purpose,\0", "UTF-8"),
    "no end of a quote": (table('"consultation'), "not a CSV file"),
    "a missing column": (table("x", head="purpose"), "A column is missing"),
    "an unknown column": (table(head=HEAD + ",colour"), "not known"),
    "a column twice": (table(head=HEAD + ",room"), "twice"),
    "a long line": (table(ADA + ",x"), "more cells"),
    "too many rows": (table(*[ADA] * (ROWS_MAX + 1)), "more than 500 rows"),
    "too much": (b"x" * 210_000, "too large"),
}


@pytest.mark.parametrize(("data", "problem"), BAD.values(), ids=BAD)
async def test_what_is_no_table_is_said(
    office: OfficeServer, clerk: Browser, data: bytes, problem: str
) -> None:
    page = await upload(clerk, data)
    assert page.status == 422
    assert problem in page.problems[0]


async def test_a_form_without_a_file_is_told_so(clerk: Browser) -> None:
    """As a browser sends a field in which no file was chosen."""
    csrf = (await clerk.get("/staff")).csrf
    part = 'Content-Disposition: form-data; name="{}"'
    lines = ["--x", part.format("csrf"), "", csrf, "--x"]
    lines += [part.format("file") + '; filename=""', "Content-Type: application/octet-stream"]
    body = "\r\n".join([*lines, "", "", "--x--", ""])
    headers = {"Origin": clerk._url, "Content-Type": "multipart/form-data; boundary=x"}
    async with clerk._session.post(IMPORT, data=body, headers=headers) as answer:
        page = await _page(answer)
    assert (page.status, page.problems) == (422, ["Choose a CSV file"])


async def test_what_was_exported_is_known_again_and_left_alone(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked(people=(person("Ada", "p1", phone="+44 1632"), person("=Ben", "p2")))
    file = await clerk.get(f"{EXPORT}?from=2027-03-01&until=2027-03-31")
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.text.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff")))
    assert (row["reference"], row["date"], row["start"], row["room"]) == (
        "ABCD-2345", "2027-03-04", "10:00", "Legal 1",
    )  # fmt: skip
    assert (row["person_1_phone"], row["person_2_name"]) == ("'+44 1632", "'=Ben")
    trial = await upload(clerk, file.text.encode())
    assert "Here already, left alone" in words(trial)
    assert "There is nothing to import" in words(trial)


async def test_an_export_is_of_the_days_asked_for_and_of_this_establishment(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked("MINE-2345")
    await office.booked("GONE-2345", state=BookingState.CANCELLED)
    await office.booked("LATE-2345", preferred=slot(5, 0))
    await office.booked("THEI-2345", in_room=office.rooms["Elsewhere"])
    text = (await clerk.get(f"{EXPORT}?from=2027-03-04&until=2027-03-04")).text
    assert sorted(re.findall(r"[A-Z]{4}-2345", text)) == ["GONE-2345", "MINE-2345"]
    for wrong in ("", "?from=2027-03-04", "?from=2027-03-04&until=2027-03-03",
                  "?from=2020-01-01&until=2027-01-01"):  # fmt: skip
        assert (await clerk.get(EXPORT + wrong)).status == 422, wrong


async def test_an_export_is_in_the_record_before_it_is_sent_or_not_sent_at_all(
    office: OfficeServer, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.booked()
    await clerk.get(f"{EXPORT}?from=2027-03-01&until=2027-03-31")
    last = (await office.store.staff.record(office.prison.id))[-1]
    assert last.entry.what == "bookings_exported"
    assert dict(last.entry.facts) == {"first": "2027-03-01", "last": "2027-03-31", "count": 1}
    assert dict(last.personal)["officer"] == "Cora Clerk"

    async def full(*_: object) -> None:
        raise StoreUnavailable("disk full")

    monkeypatch.setattr(office.store.staff, "write_record", full)
    refused = await clerk.get(f"{EXPORT}?from=2027-03-01&until=2027-03-31")
    assert refused.status == 503
    assert "ABCD-2345" not in refused.text


async def may_call(office: OfficeServer) -> None:
    """A1234BC has signed the compact, and Ann Smith is approved."""
    here, kept = office.prison.id, office.store.entitlements
    said = Happening(at=office.clock(), actor="operator", what="test")
    asked = Prisoner(id=PrisonerId("p1"), establishment=here, reference="A1234BC")
    await kept.add_prisoner(asked, office.clock())
    await kept.add_contact(entitled.contact("Ann Smith"), said)
    await kept.sign(entitled.compact(), said)


async def test_rows_that_are_too_much_for_a_month_together_are_named(
    office: OfficeServer, clerk: Browser
) -> None:
    await may_call(office)
    rows = [
        f"social,2027-03-{day:02d},{start},60,Social,{prisoner},Ann Smith"
        for day, start, prisoner in (
            (4, "10:00", "A1234BC"), (5, "10:00", "a1234-bc"), (8, "10:00", "A1234BC"),
        )
    ]  # fmt: skip
    head = "purpose,date,start,minutes,room,prisoner,person_1_name,person_1_part"
    file = table(*(f"{row},family" for row in rows), head=head)
    trial = await upload(clerk, file)
    assert "Wrong rows: 1." in words(trial)
    fates = re.findall(r'<th scope="row">(\d+)</th>.*?govuk-tag--(\w+)', trial.text, re.S)
    assert fates == [("2", "green"), ("3", "green"), ("4", "red")]
    assert "The prisoner has no minutes left" in words(trial)
    two = table(*(f"{row},family" for row in rows[:2]), head=head)
    trial = await upload(clerk, two)
    assert "govuk-tag--red" not in trial.text


async def test_another_establishments_reference_is_no_booking_here(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked("THEI-2345", in_room=office.rooms["Elsewhere"])
    trial = await upload(clerk, table(f"{ADA},THEI-2345", head=HEAD + ",reference"))
    assert "There is no booking with this reference" in words(trial)


@pytest.mark.parametrize("role", [one for one in StaffRole if one is not StaffRole.BOOKING])
async def test_only_a_clerk_imports_and_exports(
    office: OfficeServer, sign_in: SignIn, role: StaffRole
) -> None:
    browser = await sign_in("Somebody", [role])
    assert (await browser.get(IMPORT)).status == 403
    assert (await browser.get(f"{EXPORT}?from=2027-03-04&until=2027-03-04")).status == 403
    assert (await upload(browser, table(ADA))).status == 403


async def test_a_file_in_a_form_from_elsewhere_is_not_read(
    office: OfficeServer, clerk: Browser
) -> None:
    assert (await upload(clerk, table(ADA), csrf="0" * 64)).status == 403
    form = aiohttp.FormData()
    form.add_field("csrf", (await clerk.get("/staff")).csrf)
    form.add_field("other", b"x", filename="x")
    headers = {"Origin": clerk._url}
    async with clerk._session.post(IMPORT, data=form, headers=headers) as answer:
        assert answer.status == 403, "a file in another field"


@given(st.text(max_size=30))
def test_no_cell_of_an_export_is_a_formula_and_each_reads_as_it_was(text: str) -> None:
    one = booking(
        room=RoomId("r1"), people=(person(text), person("Ben", "x2", part=Part.EXPERT)),
        note_for_guest=text,
    )  # fmt: skip
    written = write([one], {RoomId("r1"): "Legal 1"}, {}, LONDON)
    (row,) = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert not any(cell.startswith(FORMULA) for cell in row.values())
    if "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text):
        (line,) = read(written.encode())
        plain = text.strip()
        if not plain.startswith("'"):
            assert line.cells["person_1_name"] == plain
            assert line.cells["note_for_guest"] == plain


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_bad_table(data: bytes) -> None:
    for file in (data, table().strip() + b"\r\n" + data):
        try:
            lines = read(file)
        except BadTable:
            continue
        for line in lines:
            assert line.typed()["people"] == "12"
