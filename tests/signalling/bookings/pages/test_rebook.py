"""A booking made in place of another, and what became of a slot on the page of its booking."""

import pytest

from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer, SignIn
from tests.signalling.bookings.pages.test_new import NEW, booked, typed, value
from tests.signalling.staff.browser import Browser
from tests.vmr.bookings.made import slot
from vmr.bookings.outcomes import propose
from vmr.bookings.purposes import Purpose


async def test_the_form_is_filled_with_all_but_the_day(
    office: OfficeServer, clerk: Browser
) -> None:
    before = await office.booked(note_for_staff="By the window", requester_email="c@law.example")
    page = await clerk.get(f"{NEW}?rebook={before.reference}")
    assert page.status == 200
    assert "This books ABCD-2345 again" in page.text
    filled = {id: value(page, id) for id in ("purpose", "prisoner", "p0-name", "start-hour")}
    assert filled == {
        "purpose": "consultation", "prisoner": "A1234BC", "p0-name": "Ada Law", "start-hour": "10",
    }  # fmt: skip
    assert (value(page, "note_for_staff"), value(page, "room")) == ("By the window", before.room)
    empty = ("start-day", "start-month", "start-year", "start-at", "p0-key", "version")
    assert {value(page, id) for id in empty} == {""}
    assert value(page, "rebooks") == before.reference


async def test_a_booking_made_again_is_linked_both_ways(
    office: OfficeServer, clerk: Browser
) -> None:
    before = await office.booked()
    page = await clerk.post(
        NEW, typed(office, start_day="9", rebooks=before.reference, do="add-person")
    )
    assert value(page, "rebooks") == before.reference, "a button keeps it"
    page = await clerk.post(NEW, typed(office, start_day="9", rebooks=before.reference))
    (after,) = await office.store.bookings.rebooked(before.id)
    assert (page.status, page.place) == (303, f"{CALENDAR}/{after.reference}")
    assert (after.slot, after.purpose) == (slot(9, 10), before.purpose)
    assert {one.id for one in after.people}.isdisjoint({one.id for one in before.people})
    for shown, linked in ((before, after), (after, before)):
        text = (await clerk.get(f"{CALENDAR}/{shown.reference}")).text
        assert f'href="{CALENDAR}/{linked.reference}"' in text
    entries = await office.store.staff.record(office.prison.id)
    assert dict(entries[-1].entry.facts)["rebooks"] == before.id


@pytest.mark.parametrize("reference", ["NONE-2345", "ELSE-2345", "x" * 300])
async def test_only_a_booking_of_the_own_establishment_is_made_again(
    office: OfficeServer, clerk: Browser, reference: str
) -> None:
    await office.booked("ELSE-2345", in_room=office.rooms["Elsewhere"])
    assert (await clerk.get(NEW)).status == 200
    assert (await clerk.get(f"{NEW}?rebook={reference}")).status == 404
    page = await clerk.post(NEW, typed(office, rebooks=reference))
    assert page.status == 404
    assert await booked(office) == ()


async def test_the_page_of_a_booking_says_what_became_of_its_slot(
    office: OfficeServer, clerk: Browser, sign_in: SignIn
) -> None:
    before = await office.booked(purpose=Purpose.CONSULTATION)
    path = f"{CALENDAR}/{before.reference}"
    assert "/staff/outcomes/" not in (await clerk.get(path)).text
    proposed = propose(before.id, before.slot, None, before.slot.ends_at)
    assert await office.store.outcomes.propose(proposed, before.version)
    office.clock.now = before.slot.ends_at
    later = await sign_in("Lee Later")
    text = (await later.get(path)).text
    assert "Did not attend" in text
    assert "Review what became of it" in text
    one = f"/staff/outcomes/{before.reference}"
    assert f'href="{NEW}?rebook={before.reference}"' in (await later.get(one)).text
    fields = {"version": "1", "outcome": "held", "cause": "", "note": ""}
    assert (await later.post(one, fields)).status == 303
    text = (await later.get(path)).text
    assert "See what became of it" in text
    assert "Outcome settled" in text, "the history tells it"
    assert f"{NEW}?rebook=" not in (await later.get(one)).text
