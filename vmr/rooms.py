"""Establishments, rooms and personal links, as values."""

from dataclasses import dataclass

from vmr.ids import EstablishmentId, InviteId, RoomId
from vmr.policies import PolicyName


@dataclass(frozen=True, slots=True, kw_only=True)
class Establishment:
    """`phone` is whom to call about a meeting; `safer_custody` may be empty.

    `hosts_only_at_terminals`: the Host PIN works only at enrolled terminals (`vmr.terminals`).
    `zone` is the IANA name of the time zone its clocks show.
    """

    id: EstablishmentId
    name: str
    phone: str
    safer_custody: str = ""
    hosts_only_at_terminals: bool = False
    zone: str = "Europe/London"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A lasting address with a policy. `address` cannot be guessed (60 bits or more).

    `pin_hash` is argon2id in PHC form. `is_closed` rooms let nobody start anything.
    `ends_at` is an optional end of the room's next meeting, seconds since the epoch.
    """

    id: RoomId
    establishment: Establishment
    address: str
    name: str
    policy: PolicyName
    pin_hash: str
    is_closed: bool = False
    ends_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A personal link. Only the SHA-256 of its token is kept.

    `label` is the clerk's name for the expected person; it is personal data and never sent to a
    page by itself. Valid from `opens_at` until `closes_at` (None: no bound).
    """

    id: InviteId
    room: RoomId
    label: str
    opens_at: float | None = None
    closes_at: float | None = None
    is_revoked: bool = False
