"""Lawyers and courts ask for slots: over HTTP, with the mail that is really sent."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from signalling.bookings.request_draft import PARTS, PURPOSES
from signalling.forms import own_form
from signalling.texts import FILES, Texts
from tests.signalling.bookings.asking import (
    ADA,
    DATES,
    OFFERED,
    PERSON,
    Asking,
    take_requests,
    typed_time,
)
from tests.signalling.mail.server import part
from tests.vmr.bookings.made import NOW, slot
from vmr.bookings.booking import BookingState, Channel, IdToBring, Part, Priority
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.bookings.times import interval
from vmr.store import BookingStore, StoreUnavailable

HOUR_S = 3_600.0


@pytest_asyncio.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Asking]:
    async with Asking.open(tmp_path, open_max=2, court_domains=("court.example",)) as opened:
        yield opened


async def test_a_lawyer_asks_and_is_written_to(asking: Asking) -> None:
    browser = await asking.prove()
    page = await browser.get("/request/purpose")
    assert "48 hours" in page.text
    assert "A court hearing" not in page.text
    note = "A hearing aid.\r\nNo stairs."
    await asking.answer(browser, note={"note": note})
    check = await browser.get("/request/check")
    for said in ("A1234BC", "Ada Law", ADA, "Thursday 4 March 2027, 09:00 to 10:15 (GMT)"):
        assert said in check.text, said
    reference = await asking.send(browser)
    booking = await asking.booking(reference)
    assert booking.state is BookingState.REQUESTED
    assert (booking.channel, booking.priority) == (Channel.BOOKING_TEAM, Priority.ROUTINE)
    assert [booking.preferred, *booking.alternatives] == [slot(4, 9), slot(4, 11), slot(5, 9)]
    assert (booking.requester_email, booking.requester_name) == (ADA, "Ada Law")
    assert booking.note_for_staff == "From the request page: A hearing aid.\nNo stairs."
    (person,) = booking.people
    assert (person.name, person.part) == ("Ada Law", Part.LAWYER)
    assert person.id_to_bring is IdToBring.PROFESSIONAL_CARD
    letter = part(await asking.letter(ADA, "request received"))
    assert f"{asking.server.url}/request/state/{reference}" in letter
    assert "A1234BC" not in letter
    assert (await asking.office.store.bookings.waiting(asking.office.prison.id)) == (booking,)


async def test_who_asks_in_welsh_is_answered_in_welsh(asking: Asking) -> None:
    browser = await asking.browser()
    await browser.get("/language/cy?to=/request/email")
    page = await browser.get("/request/email")
    assert 'lang="cy"' in page.text
    given = await browser.post("/request/email", {"email": ADA}, csrf=page.csrf)
    assert given.place == "/request/code"
    letter = await asking.letter(ADA, "Eich cod")
    assert "gweithio am" in part(letter)


async def test_the_code_letter_says_nothing_else(asking: Asking) -> None:
    browser = await asking.browser()
    code = await asking.ask_code(browser)
    letter = await asking.letter(ADA, "Your code")
    assert code not in letter["Subject"]
    assert "HMP Test" not in part(letter)
    assert code in part(letter, "html")


async def test_a_court_asks_for_a_hearing_without_notice_and_without_alternatives(
    asking: Asking,
) -> None:
    browser = await asking.prove("clerk@court.example")
    page = await browser.get("/request/purpose")
    assert "A court hearing" in page.text
    assert "48 hours" not in page.text
    assert (await browser.post("/request/purpose", {"purpose": "consultation"})).status == 422
    chosen = await browser.post("/request/purpose", {"purpose": "before_hearing"})
    assert chosen.place == "/request/prisoner"
    none = {"chosen": "none"}
    today = typed_time("1", "10am")
    await asking.answer(
        browser,
        purpose={"purpose": "before_hearing"},
        time=today,
        **{"second-time": none, "third-time": none},
    )
    booking = await asking.booking(await asking.send(browser))
    assert (booking.channel, booking.priority) == (Channel.COURT, Priority.HEARING)
    assert (booking.preferred, booking.alternatives) == (slot(1, 10, minutes=30), ())
    asked = await browser.get("/request")
    await browser.post("/request", {"establishment": asking.office.prison.id}, csrf=asked.csrf)
    chosen = await browser.post("/request/purpose", {"purpose": "hearing"})
    assert chosen.place == "/request/length"
    assert (await browser.post("/request/length", {"length": "90"})).status == 422
    assert (await browser.post("/request/length", {"length": "120"})).status == 303


async def test_without_the_notice_a_lawyer_cannot_ask(asking: Asking) -> None:
    browser = await asking.prove()
    await browser.post("/request/purpose", {"purpose": "consultation"})
    await browser.post("/request/prisoner", {"prisoner": "A1234BC"})
    soon = await browser.post("/request/time", typed_time("3", "7:45"))
    assert (soon.status, soon.problems) == (
        422,
        ["This is too soon. Choose a later time, or phone the prison"],
    )
    assert 'value="7:45"' in soon.text
    exactly = await browser.post("/request/time", typed_time("3", "8:00"))
    assert exactly.place == "/request/second-time"
    none = await browser.post("/request/second-time", {"chosen": "none"})
    assert none.status == 422


async def test_a_notice_that_has_run_out_in_the_meantime_is_said_at_the_check(
    asking: Asking,
) -> None:
    browser = await asking.prove()
    await asking.answer(browser, time=typed_time("3", "8:15"))
    asking.office.clock.advance(0.5 * HOUR_S)
    late = await browser.post("/request/check", {"agreed": "yes"})
    assert late.problems == ["A time you chose is too soon by now. Choose a later one"]
    assert "A1234BC" in late.text
    assert await asking.office.store.bookings.waiting(asking.office.prison.id) == ()


async def test_a_free_time_that_is_offered_may_still_be_asked_for_half_an_hour_later(
    asking: Asking,
) -> None:
    browser = await asking.prove()
    await browser.post("/request/purpose", {"purpose": "consultation"})
    await browser.post("/request/prisoner", {"prisoner": "A1234BC"})
    first, *_ = OFFERED.findall((await browser.get("/request/time")).text)
    await asking.answer(browser, time={"chosen": first})
    asking.office.clock.advance(0.5 * HOUR_S)
    sent = await browser.post("/request/check", {"agreed": "yes"})
    assert sent.place == "/request/sent"


async def test_free_times_name_no_room_and_nothing_that_is_booked(asking: Asking) -> None:
    office = asking.office
    taken = await office.make(preferred=interval(NOW + 48 * HOUR_S, 75), prisoner="Z9999ZZ")
    browser = await asking.prove()
    await browser.post("/request/purpose", {"purpose": "consultation"})
    await browser.post("/request/prisoner", {"prisoner": "A1234BC"})
    page = await browser.get("/request/time")
    starts = [float(one) for one in OFFERED.findall(page.text)]
    assert starts[0] == taken.slot.ends_at
    assert len(starts) == 6
    for secret in ("Legal 1", office.room.address, taken.reference, "Z9999ZZ"):
        assert secret not in page.text
    refused = await browser.post("/request/time", typed_time("3", "9:00"))
    assert refused.problems == [
        "This time is not free. Choose one of the free times or give another"
    ]
    again = [float(one) for one in OFFERED.findall(refused.text)]
    assert min(again) >= taken.slot.ends_at
    chosen = await browser.post("/request/time", {"chosen": f"{starts[1]:.0f}"})
    assert chosen.place == "/request/second-time"
    overlapping = await browser.post("/request/second-time", {"chosen": f"{starts[1]:.0f}"})
    assert overlapping.problems == [
        "This overlaps another time you have chosen. Choose a different one"
    ]
    page = await browser.get("/request/second-time")
    assert f'value="{starts[1]:.0f}"' not in page.text


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({}, "missing"),
        ({"chosen": "12345"}, "missing"),
        ({"chosen": "9" * 20}, "missing"),
        ({"chosen": "9" * 16 + "00"}, "too_far"),
        ({"chosen": "0"}, "past"),
        (typed_time("30", "9:00") | {"month": "2"}, "date_wrong"),
        (typed_time("4", "25:00"), "time_wrong"),
        (typed_time("4", "9:00") | {"year": "27"}, "date_wrong"),
        (typed_time("4", "9:00") | {"year": "9999", "month": "12"}, "too_far"),
        (typed_time("4", "9:00") | {"year": "0001"}, "past"),
        (typed_time("28", "1:30"), "no_such"),
        (typed_time("4", "9:00") | {"year": "2026"}, "past"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_with_its_reason(
    asking: Asking, given: dict[str, str], key: str
) -> None:
    browser = await asking.prove()
    await browser.post("/request/purpose", {"purpose": "consultation"})
    await browser.post("/request/prisoner", {"prisoner": "A1234BC"})
    refused = await browser.post("/request/time", given)
    texts = Texts.load(FILES / "text", "en")
    assert (refused.status, refused.problems) == (422, [texts.get(f"request.time.{key}")])


async def test_what_was_typed_survives_errors_and_going_back(asking: Asking) -> None:
    browser = await asking.prove()
    await browser.post("/request/purpose", {"purpose": "consultation"})
    name = "Ẹniọlá ‏عمر 李 <b>"
    await browser.post("/request/prisoner", {"prisoner": "A1234BC"})
    assert 'value="A1234BC"' in (await browser.get("/request/prisoner")).text
    for step, (day, time) in zip(("time", "second-time", "third-time"), DATES, strict=True):
        await browser.post(f"/request/{step}", typed_time(day, time))
    await browser.post("/request/name", {"name": name})
    wrong = await browser.post(
        "/request/people/new", {"name": name, "email": "nobody", "phone": "5" * 201}
    )
    assert wrong.status == 422
    assert len(wrong.problems) == 4  # part, email, phone, ID
    assert "Ẹniọlá" in wrong.text
    assert "<b>" not in wrong.text
    assert 'value="nobody"' in wrong.text
    interpreter = PERSON | {"part": "interpreter"}
    silent = await browser.post("/request/people/new", interpreter)
    assert silent.problems == ["Enter the language they interpret"]
    assert (await browser.post("/request/people/new", PERSON)).place == "/request/people"
    changed = await browser.post("/request/people/0", PERSON | {"alias": "Witness A"})
    assert changed.place == "/request/people"
    page = await browser.get("/request/people")
    assert "Witness A" in page.text
    removed = await browser.post("/request/people/0/remove", {}, csrf=page.csrf)
    assert removed.place == "/request/people"
    assert (await browser.get("/request/people")).place == "/request/people/new"
    assert (await browser.post("/request/people", {}, csrf=page.csrf)).problems == [
        "Add the people who will attend"
    ]


async def test_another_purpose_keeps_what_was_typed_and_asks_the_times_again(
    asking: Asking,
) -> None:
    browser = await asking.prove()
    await asking.answer(browser)
    changed = await browser.post("/request/purpose", {"purpose": "before_hearing"})
    assert changed.place == "/request/time"
    assert 'value="9:00"' in (await browser.get("/request/time")).text
    assert (await browser.get("/request/check")).place == "/request/time"
    same = await browser.post("/request/prisoner", {"prisoner": "B1"})
    assert same.place == "/request/time"


async def test_more_people_than_the_policy_allows_cannot_be_added(asking: Asking) -> None:
    browser = await asking.prove()
    await asking.answer(browser)
    for number in range(2, 7):
        more = PERSON | {"name": f"Person {number}"}
        assert (await browser.post("/request/people/new", more)).place == "/request/people"
    full = await browser.get("/request/people")
    assert "No more than 6 people" in full.text
    refused = await browser.post("/request/people/new", PERSON, csrf=full.csrf)
    assert refused.place == "/request/people"
    await browser.post("/request/people", {})
    booking = await asking.booking(await asking.send(browser))
    assert len(booking.people) == 6


async def test_long_texts_are_refused_and_others_are_cleaned(asking: Asking) -> None:
    browser = await asking.prove()
    await browser.post("/request/purpose", {"purpose": "consultation"})
    long = await browser.post("/request/prisoner", {"prisoner": "P" * 201})
    assert long.problems == ["Use 200 characters or fewer"]
    blank = await browser.post("/request/prisoner", {"prisoner": "\u200b \u00a0"})
    assert blank.problems == ["Enter the prisoner\u2019s reference"]
    await asking.answer(
        browser,
        name={"name": "Ada\r\nBcc: eve@evil.example"},
        **{"people/new": PERSON | {"name": "Ada\nLaw\x00"}},
    )
    too_long = await browser.post("/request/note", {"note": "n" * 9_801})
    assert too_long.status == 422
    huge = await browser.post("/request/note", {"note": "n" * 300_000}, csrf="x")
    assert huge.status == 413
    await browser.post("/request/note", {"note": "n" * 9_800})
    booking = await asking.booking(await asking.send(browser))
    assert booking.requester_name == "Ada Bcc: eve@evil.example"
    assert booking.people[0].name == "Ada Law"
    assert len(booking.note_for_staff) < 10_000
    letter = await asking.letter(ADA, "request received")
    assert "Bcc" not in letter


async def test_a_request_is_sent_once_and_needs_the_agreement(asking: Asking) -> None:
    browser = await asking.prove()
    await asking.answer(browser)
    check = await browser.get("/request/check")
    silent = await browser.post("/request/check", {}, csrf=check.csrf)
    assert silent.problems == ["Confirm that everyone named has agreed"]
    await asking.send(browser)
    twice = await browser.post("/request/check", {"agreed": "yes"}, csrf=check.csrf)
    assert twice.place == "/request/sent"
    assert len(await asking.office.store.bookings.waiting(asking.office.prison.id)) == 1


async def test_pressing_twice_in_the_same_moment_sends_one_request(asking: Asking) -> None:
    browser = await asking.prove()
    await asking.answer(browser)
    csrf = (await browser.get("/request/check")).csrf
    pressed = (browser.post("/request/check", {"agreed": "yes"}, csrf=csrf) for _ in range(4))
    pages = await asyncio.gather(*pressed)
    assert {page.status for page in pages} == {303}
    assert len(await asking.office.store.bookings.waiting(asking.office.prison.id)) == 1


class Held:
    """The form of the first request after this: it has its turn, and is not read yet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_turn, self.go = asyncio.Event(), asyncio.Event()

        async def later(*given: Any) -> Any:
            if not self.has_turn.is_set():
                self.has_turn.set()
                await self.go.wait()
            return await own_form(*given)

        monkeypatch.setattr("signalling.bookings.request_edge.own_form", later)


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("time", typed_time(*DATES[0])),
        ("third-time", {"chosen": "other"}),
        ("people/new", PERSON),
        ("people/0", PERSON),
        ("people/0/remove", {}),
        ("people", {}),
        ("note", {"note": "n"}),
    ],
)
async def test_an_answer_that_comes_when_another_tab_has_just_sent_the_request_is_dropped(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, step: str, fields: dict[str, str]
) -> None:
    browser = await asking.prove()
    await asking.answer(browser)
    csrf = (await browser.get("/request/check")).csrf
    held = Held(monkeypatch)
    pressed = asyncio.create_task(browser.post(f"/request/{step}", fields, csrf=csrf))
    await held.has_turn.wait()
    await asking.send(browser)
    held.go.set()
    page = await pressed
    assert (page.status, page.place) == (303, "/request")


