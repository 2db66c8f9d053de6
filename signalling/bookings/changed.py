"""Who changes a booking, and what they are told: the values of `BookingService`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from vmr.api_tokens import ApiToken
from vmr.bookings.booking import Booking
from vmr.bookings.changes import REQUESTER
from vmr.bookings.personal_links import LinkChanges
from vmr.bookings.rules import Problem
from vmr.ids import EstablishmentId, ExpectedId, RoomId
from vmr.letters import Letter
from vmr.record import Happening
from vmr.rooms import Establishment, Room
from vmr.staff import StaffMember
from vmr.store import BookingStore, EntitlementStore, Judge, NotFound, OutboxStore

Decider = StaffMember | ApiToken
"""Who may decide: a member of staff, or a program that has the establishment's token."""
By = Decider | Literal["requester"]


class BookingProblems(Exception):
    """What stands against it, in the order a clerk would want to hear it."""

    def __init__(self, *found: Problem) -> None:
        super().__init__(", ".join(one.value for one in found))
        self.problems = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A booking as it is now, and what whoever changed it has to know.

    `links` are new personal links that no letter carries, to be shown once: of people without an
    e-mail address, and of all where mail is not set up. They cannot be had again.
    `left` are bookings before and after a hearing that was moved or cancelled: they stay as they
    are, and somebody has to look at them.
    """

    booking: Booking
    links: Mapping[ExpectedId, str] = field(default_factory=dict, repr=False)
    left: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A new booking that the rules allow, with all that is kept beside it; not kept yet."""

    booking: Booking
    happening: Happening
    changes: LinkChanges = field(repr=False)
    letters: Sequence[Letter] = field(repr=False)
    links: Mapping[ExpectedId, str] = field(repr=False)
    judge: Judge | None = field(default=None, repr=False)


class Store(Protocol):
    """What of `vmr.store.Store` this needs."""

    @property
    def bookings(self) -> BookingStore: ...

    @property
    def entitlements(self) -> EntitlementStore: ...

    @property
    def outbox(self) -> OutboxStore: ...

    async def establishments(self) -> tuple[Establishment, ...]: ...

    async def room(self, room: RoomId) -> Room | None: ...

    async def rooms_of(self, establishment: EstablishmentId) -> Sequence[Room]: ...


def demand_own(booking: Booking, by: By) -> None:
    """Raises NotFound: another establishment's booking is one that does not exist."""
    if by != REQUESTER and by.establishment.id != booking.establishment:
        raise NotFound("no such booking")


async def room_of(store: Store, booking: Booking) -> Room:
    """Raises NotFound where it has none of its establishment's."""
    room = None if booking.room is None else await store.room(booking.room)
    if room is None or room.establishment.id != booking.establishment:
        raise NotFound("no such room")
    return room
