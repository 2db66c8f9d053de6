"""Opening hours and closures: who may set them, what is refused, what the record says."""

import re
from typing import Any

import pytest

from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer, SignIn
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.staff.browser import Browser
from tests.vmr.bookings.made import at, slot
from vmr.bookings.hours import END_OF_DAY, Closure
from vmr.bookings.times import Interval
from vmr.record import Entry
from vmr.staff import StaffRole

ROOMS, CLOSURES = f"{CALENDAR}/rooms", f"{CALENDAR}/closures"
TRAINING = {
    "room": "all", "from-day": "4", "from-month": "3", "from-year": "2027", "from-time": "13:00",
    "until-day": "4", "until-month": "3", "until-year": "2027", "until-time": "17:00",
    "reason": "Staff training",
}  # fmt: skip
MARCH = Interval(starts_at=at(1, 0), ends_at=at(31, 0))


def hours_of(office: OfficeServer, name: str = "Legal 1") -> str:
    return f"{ROOMS}/{office.rooms[name].id}/hours"


async def closures(office: OfficeServer) -> tuple[Closure, ...]:
    return await office.store.bookings.closures(office.prison.id, MARCH)


async def last_entry(office: OfficeServer) -> tuple[Entry, dict[str, str]]:
    last = (await office.store.staff.record(office.prison.id))[-1]
    return last.entry, dict(last.personal)


@pytest.mark.parametrize("role", [StaffRole.DUTY, StaffRole.MONITOR])
async def test_only_clerks_and_administrators_open_hours_and_closures(
    office: OfficeServer, sign_in: SignIn, role: StaffRole
) -> None:
    browser = await sign_in("Somebody", [role])
    csrf = (await browser.get("/staff")).csrf
    for path in (ROOMS, hours_of(office), CLOSURES):
        assert (await browser.get(path)).status == 403, path
    assert (await browser.post(CLOSURES, TRAINING, csrf=csrf)).status == 403
    assert (await browser.post(hours_of(office), {}, csrf=csrf)).status == 403
    assert not await closures(office)


async def test_an_administrator_who_does_not_book_keeps_the_rooms(
    office: OfficeServer, sign_in: SignIn
) -> None:
    await office.booked()
    browser = await sign_in("Ada Admin", [StaffRole.ADMINISTRATOR])
    assert f'href="{ROOMS}"' in (await browser.get("/staff")).text
    page = await browser.get(ROOMS)
    assert f'href="{CALENDAR}"' not in page.text
    form = {**TRAINING, "from-time": "09:00"}
    done = await browser.post(CLOSURES, form)
    closure = await browser.get(done.place)
    assert "1 booking is at this time." in words(closure)
    assert "ABCD-2345" not in closure.text, "bookings are for clerks"


async def test_hours_are_set_and_written_down(office: OfficeServer, clerk: Browser) -> None:
    form = {
        "d0-0-opens": "9", "d0-0-closes": "12.30", "d0-1-opens": "1:30pm", "d0-1-closes": "5pm",
        "d5-0-opens": "22:00", "d5-0-closes": "24:00",
    }  # fmt: skip
    assert (await clerk.post(hours_of(office), form)).place == ROOMS
    hours = await office.store.bookings.hours(office.rooms["Legal 1"].id)
    said = [(one.weekday, f"{one.opens:%H:%M}", f"{one.closes:%H:%M}") for one in hours]
    assert said == [(0, "09:00", "12:30"), (0, "13:30", "17:00"), (5, "22:00", "23:59")]
    assert hours[-1].closes == END_OF_DAY
    entry, personal = await last_entry(office)
    assert entry.what == "room_hours_set"
    assert dict(entry.facts)["hours"] == ("mon 09:00-12:30, mon 13:30-17:00, sat 22:00-24:00")
    assert personal == {"officer": "Cora Clerk"}
    again = await clerk.get(hours_of(office))
    assert 'value="13:30"' in again.text
    assert 'value="24:00"' in again.text
    assert "Monday 09:00 – 12:30, 13:30 – 17:00" in words(await clerk.get(ROOMS))  # noqa: RUF001


async def test_hours_that_did_not_change_are_not_written_down(
    office: OfficeServer, clerk: Browser
) -> None:
    before = await office.store.staff.record(office.prison.id)
    form = {f"d{n}-0-opens": "0:00" for n in range(7)}
    form |= {f"d{n}-0-closes": "24" for n in range(7)}
    assert (await clerk.post(hours_of(office), form)).status == 303
    assert await office.store.staff.record(office.prison.id) == before


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"d0-0-opens": "nine", "d0-0-closes": "17"}, "Enter when the room opens, like 9:00"),
        ({"d0-0-opens": "9"}, "Enter when the room closes, like 17:00"),
        ({"d0-0-opens": "25:00", "d0-0-closes": "26"}, "Enter when the room opens, like 9:00"),
        ({"d1-0-opens": "17", "d1-0-closes": "9"}, "The room must close after it opens"),
        (
            {"d0-0-opens": "9", "d0-0-closes": "13", "d0-1-opens": "12", "d0-1-closes": "17"},
            "These times overlap others of the same day",
        ),
    ],
)
async def test_wrong_hours_are_shown_again_as_they_were_typed(
    office: OfficeServer, clerk: Browser, form: dict[str, str], problem: str
) -> None:
    page = await clerk.post(hours_of(office), form)
    assert (page.status, page.problems) == (422, [problem])
    for id, typed in form.items():
        assert f'name="{id}"' in page.text
        assert f'value="{typed}"' in page.text
    assert len(await office.store.bookings.hours(office.rooms["Legal 1"].id)) == 7


