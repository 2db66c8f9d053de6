"""What clerks decide of a booking, and what happens where two of them are at it."""

from collections.abc import Mapping

import pytest

from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer, SignIn
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.bookings.pages.test_new import typed, value
from tests.signalling.staff.browser import Browser
from tests.vmr.bookings.made import slot
from vmr.bookings.booking import Booking, BookingState
from vmr.staff import StaffRole

ONE = f"{CALENDAR}/ABCD-2345"


async def ask(office: OfficeServer) -> Booking:
    """A request for Thursday 10:00, else Friday 13:00."""
    return await office.booked(state=BookingState.REQUESTED, alternatives=(slot(5, 13),))


async def kept(office: OfficeServer) -> Booking:
    found = await office.store.bookings.by_reference("ABCD-2345")
    assert found is not None
    return found


def choice(office: OfficeServer, room: str, at: float, version: int = 1) -> Mapping[str, str]:
    return {"choice": f"{office.rooms[room].id}@{at}", "version": str(version)}


async def test_a_request_is_confirmed_in_a_room_that_is_free(
    office: OfficeServer, clerk: Browser
) -> None:
    request = await ask(office)
    await office.booked("TAKE-2345")
    page = await clerk.get(f"{ONE}/confirm")
    assert choice(office, "Legal 1", request.slot.starts_at)["choice"] not in page.text
    assert choice(office, "Legal 2", request.slot.starts_at)["choice"] in page.text
    assert choice(office, "Legal 1", slot(5, 13).starts_at)["choice"] in page.text
    assert office.rooms["Social"].id not in page.text
    done = await clerk.post(f"{ONE}/confirm", choice(office, "Legal 2", request.slot.starts_at))
    assert done.status == 200, "a page with the link of who has no address"
    booking = await kept(office)
    assert (booking.state, booking.room) == (BookingState.CONFIRMED, office.rooms["Legal 2"].id)


async def test_an_alternative_and_another_free_time_can_be_confirmed(
    office: OfficeServer, clerk: Browser
) -> None:
    await ask(office)
    await clerk.post(f"{ONE}/confirm", choice(office, "Legal 1", slot(5, 13).starts_at))
    assert (await kept(office)).slot == slot(5, 13)
    other = await office.booked("OTHE-2345", state=BookingState.REQUESTED)
    page = await clerk.get(f"{CALENDAR}/OTHE-2345/confirm")
    assert "Another free time" in words(page)
    form = {"choice": f"{office.rooms['Legal 2'].id}@{slot(9, 9).starts_at}", "version": "1"}
    await clerk.post(f"{CALENDAR}/OTHE-2345/confirm", form)
    found = await office.store.bookings.booking(other.id)
    assert found is not None
    assert found.slot == slot(9, 9)


@pytest.mark.parametrize("chosen", ["", "x", "x@y", "@1", "{room}@nan", "{room}@1e999"])
async def test_a_choice_that_is_none_is_refused(
    office: OfficeServer, clerk: Browser, chosen: str
) -> None:
    await ask(office)
    form = {"choice": chosen.format(room=office.rooms["Legal 1"].id), "version": "1"}
    page = await clerk.post(f"{ONE}/confirm", form)
    assert page.status == 422
    assert (await kept(office)).state is BookingState.REQUESTED


async def test_a_slot_taken_meanwhile_is_said_and_nothing_is_confirmed(
    office: OfficeServer, clerk: Browser
) -> None:
    request = await ask(office)
    await office.booked("TAKE-2345")
    page = await clerk.post(f"{ONE}/confirm", choice(office, "Legal 1", request.slot.starts_at))
    assert page.problems == ["The room is taken then"]
    assert (await kept(office)).state is BookingState.REQUESTED
    elsewhere = await clerk.post(
        f"{ONE}/confirm", choice(office, "Elsewhere", request.slot.starts_at)
    )
    assert elsewhere.problems == ["Choose a time and a room"]
    social = await clerk.post(f"{ONE}/confirm", choice(office, "Social", request.slot.starts_at))
    assert social.problems == ["This room is for another purpose"]


