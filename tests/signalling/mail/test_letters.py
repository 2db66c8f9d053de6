"""What people read: real mail, received and parsed, of every change of a booking."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import pytest_asyncio

from signalling.bookings import letters
from signalling.bookings.reminders import Reminders
from signalling.bookings.slot_book import SlotBook, slot_of
from signalling.mail.delivery import SmtpDelivery
from signalling.mail.sender import Sender
from signalling.texts import FILES, Texts
from tests.signalling.bookings.office import ADA, BASE, BEN, ENGLISH, LETTERS, MAIL, Office
from tests.signalling.mail.server import SENDER, Mailbox, mail_server, part
from tests.vmr.bookings.made import LONDON, at, person, slot
from vmr.bookings.booking import IdToBring, Part
from vmr.bookings.draft import NEW
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.times import Interval, from_local
from vmr.letters import LetterKind
from vmr.store.secrets import hash_token

LINK = re.compile(rf"{BASE}/r/[a-z2-7]{{12}}#invite=([\w-]{{32}})")
TEST_LINK = re.compile(rf"{BASE}/check#room=([a-z2-7]{{12}})&(?:amp;)?invite=([\w-]{{32}})")
SOURCES = Path(letters.__file__).parent
CLERK = "clerk@law.example"


class PostRoom(Office):
    """An office whose letters arrive: `sent()` are those since the last look."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.mailbox = Mailbox()
        self.service = self.serve(mail=MAIL)

    async def sent(self) -> list[EmailMessage]:
        delivery = SmtpDelivery(self.mailbox.config)
        outbox, counters = self.store.outbox, Counter[str]()
        sender = Sender(outbox=outbox, delivery=delivery, clock=self.clock, counters=counters)
        self.mailbox.got.clear()
        while await sender.send_some():
            pass
        self.clock.advance(1.0)
        return sorted(self.mailbox.got, key=lambda one: str(one["To"]))

    def reminders(self, before_h: float = 24.0) -> Reminders:
        return Reminders(
            store=self.store,
            letters=LETTERS,
            clock=self.clock,
            before_h=before_h,
            on_letters=lambda: None,
        )


@pytest_asyncio.fixture
async def post(office: Office) -> AsyncIterator[PostRoom]:
    made = PostRoom(office.store, office.prison, office.room, office.family)
    async with mail_server(made.mailbox):
        yield made


def entry(message: EmailMessage) -> tuple[str, icalendar.Event]:
    """Method and event of the calendar entry: the same as alternative and as file."""
    (alternative,) = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    (attached,) = message.iter_attachments()
    assert attached.get_content_type() == "application/ics"
    assert attached.get_filename() == "video-call.ics"
    text = part(message, "calendar")
    assert text == attached.get_content().decode().replace("\r\n", "\n")
    calendar = icalendar.Calendar.from_ical(text)
    assert alternative.get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    assert event["ORGANIZER"] == f"mailto:{SENDER}"
    return str(calendar["METHOD"]), event


