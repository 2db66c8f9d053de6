"""The job that proposes outcomes: from the records, once, and never over a clerk's word."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from signalling.bookings import outcome_keeper
from signalling.bookings.outcome_keeper import BACK_S, OutcomeKeeper
from tests.browser.eventually import eventually
from tests.signalling.bookings.office import Office
from tests.vmr.bookings.made import slot
from vmr.bookings.booking import Booking
from vmr.bookings.changes import outcome_happening
from vmr.bookings.outcomes import CausedBy, Outcome, SlotOutcome
from vmr.ids import MeetingId
from vmr.record import Fact, Happening
from vmr.store import Store

OVER = slot(4, 10).ends_at


def keeper(office: Office) -> OutcomeKeeper:
    return OutcomeKeeper(store=office.store, clock=office.clock)


async def hold(store: Store, booking: Booking, meeting: str = "m1") -> None:
    """A guest waits, a host opens, they talk for the whole slot."""
    begins, ends = booking.slot.starts_at, booking.slot.ends_at
    happened = [
        said(begins - 60, "waited", "server", "guest:p2"),
        said(begins, "opened", "host:p1", facts=(("booking", booking.id),)),
        said(begins, "joined", "host:p1"),
        said(begins + 30, "joined", "guest:p2"),
        said(ends, "ended", "server", facts=(("code", "slot_over"),)),
    ]
    assert booking.room is not None
    await store.commit(MeetingId(meeting), booking.room, None, happened)


def said(
    at: float, what: str, actor: str, subject: str = "", facts: tuple[Fact, ...] = ()
) -> Happening:
    return Happening(at=at, actor=actor, what=what, subject=subject, facts=facts)


async def outcome(office: Office, booking: Booking) -> SlotOutcome:
    found = await office.store.outcomes.outcome(booking.id)
    assert found is not None
    return found


async def test_a_held_slot_is_proposed_with_what_its_record_measures(office: Office) -> None:
    booking = await office.make()
    await hold(office.store, booking)
    office.clock.now = OVER - 1
    assert await keeper(office).look() == 0
    office.clock.now = OVER
    assert await keeper(office).look() == 1
    found = await outcome(office, booking)
    assert (found.outcome, found.cause, found.is_settled) == (Outcome.HELD, None, False)
    assert found.measured is not None
    assert (found.measured.talked_s, found.measured.waited_s) == (75 * 60 - 30, 60)
    assert found.measured.has_guests


async def test_meetings_of_one_slot_add_up(office: Office) -> None:
    booking, other = await office.make(), await office.make(preferred=slot(5, 10))
    await hold(office.store, booking)
    office.clock.now = OVER
    await keeper(office).look()
    once = (await outcome(office, booking)).measured
    for name in ("m2", "m3"):
        await hold(office.store, other, name)
    office.clock.now = slot(5, 10).ends_at
    await keeper(office).look()
    twice = (await outcome(office, other)).measured
    assert once is not None
    assert twice is not None
    assert twice.talked_s == 2 * once.talked_s


async def test_a_slot_nobody_opened_was_not_attended_by_the_establishment(office: Office) -> None:
    booking = await office.make()
    office.clock.now = OVER
    await keeper(office).look()
    found = await outcome(office, booking)
    assert (found.outcome, found.cause) == (Outcome.DID_NOT_ATTEND, CausedBy.ESTABLISHMENT)


async def test_a_cancelled_slot_is_proposed_at_once_with_the_side_that_cancelled(
    office: Office,
) -> None:
    ours, theirs = await office.make(), await office.make(preferred=slot(5, 10))
    await office.service.cancel(ours, "No staff", office.clerk)
    await office.service.cancel(theirs, "Not needed", "requester")
    assert await keeper(office).look() == 2
    causes = [(await outcome(office, one)).cause for one in (ours, theirs)]
    assert causes == [CausedBy.ESTABLISHMENT, CausedBy.GUEST]


async def test_two_jobs_and_a_new_start_propose_nothing_twice(office: Office) -> None:
    for day in (4, 5, 8):
        await office.make(preferred=slot(day, 10))
    office.clock.now = slot(8, 10).ends_at
    kept = await asyncio.gather(keeper(office).look(), keeper(office).look())
    assert sum(kept) == 3
    assert await keeper(office).look() == 0


async def test_the_job_catches_up_with_the_past_once_and_then_looks_at_the_last_days(
    office: Office,
) -> None:
    await office.make()
    office.clock.now = OVER + 9 * BACK_S
    running = keeper(office)
    assert await running.look() == 1
    assert running._since == office.clock.now - BACK_S
    assert await running.look() == 0


async def test_a_running_server_looks_again_and_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome_keeper.LOOK_S == 60.0
    monkeypatch.setattr(outcome_keeper, "LOOK_S", 0.01)
    booking, looks = await office.make(), []

    async def look() -> int:
        looks.append(await OutcomeKeeper.look(running))
        return looks[-1]

    async def has_looked_in_vain() -> bool:
        return looks[-2:] == [0, 0]

    async def is_proposed() -> bool:
        return 1 in looks

    running = keeper(office)
    monkeypatch.setattr(running, "look", look)
    office.clock.now = OVER - 1
    live = running.live(web.Application())
    await anext(live)
    await eventually("two looks", has_looked_in_vain)
    office.clock.now = OVER
    await eventually("the proposal", is_proposed)
    assert await anext(live, "stopped") == "stopped"
    assert (await outcome(office, booking)).outcome is Outcome.DID_NOT_ATTEND


async def test_more_slots_than_one_look_takes_are_all_proposed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome_keeper, "AT_ONCE", 2)
    for day in (4, 5, 8, 9, 10):
        await office.make(preferred=slot(day, 10))
    office.clock.now = slot(10, 10).ends_at
    assert await keeper(office).look() == 5


async def test_what_a_clerk_settled_is_left_alone(office: Office) -> None:
    booking = await office.make()
    office.clock.now = OVER
    await keeper(office).look()
    before = await outcome(office, booking)
    settled = replace(
        before, outcome=Outcome.LATE, cause=CausedBy.GUEST, by=office.clerk.name, version=2,
        is_settled=True,
    )  # fmt: skip
    done = outcome_happening(booking, before, settled, by=office.clerk)
    await office.store.outcomes.settle(settled, office.clerk, done)
    await office.service.cancel(booking, "Twice", office.clerk)
    assert await keeper(office).look() == 0
    assert await outcome(office, booking) == settled


async def test_a_record_that_cannot_be_read_keeps_no_other_slot_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = await office.make(), await office.make(preferred=slot(5, 10))
    await hold(office.store, broken)
    office.clock.now = slot(5, 10).ends_at

    def fails(_entries: object) -> None:
        raise ValueError

    monkeypatch.setattr(outcome_keeper, "totals", fails)
    assert await keeper(office).look() == 1
    assert (await outcome(office, whole)).outcome is Outcome.DID_NOT_ATTEND
    assert await office.store.outcomes.outcome(broken.id) is None
