"""What becomes of a slot: the proposal from the record, and what may be settled."""

from dataclasses import replace

import pytest

from tests.vmr.bookings.made import slot
from tests.vmr.test_record_totals import TALK, read, step
from vmr.bookings.outcomes import (
    CausedBy,
    Measured,
    Outcome,
    OutcomeProblem,
    OutcomeProblems,
    Verdict,
    measure,
    problems_of_outcome,
    propose,
    propose_cancelled,
    settle,
)
from vmr.ids import BookingId
from vmr.record_times import Cause

SLOT = slot(4, 10)
ID = BookingId("b1")
CALL = Measured(opened_at=SLOT.starts_at, ended_at=SLOT.ends_at, has_guests=True, had_callers=True)
LATER = SLOT.ends_at + 60


def likely(measured: Measured | None) -> tuple[Outcome, CausedBy | None]:
    proposed = propose(ID, SLOT, measured, LATER)
    assert not proposed.is_settled
    assert proposed.measured == measured
    return proposed.outcome, proposed.cause


def test_a_call_that_began_and_ended_in_time_was_held() -> None:
    assert likely(CALL) == (Outcome.HELD, None)
    assert likely(replace(CALL, opened_at=SLOT.starts_at + 300)) == (Outcome.HELD, None)


def test_a_call_that_was_opened_late_was_late_by_the_establishment() -> None:
    late = replace(CALL, opened_at=SLOT.starts_at + 301)
    assert likely(late) == (Outcome.LATE, CausedBy.ESTABLISHMENT)


def test_a_room_nobody_opened_and_a_room_nobody_came_to_are_two_things() -> None:
    assert likely(None) == (Outcome.DID_NOT_ATTEND, CausedBy.ESTABLISHMENT)
    empty = replace(CALL, has_guests=False, had_callers=False)
    assert likely(empty) == (Outcome.DID_NOT_ATTEND, CausedBy.GUEST)


def test_who_came_to_the_door_and_was_not_let_in_is_a_question_for_people() -> None:
    assert likely(replace(CALL, has_guests=False)) == (Outcome.DID_NOT_ATTEND, None)


def test_a_call_that_the_network_ended_early_was_cut_short_and_one_that_was_over_was_held() -> None:
    early = replace(CALL, ended_at=SLOT.ends_at - 601)
    assert likely(early) == (Outcome.HELD, None)
    by_network = replace(early, is_ended_early_by_network=True)
    assert likely(by_network) == (Outcome.CUT_SHORT, CausedBy.TECHNICAL)
    nearly = replace(by_network, ended_at=SLOT.ends_at - 600)
    assert likely(nearly) == (Outcome.HELD, None)


def test_a_call_whose_guest_was_lost_while_the_room_stayed_open_was_cut_short() -> None:
    lost = replace(CALL, is_ended_early_by_network=True, lost={Cause.GUEST_CONNECTION: 601.0})
    assert likely(lost) == (Outcome.CUT_SHORT, CausedBy.TECHNICAL)
    paused = replace(lost, lost={Cause.GUEST_CONNECTION: 600.0, Cause.PAUSED: 900.0})
    assert likely(paused) == (Outcome.HELD, None)


@pytest.mark.parametrize(
    ("outcome", "cause", "note", "now", "problems"),
    [
        (Outcome.HELD, None, "", LATER, ()),
        (Outcome.LATE, CausedBy.PRISONER, "n" * 2_000, LATER, ()),
        (Outcome.CANCELLED, CausedBy.COURT, "", SLOT.starts_at - 1, ()),
        (Outcome.LATE, None, "", LATER, (OutcomeProblem.CAUSE_MISSING,)),
        (Outcome.HELD, CausedBy.GUEST, "", LATER, (OutcomeProblem.CAUSE_WITHOUT_REASON,)),
        (Outcome.HELD, None, "n" * 2_001, LATER, (OutcomeProblem.NOTE_TOO_LONG,)),
        (Outcome.HELD, None, "", SLOT.starts_at - 1, (OutcomeProblem.NOT_OVER,)),
    ],
)
def test_an_outcome_is_settled_with_its_cause_after_the_slot_began(
    outcome: Outcome,
    cause: CausedBy | None,
    note: str,
    now: float,
    problems: tuple[OutcomeProblem, ...],
) -> None:
    verdict = Verdict(outcome=outcome, cause=cause, note=note)
    assert problems_of_outcome(verdict, SLOT, now) == problems