def shown(html: str) -> str:
    """The text of an HTML letter, in single spaces."""
    found: list[str] = []

    class Parser(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Parser().feed(html)
    return " ".join("".join(found).split())


async def test_an_invitation_says_all_a_person_needs(post: PostRoom) -> None:
    ada = replace(ADA, id_to_bring=IdToBring.PROFESSIONAL_CARD, alias="Witness A")
    made = await post.make(people=(ada, BEN), note_for_guest="Bring the bundle.\nPages 1 to 9.")
    to_ada, to_ben = await post.sent()
    assert to_ada["Subject"] == f"Video call {made.reference}: your invitation"
    for text in (" ".join(part(to_ada).split()), shown(part(to_ada, "html"))):
        for said in (
            "Dear Ada Law",
            "Thursday 4 March 2027, 10:00 to 11:15 (GMT)",
            "75 minutes",
            "HMP Test",
            made.reference,
            "Shown to others as: Witness A",
            "Your link works from 09:30.",
            "Chrome, Edge or Safari",
            "professional photo card",
            "An interpreter is booked. Language: Welsh.",
            "Bring the bundle. Pages 1 to 9.",
            "Phone 01632 960000",
        ):
            assert said in text
        assert LINK.search(text)
        found = TEST_LINK.search(text)
        assert found is not None
        assert f"/r/{found[1]}#invite={found[2]}" in text, "it leads back to the same room"
    assert "You are expected as the interpreter. Language: Welsh." in part(to_ben)
    assert "passport or photo driving licence" in part(to_ben)


async def test_nobody_reads_of_the_prisoner_of_staff_or_of_who_else_is_invited(
    post: PostRoom,
) -> None:
    made = await post.make(prisoner="A9999ZZ", note_for_staff="Handle with care")
    links = []
    for message, other in zip(await post.sent(), ("Ben", "Ada"), strict=True):
        parts = [part(message), part(message, "html"), part(message, "calendar")]
        whole = LINK.sub("", "\n".join([*map(str, message.values()), *parts]))
        others = (other, f"{other.lower()}@")
        for word in ("A9999ZZ", "Handle with care", *others, "Legal 1", "Cleo"):
            assert word not in whole, word
        for word in ("Ada", "Ben", "HMP", "law.example"):
            assert word not in str(message["Subject"])
        found = LINK.search(part(message))
        assert found is not None
        links.append(found[0])
    assert links[0] != links[1]
    for one, link in zip(made.people, links, strict=True):
        invite = await post.invite(link)
        assert invite is not None
        assert invite.id == one.invite


async def test_the_html_letter_loads_nothing_and_is_structured(post: PostRoom) -> None:
    await post.make(people=(person("Eve <script>alert(1)</script>", NEW, email="e@x.example"),))
    (message,) = await post.sent()
    html = part(message, "html")
    assert "<script" not in html
    assert "Eve &lt;script&gt;" in html
    assert not re.search(r"<(img|link|style|iframe|form)|url\(|src=", html)
    assert '<html lang="en">' in html
    assert "style=" not in html
    assert html.count("<h1") == 1
    assert html.count("<h2") >= 3


async def test_the_calendar_entry_is_the_slot_and_not_the_link(post: PostRoom) -> None:
    made = await post.make()
    message, _ = await post.sent()
    method, event = entry(message)
    assert method == "REQUEST"
    assert event.decoded("DTSTART") == datetime(2027, 3, 4, 10, tzinfo=LONDON)
    assert event.decoded("DTEND") == datetime(2027, 3, 4, 11, 15, tzinfo=LONDON)
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert "BEGIN:VTIMEZONE" in part(message, "calendar")
    assert event["ATTENDEE"] == "mailto:ada@law.example"
    assert (event["SEQUENCE"], event["STATUS"], event["LOCATION"]) == (1, "CONFIRMED", "HMP Test")
    text = part(message, "calendar")
    for word in ("invite", "http", "Ada Law", "Ben", "A1234BC"):
        assert word not in text.replace("\n ", "")
    assert str(event["UID"]).startswith(made.id)


async def test_a_change_replaces_the_entry_and_leaves_the_link(post: PostRoom) -> None:
    made = await post.make()
    before = await post.sent()
    link = LINK.search(part(before[0]))
    assert link is not None
    moved = replace(made, preferred=slot(29, 14))
    amended = (await post.service.amend(made, moved, post.clerk)).booking
    after = await post.sent()
    assert [str(one["To"]) for one in after] == ["ada@law.example", "ben@law.example"]
    for old, new in zip(before, after, strict=True):
        assert "Monday 29 March 2027, 14:00 to 15:15 (BST)" in part(new)
        assert not LINK.search(part(new) + part(new, "html"))
        assert f"“Video call {made.reference}: your invitation”" in part(new)
        (_, was), (method, now) = entry(old), entry(new)
        assert (method, now["UID"], now["SEQUENCE"]) == ("REQUEST", was["UID"], 2)
        assert now.decoded("DTSTART") == datetime(2027, 3, 29, 14, tzinfo=LONDON)
    invite = await post.store.invite_by_token_hash(hash_token(link[1]))
    assert invite is not None
    assert invite.closes_at == amended.slot.ends_at


async def test_what_people_do_not_read_is_no_reason_for_a_letter(post: PostRoom) -> None:
    made = await post.make()
    await post.sent()
    changed = replace(made, note_for_staff="Late", prisoner="B1", requester_name="X")
    made = (await post.service.amend(made, changed, post.clerk)).booking
    assert await post.sent() == []
    ada, ben = made.people
    renamed = replace(made, people=(replace(ada, name="Ada Lawe"), ben))
    made = (await post.service.amend(made, renamed, post.clerk)).booking
    assert [str(one["To"]) for one in await post.sent()] == ["ada@law.example"]


async def test_a_cancellation_cancels_the_entry(post: PostRoom) -> None:
    made = await post.make()
    _, was = entry((await post.sent())[0])
    await post.service.cancel(made, "The prisoner was moved", post.clerk)
    messages = await post.sent()
    assert len(messages) == 2
    method, now = entry(messages[0])
    assert (method, now["UID"], now["SEQUENCE"]) == ("CANCEL", was["UID"], 2)
    assert now["STATUS"] == "CANCELLED"
    assert "This video call is cancelled" in part(messages[0])
    assert "moved" not in messages[0].as_string()


async def test_who_is_removed_and_who_moves_house_are_told(post: PostRoom) -> None:
    made = await post.make()
    await post.sent()
    ada = replace(made.people[0], email="ada@home.example")
    await post.service.amend(made, replace(made, people=(ada,)), post.clerk)
    home, old, ben = await post.sent()
    assert [str(one["To"]) for one in (home, old, ben)] == [
        "ada@home.example",
        "ada@law.example",
        "ben@law.example",
    ]
    assert entry(home)[0] == "REQUEST"
    assert LINK.search(part(home))
    for gone in (old, ben):
        assert entry(gone)[0] == "CANCEL"
        assert "You are not expected at this video call any more." in part(gone)


async def test_an_invitation_nobody_has_seen_is_written_anew(post: PostRoom) -> None:
    made = await post.make()
    await post.service.amend(made, replace(made, preferred=slot(5, 10)), post.clerk)
    for message in await post.sent():
        assert "Friday 5 March 2027" in part(message)
        link = LINK.search(part(message))
        assert link is not None
        invite = await post.store.invite_by_token_hash(hash_token(link[1]))
        assert invite is not None
        assert (invite.closes_at, invite.is_revoked) == (slot(5, 10).ends_at, False)


async def test_a_link_that_is_sent_again_is_a_new_one(post: PostRoom) -> None:
    made = await post.make()
    first = LINK.search(part((await post.sent())[0]))
    changed = await post.service.resend(made, made.people[0].id, post.clerk)
    assert changed.links == {}
    (message,) = await post.sent()
    second = LINK.search(part(message))
    assert first is not None
    assert second is not None
    assert await post.store.invite_by_token_hash(hash_token(first[1])) is None
    assert await post.store.invite_by_token_hash(hash_token(second[1])) is not None


async def test_a_clerk_sees_the_link_of_who_has_no_address_and_no_other(post: PostRoom) -> None:
    phone = person("Fay Phone", NEW, phone="0163")
    draft = post.draft(people=(ADA, phone))
    changed = await post.service.make(draft, post.room.id, post.clerk)
    assert list(changed.links) == [changed.booking.people[1].id]
    assert post.service.is_mail_set_up
    post.service = post.serve()
    assert not post.service.is_mail_set_up
    changed = await post.service.make(
        replace(draft, preferred=slot(5, 10)), post.room.id, post.clerk
    )
    assert list(changed.links) == [one.id for one in changed.booking.people]


async def test_who_asked_hears_what_becomes_of_it(post: PostRoom) -> None:
    asked = await post.ask(requester_name="Cy", requester_email=CLERK, alternatives=(slot(5, 10),))
    (received,) = await post.sent()
    assert received["To"] == CLERK
    assert "It is not booked yet" in part(received)
    for time_ in ("Thursday 4 March 2027", "Friday 5 March 2027"):
        assert time_ in part(received)
        assert time_ in shown(part(received, "html"))
    await post.service.confirm(asked, post.room.id, slot(5, 10), post.clerk)
    _, _, confirmed = sorted(await post.sent(), key=lambda one: str(one["To"]) == CLERK)
    assert confirmed["To"] == CLERK
    assert "Friday 5 March 2027, 10:00 to 11:15 (GMT)" in part(confirmed)
    assert not LINK.search(part(confirmed))
    assert "Thursday" not in part(confirmed)
    other = await post.ask(requester_email=CLERK)
    await post.sent()
    await post.service.refuse(other, "No such prisoner here", post.clerk)
    (refused,) = await post.sent()
    assert "Reason: No such prisoner here" in part(refused)


async def test_an_extended_slot_updates_the_calendar_entries_of_its_people_once(
    post: PostRoom,
) -> None:
    booked = await post.make(people=(ADA, BEN), requester_email=CLERK)
    await post.sent()
    book = SlotBook(
        bookings=post.store.bookings,
        self_tests=post.store.self_tests,
        clock=post.clock,
        numbers=BookingNumbers(),
        letters=LETTERS,
    )
    running, ends_at = slot_of(booked), booked.slot.ends_at
    post.clock.advance(ends_at - 300 - post.clock())

    async def extend(minutes: float) -> None:
        until = (await post.kept(booked)).slot.ends_at
        longer = Interval(starts_at=until, ends_at=until + minutes * 60)
        await book.extend(post.room.id, running, longer, post.clerk)

    await extend(15)
    await extend(15)  # before the mail server has taken the first: one letter says both
    messages = await post.sent()
    assert [str(one["To"]) for one in messages] == ["ada@law.example", "ben@law.example"]
    assert "10:00 to 11:45" in part(messages[0])
    method, event = entry(messages[0])
    assert method == "REQUEST"
    assert (event.decoded("DTEND").timestamp(), event["SEQUENCE"]) == (ends_at + 30 * 60, 3)
    assert await post.sent() == []
    await extend(10)
    _, later = entry((await post.sent())[0])
    assert (later["UID"], later["SEQUENCE"]) == (event["UID"], 4)
    assert await post.sent() == []


async def test_who_asks_and_is_expected_gets_one_letter(post: PostRoom) -> None:
    made = await post.make(people=(ADA,), requester_email="ADA@law.example")
    assert len(await post.sent()) == 1
    await post.service.cancel(made, "Vacated", post.clerk)
    assert len(await post.sent()) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Ŵyn ap Siôn",
        "أحمد بن علي",
        "毛利 蘭",
        "Нина",
        "אבי",
        "\U0001d49cda \u200d",
        "O'Neill & <Sons>",
    ],
)
async def test_names_in_any_script_arrive(post: PostRoom, name: str) -> None:
    await post.make(people=(replace(ADA, name=name),))
    (message,) = await post.sent()
    assert f"Dear {name}" in part(message)
    assert f"Dear {name}" in shown(part(message, "html"))


