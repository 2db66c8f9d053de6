"""What the establishment's record says of its rooms, their links, and itself. Pure.

Names of rooms are those of places, and stay in the record; whom a personal link is for is
personal. No PIN and no link is ever in it.
"""

from enum import Enum

from vmr.record import Fact, Happening
from vmr.rooms import Establishment, Invite, Room
from vmr.staff import StaffMember
from vmr.staff_record import actor_of, officer_of


class RoomEvent(Enum):
    ADDED = "room_added"
    CHANGED = "room_changed"
    PIN_RENEWED = "room_pin_renewed"
    CLOSED = "room_closed"


class LinkEvent(Enum):
    MADE = "personal_link_made"
    REVOKED = "personal_link_revoked"


def room_happening(event: RoomEvent, room: Room, *, by: StaffMember | str, at: float) -> Happening:
    """The room as it is afterwards."""
    facts: tuple[Fact, ...] = (("room", room.name), ("policy", room.policy.value))
    return Happening(
        at=at,
        actor=actor_of(by),
        what=event.value,
        subject=f"room:{room.id}",
        facts=facts,
        personal=officer_of(by),
    )


def link_happening(
    event: LinkEvent, invite: Invite, room: Room, *, by: StaffMember | str, at: float
) -> Happening:
    return Happening(
        at=at,
        actor=actor_of(by),
        what=event.value,
        subject=f"invite:{invite.id}",
        facts=(("room", room.name),),
        personal=(("name", invite.label), *officer_of(by)),
    )


def establishment_happening(
    establishment: Establishment, *, by: StaffMember | str, at: float
) -> Happening:
    """Its name, its numbers and whether it takes requests, as they are afterwards."""
    return Happening(
        at=at,
        actor=actor_of(by),
        what="establishment_changed",
        facts=(
            ("name", establishment.name),
            ("phone", establishment.phone),
            ("safer_custody", establishment.safer_custody),
            ("takes_requests", establishment.takes_requests),
        ),
        personal=officer_of(by),
    )
