"""A booking whose retention has ended: what is left of it on the pages."""

from dataclasses import replace

from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.staff.browser import Browser
from vmr.record_numbers import RecordNumbers
from vmr.staff_record import SERVER

ONE = f"{CALENDAR}/ABCD-2345"
DAY_S = 86_400.0


async def test_a_forgotten_booking_says_when_its_names_were_deleted_and_has_no_actions(
    office: OfficeServer, clerk: Browser
) -> None:
    booking = await office.booked()
    before = words(await clerk.get(ONE))
    assert "Ada Law" in before
    assert "Cancel the booking" in before
    numbers = replace(RecordNumbers(), retention_legal_days=1)
    at = booking.slot.ends_at + DAY_S + 1
    await office.store.records.run_retention(
        numbers.days(), numbers.retention_staff_days, by=SERVER, at=at
    )
    after = words(await clerk.get(ONE))
    assert "Names, contacts and notes were deleted on" in after
    assert "Names, contacts and notes deleted" in after, "as the last thing that happened"
    for gone in ("Ada Law", booking.prisoner, "Cancel the booking", "Change", "Send a new link"):
        assert gone not in after, gone
    assert "Consultation" in after
    day = words(await clerk.get(f"{CALENDAR}?on=2027-03-04"))
    assert "ABCD-2345" in day