async def test_an_invitation_reaches_an_address_of_another_script(post: PostRoom) -> None:
    await post.make(people=(replace(ADA, email="siân.用户@law.example"),))
    (message,) = await post.sent()
    assert message["To"] == "siân.用户@law.example"
    _, event = entry(message)
    assert str(event["ATTENDEE"]) == "mailto:siân.用户@law.example"
    assert LINK.search(part(message))


async def test_a_name_of_two_lines_makes_no_header_and_no_line(post: PostRoom) -> None:
    name = "Eve\r\nBcc: all@x.example\r\n\r\nBEGIN:VEVENT"
    asker = "Eve\nSubject: won"
    await post.make(people=(replace(ADA, name=name),), requester_name=asker, requester_email=CLERK)
    messages = await post.sent()
    assert len(messages) == 2
    for message in messages:
        assert message["Bcc"] is None
        assert len(message.get_all("Subject") or []) == 1
    assert "Dear Eve Bcc: all@x.example BEGIN:VEVENT" in part(messages[0])
    entry(messages[0])


async def test_a_note_of_ten_thousand_characters_arrives_whole(post: PostRoom) -> None:
    note = ("Ŵ" * 99 + "\n") * 50 + "x" * 4_990 + "<&>.\n.\nend"
    assert len(note) <= 10_000
    await post.make(people=(ADA,), note_for_guest=note)
    (message,) = await post.sent()
    assert note in part(message)
    assert " ".join(note.split()) in shown(part(message, "html"))
    raw = message.as_bytes().replace(b"\r\n", b"\n")
    assert max(map(len, raw.split(b"\n"))) <= 998  # RFC 5322, section 2.1.1


