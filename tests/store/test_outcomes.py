"""Outcomes of slots: which are due, that staff have the last word, and meetings of a slot."""

from dataclasses import replace
from typing import Any

import pytest

from tests.store.test_bookings import add, of, said
from tests.vmr.bookings.made import NOW, slot
from vmr.bookings import moves
from vmr.bookings.booking import Booking, BookingState, Channel
from vmr.bookings.changes import REQUESTER, BookingEvent, booking_happening, outcome_happening
from vmr.bookings.outcomes import (
    CausedBy,
    Measured,
    Outcome,
    SlotOutcome,
    propose,
    propose_cancelled,
)
from vmr.bookings.reports import Row
from vmr.bookings.times import Interval
from vmr.ids import BookingId, MeetingId, OfficerId, RoomId
from vmr.record import Happening
from vmr.record_times import Cause
from vmr.rooms import Room
from vmr.staff import StaffMember, StaffRole
from vmr.store import Conflict, NotFound, Reviewed, Store, WantedOutcomes

OVER = slot(4, 10).ends_at
MEASURED = Measured(
    opened_at=slot(4, 10).starts_at + 60,
    talked_at=slot(4, 10).starts_at + 90,
    ended_at=OVER - 5,
    waited_s=300.5,
    identified_s=120,
    talked_s=3_000,
    lost={Cause.PAUSED: 12.5, Cause.HOST_CONNECTION: 4.0},
    has_guests=True,
    had_callers=True,
    knocks_after_lock=2,
    refusals=1,
)


def clerk(room: Room) -> StaffMember:
    return StaffMember(
        id=OfficerId("o1"), establishment=room.establishment, name="Clerk Ó Néill",
        username="clerk", roles=frozenset({StaffRole.BOOKING}),
    )  # fmt: skip


def proposal(booking: Booking, measured: Measured | None = MEASURED) -> SlotOutcome:
    return propose(booking.id, booking.slot, measured, OVER + 1)


async def hold(store: Store, room: Room, booking: Booking, meeting: str = "m1") -> MeetingId:
    """A meeting opened in the slot, still live."""
    opened = Happening(
        at=booking.slot.starts_at, actor="host:p1", what="opened",
        facts=(("confirmed", ""), ("booking", booking.id)),
    )  # fmt: skip
    waited = replace(opened, what="waited", facts=())
    id = MeetingId(meeting)
    await store.commit(id, room.id, {}, [waited])
    await store.commit(id, room.id, {}, [opened])
    return id


async def due(store: Store, now: float = OVER, since: float = 0.0) -> list[str]:
    return [one.id for one in await store.outcomes.due(now, since=since, limit=10)]


async def cancel(store: Store, booking: Booking, by: StaffMember | str = REQUESTER) -> Booking:
    cancelled = moves.cancel(booking, "ill", NOW)
    done = booking_happening(BookingEvent.CANCELLED, cancelled, by=by, at=NOW)
    await store.bookings.change(cancelled, done)
    return cancelled


async def settle(store: Store, room: Room, before: SlotOutcome, **values: object) -> SlotOutcome:
    by = clerk(room)
    given = {
        "by": by.name, "at": OVER + 9, "version": before.version + 1, "is_settled": True, **values,
    }  # fmt: skip
    settled: SlotOutcome = replace(before, **given)  # type: ignore[arg-type]
    booking = await store.bookings.booking(before.booking)
    assert booking is not None
    await store.outcomes.settle(settled, by, outcome_happening(booking, before, settled, by=by))
    return settled


async def test_a_slot_is_due_when_it_is_over_and_not_before(store: Store, room: Room) -> None:
    booking = await add(store, of(room))
    await add(store, of(room, 2, state=BookingState.REQUESTED, preferred=slot(3, 10)))
    assert await due(store, OVER - 1) == []
    assert await due(store) == [booking.id]
    assert await due(store, OVER, since=slot(9, 10).starts_at) == [], "it began before"


