"""Outcomes and reports in a real browser: without script, and looked at by axe.

With VMR_STAFF_PICTURES=FOLDER pictures of each page are kept (`pictures.py`).
"""

import random
import time
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import Invite, World
from tests.browser.desk import COOKIE, sign_in
from tests.browser.rooms import TestRoom, make_rooms
from tests.browser.test_staff_pages import heading, look
from tests.vmr.bookings import made
from tests.vmr.bookings.made import person
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import REQUESTER, BookingEvent, booking_happening
from vmr.bookings.outcomes import CausedBy, Measured, propose, propose_cancelled
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import interval
from vmr.ids import BookingId, ExpectedId
from vmr.record_times import Cause
from vmr.rooms import Room
from vmr.staff import StaffRole
from vmr.store.secrets import make_id, make_reference
from vmr.store.store import Store

DAY_S = 86_400.0
ROLES = (StaffRole.BOOKING, StaffRole.ADMINISTRATOR)
LEGAL = (Purpose.CONSULTATION, Purpose.BEFORE_HEARING, Purpose.AFTER_HEARING)


async def past_slots(
    database: Path, place: TestRoom, count: int, seed: int = 4
) -> tuple[Booking, ...]:
    """Slots of the last months with a proposal each, the latest first."""
    chance = random.Random(seed)
    newest = time.time() // 3_600 * 3_600 - 2 * DAY_S
    store = await Store.open(f"sqlite:///{database}")
    try:
        room = await store.room_by_address(place.address)
        assert room is not None
        return tuple([
            await past_slot(store, room, newest - n * 2.5 * DAY_S, chance, n) for n in range(count)
        ])  # fmt: skip
    finally:
        await store.close()


async def past_slot(
    store: Store, room: Room, starts_at: float, chance: random.Random, number: int
) -> Booking:
    is_cancelled = number % 7 == 3
    booking = made.booking(
        id=BookingId(make_id()), reference=make_reference(), establishment=room.establishment.id,
        room=room.id, purpose=chance.choice(LEGAL), prisoner=f"A{chance.randrange(9)}",
        state=BookingState.CANCELLED if is_cancelled else BookingState.CONFIRMED,
        preferred=interval(starts_at, 75), people=(person(id=ExpectedId(make_id())),),
        made_at=starts_at - 9 * DAY_S, changed_at=starts_at - 9 * DAY_S,
    )  # fmt: skip
    done = booking_happening(BookingEvent.MADE, booking, by=REQUESTER, at=booking.made_at)
    await store.bookings.add(booking, done)
    late_s = chance.choice((20.0, 30.0, 700.0))
    found = Measured(
        opened_at=starts_at + late_s, talked_at=starts_at + late_s + 40,
        ended_at=starts_at + chance.choice((2_000, 4_500)), waited_s=240,
        talked_s=chance.uniform(1_500, 3_900), lost={Cause.GUEST_CONNECTION: chance.uniform(0, 900),
        Cause.PAUSED: 95.0}, has_guests=number % 5 != 1, had_callers=number % 5 != 1,
        is_ended_early_by_network=chance.random() < 0.4, knocks_after_lock=number % 3,
    )  # fmt: skip
    proposed = propose(booking.id, booking.slot, found, starts_at + DAY_S)
    if is_cancelled:
        cause = chance.choice((CausedBy.COURT, CausedBy.ESTABLISHMENT, CausedBy.GUEST))
        proposed = propose_cancelled(booking.id, cause, None, starts_at)
    elif number == 0:
        proposed = propose(booking.id, booking.slot, None, starts_at + DAY_S)
    await store.outcomes.propose(proposed, booking.version)
    return booking


async def clerk_page(
    world: World, people: Invite, room: TestRoom, **options: bool
) -> tuple[Page, str]:
    cookie = await sign_in(world.server.database, room.address, "Cora", ROLES)
    clerk = await people("Cora", 1, **options)
    clerk.may_lose_network = True  # refused forms are 422, which the console notes as errors
    base = f"http://127.0.0.1:{clerk.proxy.port}"
    await clerk.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    return clerk.page, base


async def test_a_clerk_settles_an_outcome_books_again_and_takes_the_figures(
    world: World, people: Invite
) -> None:
    room, *_ = await make_rooms(world.server.database, "legal", ["Legal A"])
    (slot,) = await past_slots(world.server.database, room, 1)
    page, base = await clerk_page(world, people, room, java_script_enabled=False)
    await page.goto(f"{base}/staff/outcomes")
    await expect(page.get_by_text("1 slot waits for review")).to_be_visible()
    await page.get_by_role("rowheader").get_by_role("link").click()
    await heading(page, f"Outcome of {slot.reference}")
    await page.get_by_role("radio", name="Did not attend").check()
    await page.get_by_role("radio", name="Nobody").check()
    await page.get_by_role("button", name="Settle the outcome").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose who or what caused it")
    await page.get_by_role("radio", name="The prisoner").check()
    await page.get_by_label("Note for staff").fill("At the dentist")
    await page.get_by_role("button", name="Settle the outcome").click()
    await expect(page.get_by_text("Settled by Cora")).to_be_visible()
    await page.get_by_role("button", name="Book it again").click()
    await expect(page.get_by_text(f"This books {slot.reference} again")).to_be_visible()
    await expect(page.locator("#prisoner")).to_have_value(slot.prisoner)
    await page.goto(f"{base}/staff/reports?by=room")
    await expect(page.get_by_role("rowheader", name="Legal A").first).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download the figures of slots").click()
    taken = (await (await download.value).path()).read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in taken] == ["Group", "Legal A", "All"]
    assert taken[1].split(",")[1:6] == ["1", "0", "0", "0", "1"]


async def test_the_pages_of_outcomes_and_reports_are_accessible(
    world: World, people: Invite
) -> None:
    room, *_ = await make_rooms(world.server.database, "legal", ["Legal A"])
    slots = await past_slots(world.server.database, room, 60)
    page, base = await clerk_page(world, people, room)
    await page.goto(f"{base}/staff/outcomes")
    await heading(page, "Outcomes to review")
    await look(page, "outcomes")
    await page.goto(f"{base}/staff/outcomes/{slots[2].reference}")
    await look(page, "outcome")
    await page.get_by_role("radio", name="Held late").check()
    await page.get_by_role("radio", name="Nobody").check()
    await page.get_by_role("button", name="Settle the outcome").click()
    await page.get_by_role("alert").wait_for()
    await look(page, "outcome refused")
    await page.get_by_role("radio", name="The guest").check()
    await page.get_by_role("button", name="Settle the outcome").click()
    await page.get_by_text("Settled by Cora").wait_for()
    await look(page, "outcome settled")
    await page.goto(f"{base}/staff/bookings/{slots[2].reference}")
    await look(page, "booking with an outcome")
    await page.goto(f"{base}/staff/bookings/new?rebook={slots[2].reference}")
    await look(page, "booking again")
    await page.goto(f"{base}/staff/reports")
    await heading(page, "Reports")
    await look(page, "reports")
    await page.goto(f"{base}/staff/reports?by=purpose")
    await look(page, "reports by purpose")
    await page.goto(f"{base}/staff/reports?from=2024-01&to=2023-01")
    await page.get_by_role("alert").wait_for()
    await look(page, "reports refused")
