"""Bookings change in one way, by the rules, with their links and the record."""

import asyncio
import re
from dataclasses import replace

import pytest

from signalling.bookings.changed import BookingProblems
from signalling.mail.config import MailConfig
from tests.signalling.bookings.office import ADA, BASE, BEN, Office, clerk
from tests.vmr.bookings.made import at, person, slot
from vmr.bookings.booking import Booking, BookingState, Channel, Part
from vmr.bookings.changes import REQUESTER
from vmr.bookings.draft import NEW
from vmr.bookings.moves import IllegalMove
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.ids import BookingId, ExpectedId, RoomId
from vmr.store import Conflict, NotFound


async def test_a_request_gets_a_reference_to_read_out_and_is_written_down(office: Office) -> None:
    asked = await office.ask()
    assert asked.state is BookingState.REQUESTED
    assert re.fullmatch(r"[BCDFGHJKMNP-TV-Z]{4}-[2-9]{4}", asked.reference)
    assert len({one.id for one in asked.people} | {NEW}) == 3
    assert await office.kept(asked) == asked
    assert await office.record() == ["booking_requested"]
    (entry,) = await office.store.staff.record(office.prison.id)
    assert entry.entry.actor == REQUESTER
    assert "Ada" not in str(entry.entry)


async def test_what_a_clerk_makes_is_confirmed_with_a_link_for_each_person(office: Office) -> None:
    made = await office.service.make(office.draft(), office.room.id, office.clerk)
    assert made.booking.state is BookingState.CONFIRMED
    assert await office.kept(made.booking) == made.booking
    for one in made.booking.people:
        link = made.links[one.id]
        assert link.startswith(f"{BASE}/r/{office.room.address}#invite=")
        invite = await office.invite(link)
        assert invite is not None
        assert (invite.id, invite.room) == (one.invite, office.room.id)
        assert (invite.opens_at, invite.closes_at) == (at(4, 9, 30), at(4, 11, 15))
    assert not any(link in repr(made) for link in made.links.values())
    assert await office.record() == ["booking_made"]


async def test_every_problem_is_said_and_nothing_is_kept(office: Office) -> None:
    draft = office.draft(people=(), prisoner=" ", preferred=slot(1, 9, minutes=77))
    with pytest.raises(BookingProblems) as raised:
        await office.service.make(draft, office.family.id, office.clerk)
    assert set(raised.value.problems) == {
        Problem.SHORT_NOTICE,
        Problem.WRONG_LENGTH,
        Problem.NOBODY_EXPECTED,
        Problem.PRISONER_MISSING,
        Problem.ROOM_OF_ANOTHER_POLICY,
    }
    assert await office.record() == []


async def test_staff_waive_the_notice_with_a_reason_that_is_recorded(office: Office) -> None:
    soon = office.draft(preferred=slot(2, 9))
    with pytest.raises(BookingProblems, match="short_notice"):
        await office.service.make(soon, office.room.id, office.clerk, waiver="  ")
    await office.service.make(soon, office.room.id, office.clerk, waiver="Bail application")
    (entry,) = await office.store.staff.record(office.prison.id)
    assert ("notice_waived", True) in entry.entry.facts
    assert ("waiver", "Bail application") in entry.personal
    with pytest.raises(BookingProblems, match="text_too_long"):
        await office.service.request(soon, office.clerk, waiver="w" * 201)


async def test_a_requester_waives_nothing_and_leaves_what_is_for_staff(office: Office) -> None:
    with pytest.raises(BookingProblems, match="short_notice"):
        await office.service.request(office.draft(preferred=slot(2, 9)), REQUESTER, waiver="Please")
    said = {"note_for_staff": "A quiet room", "note_for_guest": "Buy", "more_persons_by": "Myself"}
    asked = await office.ask(**said)
    kept = (asked.note_for_staff, asked.note_for_guest, asked.more_persons_by)
    assert kept == ("A quiet room", "", "")
    changed = replace(asked, note_for_staff="VIP", channel=Channel.COURT, room=office.room.id)
    amended = (await office.service.amend(asked, changed, REQUESTER)).booking
    assert amended.note_for_staff == "A quiet room"
    assert amended.channel is Channel.BOOKING_TEAM
    assert amended.room is None
    made = await office.make()
    with pytest.raises(IllegalMove):
        await office.service.amend(made, made, REQUESTER)


async def test_a_request_is_confirmed_in_an_alternative(office: Office) -> None:
    asked = await office.ask(alternatives=(slot(4, 13), slot(5, 10)))
    office.clock.now = at(4, 12)
    confirmed = await office.service.confirm(asked, office.room.id, slot(4, 13), office.clerk)
    assert confirmed.booking.slot == slot(4, 13)
    assert len(confirmed.links) == 2
    assert await office.kept(confirmed.booking) == confirmed.booking
    assert await office.record() == ["booking_requested", "booking_confirmed"]