async def test_a_slot_waits_for_the_meeting_that_runs_in_it(store: Store, room: Room) -> None:
    booking = await add(store, of(room))
    meeting = await hold(store, room, booking)
    assert await due(store) == []
    ended = Happening(at=OVER, actor="server", what="ended", facts=(("code", "slot_over"),))
    await store.commit(meeting, room.id, None, [ended])
    assert await due(store) == [booking.id]
    assert await store.outcomes.meetings_of(booking.id) == (meeting,)


async def test_a_slot_knows_every_meeting_that_was_opened_in_it(store: Store, room: Room) -> None:
    booking = await add(store, of(room))
    for name in ("m2", "m1"):
        await store.commit(await hold(store, room, booking, name), room.id, None, [])
    elsewhere = Happening(at=OVER, actor="host:p1", what="opened", facts=(("confirmed", ""),))
    await store.commit(MeetingId("m3"), room.id, None, [elsewhere])
    assert await store.outcomes.meetings_of(booking.id) == ("m1", "m2")


async def test_a_proposal_comes_back_whole_and_is_made_once(store: Store, room: Room) -> None:
    booking = await add(store, of(room))
    proposed = proposal(booking)
    assert await store.outcomes.outcome(booking.id) is None
    assert await store.outcomes.propose(proposed, booking.version)
    assert await store.outcomes.outcome(booking.id) == proposed
    assert await due(store) == []
    assert not await store.outcomes.propose(replace(proposed, at=1.0), booking.version)
    assert await store.outcomes.outcome(booking.id) == proposed


async def test_a_proposal_without_a_meeting_has_no_measures(store: Store, room: Room) -> None:
    booking = await add(store, of(room))
    await store.outcomes.propose(proposal(booking, None), booking.version)
    kept = await store.outcomes.outcome(booking.id)
    assert kept is not None
    assert kept.measured is None
    assert (kept.outcome, kept.cause) == (Outcome.DID_NOT_ATTEND, CausedBy.ESTABLISHMENT)


async def test_a_proposal_for_a_booking_that_has_changed_is_not_kept(
    store: Store, room: Room
) -> None:
    booking = await add(store, of(room))
    await cancel(store, booking)
    assert not await store.outcomes.propose(proposal(booking), booking.version)
    assert await store.outcomes.outcome(booking.id) is None


async def test_a_cancelled_slot_is_due_at_once_also_after_a_proposal(
    store: Store, room: Room
) -> None:
    booking = await add(store, of(room))
    await store.outcomes.propose(proposal(booking), booking.version)
    cancelled = await cancel(store, booking)
    assert await due(store, NOW) == [booking.id]
    outcome = propose_cancelled(booking.id, CausedBy.GUEST, None, NOW)
    assert await store.outcomes.propose(outcome, cancelled.version)
    assert await store.outcomes.outcome(booking.id) == replace(outcome, version=2)
    assert await due(store, OVER) == []


async def test_a_request_that_never_had_a_room_has_no_outcome(store: Store, room: Room) -> None:
    asked = await add(store, replace(of(room, state=BookingState.REQUESTED), room=None))
    await cancel(store, asked)
    assert await due(store) == []


@pytest.mark.parametrize(
    ("by", "channel", "cause"),
    [
        (REQUESTER, Channel.BOOKING_TEAM, CausedBy.GUEST),
        (REQUESTER, Channel.COURT, CausedBy.COURT),
        ("officer", Channel.COURT, CausedBy.ESTABLISHMENT),
        ("server", Channel.COURT, None),
    ],
)
async def test_the_record_says_which_side_cancelled(
    store: Store, room: Room, by: str, channel: Channel, cause: CausedBy | None
) -> None:
    booking = await add(store, of(room, channel=channel))
    await add(store, of(room, 2, preferred=slot(5, 10)))
    assert await store.outcomes.cancelled_by(booking) is None
    cancelled = await cancel(store, booking, clerk(room) if by == "officer" else by)
    assert await store.outcomes.cancelled_by(cancelled) == cause


