"""Establishments, rooms and personal links, as values."""

from dataclasses import dataclass

from vmr.ids import BookingId, EstablishmentId, ExpectedId, InviteId, RoomId
from vmr.policies import PolicyName
from vmr.self_test import SelfTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Establishment:
    """`phone` is whom to call about a meeting; `safer_custody` may be empty.

    `hosts_only_at_terminals`: the Host PIN works only at enrolled terminals (`vmr.terminals`).
    `zone` is the IANA name of the time zone its clocks show. `takes_requests`: people without an
    account may ask for slots here (`signalling.bookings.request_pages`).
    """

    id: EstablishmentId
    name: str
    phone: str
    safer_custody: str = ""
    hosts_only_at_terminals: bool = False
    zone: str = "Europe/London"
    takes_requests: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPerson:
    """Somebody a booking expects, as staff see them. `name` is the alias where there is one.

    `invite` is their personal link, `self_test` the last one that came by it. `is_inside`: they sit
    with the prisoner, and have no link.
    """

    id: ExpectedId
    name: str
    part: str
    invite: InviteId | None = None
    is_under_18: bool = False
    is_inside: bool = False
    self_test: SelfTest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The booked time a meeting is held in, seconds since the epoch.

    `persons_outside` is how many a named exception allows where that is more than the policy does.
    """

    booking: BookingId
    starts_at: float
    ends_at: float
    expected: tuple[ExpectedPerson, ...] = ()
    persons_outside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A lasting address with a policy. `address` cannot be guessed (60 bits or more).

    `pin_hash` is argon2id in PHC form. `is_closed` rooms let nobody start anything.
    `ends_at` is an optional end of the room's next meeting, seconds since the epoch. `slot` is
    the booked one that runs now or is about to begin. `pin_per_slot`: during a slot the
    Host PIN of that slot is asked for, and the room's own is none.
    """

    id: RoomId
    establishment: Establishment
    address: str
    name: str
    policy: PolicyName
    pin_hash: str
    is_closed: bool = False
    ends_at: float | None = None
    slot: Slot | None = None
    pin_per_slot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A personal link. Only the SHA-256 of its token is kept.

    `label` is the clerk's name for the expected person; it is personal data and never sent to a
    page by itself. Valid from `opens_at` until `closes_at` (None: no bound). `booking` is the one
    that expects its person, `slot_starts_at` when its slot begins: such a link opens nothing in
    another slot.
    """

    id: InviteId
    room: RoomId
    label: str
    opens_at: float | None = None
    closes_at: float | None = None
    is_revoked: bool = False
    booking: BookingId | None = None
    slot_starts_at: float | None = None
