"""Enrolled terminals and the setting about them come back as they were given."""

import dataclasses

import pytest

from tests.store.test_staff import added
from vmr.ids import DeviceId, TerminalId
from vmr.rooms import Room
from vmr.staff import StaffMember
from vmr.staff_record import (
    OPERATOR,
    TerminalEvent,
    hosts_only_happening,
    terminal_happening,
)
from vmr.store import Conflict, NotFound, Store
from vmr.terminals import EnrolledTerminal

DEVICE = DeviceId("thumbprint")


async def enrol(
    store: Store, member: StaffMember, id: str = "t1", name: str = "Legal 1"
) -> EnrolledTerminal:
    terminal = EnrolledTerminal(
        id=TerminalId(id),
        establishment=member.establishment.id,
        device=DEVICE,
        name=name,
        enrolled_at=5.0,
        enrolled_by=member.name,
    )
    done = terminal_happening(TerminalEvent.ENROLLED, terminal, by=member, at=5.0)
    await store.terminals.enrol(terminal, member.id, done)
    return terminal


async def test_an_enrolled_terminal_comes_back_and_counts_where_it_was_enrolled(
    store: Store, room: Room
) -> None:
    member = (await added(store, room)).member
    prison, other = room.establishment, await store.add_establishment(name="B", phone="2")
    terminal = await enrol(store, member)
    assert await store.terminals.terminal(terminal.id) == terminal
    assert await store.terminals.terminals(prison.id) == (terminal,)
    assert await store.terminals.terminals(other.id) == ()
    assert await store.terminals.is_enrolled(prison.id, DEVICE)
    assert not await store.terminals.is_enrolled(other.id, DEVICE)
    assert not await store.terminals.is_enrolled(prison.id, DeviceId("another"))
    assert await store.terminals.has_any(prison.id)
    assert not await store.terminals.has_any(other.id)


async def test_a_terminal_is_enrolled_once_and_again_after_it_was_revoked(
    store: Store, room: Room
) -> None:
    member = (await added(store, room)).member
    terminal = await enrol(store, member)
    with pytest.raises(Conflict):
        await enrol(store, member, "t2")
    revoked = terminal_happening(TerminalEvent.REVOKED, terminal, by=member, at=9.0)
    await store.terminals.revoke(terminal, member.id, revoked)
    assert not await store.terminals.is_enrolled(room.establishment.id, DEVICE)
    assert not await store.terminals.has_any(room.establishment.id)
    with pytest.raises(NotFound):
        await store.terminals.revoke(terminal, member.id, revoked)
    again = await enrol(store, member, "t2", "Legal 9")
    gone = dataclasses.replace(terminal, revoked_at=9.0, revoked_by=member.name)
    assert await store.terminals.terminals(room.establishment.id) == (again, gone)
    kept = await store.staff.record(room.establishment.id)
    assert [one.entry.what for one in kept[1:]] == [
        "terminal_enrolled",
        "terminal_revoked",
        "terminal_enrolled",
    ]
    assert dict(kept[2].personal) == {"officer": member.name}
    assert dict(kept[2].entry.facts) == {"terminal": "Legal 1", "device": DEVICE}


async def test_the_use_of_a_terminal_is_noted_until_it_is_revoked(store: Store, room: Room) -> None:
    member = (await added(store, room)).member
    terminal = await enrol(store, member)
    await store.terminals.note_use(room.establishment.id, DeviceId("another"), 6.0)
    assert await store.terminals.terminal(terminal.id) == terminal
    await store.terminals.note_use(room.establishment.id, DEVICE, 7.0)
    revoked = terminal_happening(TerminalEvent.REVOKED, terminal, by=member, at=9.0)
    await store.terminals.revoke(terminal, member.id, revoked)
    await store.terminals.note_use(room.establishment.id, DEVICE, 11.0)
    found = await store.terminals.terminal(terminal.id)
    assert found is not None
    assert found.used_at == 7.0


async def test_the_command_line_revokes_without_a_name(store: Store, room: Room) -> None:
    terminal = await enrol(store, (await added(store, room)).member)
    done = terminal_happening(TerminalEvent.REVOKED, terminal, by=OPERATOR, at=9.0)
    await store.terminals.revoke(terminal, None, done)
    found = await store.terminals.terminal(terminal.id)
    assert found is not None
    assert (found.is_revoked, found.revoked_by) == (True, "")


async def test_the_setting_is_the_establishments_and_reaches_its_rooms_and_staff(
    store: Store, room: Room
) -> None:
    made = await added(store, room)
    done = hosts_only_happening(True, by=made.member, at=3.0)
    await store.terminals.set_hosts_only(room.establishment.id, True, done)
    prison = dataclasses.replace(room.establishment, hosts_only_at_terminals=True)
    assert await store.establishments() == (prison,)
    assert await store.room(room.id) == dataclasses.replace(room, establishment=prison)
    account = await store.staff.account(made.member.id)
    assert account is not None
    assert account.member.establishment == prison
    assert (await store.staff.record(prison.id))[-1].entry.what == "hosts_only_at_terminals_set"
