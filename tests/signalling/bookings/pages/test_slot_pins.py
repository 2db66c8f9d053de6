"""A Host PIN for one slot: who may make it, when, and what it opens."""

import re
from dataclasses import replace

import pytest

from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer, SignIn
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.client import Client, Refused
from tests.signalling.house import PIN
from tests.signalling.staff.browser import Browser, Page
from tests.vmr.bookings.made import NOW, slot
from vmr.bookings import moves
from vmr.bookings.booking import Booking
from vmr.bookings.changes import BookingEvent, booking_happening
from vmr.record import Happening
from vmr.staff import StaffRole

PINS = "/staff/slot-pins"
SAID = Happening(at=NOW, actor="operator", what="test")


def pin_of(page: Page) -> str:
    found = re.search(r"vmr-slot-pin\">(\d+)<", page.text)
    assert found is not None, page.problems
    return found[1]


async def asks_for_slot_pins(office: OfficeServer, name: str = "Legal 1") -> str:
    room = office.rooms[name]
    await office.store.slot_pins.set_per_slot(room.id, room.establishment.id, True, SAID)
    return f"{PINS}/{room.id}"


async def at_the_slot(office: OfficeServer, minutes_before: float = 15) -> Booking:
    """A booking at 10:00 on the first day, and the clock so long before it."""
    booking = await office.booked(preferred=slot(1, 10))
    office.clock.now = slot(1, 10).starts_at - minutes_before * 60
    return booking


async def host_with(office: OfficeServer, pin: str) -> str:
    """Where a host gets to with this PIN, or why not."""
    client: Client = await office.client()
    await client.join(office.rooms["Legal 1"].address, "Officer", role="host")
    try:
        await client.request("host.enter_pin", pin=pin, confirmed=[])
        await client.wait_place("inside")
    except Refused as refused:
        return refused.code
    finally:
        await client.close()
    return client.place


@pytest.fixture
def duty() -> tuple[StaffRole, ...]:
    return (StaffRole.DUTY,)


async def test_duty_staff_make_the_pin_of_a_slot_and_see_it_once(
    office: OfficeServer, sign_in: SignIn, duty: tuple[StaffRole, ...]
) -> None:
    path = await asks_for_slot_pins(office)
    booking = await at_the_slot(office)
    browser = await sign_in("Dan Duty", duty)
    assert f'href="{PINS}"' in (await browser.get("/staff")).text
    page = await browser.get(PINS)
    assert "Legal 1 Monday 1 March 2027, 10:00 to 11:15" in words(page)
    shown = await browser.post(path, {"booking": booking.id}, csrf=page.csrf)
    pin = pin_of(shown)
    assert len(pin) == 6
    assert pin not in (await browser.get(PINS)).text
    last = (await office.store.staff.record(office.prison.id))[-1]
    assert last.entry.what == "booking_pin_made"
    assert dict(last.personal)["officer"] == "Dan Duty"
    assert pin not in str(last)
    kept = await office.store.slot_pins.hash_of(
        office.rooms["Legal 1"].id, booking.id, booking.slot.starts_at
    )
    assert kept is not None
    assert kept.startswith("$argon2id$")


async def test_in_its_slot_only_its_pin_opens_the_room(
    office: OfficeServer, sign_in: SignIn, duty: tuple[StaffRole, ...]
) -> None:
    path = await asks_for_slot_pins(office)
    booking = await at_the_slot(office)
    browser = await sign_in("Dan Duty", duty)
    csrf = (await browser.get(PINS)).csrf
    assert await host_with(office, PIN) == "wrong_pin", "none was made, so none is right"
    first = pin_of(await browser.post(path, {"booking": booking.id}, csrf=csrf))
    second = pin_of(await browser.post(path, {"booking": booking.id}, csrf=csrf))
    assert await host_with(office, PIN) == "wrong_pin", "the room's own"
    if first != second:  # a chance in a million
        assert await host_with(office, first) == "wrong_pin", "replaced"
    assert await host_with(office, second) == "inside"


async def test_outside_a_slot_and_in_other_rooms_the_rooms_own_pin_counts(
    office: OfficeServer,
) -> None:
    await at_the_slot(office, minutes_before=16)
    await asks_for_slot_pins(office)
    assert await host_with(office, PIN) == "inside"
    office.clock.now = slot(1, 10).starts_at
    await office.store.slot_pins.set_per_slot(
        office.rooms["Legal 1"].id, office.prison.id, False, SAID
    )
    assert await host_with(office, PIN) == "inside"