async def test_a_room_that_is_taken_is_a_problem_whoever_is_first(office: Office) -> None:
    results = await asyncio.gather(
        *(office.service.make(office.draft(), office.room.id, office.clerk) for _ in range(4)),
        return_exceptions=True,
    )
    refused = [one for one in results if isinstance(one, BookingProblems)]
    assert [one.problems for one in refused] == [(Problem.ROOM_TAKEN,)] * 3
    with pytest.raises(BookingProblems, match="room_taken"):
        await office.make(preferred=slot(4, 11))


async def test_of_two_clerks_who_saw_the_same_version_one_changes_it(office: Office) -> None:
    made = await office.make()
    note = replace(made, note_for_guest="Bring the bundle")
    await office.service.amend(made, note, office.clerk)
    with pytest.raises(Conflict):
        await office.service.cancel(made, "Not needed", office.clerk)
    assert (await office.kept(made)).state is BookingState.CONFIRMED


async def test_an_amendment_moves_the_links_and_old_ones_still_work(office: Office) -> None:
    made = await office.service.make(office.draft(), office.room.id, office.clerk)
    ada, ben = made.booking.people
    changed = replace(
        made.booking,
        preferred=slot(5, 13),
        people=(ada, person("Cy New", NEW)),
        id=BookingId("other"),
        reference="FAKE-1",
    )
    amended = await office.service.amend(made.booking, changed, office.clerk)
    assert (amended.booking.id, amended.booking.version) == (made.booking.id, 2)
    assert amended.booking.reference == made.booking.reference
    assert await office.kept(made.booking) == amended.booking
    kept = await office.invite(made.links[ada.id])
    assert kept is not None
    assert (kept.opens_at, kept.is_revoked) == (at(5, 12, 30), False)
    gone = await office.invite(made.links[ben.id])
    assert gone is not None
    assert gone.is_revoked
    assert list(amended.links) == [amended.booking.people[1].id]


async def test_people_and_links_of_other_bookings_cannot_be_taken_over(office: Office) -> None:
    other = await office.make()
    made = await office.make(preferred=slot(5, 10))
    stolen = replace(made, people=(*other.people, made.people[0], made.people[0]))
    amended = (await office.service.amend(made, stolen, office.clerk)).booking
    assert len({one.id for one in (*other.people, *amended.people)}) == 6
    assert len({one.invite for one in (*other.people, *amended.people)}) == 6
    assert amended.people[2].id == made.people[0].id


async def test_a_cancellation_revokes_every_link(office: Office) -> None:
    made = await office.service.make(office.draft(), office.room.id, office.clerk)
    with pytest.raises(BookingProblems, match="reason_missing"):
        await office.service.cancel(made.booking, " ", office.clerk)
    await office.service.cancel(made.booking, "Hearing vacated", REQUESTER)
    for link in made.links.values():
        invite = await office.invite(link)
        assert invite is not None
        assert invite.is_revoked
    with pytest.raises(IllegalMove):
        await office.service.cancel(await office.kept(made.booking), "Again", office.clerk)


async def test_a_refusal_needs_a_reason(office: Office) -> None:
    asked = await office.ask()
    with pytest.raises(BookingProblems, match="reason_missing"):
        await office.service.refuse(asked, "", office.clerk)
    with pytest.raises(BookingProblems, match="text_too_long"):
        await office.service.refuse(asked, "r" * 201, office.clerk)
    refused = await office.service.refuse(asked, "No such prisoner", office.clerk)
    assert refused.booking.state is BookingState.REFUSED
    assert await office.record() == ["booking_requested", "booking_refused"]


async def test_a_new_link_voids_the_one_before(office: Office) -> None:
    made = await office.service.make(office.draft(), office.room.id, office.clerk)
    ada = made.booking.people[0]
    again = await office.service.resend(made.booking, ada.id, office.clerk)
    assert await office.invite(made.links[ada.id]) is None
    invite = await office.invite(again.links[ada.id])
    assert invite is not None
    assert invite.id == ada.invite
    assert await office.record() == ["booking_made", "booking_link_renewed"]
    with pytest.raises(NotFound):
        await office.service.resend(made.booking, ExpectedId("x"), office.clerk)
    asked = await office.ask()
    with pytest.raises(IllegalMove):
        await office.service.resend(asked, asked.people[0].id, office.clerk)
    await office.service.cancel(made.booking, "Not needed", office.clerk)
    with pytest.raises(Conflict):
        await office.service.resend(made.booking, ada.id, office.clerk)


async def test_a_linked_booking_is_a_hearing_of_the_same_establishment(office: Office) -> None:
    async def before(linked: BookingId) -> Booking:
        return await office.make(
            purpose=Purpose.BEFORE_HEARING,
            preferred=slot(4, 13, minutes=30),
            linked=linked,
        )

    consultation = await office.make()
    for wrong in (BookingId("none"), consultation.id):
        with pytest.raises(BookingProblems, match="no_such_hearing"):
            await before(wrong)
    hearing = await office.ask(purpose=Purpose.HEARING, preferred=slot(4, 14, minutes=60))
    linked = await before(hearing.id)
    done = await office.service.cancel(hearing, "Vacated", office.clerk)
    assert done.left == (linked,)
    assert (await office.kept(linked)).state is BookingState.CONFIRMED


