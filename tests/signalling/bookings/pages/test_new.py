"""A new booking, as a clerk types it."""

import re
from html import unescape
from typing import Any

import pytest

from signalling.bookings.booking_form import NOTES, TEXTS, TIME_PARTS
from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer, SignIn
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.staff.browser import Browser, Page
from tests.vmr.bookings.made import at, slot
from vmr.bookings.booking import Booking, BookingState, Channel, IdToBring, Part, Priority
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import Interval
from vmr.staff import StaffRole

NEW = f"{CALENDAR}/new"
MARCH = Interval(starts_at=at(1, 0), ends_at=at(31, 0))


def typed(office: OfficeServer, **fields: str) -> dict[str, str]:
    """A consultation in Legal 1 on Thursday 4 March, 10:00, with one lawyer; `_` is a hyphen
    after `start`, `alt1`, `alt2` and `p0`."""
    form = {
        "purpose": "consultation", "minutes": "75", "room": office.rooms["Legal 1"].id,
        "start-day": "4", "start-month": "3", "start-year": "2027", "start-hour": "10",
        "start-minute": "00", "channel": "booking_team", "priority": "routine", "people": "1",
        "prisoner": "A1234BC", "p0-name": "Ada Law", "p0-part": "lawyer",
        "p0-email": "ada@law.example", "p0-id": "professional_card", "do": "save",
    }  # fmt: skip
    for id, text in fields.items():
        form[re.sub(r"^(start|alt1|alt2|p\d)_", r"\1-", id)] = text
    return form


def value(page: Page, id: str) -> str:
    """What the field holds."""
    chosen = re.search(rf'<select[^>]* name="{id}".*?</select>', page.text, re.S)
    if chosen:
        picked = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', chosen[0])
        return "" if picked is None else unescape(picked[1] or picked[2])
    area = re.search(rf'<textarea[^>]* name="{id}"[^>]*>\n(.*?)</textarea>', page.text, re.S)
    if area:
        return unescape(area[1])
    found = re.search(rf'<input[^>]* name="{id}"[^>]*?value="([^"]*)"([^>]*)>', page.text)
    if found is None or ('type="checkbox"' in found[0] and "checked" not in found[2]):
        return ""
    return unescape(found[1])


async def booked(office: OfficeServer) -> tuple[Booking, ...]:
    return await office.store.bookings.in_time(office.prison.id, MARCH, states=tuple(BookingState))


async def send(office: OfficeServer, clerk: Browser, **fields: str) -> Page:
    return await clerk.post(NEW, typed(office, **fields))


async def test_a_clerk_books_a_slot_with_all_that_belongs_to_it(
    office: OfficeServer, clerk: Browser
) -> None:
    hearing = await office.booked(
        "HEAR-2345", in_room=office.rooms["Court link"], purpose=Purpose.HEARING,
        preferred=slot(4, 10, 30, minutes=60),
    )  # fmt: skip
    page = await send(
        office, clerk, purpose="before_hearing", minutes="30", channel="court", priority="hearing",
        people="2", p0_alias="Witness A", p0_phone="0163", p1_name="Ioana Popescu",
        p1_part="interpreter", p1_language="Romanian", p1_minor="yes", p1_id="photo_id",
        p1_email="io@law.example", requester_name="The clerk", requester_email="c@court.example",
        note_for_staff="Two\r\nlines", note_for_guest="Bring it", hearing="hear-2345 ",
    )  # fmt: skip
    (booking,) = [one for one in await booked(office) if one.id != hearing.id]
    assert (page.status, page.place) == (303, f"{CALENDAR}/{booking.reference}")
    assert booking.state is BookingState.CONFIRMED
    assert booking.room == office.rooms["Legal 1"].id
    assert booking.slot == slot(4, 10, minutes=30)
    assert (booking.channel, booking.priority) == (Channel.COURT, Priority.HEARING)
    assert booking.linked == hearing.id
    assert booking.note_for_staff.split() == ["Two", "lines"]
    ada, ioana = booking.people
    assert (ada.name, ada.alias, ada.phone, ada.part) == (
        "Ada Law", "Witness A", "0163", Part.LAWYER,
    )  # fmt: skip
    assert ada.id_to_bring is IdToBring.PROFESSIONAL_CARD
    assert (ioana.part, ioana.language, ioana.is_under_18) == (Part.INTERPRETER, "Romanian", True)
    said = words(await clerk.get(page.place))
    assert "By letter to ada@law.example" in said
    assert "Booked 1 March 2027, 08:00, Cora Clerk" in said
    assert "Invitation ada@law.example" in said


async def test_who_has_no_address_has_a_link_that_is_shown_once(
    office: OfficeServer, clerk: Browser
) -> None:
    page = await send(office, clerk, p0_email="", p0_phone="01632 960444")
    assert page.status == 200
    assert "Ada Law" in page.text
    assert "#invite=" in page.text
    (booking,) = await booked(office)
    assert "#invite=" not in (await clerk.get(f"{CALENDAR}/{booking.reference}")).text