async def test_a_slot_across_the_change_of_clocks_says_both(post: PostRoom) -> None:
    starts = from_local(date(2027, 3, 28), time(0, 30), LONDON)
    night = Interval(starts_at=starts, ends_at=starts + 75 * 60)
    await post.make(people=(ADA,), preferred=night)
    (message,) = await post.sent()
    assert "Sunday 28 March 2027, 00:30 (GMT) to 02:45 (BST)" in part(message)
    _, event = entry(message)
    assert event.decoded("DTEND") == datetime(2027, 3, 28, 2, 45, tzinfo=LONDON)


async def test_a_reminder_comes_once_the_day_before_on_the_new_clock(post: PostRoom) -> None:
    made = await post.make(preferred=slot(28, 10))
    await post.sent()
    reminders = post.reminders()
    post.clock.now = at(27, 9) - 1  # 24 hours before 10:00 BST is 09:00 GMT
    assert await reminders.write() == 0
    post.clock.now = at(27, 9)
    assert await reminders.write() == 2
    assert await reminders.write() == 0
    to_ada, _ = await post.sent()
    assert "Sunday 28 March 2027, 10:00 to 11:15 (BST)" in part(to_ada)
    assert not LINK.search(part(to_ada))
    assert list(to_ada.iter_attachments()) == []
    assert f"Video call {made.reference}: your invitation" in part(to_ada)
    post.clock.now = at(28, 9, 59)
    assert await post.reminders().write() == 0