async def test_another_establishments_booking_does_not_exist(office: Office) -> None:
    elsewhere = await office.store.add_establishment(name="HMP Other", phone="1")
    stranger = clerk(elsewhere, "o2")
    made, asked = await office.make(), await office.ask()
    for attempt in (
        office.service.cancel(made, "x", stranger),
        office.service.amend(made, made, stranger),
        office.service.resend(made, made.people[0].id, stranger),
        office.service.confirm(asked, office.room.id, slot(5, 10), stranger),
        office.service.refuse(asked, "x", stranger),
        office.service.make(office.draft(), office.room.id, stranger),
        office.service.request(office.draft(), stranger),
        office.service.make(office.draft(), RoomId("none"), office.clerk),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await office.record() == ["booking_made", "booking_requested"]


async def test_letters_go_to_allowed_domains_alone(office: Office) -> None:
    office.service = office.serve(mail=MailConfig(domains=("law.example",)))
    await office.make()
    with pytest.raises(BookingProblems, match="address_not_allowed"):
        await office.make(people=(ADA, replace(BEN, email="ben@home.example")))
    with pytest.raises(BookingProblems, match="wrong_address"):
        await office.make(requester_email="ada@law.example\nBcc: eve@x.example")


async def test_free_times_are_of_rooms_of_the_policy(office: Office) -> None:
    await office.make()
    free = await office.service.free(
        office.prison.id, Purpose.CONSULTATION, 75, at(4, 9, 30), count=2
    )
    assert [(room.id, slot.starts_at) for room, slot in free] == [
        (office.room.id, at(4, 11, 15)),
        (office.room.id, at(4, 12, 30)),
    ]
    assert await office.service.free(office.prison.id, Purpose.SOCIAL, 60, at(4, 9), count=2) == ()


async def test_a_supervisor_inside_has_no_link(office: Office) -> None:
    inside = person("Sam Grey", NEW, part=Part.SUPERVISOR, email="sam@law.example")
    made = await office.service.make(
        office.draft(people=(ADA, inside)), office.room.id, office.clerk
    )
    assert list(made.links) == [made.booking.people[0].id]


async def test_a_booking_is_made_in_place_of_one_of_the_same_establishment_by_staff(
    office: Office,
) -> None:
    first = await office.make()
    again = await office.make(preferred=slot(5, 10), rebooks=first.id)
    assert await office.store.bookings.rebooked(first.id) == (again,)
    asked = (
        await office.service.request(
            office.draft(preferred=slot(8, 10), rebooks=first.id), REQUESTER
        )
    ).booking
    assert asked.rebooks is None, "who has no account cannot say so"
    with pytest.raises(NotFound):
        await office.make(preferred=slot(9, 10), rebooks=BookingId("none"))
    other = await office.store.add_establishment(name="HMP Other", phone="1")
    elsewhere = office.draft(establishment=other.id, rebooks=first.id)
    with pytest.raises(NotFound):
        await office.service.request(elsewhere, clerk(other))


@pytest.mark.parametrize(
    ("purpose", "hour", "minutes", "problem"),
    [
        (Purpose.BEFORE_HEARING, 13.75, 30, "after_its_hearing"),
        (Purpose.BEFORE_HEARING, 16, 30, "after_its_hearing"),
        (Purpose.AFTER_HEARING, 14.5, 20, "before_its_hearing"),
        (Purpose.AFTER_HEARING, 11, 20, "before_its_hearing"),
        (Purpose.BEFORE_HEARING, 13.5, 30, ""),
        (Purpose.AFTER_HEARING, 15, 20, ""),
    ],
)
async def test_a_talk_before_or_after_a_hearing_lies_where_it_says(
    office: Office, purpose: Purpose, hour: float, minutes: float, problem: str
) -> None:
    hearing = await office.ask(purpose=Purpose.HEARING, preferred=slot(4, 14, minutes=60))
    asked = slot(4, int(hour), int(hour % 1 * 60), minutes=minutes)
    if problem:
        with pytest.raises(BookingProblems, match=f"^{problem}$"):
            await office.make(purpose=purpose, preferred=asked, linked=hearing.id)
    else:
        assert (await office.make(purpose=purpose, preferred=asked, linked=hearing.id)).linked


async def test_a_talk_whose_hearing_was_moved_can_still_be_corrected_but_not_moved_wrongly(
    office: Office,
) -> None:
    hearing = await office.ask(purpose=Purpose.HEARING, preferred=slot(4, 14, minutes=60))
    talk = await office.make(
        purpose=Purpose.BEFORE_HEARING, preferred=slot(4, 13, minutes=30), linked=hearing.id
    )
    earlier = replace(hearing, preferred=slot(4, 9, minutes=60))
    assert (await office.service.amend(hearing, earlier, office.clerk)).left == (talk,)
    named = replace(talk, prisoner="B1234BC")
    talk = (await office.service.amend(talk, named, office.clerk)).booking
    moved = replace(talk, preferred=slot(4, 12, minutes=30))
    with pytest.raises(BookingProblems, match=r"^after_its_hearing$"):
        await office.service.amend(talk, moved, office.clerk)
