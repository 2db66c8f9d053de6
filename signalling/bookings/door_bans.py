"""Whether somebody at the door gives a name like that of a banned person: a hint for staff.

Asked when they press Start, of calls with family and friends alone: a ban from those says nothing
about a lawyer. Who is at the door is told nothing, whatever is found.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from signalling.seams import Clock
from vmr.bookings.booking import Booking
from vmr.bookings.entitlements import Ban, like_banned
from vmr.ids import BookingId
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.store import BookingStore, EntitlementStore

POLICIES = (PolicyName.SOCIAL, PolicyName.COMPASSIONATE)


class DoorBans:
    def __init__(
        self, *, bookings: BookingStore, entitlements: EntitlementStore, clock: Clock
    ) -> None:
        self._bookings = bookings
        self._entitlements = entitlements
        self._clock = clock

    async def has_like(self, room: Room, booking: BookingId | None, names: Iterable[str]) -> bool:
        """By the bans of the establishment, and of the prisoner of the slot of their personal link,
        else of the room's (`SlotBook.fill`). Raises StoreError.
        """
        if room.policy not in POLICIES:
            return False
        if booking is None and room.slot is not None:
            booking = room.slot.booking
        found = None if booking is None else await self._bookings.booking(booking)
        bans = await self._bans(room, found)
        until = self._clock() if found is None else found.slot.ends_at
        zone = ZoneInfo(room.establishment.zone)
        begun = [one for one in bans if one.begins_before(until, zone)]
        return any(like_banned(name, begun) for name in names)

    async def _bans(self, room: Room, booking: Booking | None) -> tuple[Ban, ...]:
        here, prisoner = room.establishment.id, None
        if booking is not None and booking.prisoner:
            prisoner = await self._entitlements.by_reference(here, booking.prisoner)
        return await self._entitlements.bans_of(here, None if prisoner is None else prisoner.id)