async def test_a_clerk_may_save_a_request_with_two_alternatives(
    office: OfficeServer, clerk: Browser
) -> None:
    alternatives = {
        "alt1_day": "5", "alt1_month": "3", "alt1_year": "2027", "alt1_hour": "13",
        "alt1_minute": "15", "alt2_day": "8", "alt2_month": "3", "alt2_year": "2027",
        "alt2_hour": "09", "alt2_minute": "00",
    }  # fmt: skip
    await send(office, clerk, do="request", room="", **alternatives)
    (booking,) = await booked(office)
    assert booking.state is BookingState.REQUESTED
    assert booking.room is None
    assert booking.alternatives == (slot(5, 13, 15), slot(8, 9))


async def test_the_first_question_offers_what_the_room_is_for(
    office: OfficeServer, clerk: Browser
) -> None:
    room = office.rooms["Social"].id
    page = await clerk.get(f"{NEW}?room={room}&on=2027-03-04&at=10:15")
    assert "Social call" in words(page)
    assert "Consultation" not in words(page)
    form = await clerk.get(f"{NEW}?purpose=social&room={room}&on=2027-03-04&at=10:15")
    filled = [value(form, f"start-{part}") for part in TIME_PARTS]
    assert filled == ["4", "3", "2027", "10", "15"]
    assert value(form, "minutes") == "60", "the default of the purpose"
    assert value(form, "room") == room
    assert "Legal 1" not in form.text, "only rooms with the right policy"
    asked = await clerk.get(f"{NEW}?sent=yes")
    assert asked.problems == ["Choose what the booking is for"]