async def test_what_staff_settled_stays_whatever_is_proposed(store: Store, room: Room) -> None:
    booking = await add(store, of(room))
    proposed = proposal(booking)
    await store.outcomes.propose(proposed, booking.version)
    settled = await settle(
        store, room, proposed, outcome=Outcome.LATE, cause=CausedBy.PRISONER, note="Lift é"
    )
    assert await store.outcomes.outcome(booking.id) == settled
    cancelled = await cancel(store, booking)
    assert await due(store) == []
    assert not await store.outcomes.propose(proposal(cancelled), cancelled.version)
    assert await store.outcomes.outcome(booking.id) == settled


async def test_an_outcome_is_settled_by_who_has_seen_it_and_is_in_the_record(
    store: Store, room: Room
) -> None:
    booking = await add(store, of(room))
    proposed = proposal(booking)
    await store.outcomes.propose(proposed, booking.version)
    first = await settle(store, room, proposed, note="First")
    with pytest.raises(Conflict):
        await settle(store, room, proposed, note="Second")
    await settle(store, room, first, outcome=Outcome.CUT_SHORT, cause=CausedBy.TECHNICAL)
    entries = await store.staff.record(room.establishment.id)
    written = [one for one in entries if one.entry.what == "booking_outcome_settled"]
    assert [dict(one.personal).get("officer") for one in written] == ["Clerk Ó Néill"] * 2
    facts = dict(written[1].entry.facts)
    assert (facts["outcome"], facts["cause"]) == ("cut_short", "technical")
    assert (facts["outcome_before"], facts["was_settled"]) == ("held", True)
    assert dict(written[0].personal)["note"] == "First"


async def test_nobody_settles_what_is_another_establishments_or_has_no_outcome(
    store: Store, room: Room
) -> None:
    booking = await add(store, of(room))
    with pytest.raises(NotFound):
        await settle(store, room, proposal(booking))
    await store.outcomes.propose(proposal(booking), booking.version)
    other = await store.add_establishment(name="HMP Other", phone="1")
    elsewhere = replace(room, establishment=other)
    with pytest.raises(NotFound):
        await settle(store, elsewhere, proposal(booking))


async def test_slots_wait_for_review_the_earliest_first_and_by_establishment(
    store: Store, room: Room
) -> None:
    late = await add(store, of(room, 1, preferred=slot(5, 10)))
    early = await add(store, of(room, 2, preferred=slot(4, 10)))
    done = await add(store, of(room, 3, preferred=slot(3, 10)))
    for one in (late, early, done):
        await store.outcomes.propose(proposal(one), one.version)
    await settle(store, room, proposal(done))
    at = room.establishment.id
    found, count = await store.outcomes.waiting(at, limit=10)
    assert ([one.booking for one in found], count) == ([early, late], 2)
    assert found[0].outcome == proposal(early)
    found, count = await store.outcomes.waiting(at, limit=10, offset=1)
    assert ([one.booking for one in found], count) == ([late], 2)
    other = await store.add_establishment(name="HMP Other", phone="1")
    assert await store.outcomes.waiting(other.id, limit=10) == ((), 0)


