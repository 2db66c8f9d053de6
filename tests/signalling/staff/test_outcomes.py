"""Outcomes of slots: who may settle them, what is shown and said, and what is written down."""

import pytest

from signalling.bookings.outcome_pages import PAGE
from tests.signalling.house import House
from tests.signalling.officers import account, add_prison
from tests.signalling.staff.browser import Browser
from tests.signalling.staff.conftest import Open
from tests.signalling.staff.slots import Slots
from tests.signalling.staff.test_people import OTHER
from tests.vmr.bookings.made import slot
from vmr.bookings.outcomes import CausedBy, Outcome
from vmr.ids import MeetingId
from vmr.record import Happening
from vmr.staff import STAFF_PERMISSIONS, StaffPermission, StaffRole

LIST = "/staff/outcomes"


@pytest.fixture
async def slots(house: House) -> Slots:
    return await Slots.open(house)


@pytest.fixture
async def clerk(house: House, open_browser: Open, slots: Slots) -> Browser:
    """Signed in once the slots are over."""
    await account(house, "clerk", name="Clerk Reed", roles=[StaffRole.BOOKING])
    browser = await open_browser()
    await browser.sign_in("clerk")
    return browser


@pytest.mark.parametrize("role", list(StaffRole))
async def test_only_who_may_book_sees_and_settles_outcomes(
    house: House, open_browser: Open, slots: Slots, role: StaffRole
) -> None:
    booking, proposed = await slots.propose(4)
    await account(house, roles=[role])
    browser = await open_browser()
    await browser.sign_in("reed")
    may = StaffPermission.BOOK in STAFF_PERMISSIONS[role]
    one = f"{LIST}/{booking.reference}"
    assert (await browser.get(LIST)).status == (200 if may else 403)
    assert (await browser.get(one)).status == (200 if may else 403)
    fields = {"version": "1", "outcome": "held", "cause": "", "note": ""}
    assert (await browser.post(one, fields)).status == (303 if may else 403)
    assert (await slots.outcome(booking)).is_settled == may
    home = (await browser.get("/staff")).text
    assert (f'href="{LIST}"' in home) == may
    assert proposed.version == 1


async def test_slots_wait_with_their_proposal_the_earliest_first(
    slots: Slots, clerk: Browser
) -> None:
    await slots.propose(8)
    await slots.never_opened(5)
    page = await clerk.get(LIST)
    assert "2 slots wait for review" in page.text
    assert page.text.index("ABCD-5") < page.text.index("ABCD-8")
    assert "Opened at 10:00, talked 1 h 0 min" in page.text.replace("\xa0", " ")
    assert "No meeting was opened in this slot." in page.text
    assert "Friday 5 March 2027, 10:00 to 11:15" in page.text
    assert "Ada Law" not in page.text


async def test_a_long_list_goes_over_pages(slots: Slots, clerk: Browser) -> None:
    for n in range(PAGE + 1):
        await slots.propose(n, preferred=slot(4 + n // 6, 9 + n % 6, minutes=30))
    page = await clerk.get(LIST)
    assert page.text.count('<th scope="row">') == PAGE
    assert 'rel="next" href="/staff/outcomes?page=2"' in page.text
    second = await clerk.get(f"{LIST}?page=2")
    assert second.text.count('<th scope="row">') == 1
    assert (await clerk.get(f"{LIST}?page=x")).status == 200


async def test_one_slot_is_shown_with_its_figures(slots: Slots, clerk: Browser) -> None:
    booking, _ = await slots.propose(4)
    page = await clerk.get(f"{LIST}/{booking.reference}")
    for said in ("1 min 30 s: the meeting was paused", "Legal 1", "2 min 10 s", "Let in"):
        assert said in page.text.replace("\xa0", " ")
    assert page.text.count("checked") == 2, "what is proposed is chosen"
    assert 'value="held" checked' in page.text


async def test_a_clerk_settles_an_outcome_and_it_is_written_down_with_their_name(
    slots: Slots, clerk: Browser
) -> None:
    booking, _ = await slots.propose(4)
    path = f"{LIST}/{booking.reference}"
    fields = {
        "version": "1", "outcome": "late", "cause": "prisoner",
        "note": "The lift stood still.\0\r\nTwice.",
    }  # fmt: skip
    assert (await clerk.post(path, fields)).place == path
    found = await slots.outcome(booking)
    assert (found.outcome, found.cause) == (Outcome.LATE, CausedBy.PRISONER)
    assert (found.by, found.note) == ("Clerk Reed", "The lift stood still.\nTwice.")
    (entry,) = await slots.settled()
    assert (entry["officer"], entry["outcome"], entry["outcome_before"]) == (
        "Clerk Reed", "late", "held",
    )  # fmt: skip
    assert entry["note"] == found.note
    page = await clerk.get(path)
    assert "Settled by Clerk Reed" in page.text
    assert "No slot waits for review." in (await clerk.get(LIST)).text


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"outcome": ""}, "Choose what became of the slot"),
        ({"outcome": "other"}, "Choose what became of the slot"),
        ({"outcome": "late"}, "Choose who or what caused it"),
        ({"cause": "guest"}, "A slot that was held as planned has no cause: choose “Nobody”"),
        ({"note": "n" * 2_001}, "The note must have 2,000 characters or fewer"),
    ],
)
async def test_what_cannot_be_settled_is_said_and_what_was_typed_is_kept(
    slots: Slots, clerk: Browser, fields: dict[str, str], problem: str
) -> None:
    booking, proposed = await slots.propose(4)
    path = f"{LIST}/{booking.reference}"
    given = {"version": "1", "outcome": "held", "cause": "", "note": "<Kept>"}
    page = await clerk.post(path, {**given, **fields})
    assert (page.status, page.problems) == (422, [problem])
    assert "&lt;Kept&gt;" in page.text or "note" in fields
    assert await slots.outcome(booking) == proposed
    assert await slots.settled() == []


