"""What becomes of a slot: the proposal from the record, and what may be settled."""

from dataclasses import replace

import pytest

from tests.vmr.bookings.made import slot
from vmr.bookings.outcomes import (
    CausedBy,
    Measured,
    Outcome,
    OutcomeProblem,
    SlotOutcome,
    problems_of_outcome,
    propose,
)
from vmr.ids import BookingId, MeetingId

SLOT = slot(4, 10)
ID = BookingId("b1")
CALL = Measured(
    meeting=MeetingId("m1"), opened_at=SLOT.starts_at, ended_at=SLOT.ends_at, has_guests=True
)
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
    unopened = replace(CALL, opened_at=None)
    assert likely(unopened) == (Outcome.DID_NOT_ATTEND, CausedBy.ESTABLISHMENT)
    assert likely(replace(CALL, has_guests=False)) == (Outcome.DID_NOT_ATTEND, CausedBy.GUEST)


def test_a_call_that_the_network_ended_early_was_cut_short_and_one_that_was_over_was_held() -> None:
    early = replace(CALL, ended_at=SLOT.ends_at - 601)
    assert likely(early) == (Outcome.HELD, None)
    by_network = replace(early, is_ended_early_by_network=True)
    assert likely(by_network) == (Outcome.CUT_SHORT, CausedBy.TECHNICAL)
    nearly = replace(by_network, ended_at=SLOT.ends_at - 600)
    assert likely(nearly) == (Outcome.HELD, None)


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
    assert problems_of_outcome(outcome, cause, note, SLOT, now) == problems


def test_an_outcome_is_settled_by_a_name() -> None:
    assert SlotOutcome(booking=ID, outcome=Outcome.HELD, by="Clerk Reed", at=1.0).is_settled