@pytest.mark.parametrize("time", ["9:00", "never"])
async def test_a_time_that_comes_when_another_tab_has_just_changed_the_purpose_is_asked_again(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, time: str
) -> None:
    browser = await asking.prove("clerk@court.example")
    for step, fields in (
        ("purpose", {"purpose": "before_hearing"}), ("prisoner", {"prisoner": "A1234BC"})
    ):  # fmt: skip
        page = await browser.post(f"/request/{step}", fields)
    assert page.place == "/request/time"
    csrf = (await browser.get("/request/time")).csrf
    held = Held(monkeypatch)
    wanted = typed_time("4", time)
    pressed = asyncio.create_task(browser.post("/request/time", wanted, csrf=csrf))
    await held.has_turn.wait()
    await browser.post("/request/purpose", {"purpose": "hearing"}, csrf=csrf)
    held.go.set()
    page = await pressed
    assert (page.status, page.place) == (303, "/request/length")


async def test_what_was_typed_survives_a_disk_that_is_full(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await asking.prove()
    await asking.answer(browser)
    csrf = (await browser.get("/request/check")).csrf
    add = BookingStore.add_all

    async def full(*_: object, **__: object) -> None:
        raise StoreUnavailable("disk full")

    monkeypatch.setattr(BookingStore, "add_all", full)
    failed = await browser.post("/request/check", {"agreed": "yes"}, csrf=csrf)
    assert failed.status == 503
    monkeypatch.setattr(BookingStore, "add_all", add)
    assert "A1234BC" in (await browser.get("/request/check")).text
    await asking.send(browser)


async def test_a_mailbox_has_only_so_many_open_requests(asking: Asking) -> None:
    for _ in range(2):
        browser, _booking = await asking.requested()
        asking.office.clock.advance(1.0)
    await browser.post(
        "/request", {"establishment": asking.office.prison.id},
        csrf=(await browser.get("/request")).csrf,
    )  # fmt: skip
    await asking.answer(browser)
    full = await browser.post("/request/check", {"agreed": "yes"})
    assert full.status == 422
    assert "Too many of your requests wait" in full.problems[0]
    assert "A1234BC" in full.text
    assert len(await asking.office.store.bookings.waiting(asking.office.prison.id)) == 2
    other, _ = await asking.requested("ben@law.example")
    assert (await other.get("/request/sent")).status == 200


async def test_questions_come_in_their_order(asking: Asking) -> None:
    browser = await asking.prove()
    for path in ("check", "note", "people", "people/new", "time", "length", "prisoner"):
        assert (await browser.get(f"/request/{path}")).place == "/request/purpose", path
    assert (await browser.get("/request/sent")).place == "/request"


async def test_an_establishment_that_takes_none_any_more_gets_none(asking: Asking) -> None:
    browser = await asking.prove()
    await asking.answer(browser)
    check = await browser.get("/request/check")
    prison = asking.office.prison
    await take_requests(asking.office, False)
    refused = await browser.post("/request/check", {"agreed": "yes"}, csrf=check.csrf)
    assert refused.place == "/request"
    start = await browser.get("/request")
    assert "No prison takes requests" in start.text
    assert prison.phone in start.text
    assert "/request" not in (await browser.get("/")).text


async def test_the_first_page_leads_there(asking: Asking) -> None:
    browser = await asking.browser()
    assert 'href="/request"' in (await browser.get("/")).text


def test_everything_that_is_said_has_its_sentence() -> None:
    known = set(Texts.load(FILES / "text", "en").keys("request."))
    wanted = {f"request.problem.{one.value}" for one in Problem}
    wanted |= {f"request.purpose.{one.value}" for one in Purpose}
    wanted |= {f"request.part.{one.value}" for one in PARTS}
    wanted |= {f"request.id_to_bring.{one.value}" for one in IdToBring}
    wanted |= {f"request.state.{one.value}" for one in BookingState}
    wanted |= {f"request.state.means_{one.value}" for one in BookingState}
    wanted |= {f"request.{field}.missing" for field in ("prisoner", "name", "part", "language")}
    for state in ("requested", "confirmed"):
        wanted |= {f"request.state.{what}_{state}" for what in ("links", "change", "withdraw")}
        wanted |= {f"request.withdraw.{what}_{state}" for what in ("title", "means", "do")}
    for number in range(3):
        wanted |= {f"request.check.time_{number}", f"request.time.title_{number}"}
    wanted |= {f"request.time.{field}" for field in ("day", "month", "year")}
    sources = [*(FILES / "pages").glob("request_*.html")]
    sources += [*(FILES.parent / "signalling" / "bookings").glob("request_*.py")]
    code = "\n".join(one.read_text() for one in sources)
    wanted |= set(re.findall(r'"(request\.[a-z_]+(?:\.[a-z0-9_]*[a-z0-9])?)"', code))
    assert sorted(wanted - known) == []
    assert all(len(PURPOSES[channel]) == 3 for channel in Channel)
    families = ("request.part.", "request.problem.")
    unused = sorted(one for one in known - wanted if not one.startswith(families))
    assert unused == []