async def test_of_two_clerks_the_second_sees_what_the_first_has_settled(
    slots: Slots, clerk: Browser
) -> None:
    booking, _ = await slots.propose(4)
    path = f"{LIST}/{booking.reference}"
    fields = {"version": "1", "outcome": "held", "cause": "", "note": ""}
    await clerk.post(path, fields)
    late = {**fields, "outcome": "late", "cause": "guest"}
    page = await clerk.post(path, late)
    assert page.status == 422
    assert "Somebody else has changed this outcome" in page.text
    assert (await slots.outcome(booking)).outcome is Outcome.HELD
    assert (await clerk.post(path, {**late, "version": "2"})).status == 303
    assert (await slots.outcome(booking)).outcome is Outcome.LATE
    assert len(await slots.settled()) == 2


async def test_another_establishments_slot_and_one_without_an_outcome_are_not_found(
    house: House, slots: Slots, clerk: Browser
) -> None:
    await slots.add(4)
    assert (await clerk.get(f"{LIST}/ABCD-4")).status == 404
    await add_prison(house.store.staff, OTHER)
    theirs = await Slots.open(house, OTHER, "Elsewhere")
    booking, proposed = await theirs.propose(9)
    path = f"{LIST}/{booking.reference}"
    assert (await clerk.get(path)).status == 404
    fields = {"version": "1", "outcome": "held", "cause": "", "note": ""}
    assert (await clerk.post(path, fields)).status == 404
    assert await theirs.outcome(booking) == proposed
    assert "Elsewhere" not in (await clerk.get(LIST)).text


async def test_a_form_from_elsewhere_settles_nothing(slots: Slots, clerk: Browser) -> None:
    booking, proposed = await slots.propose(4)
    fields = {"version": "1", "outcome": "held", "cause": "", "note": ""}
    path = f"{LIST}/{booking.reference}"
    assert (await clerk.post(path, fields, csrf="0" * 64)).status == 403
    assert (await clerk.post(path, fields, origin="https://elsewhere.example")).status == 403
    assert await slots.outcome(booking) == proposed


async def test_who_may_read_records_finds_that_of_the_slot(
    house: House, open_browser: Open, slots: Slots, clerk: Browser
) -> None:
    booking, _ = await slots.propose(4)
    opened = Happening(
        at=booking.slot.starts_at, actor="host:p1", what="opened", facts=(("booking", "b4"),)
    )
    await slots.store.commit(MeetingId("m1"), slots.room.id, None, [opened])
    link = 'href="/staff/records/m1"'
    assert link not in (await clerk.get(f"{LIST}/{booking.reference}")).text
    await account(house, "both", roles=[StaffRole.BOOKING, StaffRole.ADMINISTRATOR])
    browser = await open_browser()
    await browser.sign_in("both")
    assert link in (await browser.get(f"{LIST}/{booking.reference}")).text


async def test_what_was_booked_in_place_of_a_slot_is_linked_both_ways(
    slots: Slots, clerk: Browser
) -> None:
    first, _ = await slots.propose(4)
    await slots.propose(9, rebooks=first.id)
    assert "ABCD-9" in (await clerk.get(f"{LIST}/ABCD-4")).text
    assert 'href="/staff/bookings/ABCD-4"' in (await clerk.get(f"{LIST}/ABCD-9")).text
