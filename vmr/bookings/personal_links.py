"""Which personal links a booking needs, has, and loses. Pure: ids and tokens are made elsewhere.

A link belongs to one expected person, one room and one address. It stays the same while these do:
when the slot moves, its times move with it, and a link sent long ago goes on working.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from vmr.bookings.booking import Booking, BookingState, Expected
from vmr.bookings.rules import INSIDE
from vmr.bookings.times import MINUTE_S
from vmr.ids import ExpectedId, InviteId
from vmr.rooms import Invite


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A new one. Its token is in no other place: only its hash is kept."""

    person: ExpectedId
    invite: Invite
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanges:
    """`kept` are links as they shall be: their label and times may be others than before."""

    made: tuple[MadeLink, ...] = ()
    kept: tuple[Invite, ...] = ()
    revoked: tuple[InviteId, ...] = ()


NO_CHANGES = LinkChanges()


def linked(
    before: Booking | None,
    after: Booking,
    *,
    early_min: float,
    make_id: Callable[[], InviteId],
    make_token: Callable[[], str],
    unsent: Collection[ExpectedId] = (),
) -> tuple[Booking, LinkChanges]:
    """`after` with the links of its people, and what has to be done for them.

    A link opens `early_min` before the slot and closes at its end. Supervisors and chaplains come
    to the room inside and have none. The links of `unsent` have reached nobody yet and are made
    anew, so that what waits to be sent can be written anew too.
    """
    old = {} if before is None else {one.id: one for one in before.people if one.invite}
    people, made, kept = [], [], []
    for person in after.people:
        invite = _invite(person, after, early_min)
        had = old.get(person.id)
        if invite is None:
            people.append(replace(person, invite=None))
        elif before and had and had.invite and _may_keep(had, person, before, after, unsent):
            people.append(replace(person, invite=had.invite))
            kept.append(replace(invite, id=had.invite))
        else:
            new = replace(invite, id=make_id())
            people.append(replace(person, invite=new.id))
            made.append(MadeLink(person=person.id, invite=new, token=make_token()))
    stay = {one.id for one in kept}
    revoked = tuple(one.invite for one in old.values() if one.invite and one.invite not in stay)
    changes = LinkChanges(made=tuple(made), kept=tuple(kept), revoked=revoked)
    return replace(after, people=tuple(people)), changes


def _invite(person: Expected, booking: Booking, early_min: float) -> Invite | None:
    """The link a person needs, still without an id."""
    if booking.state is not BookingState.CONFIRMED or booking.room is None:
        return None
    if person.part in INSIDE:
        return None
    return Invite(
        id=InviteId(""),
        room=booking.room,
        label=person.name,
        opens_at=booking.slot.starts_at - early_min * MINUTE_S,
        closes_at=booking.slot.ends_at,
    )


def _may_keep(
    had: Expected,
    person: Expected,
    before: Booking,
    after: Booking,
    unsent: Collection[ExpectedId],
) -> bool:
    """A link leads to its room, and whoever reads the old address may still have it."""
    if person.id in unsent:
        return False
    return before.room == after.room and had.email.casefold() == person.email.casefold()
