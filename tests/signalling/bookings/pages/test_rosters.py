"""The roster of a day: who keeps it, and whom the server refuses a Host PIN by it."""

from datetime import date

import pytest

from tests.signalling.bookings.pages.conftest import OfficeServer, SignIn
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.bookings.pages.test_slot_pins import (
    PINS,
    asks_for_slot_pins,
    at_the_slot,
    host_with,
    pin_of,
)
from tests.signalling.staff.browser import Browser
from vmr.bookings.rosters import Roster
from vmr.ids import OfficerId
from vmr.staff import StaffRole

ROSTERS = "/staff/rosters"
DUTY = (StaffRole.DUTY,)
TODAY = date(2027, 3, 1)


async def officer_of(office: OfficeServer, name: str) -> OfficerId:
    found = await office.store.staff.members(office.prison.id)
    return next(one.id for one in found if one.name == name)


async def keep(browser: Browser, on: str, *officers: OfficerId) -> int:
    csrf = (await browser.get(ROSTERS)).csrf
    ticked = {f"officer-{one}": "yes" for one in officers}
    page = await browser.post(ROSTERS, {"on": on, **ticked}, csrf=csrf)
    assert page.status != 303 or page.place == f"{ROSTERS}?on={on}"
    return page.status


async def kept(office: OfficeServer, day: date = TODAY) -> Roster:
    return await office.store.rosters.of_day(office.prison.id, day)


async def happened(office: OfficeServer) -> list[str]:
    return [one.entry.what for one in await office.store.staff.record(office.prison.id)]


@pytest.mark.parametrize("role", [StaffRole.BOOKING, StaffRole.ADMINISTRATOR])
async def test_the_office_names_who_is_on_duty_and_the_record_says_so(
    office: OfficeServer, sign_in: SignIn, role: StaffRole
) -> None:
    await sign_in("Dan Duty", DUTY)
    await sign_in("Deb Duty", DUTY)
    await sign_in("Max Monitor", (StaffRole.MONITOR,))
    dan = await officer_of(office, "Dan Duty")
    clerk = await sign_in("Cora Clerk", (role,))
    assert f'href="{ROSTERS}"' in (await clerk.get("/staff")).text
    page = await clerk.get(ROSTERS)
    assert "No roster is kept for this day" in page.text
    assert "Monday 1 March 2027" in words(page)
    assert "Max Monitor" not in page.text
    for _ in range(2):
        assert await keep(clerk, "2027-03-01", dan) == 303
    assert await kept(office) == Roster(
        establishment=office.prison.id, day=TODAY, officers=frozenset({dan})
    )
    assert not (await kept(office, date(2027, 3, 2))).is_kept
    page = await clerk.get(f"{ROSTERS}?on=2027-03-01")
    assert page.text.count(" checked") == 1
    assert (await happened(office)).count("roster_set") == 1
    last = (await office.store.staff.record(office.prison.id))[-1]
    assert (last.entry.subject, dict(last.personal)["name"]) == ("roster:2027-03-01", "Dan Duty")


async def test_who_is_not_on_the_roster_is_refused_and_it_is_in_the_record(
    office: OfficeServer, sign_in: SignIn
) -> None:
    path, booking = await asks_for_slot_pins(office), await at_the_slot(office)
    clerk = await sign_in()
    on, off = await sign_in("Dan Duty", DUTY), await sign_in("Olu Off", DUTY)
    page = await off.get(PINS)
    assert "No roster is kept for Monday 1 March 2027" in page.text
    first = pin_of(await off.post(path, {"booking": booking.id}, csrf=page.csrf))
    await keep(clerk, "2027-03-01", await officer_of(office, "Dan Duty"))
    page = await off.get(PINS)
    assert "You are not on the roster of Monday 1 March 2027" in words(page)
    assert "On the roster: Dan Duty" in words(page)
    assert "Make the Host PIN" not in words(page)
    refused = await off.post(path, {"booking": booking.id}, csrf=page.csrf)
    assert refused.status == 422
    assert refused.problems[0].startswith("You are not on the roster of the day")
    assert "vmr-slot-pin" not in refused.text
    last = (await office.store.staff.record(office.prison.id))[-1]
    assert last.entry.what == "booking_pin_refused"
    assert dict(last.personal)["officer"] == "Olu Off"
    assert await host_with(office, first) == "inside", "the one before was not made void"
    csrf = (await on.get(PINS)).csrf
    assert len(pin_of(await on.post(path, {"booking": booking.id}, csrf=csrf))) == 6


async def test_an_empty_roster_is_none(office: OfficeServer, sign_in: SignIn) -> None:
    path, booking = await asks_for_slot_pins(office), await at_the_slot(office)
    clerk = await sign_in()
    off = await sign_in("Olu Off", DUTY)
    await sign_in("Dan Duty", DUTY)
    await keep(clerk, "2027-03-01", await officer_of(office, "Dan Duty"))
    await keep(clerk, "2027-03-01")
    csrf = (await off.get(PINS)).csrf
    assert len(pin_of(await off.post(path, {"booking": booking.id}, csrf=csrf))) == 6


async def test_a_roster_counts_for_its_day_and_its_establishment_alone(
    office: OfficeServer, sign_in: SignIn
) -> None:
    path, booking = await asks_for_slot_pins(office), await at_the_slot(office)
    clerk = await sign_in()
    off = await sign_in("Olu Off", DUTY)
    await sign_in("Dan Duty", DUTY)
    await keep(clerk, "2027-03-02", await officer_of(office, "Dan Duty"))
    other = await sign_in("Otto Other", (StaffRole.BOOKING,), office.other)
    await keep(other, "2027-03-01", await officer_of(office, "Dan Duty"))
    assert not (await kept(office)).is_kept
    csrf = (await off.get(PINS)).csrf
    assert len(pin_of(await off.post(path, {"booking": booking.id}, csrf=csrf))) == 6


async def test_nobody_else_keeps_rosters_and_days_that_are_over_stay(
    office: OfficeServer, sign_in: SignIn, clerk: Browser
) -> None:
    duty = await sign_in("Dan Duty", DUTY)
    csrf = (await duty.get("/staff")).csrf
    assert (await duty.get(ROSTERS)).status == 403
    assert (await duty.post(ROSTERS, {"on": "2027-03-01"}, csrf=csrf)).status == 403
    dan = await officer_of(office, "Dan Duty")
    assert await keep(clerk, "2027-02-28", dan) == 422
    assert not (await kept(office, date(2027, 2, 28))).is_kept
    assert await keep(clerk, "soon", dan) == 404
    assert (await clerk.get(f"{ROSTERS}?on=soon")).status == 422
    assert await keep(clerk, "2027-03-01", OfficerId("nobody")) == 303
    assert not (await kept(office)).is_kept