async def test_a_closure_lists_the_bookings_that_it_hits(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked("INSI-1234", preferred=slot(4, 12))
    await office.booked("AFTE-1234", preferred=slot(4, 17))
    await office.booked("ROOM-1234", preferred=slot(4, 13), in_room=office.rooms["Legal 2"])
    done = await clerk.post(CLOSURES, TRAINING)
    page = await clerk.get(done.place)
    assert "2 bookings are at this time. Move or cancel them." in words(page)
    for reference, is_hit in (("INSI-1234", True), ("ROOM-1234", True), ("AFTE-1234", False)):
        assert (f'href="{CALENDAR}/{reference}"' in page.text) is is_hit
    one_room = {**TRAINING, "room": office.rooms["Legal 2"].id}
    page = await clerk.get((await clerk.post(CLOSURES, one_room)).place)
    assert "1 booking is at this time." in words(page)
    assert "INSI-1234" not in page.text


async def test_a_closure_is_added_and_removed_and_both_are_written_down(
    office: OfficeServer, clerk: Browser
) -> None:
    done = await clerk.post(CLOSURES, TRAINING)
    (closure,) = await closures(office)
    assert closure.interval == slot(4, 13, minutes=240)
    entry, personal = await last_entry(office)
    assert (entry.what, entry.subject) == ("closure_added", f"closure:{closure.id}")
    assert personal == {"officer": "Cora Clerk", "reason": "Staff training"}
    assert "Thursday 4 March 2027, 13:00 to 17:00" in words(await clerk.get(CLOSURES))
    page = await clerk.get(done.place)
    assert (await clerk.post(f"{done.place}/remove", csrf=page.csrf)).place == CLOSURES
    assert not await closures(office)
    assert (await last_entry(office))[0].what == "closure_removed"
    assert (await clerk.post(f"{done.place}/remove", csrf=page.csrf)).status == 404


async def test_a_closure_without_times_lasts_whole_days(
    office: OfficeServer, clerk: Browser
) -> None:
    """Also the short one on which the clocks go forward."""
    days = {"from-day": "27", "until-day": "28", "from-time": "", "until-time": ""}
    await clerk.post(CLOSURES, {**TRAINING, **days})
    (closure,) = await closures(office)
    assert closure.interval == Interval(starts_at=at(27, 0), ends_at=at(29, 0))
    assert closure.interval.minutes == 47 * 60


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"room": "elsewhere"}, "Choose a room"),
        ({"from-day": "31", "from-month": "2"}, "Enter the first day of the closure"),
        ({"until-year": "27"}, "Enter the last day of the closure"),
        ({"from-time": "noon"}, "Enter a time, like 13:00"),
        ({"until-time": "12:00"}, "The closure must end after it begins"),
        ({"from-year": "2026", "until-year": "2026"}, "The closure must end in the future"),
        ({"reason": " "}, "Enter the reason, in up to 200 characters"),
        ({"reason": "x" * 201}, "Enter the reason, in up to 200 characters"),
        (
            {"from-day": "28", "from-time": "1:30", "until-day": "28"},
            "The clocks go forward over this time on that day. Enter another time",
        ),
    ],
)
async def test_a_wrong_closure_is_shown_again_as_it_was_typed(
    office: OfficeServer, clerk: Browser, wrong: dict[str, str], problem: str
) -> None:
    page = await clerk.post(CLOSURES, {**TRAINING, **wrong})
    assert (page.status, page.problems) == (422, [problem])
    assert not await closures(office)
    for id, typed in wrong.items():
        if id != "room" and typed.strip():
            assert re.search(rf'name="{id}"[^>]* value="{typed[:200]}"', page.text), id


async def test_another_establishments_rooms_and_closures_do_not_exist(
    office: OfficeServer, clerk: Browser, sign_in: SignIn
) -> None:
    done = await clerk.post(CLOSURES, TRAINING)
    theirs = await sign_in("Otto Other", establishment=office.other)
    csrf = (await theirs.get(CLOSURES)).csrf
    forms: dict[str, dict[str, Any]] = {
        hours_of(office): {"d0-0-opens": "9", "d0-0-closes": "10"}, f"{done.place}/remove": {},
    }  # fmt: skip
    for path, form in forms.items():
        assert (await theirs.post(path, form, csrf=csrf)).status == 404, path
    assert (await theirs.get(done.place)).status == 404
    assert (await theirs.get(hours_of(office))).status == 404
    wrong = await theirs.post(CLOSURES, {**TRAINING, "room": office.rooms["Legal 1"].id})
    assert wrong.problems == ["Choose a room"]
    assert len(await closures(office)) == 1
    assert "Staff training" not in (await theirs.get(CLOSURES)).text


async def test_a_form_from_elsewhere_changes_nothing(office: OfficeServer, clerk: Browser) -> None:
    csrf = (await clerk.get(CLOSURES)).csrf
    for path in (CLOSURES, hours_of(office)):
        assert (await clerk.post(path, TRAINING, csrf="0" * 64)).status == 403
        evil = await clerk.post(path, TRAINING, csrf=csrf, origin="https://evil.example")
        assert evil.status == 403
    assert not await closures(office)
