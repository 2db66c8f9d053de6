"""What administrators change is changed, and in the establishment's record in the same step."""

from dataclasses import replace

import pytest

from tests.store.proving import proven
from vmr.ids import EstablishmentId, InviteId, RoomId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.room_record import (
    LinkEvent,
    RoomEvent,
    establishment_happening,
    link_happening,
    room_happening,
)
from vmr.rooms import Invite, Room
from vmr.staff_record import OPERATOR
from vmr.store import Conflict, NotFound, Store

TOKEN_HASH = "ab" * 32


async def written(store: Store, room: Room) -> list[str]:
    await proven(store.staff, room.establishment.id)
    return [one.entry.what for one in await store.staff.record(room.establishment.id)]


def done(event: RoomEvent, room: Room) -> Happening:
    return room_happening(event, room, by=OPERATOR, at=5.0)


async def test_a_room_is_added_changed_and_closed(store: Store, room: Room) -> None:
    office = store.office
    added = replace(room, id=RoomId("r2"), address="bbbbbbbbbbbb", name="Legal 2")
    await office.add_room(added, done(RoomEvent.ADDED, added))
    assert await office.room(added.id) == added
    assert added in await office.rooms_of(room.establishment.id)
    await office.set_pin(added, "$argon2id$two", done(RoomEvent.PIN_RENEWED, added))
    await office.change_room(
        added, done(RoomEvent.CHANGED, added), name="Court", policy=PolicyName.HEARING
    )
    await office.close_room(added, done(RoomEvent.CLOSED, added))
    assert await office.room(added.id) == replace(
        added, pin_hash="$argon2id$two", name="Court", policy=PolicyName.HEARING, is_closed=True
    )
    assert await written(store, room) == [
        "room_added", "room_pin_renewed", "room_changed", "room_closed",
    ]  # fmt: skip


async def test_what_cannot_be_changed_is_not_written(store: Store, room: Room) -> None:
    nobody = replace(room, id=RoomId("nobody"))
    with pytest.raises(NotFound):
        await store.office.set_pin(nobody, "x", done(RoomEvent.PIN_RENEWED, nobody))
    with pytest.raises(Conflict):
        await store.office.add_room(room, done(RoomEvent.ADDED, room))
    invite = Invite(id=InviteId("nobody"), room=room.id, label="Ms Shah")
    revoked = link_happening(LinkEvent.REVOKED, invite, room, by=OPERATOR, at=5.0)
    with pytest.raises(NotFound):
        await store.office.revoke_invite(room, invite.id, revoked)
    elsewhere = replace(room.establishment, id=EstablishmentId("nobody"))
    with pytest.raises(NotFound):
        await store.office.change_establishment(
            elsewhere, establishment_happening(elsewhere, by=OPERATOR, at=5.0)
        )
    assert await written(store, room) == []


async def test_a_personal_link_is_made_and_revoked(store: Store, room: Room) -> None:
    invite = Invite(id=InviteId("i1"), room=room.id, label="Ms Shah", closes_at=9.0)
    made = link_happening(LinkEvent.MADE, invite, room, by=OPERATOR, at=5.0)
    await store.office.add_invite(room, invite, TOKEN_HASH, made)
    assert await store.invite_by_token_hash(TOKEN_HASH) == invite
    assert await store.office.invite(invite.id) == invite
    revoked = link_happening(LinkEvent.REVOKED, invite, room, by=OPERATOR, at=6.0)
    await store.office.revoke_invite(room, invite.id, revoked)
    assert await store.office.invites(room.id) == (replace(invite, is_revoked=True),)
    assert await written(store, room) == ["personal_link_made", "personal_link_revoked"]


async def test_an_establishment_is_changed(store: Store, room: Room) -> None:
    changed = replace(
        room.establishment, name="HMP New", phone="2", safer_custody="3", takes_requests=True
    )
    happened = establishment_happening(changed, by=OPERATOR, at=5.0)
    await store.office.change_establishment(changed, happened)
    assert await store.room(room.id) == replace(room, establishment=changed)
    assert await written(store, room) == ["establishment_changed"]
