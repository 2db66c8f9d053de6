"""The life of a booking: requested → confirmed → amended any number of times → cancelled.

One table; an illegal move raises and changes nothing.
"""

from dataclasses import replace
from enum import Enum

from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.times import Interval
from vmr.ids import RoomId


class BookingMove(Enum):
    CONFIRM = "confirm"
    AMEND = "amend"
    REFUSE = "refuse"
    CANCEL = "cancel"


_S, _M = BookingState, BookingMove

AFTER: dict[tuple[BookingState, BookingMove], BookingState] = {
    (_S.REQUESTED, _M.CONFIRM): _S.CONFIRMED,
    (_S.REQUESTED, _M.AMEND): _S.REQUESTED,
    (_S.REQUESTED, _M.REFUSE): _S.REFUSED,
    (_S.REQUESTED, _M.CANCEL): _S.CANCELLED,
    (_S.CONFIRMED, _M.AMEND): _S.CONFIRMED,
    (_S.CONFIRMED, _M.CANCEL): _S.CANCELLED,
}
"""What is not in the table cannot happen."""


class IllegalMove(ValueError):
    """The booking's state does not allow it."""


def may(booking: Booking, move: BookingMove) -> bool:
    return (booking.state, move) in AFTER


def confirm(booking: Booking, room: RoomId, slot: Interval, now: float) -> Booking:
    """In this room and slot: the preferred one, an alternative, or one agreed otherwise."""
    return _moved(booking, BookingMove.CONFIRM, now, room=room, preferred=slot)


def amend(booking: Booking, changed: Booking, now: float) -> Booking:
    """`changed` is the booking as it shall be; its state, version and times are kept right here."""
    kept = {
        "id": booking.id, "reference": booking.reference, "made_at": booking.made_at,
        "establishment": booking.establishment, "version": booking.version,
        "state": booking.state, "rebooks": booking.rebooks,
    }  # fmt: skip
    same = replace(changed, **kept)  # type: ignore[arg-type]
    return _moved(same, BookingMove.AMEND, now)


def refuse(booking: Booking, reason: str, now: float) -> Booking:
    return _moved(booking, BookingMove.REFUSE, now, reason=reason)


def cancel(booking: Booking, reason: str, now: float) -> Booking:
    return _moved(booking, BookingMove.CANCEL, now, reason=reason)


def _moved(booking: Booking, move: BookingMove, now: float, **values: object) -> Booking:
    state = AFTER.get((booking.state, move))
    if state is None:
        raise IllegalMove(f"{move.value}: the booking is {booking.state.value}")
    version = booking.version + 1
    return replace(booking, state=state, version=version, changed_at=now, **values)  # type: ignore[arg-type]
