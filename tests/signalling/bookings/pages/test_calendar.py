"""The calendar shows what is booked, free and closed, on the establishment's clock."""

import re
from datetime import date, time
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer, SignIn
from tests.signalling.staff.browser import Browser, Page
from tests.vmr.bookings.made import NINE_TO_FIVE, NOW, at, person, slot
from vmr.bookings.booking import BookingState
from vmr.bookings.hours import Closure, OpeningHours
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import Interval, from_local, interval
from vmr.ids import ClosureId, RoomId
from vmr.record import Happening
from vmr.rooms import Room
from vmr.staff import StaffRole
from vmr.store.secrets import make_id

LONDON = ZoneInfo("Europe/London")
SAID = Happening(at=NOW, actor="operator", what="test")
THURSDAY = f"{CALENDAR}?on=2027-03-04"


def words(page: Page) -> str:
    """What the page says, tags left out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


async def close(
    office: OfficeServer, span: Interval, room: RoomId | None = None, reason: str = "Training day"
) -> Closure:
    closure = Closure(id=ClosureId(make_id()), room=room, interval=span, reason=reason)
    await office.store.bookings.add_closure(closure, office.prison.id, SAID)
    return closure


async def opens(office: OfficeServer, room: Room, *hours: OpeningHours) -> None:
    await office.store.bookings.set_hours(room, hours, SAID)


@pytest.mark.parametrize("role", [one for one in StaffRole if one is not StaffRole.BOOKING])
async def test_only_a_clerk_sees_the_calendar_and_bookings(
    office: OfficeServer, sign_in: SignIn, role: StaffRole
) -> None:
    await office.booked()
    browser = await sign_in("Somebody", [role])
    room = office.rooms["Legal 1"].id
    for place in ("", "/search?q=a", f"/rooms/{room}", "/ABCD-2345"):
        path = CALENDAR + place
        assert (await browser.get(path)).status == 403, path
    assert f'href="{CALENDAR}"' not in (await browser.get("/staff")).text


async def test_the_calendar_shows_a_slot_with_what_a_clerk_needs(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked(people=(person("Ada Law", "p1"), person("Ben", "p2")))
    page = await clerk.get(THURSDAY)
    assert "Thursday 4 March 2027" in words(page)
    assert f'href="{CALENDAR}/ABCD-2345"' in page.text
    assert "10:00 to 11:15 Consultation ABCD-2345 · 2 expected" in words(page)
    assert "11:15 to 18:00 Free" in words(page)
    assert "ABCD-2345" not in (await clerk.get(f"{CALENDAR}?on=2027-03-05")).text


async def test_the_calendar_begins_with_today_and_knows_the_days_around(
    office: OfficeServer, clerk: Browser
) -> None:
    page = await clerk.get(CALENDAR)
    assert "Monday 1 March 2027 Today" in words(page)
    assert f'rel="prev" href="{CALENDAR}?on=2027-02-28"' in page.text
    assert f'rel="next" href="{CALENDAR}?on=2027-03-02"' in page.text
    typed = await clerk.get(f"{CALENDAR}?on=4/3/2027")
    assert "Thursday 4 March 2027" in words(typed)
    wrong = await clerk.get(f"{CALENDAR}?on=2027-02-30")
    assert (wrong.status, wrong.problems) == (422, ["Enter a date, like 2027-03-27"])


async def test_closed_hours_and_closures_are_shown(office: OfficeServer, clerk: Browser) -> None:
    room = office.rooms["Legal 1"]
    await opens(office, room, *NINE_TO_FIVE)
    await close(office, slot(4, 12, minutes=60), room.id, "Deep clean")
    await close(office, slot(4, 14, minutes=30), None, "Fire drill")
    said = words(await clerk.get(THURSDAY))
    assert "08:00 to 09:00 Not open" in said
    assert "12:00 to 13:00 Closed: Deep clean" in said
    assert "Closed 14:00 to 14:30: Fire drill" in said
    assert said.count("14:00 to 14:30 Closed: Fire drill") == 10, "in five rooms, twice each"
    week = words(await clerk.get(f"{CALENDAR}/rooms/{room.id}?on=2027-03-04"))
    assert "Saturday 6 March 2027 Not open" in week
    assert "12:00 to 13:00 Closed: Deep clean" in week


async def test_a_booking_that_a_closure_hits_is_marked(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked()
    assert "The room is closed then" not in words(await clerk.get(THURSDAY))
    await close(office, slot(4, 11, minutes=60))
    said = words(await clerk.get(THURSDAY))
    assert "The room is closed then" in said
    assert "Move it or cancel it." in said


async def test_requests_that_wait_are_counted_and_listed_at_the_top(
    office: OfficeServer, clerk: Browser
) -> None:
    assert "Requests to decide: 0" in words(await clerk.get(CALENDAR))
    for n in range(1, 11):
        await office.booked(f"REQ{n}-2345", state=BookingState.REQUESTED, preferred=slot(n + 3, 10))
    said = words(await clerk.get(CALENDAR))
    assert "Requests to decide: 10 Thursday 4 March 2027, 10:00 to 11:15" in said
    assert "Show 2 more" in said


async def test_what_was_cancelled_is_listed_apart_and_leaves_the_time_free(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked(state=BookingState.CANCELLED)
    page = await clerk.get(THURSDAY)
    assert "Cancelled or refused" in words(page)
    assert "08:00 to 18:00 Free" in words(page)


async def test_a_week_of_one_room_has_its_days(office: OfficeServer, clerk: Browser) -> None:
    await office.booked()
    room = office.rooms["Legal 1"].id
    page = await clerk.get(f"{CALENDAR}/rooms/{room}?on=2027-03-06")
    assert "1 March 2027 to 7 March 2027" in words(page)
    assert "10:00 to 11:15 Consultation ABCD-2345 · 1 expected" in words(page)
    assert f'rel="next" href="{CALENDAR}/rooms/{room}?on=2027-03-08"' in page.text
    other = await clerk.get(f"{CALENDAR}/rooms/{office.rooms['Legal 2'].id}?on=2027-03-06")
    assert "ABCD-2345" not in other.text


@pytest.mark.parametrize(
    ("day", "hours", "said"),
    [
        (date(2027, 3, 28), 23, ["00:00 GMT", "02:00 BST", "03:00 BST"]),
        (date(2027, 10, 31), 25, ["00:00 BST", "01:00 BST", "01:00 GMT", "02:00 GMT"]),
        (date(2027, 3, 27), 24, ["00:00", "01:00", "02:00"]),
    ],
)
async def test_a_day_on_which_the_clocks_change_has_its_hours(
    office: OfficeServer, clerk: Browser, day: date, hours: int, said: list[str]
) -> None:
    page = await clerk.get(f"{CALENDAR}?on={day.isoformat()}&whole=yes")
    rows = re.findall(r'<th scope="row" rowspan="1">([^<]+)</th>', page.text)
    assert len(rows) == hours
    assert rows[: len(said)] == said


async def test_slots_around_the_change_of_the_clocks_stand_apart(
    office: OfficeServer, clerk: Browser
) -> None:
    """The second 01:15 of the night is an hour after the first."""
    first = from_local(date(2027, 10, 31), time(1, 15), LONDON)
    await office.booked("AAAA-1111", preferred=interval(first, 30))
    await office.booked("BBBB-2222", preferred=interval(first + 3600, 30))
    said = words(await clerk.get(f"{CALENDAR}?on=2027-10-31"))
    assert "01:15 BST to 01:45 BST Consultation AAAA-1111" in said
    assert "01:45 BST to 01:15 GMT Free" in said
    assert "01:15 GMT to 01:45 GMT Consultation BBBB-2222" in said


async def test_a_slot_over_midnight_is_on_both_days(office: OfficeServer, clerk: Browser) -> None:
    await office.booked(preferred=Interval(starts_at=at(4, 23), ends_at=at(5, 1)))
    for day in ("2027-03-04", "2027-03-05"):
        said = words(await clerk.get(f"{CALENDAR}?on={day}"))
        assert "23:00 to 5 March 2027, 01:00 Consultation ABCD-2345" in said


async def test_a_booking_is_found_by_name_reference_and_address(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked(people=(person("Zoë Ångström", "z", email="zoe@law.example"),))
    await office.booked("WXYZ-6789", preferred=slot(5, 10))
    for text in ("zoe ang", "abcd-2345", "ZOE@LAW", "a1234bc angstrom"):
        said = words(await clerk.get(f"{CALENDAR}/search?q={text}"))
        assert "1 booking found" in said, text
        assert "Zoë Ångström" in said
    assert "0 bookings found for “nobody”" in words(await clerk.get(f"{CALENDAR}/search?q=nobody"))


async def test_results_come_in_pages(office: OfficeServer, clerk: Browser) -> None:
    for n in range(30):
        await office.booked(f"MANY-{n:04}", preferred=slot(1 + n % 30, 9 + n // 30 * 2))
    first = await clerk.get(f"{CALENDAR}/search?q=many")
    assert "30 bookings found" in words(first)
    assert first.text.count('scope="row"') == 25
    assert "Page 1 of 2" in words(first)
    last = await clerk.get(f"{CALENDAR}/search?q=many&page=2")
    assert last.text.count('scope="row"') == 5
    assert (await clerk.get(f"{CALENDAR}/search?q=many&page=x")).text.count('scope="row"') == 25


async def test_another_establishments_booking_and_room_do_not_exist(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked("THEI-2345", in_room=office.rooms["Elsewhere"])
    page = await clerk.get(THURSDAY)
    assert "THEI-2345" not in page.text
    assert "Elsewhere" not in page.text
    assert "0 bookings found" in words(await clerk.get(f"{CALENDAR}/search?q=thei"))
    theirs = await clerk.get(f"{CALENDAR}/THEI-2345")
    none = await clerk.get(f"{CALENDAR}/NONE-2345")
    assert (theirs.status, theirs.text) == (none.status, none.text) == (404, none.text)
    room = office.rooms["Elsewhere"].id
    assert (await clerk.get(f"{CALENDAR}/rooms/{room}")).status == 404


async def test_a_booking_shows_all_of_it_and_its_history(
    office: OfficeServer, clerk: Browser
) -> None:
    hearing = await office.booked(
        "HEAR-2345", in_room=office.rooms["Court link"], purpose=Purpose.HEARING
    )
    await office.booked(
        purpose=Purpose.BEFORE_HEARING, linked=hearing.id, preferred=slot(4, 9, 30, minutes=30),
        people=(person("Ada <Law>", "p", alias="Witness A", language="Welsh", is_under_18=True),),
        note_for_staff="Two\nlines", note_for_guest="Bring <b>",
    )  # fmt: skip
    page = await clerk.get(f"{CALENDAR}/ABCD-2345")
    said = words(page)
    for text in (
        "Thursday 4 March 2027, 09:30 to 10:00", "Legal 1", "A1234BC", "Ada <Law>", "Witness A",
        "Welsh", "Under 18", "Two lines", "Bring <b>", "Hearing, Thursday 4 March 2027",
        "Booked 1 March 2027, 08:00",
    ):  # fmt: skip
        assert text in said, text
    assert "<b>" not in page.text
    assert "Before a hearing" in words(await clerk.get(f"{CALENDAR}/HEAR-2345"))


async def test_a_closed_room_is_left_out_unless_it_has_a_booking(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked()
    for name in ("Legal 1", "Legal 2"):
        await office.store.office.close_room(office.rooms[name], SAID)
    said = words(await clerk.get(THURSDAY))
    assert "Legal 1" in said
    assert "Legal 2" not in said