def test_a_cancelled_slot_is_proposed_with_the_side_that_cancelled_it() -> None:
    proposed = propose_cancelled(ID, CausedBy.GUEST, None, LATER)
    assert (proposed.outcome, proposed.cause) == (Outcome.CANCELLED, CausedBy.GUEST)
    assert not proposed.is_settled


def test_an_outcome_is_settled_by_a_name_and_its_measures_stay() -> None:
    proposed = propose(ID, SLOT, CALL, LATER)
    verdict = Verdict(outcome=Outcome.LATE, cause=CausedBy.COURT, note="Heard late.")
    settled = settle(proposed, verdict, slot=SLOT, by="Clerk Reed", at=LATER + 9)
    assert settled == replace(
        proposed, outcome=Outcome.LATE, cause=CausedBy.COURT, note="Heard late.", by="Clerk Reed",
        at=LATER + 9, version=2, is_settled=True,
    )  # fmt: skip


def test_what_a_rule_stands_against_is_not_settled() -> None:
    proposed = propose(ID, SLOT, CALL, LATER)
    with pytest.raises(OutcomeProblems) as refused:
        settle(proposed, Verdict(outcome=Outcome.LATE), slot=SLOT, by="Clerk Reed", at=LATER)
    assert refused.value.problems == (OutcomeProblem.CAUSE_MISSING,)


HOST, GUEST = "host:p1", "guest:p2"


def test_a_record_is_measured_in_waiting_talking_and_lost_time() -> None:
    found = measure([
        read(
            *TALK,
            step(100, "paused", "officer:o1"),
            step(40, "resumed", "officer:o1"),
            step(60, "locked", HOST),
            step(5, "knocked", subject="guest:p3"),
            step(5, "refused", "officer:o1", "guest:p3"),
            step(50, "ended", "officer:o1", code="meeting_ended"),
        )
    ])  # fmt: skip
    assert found is not None
    assert (found.opened_at, found.talked_at, found.ended_at) == (1070.0, 1070.0, 1330.0)
    assert (found.waited_s, found.talked_s, found.lost) == (70.0, 220.0, {Cause.PAUSED: 40.0})
    assert (found.knocks_after_lock, found.refusals) == (1, 1)
    assert (found.has_guests, found.had_callers) == (True, True)
    assert not found.is_ended_early_by_network
    assert found.lost_s == 40.0


def test_several_meetings_in_one_slot_add_up_and_the_last_says_how_it_ended() -> None:
    first = read(*TALK, step(100, "ended", HOST, code="meeting_ended"))
    lost = read(
        *TALK,
        step(200, "lost", HOST, kept=True),
        step(300, "ended", code="host_gone"),
    )
    found = measure([first, lost])
    assert found is not None
    assert (found.talked_s, found.lost) == (300.0, {Cause.HOST_CONNECTION: 300.0})
    assert (found.opened_at, found.ended_at) == (1070.0, 1570.0)
    assert found.is_ended_early_by_network
    left = read(*TALK, step(200, "left", HOST), step(60, "ended", code="host_gone"))
    found = measure([lost, left])
    assert found is not None
    assert not found.is_ended_early_by_network, "the host left on purpose"


def test_a_guest_who_was_lost_and_not_seen_again_was_cut_off() -> None:
    found = measure([
        read(
            *TALK,
            step(200, "lost", GUEST, kept=True),
            step(300, "seat_lapsed", subject=GUEST),
            step(9, "ended", HOST, code="meeting_ended"),
        )
    ])  # fmt: skip
    assert found is not None
    assert found.is_ended_early_by_network


def test_a_room_that_was_never_opened_measures_nothing() -> None:
    assert measure([]) is None
    assert measure([read(*TALK[:2])]) is None


def test_a_record_without_an_end_ends_with_its_last_entry() -> None:
    found = measure([read(*TALK, step(100, "locked", HOST))])
    assert found is not None
    assert found.ended_at == 1170.0


def test_a_talk_is_late_by_when_both_sides_were_there_and_never_early() -> None:
    assert CALL.late_s(SLOT) == 0.0
    assert replace(CALL, talked_at=SLOT.starts_at + 90).late_s(SLOT) == 90.0
    assert replace(CALL, opened_at=SLOT.starts_at + 60).late_s(SLOT) == 60.0
    assert replace(CALL, opened_at=SLOT.starts_at - 60).late_s(SLOT) == 0.0