async def test_a_moved_slot_is_reminded_of_again_and_a_cancelled_one_never(
    post: PostRoom,
) -> None:
    made = await post.make(people=(ADA,), preferred=slot(8, 10))
    gone = await post.make(people=(ADA,), preferred=slot(8, 12))
    await post.sent()
    post.clock.now = at(7, 10)
    assert await post.reminders().write() == 1
    await post.sent()
    made = await post.kept(made)
    moved = (
        await post.service.amend(made, replace(made, preferred=slot(10, 10)), post.clerk)
    ).booking
    await post.service.cancel(gone, "Vacated", post.clerk)
    await post.sent()
    post.clock.now = at(9, 10)
    assert await post.reminders().write() == 1
    await post.service.cancel(moved, "Vacated", post.clerk)
    subjects = [str(one["Subject"]).rpartition(": ")[2] for one in await post.sent()]
    assert subjects == ["cancelled"], "and no reminder"


async def test_who_was_told_within_the_day_needs_no_reminder(post: PostRoom) -> None:
    inside = person("Sam", NEW, part=Part.SUPERVISOR, email="sam@x.example")
    draft = post.draft(people=(ADA, inside, person("Fay", NEW)), preferred=slot(2, 7))
    await post.service.make(draft, post.room.id, post.clerk, waiver="Urgent")
    assert await post.reminders().write() == 0
    assert [str(one["To"]) for one in await post.sent()] == ["ada@law.example"]


async def test_another_zone_is_that_of_the_establishment(post: PostRoom) -> None:
    prison = replace(post.prison, zone="Asia/Kolkata")
    made = await post.make(people=(ADA,))
    letter = LETTERS.invitation(made, made.people[0], prison, post.clock.now, link="l")
    assert "Thursday 4 March 2027, 15:30 to 16:45 (IST)" in letter.text
    (event,) = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")
    assert event.decoded("DTSTART") == datetime(2027, 3, 4, 15, 30, tzinfo=ZoneInfo("Asia/Kolkata"))


async def test_a_code_goes_to_its_address_while_it_is_good(post: PostRoom) -> None:
    at = post.prison, post.clock.now
    code = LETTERS.code("234 567", CLERK, *at, minutes=15, renderer=ENGLISH)
    await post.store.outbox.add([code])
    (message,) = await post.sent()
    assert (message["To"], message["Subject"]) == (CLERK, "Your code for a video call request")
    for text in (part(message), shown(part(message, "html"))):
        assert "234 567" in text
        assert "It works for 15 minutes" in text
    late = LETTERS.code("345 678", CLERK, *at, minutes=15, renderer=ENGLISH)
    await post.store.outbox.add([late])
    post.clock.advance(15 * 60)
    assert await post.sent() == []


def test_every_sentence_of_letters_exists_and_is_used() -> None:
    kept = set(Texts.load(FILES / "text", "en").keys("mail."))
    templates = [one.read_text("utf-8") for one in (FILES / "pages").glob("mail_*")]
    sources = [one.read_text("utf-8") for one in SOURCES.glob("*.py")]
    said = "\n".join(templates + sources)
    named = set(re.findall(r'"(mail\.[a-z_.]+[a-z])"', said))
    chosen = {f"mail.weekday.{day}" for day in range(7)}
    chosen |= {f"mail.month.{month}" for month in range(1, 13)}
    chosen |= {f"mail.id.{one.value}" for one in IdToBring}
    kinds = [one for one in LetterKind if one is not LetterKind.CODE]
    chosen |= {f"mail.{family}.{one.value}" for family in ("subject", "lead") for one in kinds}
    chosen |= {"mail.subject.code"}
    assert kept == named | chosen
