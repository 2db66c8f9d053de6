"""The outbox: claims, what is dropped, and that a letter is kept with what it speaks of or not."""

from dataclasses import replace
from typing import Any

import pytest

from tests.store.test_bookings import add, of, said
from tests.vmr.bookings.made import NOW, at, person, slot
from vmr.bookings import moves
from vmr.bookings.booking import Booking
from vmr.ids import ExpectedId, InviteId, LetterId
from vmr.letters import Letter, LetterKind, LetterState
from vmr.rooms import Room
from vmr.store import Conflict, SlotTaken, Store

LEASE_S = 60.0


def letter(booking: Booking, number: int = 1, **values: Any) -> Letter:
    made = Letter(
        id=LetterId(f"l{number}"),
        establishment=booking.establishment,
        booking=booking.id,
        expected=ExpectedId("x1"),
        kind=LetterKind.INVITATION,
        to="ada@law.example",
        subject="Hello",
        text="The link",
        html="<p>The link</p>",
        calendar="BEGIN:VCALENDAR",
        made_at=NOW + number,
    )
    return replace(made, **values)


async def booked(store: Store, room: Room, number: int = 1, **values: Any) -> Booking:
    invite = await store.add_invite(room.id, token_hash=f"hash{number}", label="Ada")
    ada = person(id=f"x{number}", email="ada@law.example", invite=invite.id)
    return await add(store, of(room, number, people=(ada,), **values))


async def claimed(store: Store, now: float = NOW + 100, limit: int = 10) -> list[str]:
    found = await store.outbox.claim(now, lease_s=LEASE_S, limit=limit)
    return [one.letter.id for one in found]


async def states(store: Store, booking: Booking) -> dict[str, LetterState]:
    return {one.id: one.state for one in await store.outbox.of_booking(booking.id)}


async def test_a_claimed_letter_comes_back_whole_and_is_nobody_elses(
    store: Store, room: Room
) -> None:
    booking = await booked(store, room)
    whole = letter(booking, useless_after=NOW + 1_000)
    await store.outbox.add([whole])
    (found,) = await store.outbox.claim(NOW + 100, lease_s=LEASE_S, limit=10)
    assert (found.letter, found.tries) == (whole, 1)
    assert await claimed(store) == []
    assert await claimed(store, NOW + 100 + LEASE_S) == ["l1"]
    (posted,) = await store.outbox.of_booking(booking.id)
    assert (posted.tries, posted.state) == (2, LetterState.SENDING)


async def test_a_letter_is_kept_with_its_change_or_not_at_all(store: Store, room: Room) -> None:
    booking = await booked(store, room)
    other = of(room, 2)
    with pytest.raises(SlotTaken):
        await store.bookings.add(other, said(other), letters=[letter(booking)])
    stale = replace(booking, version=9)
    with pytest.raises(Conflict):
        await store.bookings.change(stale, said(stale), letters=[letter(booking)])
    with pytest.raises(Conflict):
        await store.bookings.renew_link(
            stale, InviteId("i1"), "token", said(booking), [letter(booking)]
        )
    assert await store.outbox.count_open() == 0
    moved = moves.amend(booking, replace(booking, preferred=slot(5, 10)), NOW)
    await store.bookings.change(moved, said(moved), letters=[letter(booking)])
    assert await store.outbox.count_open() == 1


async def test_not_before_its_time_and_no_more_than_asked_for(store: Store, room: Room) -> None:
    for number in (1, 2, 3):
        booking = await booked(store, room, number, preferred=slot(3 + number, 10))
        await store.outbox.add([letter(booking, number, expected=ExpectedId(f"x{number}"))])
    assert await claimed(store, NOW) == []
    assert await claimed(store, NOW + 3, limit=2) == ["l1", "l2"]
    await store.outbox.put_off(LetterId("l1"), NOW + 500, "451 later")
    assert await claimed(store, NOW + 4) == ["l3"]
    assert "l1" in await claimed(store, NOW + 500)


async def test_what_is_settled_stays_settled_and_says_nothing(store: Store, room: Room) -> None:
    booking = await booked(store, room)
    await store.outbox.add([letter(booking)])
    await claimed(store)
    await store.outbox.settle_sent(LetterId("l1"), NOW + 101)
    await store.outbox.settle_failed(LetterId("l1"), "late")
    await store.outbox.put_off(LetterId("l1"), NOW, "late")
    (posted,) = await store.outbox.of_booking(booking.id)
    assert (posted.state, posted.sent_at) == (LetterState.SENT, NOW + 101)
    assert posted.last_error == ""
    assert await claimed(store, NOW + 10_000) == []