WRONG: dict[str, tuple[dict[str, str], str, str]] = {
    "no date": ({"start_day": ""}, "start-day", "Enter the date as day, month and year"),
    "no such day": ({"start_day": "31", "start_month": "2"}, "start-day",
                    "Enter the date as day, month and year"),
    "no time": ({"start_hour": ""}, "start-hour", "Choose the hour and the minute"),
    "a time the clocks leave out": (
        {"start_day": "28", "start_hour": "01", "start_minute": "30"}, "start-hour",
        "The clocks go forward over this time on that day. Enter another time"),
    "the past": ({"start_year": "2026"}, "start-day", "The time is in the past"),
    "far ahead": ({"start_year": "2029"}, "start-day", "The time is too far ahead"),
    "short notice": ({"start_day": "2"}, "waiver",
        "There is too little notice. Say why it can be at short notice, or choose a later time"),
    "a wrong length": ({"minutes": "50"}, "minutes", "Choose a length that this purpose may have"),
    "no room": ({"room": ""}, "room", "Choose a room"),
    "nobody": ({"p0_name": "", "p0_email": "", "p0_alias": ""}, "p0-name",
               "Enter at least one person outside the prison"),
    "no name": ({"p0_name": " "}, "p0-name", "Enter the person\u2019s name"),
    "no prisoner": ({"prisoner": " "}, "prisoner", "Enter the prisoner reference"),
    "a wrong address": ({"p0_email": "ada@"}, "p0-email",
                        "Enter an e-mail address, like name@example.org"),
    "an interpreter of nothing": ({"p0_part": "interpreter"}, "p0-language",
                                  "Enter the language of the interpreter"),
    "a long name": ({"p0_name": "x" * 201}, "p0-name",
                    "“Person 1: Name” must be 200 characters or fewer"),
    "a long note": ({"note_for_guest": "x" * 10_001}, "note_for_guest",
                    "“Note for the guest” must be 10,000 characters or fewer"),
    "no such hearing": ({"purpose": "before_hearing", "minutes": "30", "hearing": "NONE-2345"},
                        "hearing", "There is no hearing with this reference"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "id", "problem"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_said_at_its_field_and_everything_typed_survives(
    office: OfficeServer, clerk: Browser, fields: dict[str, str], id: str, problem: str
) -> None:
    rest = {"note_for_staff": "Line 1\nLine 2", "p0_minor": "yes", "p0_alias": 'A "B" <c>'}
    form = typed(office, **{**rest, **fields})
    page = await clerk.post(NEW, form)
    assert (page.status, page.problems) == (422, [problem])
    assert f'id="{id}-error"' in page.text
    for field, text in form.items():
        if field != "do":
            assert value(page, field) == text, field
    assert not await booked(office)


async def test_every_text_that_may_be_too_long_is_named_in_the_summary(
    office: OfficeServer, clerk: Browser
) -> None:
    person = ("name", "alias", "email", "phone", "language")
    long = {id: "x" * 10_001 for id in (*TEXTS, *NOTES, *(f"p0_{one}" for one in person))}
    mail = f"{'x' * 60}@{'.'.join(['y' * 60] * 3)}.example"
    page = await clerk.post(
        NEW, typed(office, **{**long, "p0_email": mail, "requester_email": mail, "hearing": ""})
    )
    assert page.status == 422
    assert len({*page.problems}) == len(long) - 1, "each by its name; no hearing is linked here"
    assert all(
        re.fullmatch("“.+” must be (200|10,000) characters or fewer", one) for one in page.problems
    )


async def test_short_notice_needs_a_reason_that_goes_into_the_record(
    office: OfficeServer, clerk: Browser
) -> None:
    page = await send(office, clerk, start_day="2", waiver="Bail hearing tomorrow")
    assert page.status == 303
    last = (await office.store.staff.record(office.prison.id))[-1]
    assert dict(last.personal)["waiver"] == "Bail hearing tomorrow"


async def test_when_the_slot_is_taken_the_next_free_times_fill_the_form(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked()
    page = await send(office, clerk, note_for_staff="Kept", start_minute="30")
    assert page.problems == ["The room is taken then"]
    buttons = re.findall(r'name="do" value="(use-[^"]+)"[^>]*>(.*?)</button>', page.text, re.S)
    assert len(buttons) == 6
    press, label = buttons[0]
    assert "Legal" in label
    filled = await clerk.post(NEW, {**typed(office, note_for_staff="Kept"), "do": press})
    assert filled.status == 200
    assert len(await booked(office)) == 1, "filling in books nothing"
    assert "The time was filled in" in words(filled)
    assert value(filled, "note_for_staff") == "Kept"
    form = {id: value(filled, id) for id in (*typed(office), "start-at") if id != "do"}
    done = await clerk.post(NEW, {**form, "do": "save"})
    assert done.status == 303
    assert len(await booked(office)) == 2


async def test_the_second_of_two_equal_times_can_be_booked(
    office: OfficeServer, sign_in: SignIn
) -> None:
    """On the night the clocks go back, a free time that was filled in says which it is."""
    first = slot(4, 10).starts_at
    day = {"start_day": "31", "start_month": "10", "start_hour": "01", "start_minute": "30"}
    office.clock.advance(200 * 86_400)
    clerk = await sign_in()
    await send(office, clerk, **day, waiver="Test")
    autumn = Interval(starts_at=first, ends_at=first + 300 * 86_400)
    (booking,) = await office.store.bookings.in_time(office.prison.id, autumn)
    again = booking.slot.ends_at
    await send(
        office, clerk, **day, waiver="Test", start_at=repr(booking.slot.starts_at + 3600 * 3)
    )
    assert len(await office.store.bookings.in_time(office.prison.id, autumn)) == 1, "not its time"
    form = {**day, "start_hour": "01", "start_minute": "45", "start_at": repr(again)}
    assert (await send(office, clerk, **form, waiver="Test")).status == 303
    both = await office.store.bookings.in_time(office.prison.id, autumn)
    assert [one.slot.starts_at for one in both] == [booking.slot.starts_at, again]


async def test_rows_of_people_are_added_and_removed_without_script(
    office: OfficeServer, clerk: Browser
) -> None:
    page = await send(office, clerk, do="add-person", start_day="")
    assert page.status == 200, "not yet sent, so nothing is wrong"
    assert 'name="p1-name"' in page.text
    more = {"people": "3", "p1_name": "Ben", "p1_part": "expert", "p2_name": "Cy", "p2_key": "k"}
    page = await send(office, clerk, do="remove-person-1", **more)
    assert [value(page, f"p{n}-name") for n in range(2)] == ["Ada Law", "Cy"]
    assert value(page, "p1-key") == "k"
    assert 'name="p2-name"' not in page.text
    full = await send(office, clerk, do="add-person", people="12")
    assert 'name="p12-name"' not in full.text
    assert not await booked(office)


async def test_other_establishments_lend_neither_rooms_nor_hearings(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked("THEI-2345", in_room=office.rooms["Elsewhere"], purpose=Purpose.HEARING)
    page = await send(office, clerk, room=office.rooms["Elsewhere"].id)
    assert page.problems == ["Choose a room"]
    more = {"purpose": "before_hearing", "minutes": "30", "hearing": "THEI-2345"}
    assert (await send(office, clerk, **more)).problems == [
        "There is no hearing with this reference"
    ]


@pytest.mark.parametrize("role", [one for one in StaffRole if one is not StaffRole.BOOKING])
async def test_only_a_clerk_books(office: OfficeServer, sign_in: SignIn, role: StaffRole) -> None:
    browser = await sign_in("Somebody", [role])
    csrf = (await browser.get("/staff")).csrf
    assert (await browser.get(NEW)).status == 403
    assert (await browser.post(NEW, typed(office), csrf=csrf)).status == 403
    assert not await booked(office)


async def test_nonsense_in_hidden_fields_is_no_error_of_the_server(
    office: OfficeServer, clerk: Browser
) -> None:
    nonsense: list[dict[str, Any]] = [
        {"do": "use-x-nan"}, {"do": "use-x-1e400"}, {"do": "use-"}, {"do": "remove-person-99"},
        {"people": "-1"}, {"people": "9" * 9}, {"start_at": "inf"}, {"start_at": "nan"},
        {"minutes": "\u0667\u0665"}, {"start_hour": "\u0667"}, {"start_day": "\uff19"},
        {"room": "x" * 5000}, {"purpose": "x"}, {"start_at": "1e300"},
    ]  # fmt: skip
    for fields in nonsense:
        page = await send(office, clerk, **fields)
        assert page.status < 500, fields