async def test_a_pin_is_worth_nothing_at_another_time_or_in_another_room(
    office: OfficeServer, sign_in: SignIn, duty: tuple[StaffRole, ...]
) -> None:
    path = await asks_for_slot_pins(office)
    booking = await at_the_slot(office)
    browser = await sign_in("Dan Duty", duty)
    csrf = (await browser.get(PINS)).csrf
    pin = pin_of(await browser.post(path, {"booking": booking.id}, csrf=csrf))
    later = slot(1, 10, 5)
    moved = moves.amend(booking, replace(booking, preferred=later), office.clock())
    said = booking_happening(BookingEvent.AMENDED, moved, by="requester", at=office.clock())
    await office.store.bookings.change(moved, said)
    office.clock.now = later.starts_at
    assert await host_with(office, pin) == "wrong_pin"
    again = pin_of(await browser.post(path, {"booking": booking.id}, csrf=csrf))
    assert await host_with(office, again) == "inside"
    assert await office.store.slot_pins.hash_of(
        office.rooms["Legal 2"].id, booking.id, later.starts_at
    ) is None  # fmt: skip


@pytest.mark.parametrize("minutes_before", [16, -76])
async def test_no_pin_is_made_before_or_after_its_slot(
    office: OfficeServer, sign_in: SignIn, duty: tuple[StaffRole, ...], minutes_before: float
) -> None:
    path = await asks_for_slot_pins(office)
    booking = await at_the_slot(office, minutes_before)
    browser = await sign_in("Dan Duty", duty)
    page = await browser.get(PINS)
    assert "No slot of these rooms runs now" in words(page)
    answer = await browser.post(path, {"booking": booking.id}, csrf=page.csrf)
    assert answer.status == 422
    assert not re.search(r"vmr-slot-pin", answer.text)


async def test_a_room_that_does_not_ask_for_it_has_no_pin_of_the_slot(
    office: OfficeServer, sign_in: SignIn, duty: tuple[StaffRole, ...]
) -> None:
    booking = await at_the_slot(office)
    browser = await sign_in("Dan Duty", duty)
    page = await browser.get(PINS)
    path = f"{PINS}/{office.rooms['Legal 1'].id}"
    assert (await browser.post(path, {"booking": booking.id}, csrf=page.csrf)).status == 422


@pytest.mark.parametrize("role", [one for one in StaffRole if one is not StaffRole.DUTY])
async def test_only_duty_staff_see_or_make_pins(
    office: OfficeServer, sign_in: SignIn, role: StaffRole
) -> None:
    path = await asks_for_slot_pins(office)
    booking = await at_the_slot(office)
    browser = await sign_in("Somebody", [role])
    csrf = (await browser.get("/staff")).csrf
    assert (await browser.get(PINS)).status == 403
    assert (await browser.post(path, {"booking": booking.id}, csrf=csrf)).status == 403


async def test_another_establishments_slot_has_no_pin_for_them(
    office: OfficeServer, sign_in: SignIn, duty: tuple[StaffRole, ...]
) -> None:
    path = await asks_for_slot_pins(office)
    booking = await at_the_slot(office)
    theirs = await sign_in("Otto Other", duty, establishment=office.other)
    page = await theirs.get(PINS)
    assert "Legal 1" not in page.text
    assert (await theirs.post(path, {"booking": booking.id}, csrf=page.csrf)).status == 404


async def test_an_administrator_says_which_rooms_ask_for_it(
    office: OfficeServer, clerk: Browser, sign_in: SignIn
) -> None:
    path = f"{CALENDAR}/rooms/{office.rooms['Legal 1'].id}/pin-per-slot"
    csrf = (await clerk.get("/staff")).csrf
    assert (await clerk.post(path, {"per_slot": "yes"}, csrf=csrf)).status == 403
    assert "pin-per-slot" not in (await clerk.get(f"{CALENDAR}/rooms")).text
    admin = await sign_in("Ada Admin", [StaffRole.ADMINISTRATOR])
    csrf = (await admin.get(f"{CALENDAR}/rooms")).csrf
    for _ in range(2):
        assert (await admin.post(path, {"per_slot": "yes"}, csrf=csrf)).status == 303
    room = await office.store.room(office.rooms["Legal 1"].id)
    assert room is not None
    assert room.pin_per_slot
    said = [one.entry for one in await office.store.staff.record(office.prison.id)]
    changes = [dict(one.facts) for one in said if one.what == "room_pin_per_slot_set"]
    assert changes == [{"room": "Legal 1", "per_slot": True}]
    assert "One for each slot" in words(await admin.get(f"{CALENDAR}/rooms"))
    other = await sign_in("Otto Other", [StaffRole.ADMINISTRATOR], office.other)
    csrf = (await other.get("/staff")).csrf
    assert (await other.post(path, {}, csrf=csrf)).status == 404
