"""Stores without anybody and anything in them, and terminals by device alone.

For servers whose tests are not about staff or bookings; the others give a `FakeStore` the real
stores.
"""

from collections.abc import Collection

from vmr.bookings.booking import Booking
from vmr.bookings.times import Interval
from vmr.ids import DeviceId, EstablishmentId, RoomId, StaffSessionId
from vmr.staff_sessions import SessionLimits, StaffSession
from vmr.store import SignedIn


class NoStaff:
    """Nobody has an account. Tests of staff give a `FakeStore` the real store's `staff`."""

    async def session_by_token_hash(self, token_hash: str) -> SignedIn | None:
        return None

    async def sessions_by_id(
        self, sessions: Collection[StaffSessionId]
    ) -> dict[StaffSessionId, StaffSession]:
        return {}

    async def sweep_sessions(self, limits: SessionLimits, now: float) -> None:
        return None


class FakeTerminals:
    """`enrolled` are the devices in use, by establishment."""

    def __init__(self) -> None:
        self.enrolled: set[tuple[EstablishmentId, DeviceId]] = set()
        self.used: dict[tuple[EstablishmentId, DeviceId], float] = {}

    async def is_enrolled(self, establishment: EstablishmentId, device: DeviceId) -> bool:
        return (establishment, device) in self.enrolled

    async def has_any(self, establishment: EstablishmentId) -> bool:
        return any(enrolled == establishment for enrolled, _ in self.enrolled)

    async def note_use(self, establishment: EstablishmentId, device: DeviceId, at: float) -> None:
        if (establishment, device) in self.enrolled:
            self.used[establishment, device] = at


class NoBookings:
    """Nothing is booked."""

    async def slot_of(self, room: RoomId, at: float, early_s: float) -> Booking | None:
        return None

    async def in_time(self, establishment: EstablishmentId, span: Interval) -> tuple[Booking, ...]:
        return ()

    async def taken(self, room: RoomId, span: Interval) -> tuple[Interval, ...]:
        return ()


class NoApi:
    """No program has a token."""

    async def token_by_hash(self, token_hash: str) -> None:
        return None


class NoWebhooks:
    """Nobody wants to hear of meetings."""

    async def claim(self, *_: object, **__: object) -> tuple[()]:
        return ()
