"""Two clerks at once, names in any script, the longest notes and clock steps, through the pages."""

import asyncio
import time

import pytest

from signalling.bookings.slot_book import SlotBook
from tests.signalling.bookings.office import LETTERS
from tests.signalling.bookings.pages.conftest import CALENDAR, OfficeServer, SignIn
from tests.signalling.bookings.pages.test_calendar import words
from tests.signalling.bookings.pages.test_decisions import choice
from tests.signalling.bookings.pages.test_new import booked, send
from tests.signalling.staff.browser import Browser
from vmr.bookings.booking import NOTE_MAX, BookingState
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.times import HOUR_S, Interval
from vmr.cli.serve import steady_clock

CLERKS = 4


async def test_of_clerks_who_book_one_slot_in_the_same_second_one_has_it(
    office: OfficeServer, sign_in: SignIn
) -> None:
    clerks = [await sign_in(f"Clerk {n}") for n in range(CLERKS)]
    pages = await asyncio.gather(
        *(send(office, one, p0_name=f"Ada {n}", p0_email="") for n, one in enumerate(clerks))
    )
    assert sorted(page.status for page in pages) == [200] + [422] * (CLERKS - 1)
    (kept,) = await booked(office)
    for number, page in enumerate(pages):
        if page.status == 422:
            assert page.problems == ["The room is taken then"]
        else:
            assert [one.name for one in kept.people] == [f"Ada {number}"]


async def test_of_clerks_who_confirm_one_request_in_the_same_second_one_does(
    office: OfficeServer, sign_in: SignIn
) -> None:
    request = await office.booked(state=BookingState.REQUESTED)
    clerks = [await sign_in(f"Clerk {n}") for n in range(2)]
    pages = await asyncio.gather(
        *(
            one.post(f"{CALENDAR}/ABCD-2345/confirm", choice(office, room, request.slot.starts_at))
            for one, room in zip(clerks, ("Legal 1", "Legal 2"), strict=True)
        )
    )
    ((done, room),) = [
        (page, room)
        for page, room in zip(pages, ("Legal 1", "Legal 2"), strict=True)
        if "Personal links to pass on" in page.text
    ]
    assert done.status == 200
    assert {page.status for page in pages} <= {200, 303}, "the other is shown the booking as it is"
    (kept,) = await booked(office)
    assert (kept.state, kept.version) == (BookingState.CONFIRMED, 2)
    assert kept.room == office.rooms[room].id
    happened = [one.what for one in await office.store.bookings.history(kept)]
    assert happened == ["booking_requested", "booking_confirmed"]


@pytest.mark.parametrize(
    "name",
    [
        "Ŵyn ap Siôn", "أحمد بن علي", "毛利 蘭", "Ольга Петрова", "אבי לוי", "นภา แสงดาว", "ஆதவன்",
        "O'Neill & <Sons>", "\U0001d49cda", "Zoe\u0308",
    ],
)  # fmt: skip
async def test_a_name_in_any_script_and_the_longest_notes_go_through(
    office: OfficeServer, clerk: Browser, name: str
) -> None:
    note = (name + " ") * ((NOTE_MAX - 1) // (len(name) + 1))
    note += "x" * (NOTE_MAX - len(note))
    done = await send(office, clerk, p0_name=name, note_for_staff=note, note_for_guest=note)
    assert done.status == 303, done.problems
    (kept,) = await booked(office)
    assert kept.people[0].name == name
    assert (kept.note_for_staff, kept.note_for_guest) == (note, note)
    page = await clerk.get(f"{CALENDAR}/{kept.reference}")
    assert note in words(page)
    found, count = await office.store.bookings.search(office.prison.id, name, limit=5)
    assert (found, count) == ((kept,), 1)
    tomorrow = office.clock() + 24 * HOUR_S  # the server has tried already, and nobody listens
    (claimed,) = await office.store.outbox.claim(tomorrow, lease_s=60, limit=9)
    assert f"Dear {name}" in claimed.letter.text
    assert note in claimed.letter.text
    amended = await clerk.get(f"{CALENDAR}/{kept.reference}/amend")
    assert amended.status == 200
    assert note in words(amended)


async def test_a_longer_note_is_refused_at_its_field(office: OfficeServer, clerk: Browser) -> None:
    page = await send(office, clerk, note_for_guest="Ŵ" * (NOTE_MAX + 1))
    assert page.status == 422
    assert await booked(office) == ()


@pytest.mark.parametrize("step_h", [-3, 3])
async def test_a_step_of_the_wall_clock_neither_opens_nor_ends_a_slot(
    office: OfficeServer, monkeypatch: pytest.MonkeyPatch, step_h: int
) -> None:
    now, clock = time.time(), steady_clock()
    slot_book = SlotBook(
        bookings=office.store.bookings,
        self_tests=office.store.self_tests,
        clock=clock,
        numbers=BookingNumbers(),
        letters=LETTERS,
    )
    running, later = office.rooms["Legal 1"], office.rooms["Legal 2"]
    await office.booked("RUNS-2345", preferred=_slot(now, -0.5))
    await office.booked("SOON-2345", in_room=later, preferred=_slot(now, 2))
    monkeypatch.setattr(time, "time", lambda: now + step_h * HOUR_S)
    assert abs(clock() - now) < HOUR_S / 60
    assert (await slot_book.fill(running)).slot is not None
    assert (await slot_book.fill(later)).slot is None


def _slot(now: float, begins_h: float) -> Interval:
    """Of an hour and a half."""
    starts_at = now + begins_h * HOUR_S
    return Interval(starts_at=starts_at, ends_at=starts_at + 1.5 * HOUR_S)
