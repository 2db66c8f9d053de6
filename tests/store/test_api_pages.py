"""Pages that programs read, and answers that are given again, on both databases."""

import pytest

from tests.store.test_api import added as add_token
from tests.vmr.bookings.made import booking, person, slot
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import BookingEvent, booking_happening
from vmr.bookings.times import Interval
from vmr.ids import ApiTokenId, BookingId, ExpectedId, MeetingId
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import NotFound, Store
from vmr.store.api_answers import ABANDONED_S, KEPT_S, AnswerKey
from vmr.store.api_pages import Place


async def book(store: Store, room: Room, id: str, day: int, name: str = "Ada Law") -> Booking:
    made = booking(
        id=BookingId(id), reference=f"ABCD-{id}", establishment=room.establishment.id,
        preferred=slot(day, 10), people=(person(name, ExpectedId(f"x{id}")),),
    )  # fmt: skip
    done = booking_happening(BookingEvent.REQUESTED, made, by="requester", at=1.0)
    await store.bookings.add(made, done)
    return made


async def hold(store: Store, room: Room, id: str, at: float) -> None:
    done = [
        Happening(at=at + n, actor="host:p1", what="knocked", personal=(("name", f"Ann {n}"),))
        for n in range(3)
    ]
    await store.commit(MeetingId(id), room.id, None, done)


async def test_bookings_come_from_behind_a_place_and_by_what_was_asked(
    store: Store, room: Room
) -> None:
    made = [await book(store, room, id, day) for id, day in (("1", 4), ("2", 4), ("3", 5))]
    await book(store, room, "4", 8, "Zoë Ó Dá")
    prison = room.establishment.id
    first = await store.api.bookings(prison, limit=2)
    assert first == tuple(made[:2])
    place = Place(first[-1].slot.starts_at, first[-1].id)
    rest = await store.api.bookings(prison, after=place, limit=9)
    assert [one.id for one in rest] == ["3", "4"]
    found = await store.api.bookings(prison, text="zoe o", limit=9)
    assert [one.id for one in found] == ["4"]
    assert await store.api.bookings(prison, text="%", limit=9) == ()
    assert await store.api.bookings(prison, state=BookingState.CONFIRMED, limit=9) == ()
    assert await store.api.bookings(prison, room=room.id, limit=9) == ()
    thursday = Interval(starts_at=slot(4, 0).starts_at, ends_at=slot(5, 0).starts_at)
    assert len(await store.api.bookings(prison, span=thursday, limit=9)) == 2
    other = await store.add_establishment(name="B", phone="2")
    assert await store.api.bookings(other.id, limit=9) == ()


async def test_meetings_come_the_latest_first_from_behind_a_place(store: Store, room: Room) -> None:
    for id, at in (("m1", 10.0), ("m2", 20.0), ("m3", 20.0)):
        await hold(store, room, id, at)
    prison = room.establishment.id
    page = await store.api.meetings(prison, limit=2)
    assert [(one.id, one.entries, one.ended_at) for one in page] == [
        ("m2", 3, 22.0), ("m3", 3, 22.0),
    ]  # fmt: skip
    rest = await store.api.meetings(prison, after=Place(20.0, "m3"), limit=9)
    assert [one.id for one in rest] == ["m1"]
    early = Interval(starts_at=0.0, ends_at=20.0)
    assert [one.id for one in await store.api.meetings(prison, span=early, limit=9)] == ["m1"]
    assert len(await store.api.meetings(prison, room=room.id, limit=9)) == 3


async def test_a_record_is_looked_at_by_its_own_establishment_and_that_is_recorded(
    store: Store, room: Room
) -> None:
    token = await add_token(store, room)
    elsewhere = await store.add_establishment(name="B", phone="2")
    there = await store.add_room(elsewhere, name="R", policy=room.policy, pin_hash="$")
    await hold(store, room, "m1", 10.0)
    await hold(store, there, "m2", 10.0)
    page = await store.api.look_at_record(
        token, MeetingId("m1"), first=2, limit=1, with_names=True, at=30.0
    )
    assert [(one.entry.sequence, one.personal) for one in page] == [(2, (("name", "Ann 1"),))]
    looked = (await store.staff.record(room.establishment.id))[-1].entry
    assert (looked.actor, looked.what) == ("api:k1", "record_read")
    assert dict(looked.facts)["sequence"] == 3
    with pytest.raises(NotFound):
        await store.api.look_at_record(
            token, MeetingId("m2"), first=1, limit=9, with_names=True, at=31.0
        )
    assert (await store.records.verify_establishment(room.establishment.id)).problems == ()


async def test_an_answer_is_claimed_kept_and_forgotten(store: Store, room: Room) -> None:
    token = await add_token(store, room)
    key = AnswerKey(token=ApiTokenId(token.id), key_hash="ab" * 32)
    first = await store.api.claim_answer(key, "d1", "n1", 10.0)
    assert (first.is_claimed, first.is_again, first.new_id) == (True, False, "n1")
    second = await store.api.claim_answer(key, "d1", "n2", 11.0)
    assert (second.is_claimed, second.sealed) == (False, None)
    third = await store.api.claim_answer(key, "d1", "n3", 10.0 + ABANDONED_S)
    assert (third.is_claimed, third.is_again, third.new_id) == (True, True, "n1")
    await store.api.keep_answer(key, b"\x00sealed")
    await store.api.release_answer(key)  # what was answered is not released
    kept = await store.api.claim_answer(key, "d2", "n4", 500.0)
    assert (kept.is_claimed, kept.digest, kept.sealed) == (False, "d1", b"\x00sealed")
    await store.api.forget_answers(10.0 + KEPT_S)
    anew = await store.api.claim_answer(key, "d2", "n5", 10.0 + KEPT_S)
    assert (anew.is_claimed, anew.is_again, anew.new_id) == (True, False, "n5")