async def test_outcomes_come_from_behind_a_place_and_by_what_was_asked(
    store: Store, room: Room
) -> None:
    made = [await add(store, of(room, n, preferred=slot(2 + n, 10))) for n in (1, 2, 3)]
    for one in made:
        await store.outcomes.propose(proposal(one), one.version)
    settled = await settle(
        store, room, proposal(made[1]), outcome=Outcome.CANCELLED, cause=CausedBy.COURT
    )
    meeting = await hold(store, room, made[0])

    async def page(limit: int = 9, **wanted: Any) -> tuple[Reviewed, ...]:
        prison = room.establishment.id
        return await store.outcomes.page(prison, WantedOutcomes(**wanted), limit=limit)

    first = await page(limit=2)
    assert [one.booking for one in first] == made[:2]
    assert (first[0].meetings, first[1].meetings) == ((meeting,), ())
    assert first[1].outcome == settled
    assert [one.booking for one in await page(after=(made[1].slot.starts_at, "b2"))] == made[2:]
    assert [one.booking for one in await page(outcome=Outcome.CANCELLED)] == [made[1]]
    assert [one.booking for one in await page(is_settled=True)] == [made[1]]
    assert len(await page(is_settled=False)) == 2
    assert len(await page(room=room.id)) == 3
    assert await page(room=RoomId("elsewhere")) == ()
    day = Interval(starts_at=made[2].slot.starts_at, ends_at=made[2].slot.ends_at)
    assert [one.booking for one in await page(span=day)] == [made[2]]
    other = await store.add_establishment(name="HMP Other", phone="1")
    assert await store.outcomes.page(other.id, WantedOutcomes(), limit=9) == ()


async def test_a_booking_made_in_place_of_another_is_found_from_both(
    store: Store, room: Room
) -> None:
    first = await add(store, of(room))
    second = await add(store, of(room, 2, preferred=slot(9, 10), rebooks=first.id))
    kept = await store.bookings.booking(BookingId("b2"))
    assert kept is not None
    assert kept.rebooks == first.id
    assert await store.bookings.rebooked(first.id) == (second,)
    assert dict(said(second).facts)["rebooks"] == first.id
    moved = moves.amend(second, replace(second, rebooks=None), NOW)
    assert moved.rebooks == first.id, "an amendment does not cut the link"


async def test_a_meeting_is_kept_whatever_booking_its_slot_names(store: Store, room: Room) -> None:
    booking = of(room, 77)
    meeting = await hold(store, room, booking)
    assert await store.verify(meeting) == 2


async def test_a_report_reads_slots_and_requests_of_its_span_with_what_became_of_them(
    store: Store, room: Room
) -> None:
    held = await add(store, of(room, 1))
    await store.outcomes.propose(proposal(held), held.version)
    asked = await add(
        store, replace(of(room, 2, state=BookingState.REQUESTED, preferred=slot(5, 10)), room=None)
    )
    coming = await add(store, of(room, 3, preferred=slot(8, 10)))
    await add(store, of(room, 4, preferred=slot(9, 10)))
    span = Interval(starts_at=held.slot.starts_at, ends_at=slot(9, 10).starts_at)
    rows = await store.outcomes.report_rows(room.establishment.id, span)
    first, second, third = sorted(rows, key=lambda one: one.starts_at)
    assert first == Row(
        room=room.id, purpose=held.purpose, state=held.state, was_requested=False,
        made_at=held.made_at, starts_at=held.slot.starts_at, ends_at=held.slot.ends_at,
        prisoner=held.prisoner, outcome=Outcome.HELD, cause=None, is_settled=False,
        began_at=MEASURED.talked_at, talked_s=3_000, lost=MEASURED.lost, knocks_after_lock=2,
        refusals=1,
    )  # fmt: skip
    assert (second.room, second.was_requested, second.is_slot) == (None, True, False)
    assert second.made_at == asked.made_at
    assert (third.outcome, third.began_at, third.starts_at) == (None, None, coming.slot.starts_at)
    other = await store.add_establishment(name="HMP Other", phone="1")
    assert await store.outcomes.report_rows(other.id, span) == []


async def test_a_request_stays_one_when_it_is_confirmed(store: Store, room: Room) -> None:
    asked = await add(store, replace(of(room, state=BookingState.REQUESTED), room=None))
    confirmed = moves.confirm(asked, room.id, asked.slot, NOW)
    await store.bookings.change(confirmed, said(confirmed))
    (row,) = await store.outcomes.report_rows(room.establishment.id, asked.slot)
    assert (row.was_requested, row.is_slot) == (True, True)
