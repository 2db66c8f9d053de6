"""`vmr terminals ...`: the list, and a revocation that is recorded."""

from tests.cli.program import Program
from vmr.ids import DeviceId, TerminalId
from vmr.staff_record import TerminalEvent, terminal_happening
from vmr.store import Store
from vmr.terminals import EnrolledTerminal

NEW_ROOM = ("--establishment", "HMP Test", "--phone", "01632 960000")
REED = ("staff", "add", "reed", "--name", "Officer Reed", "--role", "administrator")


async def enrolled(program: Program) -> EnrolledTerminal:
    store = await Store.open(f"sqlite:///{program.database}")
    (member,) = await store.staff.members()
    terminal = EnrolledTerminal(
        id=TerminalId("0" * 32),
        establishment=member.establishment.id,
        device=DeviceId("thumbprint"),
        name="Video room 2",
        enrolled_at=1.0,
        enrolled_by=member.name,
    )
    done = terminal_happening(TerminalEvent.ENROLLED, terminal, by=member, at=1.0)
    await store.terminals.enrol(terminal, member.id, done)
    await store.close()
    return terminal


async def test_a_terminal_is_listed_and_revoked_once(program: Program) -> None:
    program.done("room", "add", "Room 1", *NEW_ROOM)
    program.done(*REED)
    terminal = await enrolled(program)
    listed = program.done("terminals", "list")
    assert "HMP Test: hosts join anywhere" in listed
    assert f"{terminal.id}  in use   Video room 2" in listed
    assert "by Officer Reed" in listed
    program.done("terminals", "revoke", terminal.id)
    assert f"{terminal.id}  revoked  Video room 2" in program.done("terminals", "list")
    assert program.run("terminals", "revoke", terminal.id).returncode == 1
    record = program.done("staff", "record")
    assert "The operator revoked the terminal Video room 2." in record