@pytest.mark.parametrize(
    ("move", "state", "before"),
    [
        ("refuse", BookingState.REFUSED, BookingState.REQUESTED),
        ("cancel", BookingState.CANCELLED, BookingState.CONFIRMED),
    ],
)
async def test_a_booking_ends_with_a_reason(
    office: OfficeServer, clerk: Browser, move: str, state: BookingState, before: BookingState
) -> None:
    await office.booked(state=before)
    page = await clerk.post(f"{ONE}/{move}", {"reason": " ", "version": "1"})
    assert (page.status, page.problems) == (422, ["Enter the reason"])
    long = await clerk.post(f"{ONE}/{move}", {"reason": "x" * 201, "version": "1"})
    assert value(long, "reason") == "x" * 201
    assert (await kept(office)).state is before
    done = await clerk.post(f"{ONE}/{move}", {"reason": "Trial collapsed", "version": "1"})
    assert done.place == ONE
    assert ((await kept(office)).state, (await kept(office)).reason) == (state, "Trial collapsed")
    said = words(await clerk.get(ONE))
    assert "Trial collapsed" in said
    assert "Cora Clerk" in said


async def test_only_what_the_state_allows_is_offered(office: OfficeServer, clerk: Browser) -> None:
    await office.booked()
    await office.booked("ASKE-2345", state=BookingState.REQUESTED)
    await office.booked("OVER-2345", state=BookingState.CANCELLED)
    offered = {
        "ABCD-2345": {"amend", "cancel"},
        "ASKE-2345": {"confirm", "amend", "refuse", "cancel"},
        "OVER-2345": set[str](),
    }
    for reference, actions in offered.items():
        page = await clerk.get(f"{CALENDAR}/{reference}")
        for action in ("confirm", "amend", "refuse", "cancel"):
            path = f"{CALENDAR}/{reference}/{action}"
            assert (f'href="{path}"' in page.text) is (action in actions)
            status = (await clerk.get(path)).status
            assert status == (200 if action in actions else 303), path


async def test_a_change_keeps_the_rest_and_the_people_who_they_were(
    office: OfficeServer, clerk: Browser
) -> None:
    before = await office.booked(note_for_staff="Two\nlines", alternatives=(slot(5, 13),))
    page = await clerk.get(f"{ONE}/amend")
    form = {id: value(page, id) for id in (*typed(office), "p0-key", "version", "note_for_staff")}
    form |= {"start-hour": "13", "p0-name": "Ada Lawson", "do": "save"}
    assert (await clerk.post(f"{ONE}/amend", form)).status in (200, 303)
    after = await kept(office)
    assert after.slot == slot(4, 13)
    assert (after.room, after.prisoner, after.version) == (before.room, before.prisoner, 2)
    assert after.note_for_staff.split() == ["Two", "lines"]
    assert after.alternatives == before.alternatives
    assert [(one.id, one.name) for one in after.people] == [(before.people[0].id, "Ada Lawson")]


async def test_of_two_clerks_the_second_sees_what_the_first_did_and_loses_nothing(
    office: OfficeServer, clerk: Browser, sign_in: SignIn
) -> None:
    await office.booked()
    mine = await clerk.get(f"{ONE}/amend")
    form = {id: value(mine, id) for id in (*typed(office), "p0-key", "version")}
    first = await sign_in("Fay First")
    theirs = {**form, "prisoner": "B9999ZZ", "start-hour": "14", "do": "save"}
    assert (await first.post(f"{ONE}/amend", theirs)).status in (200, 303)
    form |= {"p0-name": "Ada Lawson", "note_for_guest": "Mine", "do": "save"}
    page = await clerk.post(f"{ONE}/amend", form)
    assert page.status == 422
    assert (await kept(office)).prisoner == "B9999ZZ", "nothing was overwritten"
    said = words(page)
    assert "Changed 1 March 2027, 08:00, Fay First" in said
    assert "Prisoner reference Saved now: B9999ZZ You typed: A1234BC" in said
    assert "When Saved now: 04.03.2027 14:00 You typed: 04.03.2027 10:00" in said
    assert "Person 1: Name Saved now: Ada Law You typed: Ada Lawson" in said
    assert page.text.count('<th scope="row">') == 4, "what is the same is not listed"
    assert (value(page, "p0-name"), value(page, "note_for_guest")) == ("Ada Lawson", "Mine")
    again = {**form, "version": value(page, "version")}
    assert (await clerk.post(f"{ONE}/amend", again)).status in (200, 303)
    assert ((await kept(office)).prisoner, (await kept(office)).version) == ("A1234BC", 3)


