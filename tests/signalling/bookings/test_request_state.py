"""What has become of a request, for its mailbox alone: seen, withdrawn, asked for anew."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from signalling.bookings.service import BookingService
from tests.signalling.bookings.asking import ADA, Asking, typed_time
from tests.signalling.mail.server import part
from tests.signalling.staff.browser import Browser
from tests.vmr.bookings.made import person, slot
from vmr.bookings.booking import BookingState, Part
from vmr.bookings.draft import NEW
from vmr.store import Conflict


@pytest_asyncio.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Asking]:
    async with Asking.open(tmp_path) as opened:
        yield opened


async def test_the_letters_link_shows_the_state_after_another_code(asking: Asking) -> None:
    _, booking = await asking.requested()
    letter = part(await asking.letter(ADA, "request received"))
    (link,) = [one for one in letter.splitlines() if one.startswith(asking.server.url)]
    path = link.removeprefix(asking.server.url)
    assert path == f"/request/state/{booking.reference}"
    browser = await asking.browser()
    sent = await browser.get(path)
    assert sent.place == f"/request/email?next={path}"
    code = await asking.ask_code(browser, query=sent.place.removeprefix("/request/email"))
    proven = await browser.post("/request/code", {"code": code})
    assert proven.place == path
    page = await browser.get(path)
    assert "Not decided" in page.text
    assert "A1234BC" not in page.text
    assert booking.reference in (await browser.get("/request/state")).text


async def test_a_code_leads_to_our_own_state_pages_and_nowhere_else(asking: Asking) -> None:
    for place in ("https://evil.example", "//evil.example", "/staff", "/request/state/../x"):
        browser = await asking.browser()
        asking.office.clock.advance(1_800.0)
        code = await asking.ask_code(browser, query=f"?next={place}")
        assert (await browser.post("/request/code", {"code": code})).place == "/request"


async def test_anothers_request_and_none_at_all_look_alike(asking: Asking) -> None:
    _, booking = await asking.requested()
    other, own = await asking.requested("ben@law.example")
    hidden = await other.get(f"/request/state/{booking.reference}")
    nothing = await other.get("/request/state/BBBB-9999")
    assert (hidden.status, nothing.status) == (404, 404)
    assert hidden.text == nothing.text
    assert booking.reference not in (await other.get("/request/state")).text
    csrf = (await other.get(f"/request/state/{own.reference}")).csrf
    for act in ("withdraw", "change"):
        fields = {"version": "1"}
        path = f"/request/state/{booking.reference}/{act}"
        assert (await other.post(path, fields, csrf=csrf)).status == 404
    assert (await asking.office.kept(booking)).state is BookingState.REQUESTED


async def test_a_confirmed_slot_names_its_people_and_neither_room_nor_prisoner(
    asking: Asking,
) -> None:
    browser, booking = await asking.requested()
    office = asking.office
    inside = person("Sue Super", NEW, part=Part.SUPERVISOR)
    changed = replace(booking, prisoner="Z9999ZZ", people=(*booking.people, inside))
    amended = (await office.service.amend(booking, changed, office.clerk)).booking
    await office.service.confirm(amended, office.room.id, slot(4, 11), office.clerk)
    page = await browser.get(f"/request/state/{booking.reference}")
    assert "Confirmed" in page.text
    assert "Thursday 4 March 2027, 11:00 to 12:15 (GMT)" in page.text
    assert "Ada Law" in page.text
    assert office.prison.phone in page.text
    for hidden in ("Legal 1", office.room.address, "Z9999ZZ", "A1234BC", "Sue Super", "#invite"):
        assert hidden not in page.text, hidden


async def test_a_refusal_says_why(asking: Asking) -> None:
    browser, booking = await asking.requested()
    await asking.office.service.refuse(booking, "No officer <that day>", asking.office.clerk)
    page = await browser.get(f"/request/state/{booking.reference}")
    assert "Refused" in page.text
    assert "No officer &lt;that day&gt;" in page.text
    assert "/withdraw" not in page.text


async def test_a_request_is_withdrawn_once(asking: Asking) -> None:
    browser, booking = await asking.requested()
    path = f"/request/state/{booking.reference}/withdraw"
    page = await browser.get(path)
    assert "Withdraw request" in page.title
    done = await browser.post(path, {"version": "1"})
    assert done.place == f"/request/state/{booking.reference}"
    kept = await asking.office.kept(booking)
    assert (kept.state, kept.reason) == (BookingState.CANCELLED, "Withdrawn on the request page")
    assert "Cancelled" in (await browser.get(done.place)).text
    again = await browser.post(path, {"version": "2"}, csrf=page.csrf)
    assert again.problems == ["This request has changed in the meantime. This is how it is now"]
    assert (await browser.get(path)).place == f"/request/state/{booking.reference}"
    assert (await asking.office.record())[-1] == "booking_cancelled"


async def test_what_staff_have_decided_meanwhile_is_shown_before_it_is_withdrawn(
    asking: Asking,
) -> None:
    browser, booking = await asking.requested()
    path = f"/request/state/{booking.reference}/withdraw"
    page = await browser.get(path)
    office = asking.office
    await office.service.confirm(booking, office.room.id, slot(4, 9), office.clerk)
    refused = await browser.post(path, {"version": "1"}, csrf=page.csrf)
    assert refused.status == 422
    assert "Confirmed" in refused.text
    assert (await office.kept(booking)).state is BookingState.CONFIRMED
    await browser.post(path, {"version": "2"})
    assert (await office.kept(booking)).state is BookingState.CANCELLED


async def test_a_change_is_a_new_request_with_the_data_filled_and_the_old_one_goes(
    asking: Asking,
) -> None:
    browser, booking = await asking.requested()
    page = await browser.get(f"/request/state/{booking.reference}")
    begun = await browser.post(f"/request/state/{booking.reference}/change", {}, csrf=page.csrf)
    assert begun.place == "/request/time"
    assert 'value="A1234BC"' in (await browser.get("/request/prisoner")).text
    for step, time in (("time", "13:00"), ("second-time", "9:00"), ("third-time", "11:00")):
        await browser.post(f"/request/{step}", typed_time("8", time))
    people = await browser.get("/request/people")
    assert "Ada Law" in people.text
    await browser.post("/request/people", {})
    await browser.post("/request/note", {"note": ""})
    check = await browser.get("/request/check")
    assert f"your request {booking.reference} is withdrawn" in check.text
    assert (await asking.office.kept(booking)).state is BookingState.REQUESTED
    reference = await asking.send(browser)
    assert (await asking.booking(reference)).preferred == slot(8, 13)
    old = await asking.office.kept(booking)
    assert (old.state, old.reason) == (BookingState.CANCELLED, f"Replaced by request {reference}")


async def changed(asking: Asking, browser: Browser, reference: str) -> None:
    """Up to the check of a change."""
    page = await browser.get(f"/request/state/{reference}")
    await browser.post(f"/request/state/{reference}/change", {}, csrf=page.csrf)
    await asking.answer(browser, time=typed_time("8", "13:00"))


async def test_a_confirmed_call_is_given_up_for_a_change_after_a_warning(asking: Asking) -> None:
    browser, booking = await asking.requested()
    office = asking.office
    await office.service.confirm(booking, office.room.id, booking.slot, office.clerk)
    state = await browser.get(f"/request/state/{booking.reference}")
    assert "cancelled, before the new one is decided" in state.text
    await changed(asking, browser, booking.reference)
    check = await browser.get("/request/check")
    assert f"confirmed call {booking.reference} is cancelled" in check.text
    await asking.send(browser)
    assert (await office.kept(booking)).state is BookingState.CANCELLED


async def test_a_call_that_staff_change_just_then_stays_beside_the_new_request(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, booking = await asking.requested()
    await changed(asking, browser, booking.reference)

    async def taken(*_: object, **__: object) -> None:
        raise Conflict("changed meanwhile")

    monkeypatch.setattr(BookingService, "cancel", taken)
    reference = await asking.send(browser)
    assert (await asking.office.kept(booking)).state is BookingState.REQUESTED
    assert (await asking.booking(reference)).state is BookingState.REQUESTED


async def test_a_change_does_not_count_against_the_requests_that_wait(tmp_path: Path) -> None:
    async with Asking.open(tmp_path, open_max=1) as asking:
        browser, booking = await asking.requested()
        await changed(asking, browser, booking.reference)
        await asking.send(browser)
        waiting = await asking.office.store.bookings.waiting(asking.office.prison.id)
        assert len(waiting) == 1


async def test_a_reference_of_the_prisoner_that_staff_may_have_put_there_is_not_shown(
    asking: Asking,
) -> None:
    browser, booking = await asking.requested()
    office = asking.office
    changed = replace(booking, prisoner="Z9999ZZ")
    await office.service.amend(booking, changed, office.clerk)
    page = await browser.get(f"/request/state/{booking.reference}")
    begun = await browser.post(f"/request/state/{booking.reference}/change", {}, csrf=page.csrf)
    assert begun.place == "/request/prisoner"
    assert "Z9999ZZ" not in (await browser.get("/request/prisoner")).text


async def test_a_slot_that_has_begun_cannot_be_withdrawn_or_changed(asking: Asking) -> None:
    browser, booking = await asking.requested()
    asking.office.clock.now = booking.slot.starts_at
    browser = await asking.prove()
    page = await browser.get(f"/request/state/{booking.reference}")
    assert "/withdraw" not in page.text
    assert "/change" not in page.text


async def test_what_a_clerk_entered_for_the_mailbox_is_shown_too(asking: Asking) -> None:
    made = await asking.office.make(requester_email="Ada@Law.example")
    browser = await asking.prove()
    assert made.reference in (await browser.get("/request/state")).text
    assert (await browser.get(f"/request/state/{made.reference}")).status == 200
