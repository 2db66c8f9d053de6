"""Staff: named members of an establishment, and what each role may do outside meetings.

What a member of staff may do inside a meeting is `vmr.roles`; these are the pages and consoles.
"""

import re
from dataclasses import dataclass
from enum import Enum

from vmr.ids import OfficerId
from vmr.rooms import Establishment, Room

NAME_MAX = 100
USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{1,62})[a-z0-9]")


class StaffRole(Enum):
    """One person may hold several."""

    ADMINISTRATOR = "administrator"
    BOOKING = "booking"
    DUTY = "duty"
    MONITOR = "monitor"


class StaffPermission(Enum):
    MANAGE_STAFF = "manage_staff"  # accounts, roles, resets, the record of staff
    MANAGE_ROOMS = "manage_rooms"  # rooms, PINs, enrolled terminals, policies
    MANAGE_PROGRAMS = "manage_programs"  # tokens of the API, webhooks
    READ_RECORDS = "read_records"
    BOOK = "book"
    USE_DESK = "use_desk"
    WATCH = "watch"  # the monitoring terminal


_P = StaffPermission

STAFF_PERMISSIONS: dict[StaffRole, frozenset[StaffPermission]] = {
    StaffRole.ADMINISTRATOR: frozenset(
        {_P.MANAGE_STAFF, _P.MANAGE_ROOMS, _P.MANAGE_PROGRAMS, _P.READ_RECORDS}
    ),
    StaffRole.BOOKING: frozenset({_P.BOOK}),
    StaffRole.DUTY: frozenset({_P.USE_DESK}),
    StaffRole.MONITOR: frozenset({_P.WATCH}),
}
"""What is not in the table is not permitted. Always within the member's own establishment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """`name` is what the record and a meeting show; `username` is what they sign in with."""

    id: OfficerId
    establishment: Establishment
    name: str
    username: str
    roles: frozenset[StaffRole]
    is_disabled: bool = False

    def may(self, permission: StaffPermission) -> bool:
        """Whether a role of theirs permits it. A disabled account may nothing."""
        return not self.is_disabled and any(
            permission in STAFF_PERMISSIONS[role] for role in self.roles
        )

    def sees(self, room: Room) -> bool:
        """Staff see the rooms of their own establishment and no other."""
        return room.establishment.id == self.establishment.id


def parse_username(text: str) -> str | None:
    """The username as it is kept (lower case), or None: 3 to 64 of a-z 0-9 . _ @ + -"""
    lowered = text.strip().lower()
    return lowered if USERNAME.fullmatch(lowered) else None


def parse_name(text: str) -> str | None:
    """The name with single spaces; None when it is empty, too long or holds control characters."""
    joined = " ".join(text.split())
    return joined if 1 <= len(joined) <= NAME_MAX and joined.isprintable() else None


def role_names(roles: frozenset[StaffRole]) -> tuple[str, ...]:
    """Their words, in the order of the Enum."""
    return tuple(role.value for role in StaffRole if role in roles)