async def test_of_one_person_the_older_letter_goes_first(store: Store, room: Room) -> None:
    booking = await booked(store, room)
    update = letter(booking, 2, kind=LetterKind.UPDATE)
    requester = letter(booking, 3, kind=LetterKind.REQUEST_RECEIVED, expected=None)
    await store.outbox.add([letter(booking), update, requester])
    assert await claimed(store) == ["l1", "l3"]
    await store.outbox.settle_sent(LetterId("l1"), NOW)
    assert await claimed(store) == ["l2"]


async def test_a_new_letter_takes_the_place_of_those_that_say_less(
    store: Store, room: Room
) -> None:
    booking = await booked(store, room)
    await store.outbox.add([letter(booking), letter(booking, 2, kind=LetterKind.UPDATE)])
    await store.outbox.add([letter(booking, 3, kind=LetterKind.UPDATE, useless_after=NOW + 900)])
    S = LetterState
    assert await states(store, booking) == {"l1": S.WAITING, "l2": S.DROPPED, "l3": S.WAITING}
    await store.outbox.add([letter(booking, 4)])
    assert set((await states(store, booking)).values()) == {S.DROPPED, S.WAITING}
    assert await claimed(store) == ["l4"]


async def test_an_invitation_is_of_use_as_long_as_the_slot_it_was_moved_to(
    store: Store, room: Room
) -> None:
    booking = await booked(store, room)
    await store.outbox.add([letter(booking, useless_after=NOW + 50)])
    await store.outbox.add([letter(booking, 2, kind=LetterKind.UPDATE, useless_after=NOW + 900)])
    assert await claimed(store, NOW + 100) == ["l1"]


async def test_nobody_is_written_to_of_a_slot_that_does_not_stand(store: Store, room: Room) -> None:
    booking = await booked(store, room)
    kinds = (LetterKind.INVITATION, LetterKind.REMINDER)
    for number, kind in enumerate(kinds, start=1):
        await store.outbox.add([letter(booking, number, kind=kind)])
    await store.outbox.add([letter(booking, 3, expected=ExpectedId("gone"))])
    await store.outbox.add([letter(booking, 4, to="old@law.example")])
    cancelled = moves.cancel(booking, "Vacated", NOW)
    cancellation = letter(booking, 5, kind=LetterKind.CANCELLATION)
    confirmed = letter(booking, 6, kind=LetterKind.REQUEST_CONFIRMED, expected=None)
    await store.bookings.change(cancelled, said(cancelled), letters=[cancellation, confirmed])
    assert await claimed(store) == []
    assert set((await states(store, booking)).values()) == {LetterState.DROPPED}


async def test_only_who_may_have_been_invited_is_told_of_a_cancellation(
    store: Store, room: Room
) -> None:
    booking = await booked(store, room)
    await store.outbox.add([letter(booking)])
    await claimed(store)
    await store.outbox.settle_sent(LetterId("l1"), NOW)
    cancelled = moves.cancel(booking, "Vacated", NOW)
    here = letter(booking, 2, kind=LetterKind.CANCELLATION)
    elsewhere = replace(here, id=LetterId("l3"), to="old@law.example")
    await store.bookings.change(cancelled, said(cancelled), letters=[here, elsewhere])
    assert await claimed(store) == ["l2"]


async def test_a_lapsed_letter_is_dropped_also_without_a_mail_server(
    store: Store, room: Room
) -> None:
    booking = await booked(store, room)
    await store.outbox.add([letter(booking, useless_after=NOW + 50)])
    await store.outbox.drop_useless(NOW + 49)
    assert await store.outbox.count_open() == 1
    await store.outbox.drop_useless(NOW + 50)
    assert await store.outbox.count_open() == 0


async def test_of_two_jobs_one_writes_the_reminder(store: Store, room: Room) -> None:
    booking = await booked(store, room, preferred=slot(2, 10))
    day = 24 * 3_600.0
    now = at(1, 10)
    assert await store.outbox.to_remind(now - 1, day) == ()
    assert await store.outbox.to_remind(now, day) == ((booking.id, ExpectedId("x1")),)
    first = letter(booking, 1, kind=LetterKind.REMINDER, made_at=now)
    assert not await store.outbox.add_reminder(first, booking.version + 1, day)
    assert await store.outbox.add_reminder(first, booking.version, day)
    second = replace(first, id=LetterId("l2"))
    assert not await store.outbox.add_reminder(second, booking.version, day)
    assert await store.outbox.to_remind(now, day) == ()
    assert await store.outbox.count_open() == 1
