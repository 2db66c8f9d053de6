"""All that is asked of the database when somebody wants to come into a room: one read."""

from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from vmr.bookings.booking import Booking
from vmr.ids import InviteId
from vmr.nodes.ownership import UNOWNED, Ownership
from vmr.rooms import Invite, Room
from vmr.self_test import SelfTest
from vmr.store import bookings, owners, rooms, self_tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """`invite` is that of the token, of whatever room; `owner` is None where it is not known.

    `booking` is the slot that the room is in or that is about to begin, `tests` those of its
    personal links.
    """

    room: Room | None
    invite: Invite | None = None
    owner: Ownership | None = UNOWNED
    booking: Booking | None = None
    tests: dict[InviteId, SelfTest] = field(default_factory=dict)


def find(
    connection: Connection, address: str, token_hash: str | None, at: float, early_s: float
) -> Arrival:
    """`early_s`: see `bookings.slot_of`."""
    room = rooms.room_by_address(connection, address)
    if room is None:
        return Arrival(room=None)
    booking = bookings.slot_of(connection, room.id, at, early_s)
    links = () if booking is None else [one.invite for one in booking.people if one.invite]
    return Arrival(
        room=room,
        invite=None if token_hash is None else rooms.invite_by_token_hash(connection, token_hash),
        owner=owners.of_room(connection, room.id),
        booking=booking,
        tests=self_tests.of(connection, links),
    )