@pytest.mark.parametrize("move", ["confirm", "refuse", "cancel"])
async def test_a_decision_about_what_has_changed_is_not_taken(
    office: OfficeServer, clerk: Browser, sign_in: SignIn, move: str
) -> None:
    await ask(office)
    page = await clerk.get(f"{ONE}/amend")
    form = {id: value(page, id) for id in (*typed(office), "p0-key", "version")}
    first = await sign_in("Fay First")
    await first.post(f"{ONE}/amend", {**form, "prisoner": "B9999ZZ", "do": "save"})
    mine = {**choice(office, "Legal 1", slot(4, 10).starts_at), "reason": "My reason"}
    answer = await clerk.post(f"{ONE}/{move}", mine)
    assert answer.status == 422
    assert "Fay First" in words(answer)
    assert (await kept(office)).state is BookingState.REQUESTED
    if move != "confirm":
        assert value(answer, "reason") == "My reason"
    again = await clerk.post(f"{ONE}/{move}", {**mine, "version": "2"})
    assert again.status in (200, 303)
    assert (await kept(office)).version == 3


async def test_a_booking_that_is_over_meanwhile_is_left_alone(
    office: OfficeServer, clerk: Browser
) -> None:
    await office.booked()
    await clerk.post(f"{ONE}/cancel", {"reason": "Over", "version": "1"})
    for move in ("amend", "cancel", "refuse", "confirm"):
        csrf = (await clerk.get("/staff")).csrf
        form = {**typed(office), "reason": "Again", "version": "1"}
        assert (await clerk.post(f"{ONE}/{move}", form, csrf=csrf)).place == ONE
    assert (await kept(office)).reason == "Over"


async def test_a_new_personal_link_is_made_and_the_old_one_is_void(
    office: OfficeServer, clerk: Browser
) -> None:
    await clerk.post(f"{CALENDAR}/new", typed(office, p0_email=""))
    (booking,) = await office.store.bookings.in_time(office.prison.id, slot(4, 10))
    path = f"{CALENDAR}/{booking.reference}"
    person = booking.people[0]
    csrf = (await clerk.get(path)).csrf
    done = await clerk.post(f"{path}/resend", {"person": person.id}, csrf=csrf)
    assert "#invite=" in done.text
    assert "New personal link made" in words(await clerk.get(path))
    assert (await clerk.post(f"{path}/resend", {"person": "x"}, csrf=csrf)).status == 404


async def test_who_may_not_book_and_other_establishments_decide_nothing(
    office: OfficeServer, sign_in: SignIn
) -> None:
    request = await ask(office)
    duty = await sign_in("Dan Duty", [StaffRole.DUTY])
    theirs = await sign_in("Otto Other", establishment=office.other)
    form = {**choice(office, "Legal 1", request.slot.starts_at), "reason": "No", "person": "x"}
    for move in ("confirm", "refuse", "cancel", "amend", "resend"):
        for browser, status in ((duty, 403), (theirs, 404)):
            csrf = (await browser.get("/staff")).csrf
            assert (await browser.post(f"{ONE}/{move}", form, csrf=csrf)).status == status
            if move != "resend":
                assert (await browser.get(f"{ONE}/{move}")).status == status
    assert await kept(office) == request
