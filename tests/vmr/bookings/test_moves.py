"""The life of a booking: every move from every state, by the one table."""

import itertools
from collections.abc import Callable

import pytest

from tests.vmr.bookings.made import NOW, booking, person, slot
from vmr.bookings import moves
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.moves import AFTER, BookingMove, IllegalMove
from vmr.ids import RoomId

LATER = NOW + 60
DO: dict[BookingMove, Callable[[Booking], Booking]] = {
    BookingMove.CONFIRM: lambda one: moves.confirm(one, RoomId("r1"), slot(5, 10), LATER),
    BookingMove.AMEND: lambda one: moves.amend(one, booking(prisoner="Z9"), LATER),
    BookingMove.REFUSE: lambda one: moves.refuse(one, "No room", LATER),
    BookingMove.CANCEL: lambda one: moves.cancel(one, "Not needed", LATER),
}


@pytest.mark.parametrize(("state", "move"), [*itertools.product(BookingState, BookingMove)])
def test_a_move_leads_where_the_table_says_or_raises(
    state: BookingState, move: BookingMove
) -> None:
    before = booking(state=state, version=4)
    after = AFTER.get((state, move))
    assert moves.may(before, move) is (after is not None)
    if after is None:
        with pytest.raises(IllegalMove):
            DO[move](before)
    else:
        changed = DO[move](before)
        assert (changed.state, changed.version, changed.changed_at) == (after, 5, LATER)


def test_refused_and_cancelled_bookings_stay_so() -> None:
    over = {state for state in BookingState if booking(state=state).is_over}
    assert over.isdisjoint(state for state, _ in AFTER)


def test_a_confirmed_booking_has_the_room_and_slot_that_were_agreed() -> None:
    confirmed = DO[BookingMove.CONFIRM](booking())
    assert (confirmed.room, confirmed.slot) == ("r1", slot(5, 10))


def test_an_amendment_cannot_change_what_the_booking_is() -> None:
    before = booking(state=BookingState.CONFIRMED, version=2)
    other = booking(id="b2", reference="X", made_at=1.0, version=9, people=(person("New"),))
    after = moves.amend(before, other, LATER)
    assert (after.id, after.reference, after.made_at, after.version) == (
        *(before.id, before.reference, before.made_at, 3),
    )
    assert after.people == (person("New"),)
