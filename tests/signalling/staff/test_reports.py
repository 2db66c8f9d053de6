"""Reports on a page and as files: who may read them, what is in them, and that no name is."""

import csv
import io
import re

import pytest

from signalling.bookings.report_pages import parse_month
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import Browser
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.slots import Slots
from tests.signalling.staff.test_people import OTHER
from vmr.bookings.booking import BookingState
from vmr.bookings.reports import MONTHS_MAX
from vmr.staff import STAFF_PERMISSIONS, StaffPermission, StaffRole

REPORT = "/staff/reports"
MARCH = f"{REPORT}?from=2027-03&to=2027-03"
FILE = f"{REPORT}/slots.csv?from=2027-03&to=2027-03"


@pytest.fixture
async def slots(house: House) -> Slots:
    return await Slots.open(house)


@pytest.fixture
async def clerk(house: House, open_browser: Open, slots: Slots) -> Browser:
    """Signed in once the slots are over."""
    await account(house, "clerk", roles=[StaffRole.BOOKING])
    browser = await open_browser()
    await browser.sign_in("clerk")
    return browser


async def lines(browser: Browser, path: str) -> list[dict[str, str]]:
    status, body, _headers = await browser.download(path)
    assert status == 200
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.parametrize("role", list(StaffRole))
async def test_who_books_or_reads_records_reads_reports(
    house: House, open_browser: Open, slots: Slots, role: StaffRole
) -> None:
    await slots.propose(4)
    await account(house, roles=[role])
    browser = await open_browser()
    await browser.sign_in("reed")
    permissions = {StaffPermission.BOOK, StaffPermission.READ_RECORDS}
    status = 200 if permissions & STAFF_PERMISSIONS[role] else 403
    assert (await browser.get(REPORT)).status == status
    for path in (FILE, f"{REPORT}/fairness.csv"):
        assert (await browser.download(path))[0] == status
    assert (f'href="{REPORT}"' in (await browser.get("/staff")).text) == (status == 200)


async def test_a_report_has_its_figures_in_tables_and_bars(slots: Slots, clerk: Browser) -> None:
    booking, _ = await slots.propose(4)
    await slots.never_opened(5)
    await slots.add(8)
    page = await clerk.get(MARCH)
    row = page.text.split('<th scope="row">March 2027</th>')[1].split("</tr>")[0]
    assert re.findall("<td>(.*?)</td>", row) == ["3", "1", "0", "0", "1", "0", "1", "2"]
    assert '<rect class="vmr-bar" x="0.00%" width="33.33%"' in page.text
    assert "style=" not in page.text, "the policy of the page refuses it"
    assert booking.prisoner not in page.text
    assert "Ada Law" not in page.text


async def test_reports_hold_the_own_establishment_alone(
    house: House, slots: Slots, clerk: Browser
) -> None:
    await add_prison(house.store.staff, OTHER)
    theirs = await Slots.open(house, OTHER, "Elsewhere")
    await theirs.propose(4)
    (month, whole) = await lines(clerk, FILE)
    assert month["Slots"] == whole["Slots"] == "0"
    assert await lines(clerk, f"{FILE}&by=room") == [whole]


async def test_a_file_has_the_groups_that_were_asked_for(slots: Slots, clerk: Browser) -> None:
    await slots.propose(4)
    asked = {"room": None, "state": BookingState.REQUESTED}
    await slots.add(5, **asked)
    rooms = await lines(clerk, f"{FILE}&by=room")
    assert [one["Group"] for one in rooms] == ["Legal 1", "No room", "All"]
    assert [one["Requests received"] for one in rooms] == ["0", "1", "1"]
    assert [one["Slots"] for one in rooms] == ["1", "0", "1"]
    purposes = await lines(clerk, f"{FILE}&by=purpose")
    assert [one["Group"] for one in purposes] == ["Consultation", "All"]
    (fair, _whole) = await lines(clerk, f"{REPORT}/fairness.csv?from=2027-03&to=2027-03")
    assert (fair["Purpose"], fair["Prisoners served"]) == ("Consultation", "1")
    _status, _body, headers = await clerk.download(FILE)
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="slots-2027-03-2027-03.csv"' in headers["Content-Disposition"]


async def test_a_room_named_like_a_formula_is_text_in_the_file(
    house: House, clerk: Browser
) -> None:
    strange = await Slots.open(house, name="=cmd|' /C calc'!A0")
    await strange.propose(4)
    rooms = await lines(clerk, f"{FILE}&by=room")
    assert rooms[0]["Group"] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("from=2027-3&to=2027-03", "Choose the first month"),
        ("from=2027-03&to=2027-13", "Choose the last month"),
        ("from=2027-03&to=2027-02", "The last month must not be before the first"),
        ("from=2025-03&to=2027-03", f"Choose {MONTHS_MAX} months or fewer"),
    ],
)
async def test_months_that_are_none_are_said(
    slots: Slots, clerk: Browser, query: str, problem: str
) -> None:
    page = await clerk.get(f"{REPORT}?{query}")
    assert (page.status, page.problems) == (422, [problem])
    status, _body, headers = await clerk.download(f"{REPORT}/slots.csv?{query}")
    assert (status, headers["Location"].startswith(REPORT)) == (303, True)


async def test_without_a_question_the_report_is_of_twelve_months_to_now(
    slots: Slots, clerk: Browser
) -> None:
    page = await clerk.get(REPORT)
    assert '<option value="2026-04" selected>April 2026</option>' in page.text
    assert '<option value="2027-03" selected>March 2027</option>' in page.text
    assert page.text.count('<th scope="row">April 2026</th>') == 6, "in each table"


async def test_the_longest_span_is_shown(slots: Slots, clerk: Browser) -> None:
    page = await clerk.get(f"{REPORT}?from=2025-04&to=2027-03&by=purpose")
    assert page.status == 200


def test_a_month_is_four_digits_and_two() -> None:
    assert parse_month("2027-03") is not None
    for word in (
        "",
        "2027",
        "2027-00",
        "2027-13",
        "0001-01",
        "9999-12",
        "\N{FULLWIDTH DIGIT TWO}027-03",
        "x",
    ):
        assert parse_month(word) is None
