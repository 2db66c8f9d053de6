"""`vmr staff ...` and the first administrator: printed once, kept as hashes, recorded by name."""

import re
import sqlite3
import time
from contextlib import closing

import pytest

from tests.cli.program import Program
from tests.peers.sqlite import lay_database
from vmr.cli.work import time_text
from vmr.staff import StaffRole
from vmr.staff_accounts import StaffAccount
from vmr.store import Store
from vmr.store.secrets import verify_pin

DAY_S = 24 * 3600
NEW_ROOM = ("--establishment", "HMP Test", "--phone", "01632 960000")
ADD = ("staff", "add", "Reed", "--name", "Officer  Reed", "--role", "duty", "--role", "monitor")


@pytest.fixture
def prison(program: Program) -> Program:
    """A database with an establishment."""
    lay_database(program.database)
    program.done("room", "add", "Room 1", *NEW_ROOM)
    return program


def password_in(printed: str) -> str:
    (found,) = re.findall(r"[Pp]assword +([a-z2-7]{4}(?:-[a-z2-7]{4}){3}) ", printed)
    return str(found)


async def account(program: Program, username: str) -> StaffAccount:
    store = await Store.open(f"sqlite:///{program.database}")
    found = await store.staff.account_by_username(username)
    await store.close()
    assert found is not None
    return found


async def test_a_new_account_prints_a_one_time_password_that_works(prison: Program) -> None:
    password = password_in(prison.done(*ADD))
    made = await account(prison, "reed")
    assert made.member.name == "Officer Reed"
    assert made.member.roles == {StaffRole.DUTY, StaffRole.MONITOR}
    assert made.must_change_password
    assert made.password_expires_at is not None
    assert 6 * DAY_S < made.password_expires_at - time.time() < 7 * DAY_S
    assert verify_pin(made.password_hash, password)


async def test_a_reset_password_replaces_the_old_one(prison: Program) -> None:
    old = password_in(prison.done(*ADD))
    printed = prison.done("staff", "reset-password", "reed", "--second-factor")
    new = password_in(printed)
    made = await account(prison, "reed")
    assert made.password_expires_at is not None
    assert f"Good until         {time_text(made.password_expires_at)}" in printed
    assert verify_pin(made.password_hash, new)
    assert not verify_pin(made.password_hash, old)


async def test_roles_and_disabling_are_changed(prison: Program) -> None:
    prison.done(*ADD)
    prison.done("staff", "roles", "reed", "booking")
    prison.done("staff", "disable", "reed")
    member = (await account(prison, "reed")).member
    assert member.roles == {StaffRole.BOOKING}
    assert member.is_disabled
    prison.done("staff", "enable", "reed")
    assert not (await account(prison, "reed")).member.is_disabled


def test_the_list_shows_accounts_and_no_secret(prison: Program) -> None:
    password = password_in(prison.done(*ADD))
    printed = prison.done("staff", "list")
    assert re.search(r"reed +in use +duty,monitor +Officer Reed, HMP Test", printed)
    assert password not in printed
    assert "argon2" not in printed


def test_the_record_says_what_was_done_and_by_whom(prison: Program) -> None:
    prison.done(*ADD)
    prison.done("staff", "disable", "reed")
    printed = prison.done("staff", "record")
    assert re.search(
        r"2  20.* The operator added an account for Officer Reed. Roles: Duty officer, Monitoring"
        r" officer\.\n",
        printed,
    )
    assert re.search(r"3  20.* The operator disabled the account of Officer Reed\.\n", printed)
    assert "    4  20" in printed, "this look"
    assert "The operator read this record." in printed
    assert "The record of HMP Test: 3 entries" in printed
    assert "All of them hold." in printed


def test_a_record_that_was_shortened_is_named_below_it(prison: Program) -> None:
    prison.done(*ADD)
    prison.done("record", "checkpoint")
    with closing(sqlite3.connect(prison.database)) as database, database:
        database.execute("DELETE FROM staff_entries WHERE sequence > 2")
        database.execute("DELETE FROM staff_personal WHERE sequence > 2")
    ended = prison.run("staff", "record")
    assert ended.returncode == 1
    assert "added an account for Officer Reed" in ended.stdout
    assert "WRONG  establishment: there is no entry 3 any more" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("staff", "disable", "nobody"), "no account with this username"),
        (("staff", "add", "x", "--name", "X", "--role", "duty"), "a username has 3 to 64"),
        (("staff", "add", "xyz", "--name", " ", "--role", "duty"), "a name has 1 to 100"),
        (ADD, "there is an account reed already"),
        ((*ADD, "--establishment", "HMP Nowhere"), "say which establishment"),
    ],
)
def test_mistakes_are_one_line(prison: Program, arguments: tuple[str, ...], said: str) -> None:
    prison.done(*ADD)
    ended = prison.run(*arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert said in ended.stderr


async def test_the_first_start_prints_an_administrator_once(program: Program) -> None:
    printed = program.start()
    program.stop()
    assert re.search(r"First administrator of HMP Northgate", printed)
    made = await account(program, "administrator")
    assert verify_pin(made.password_hash, password_in(printed))
    assert made.password_expires_at is not None
    assert f"Good until   {time_text(made.password_expires_at)}" in printed
    assert made.must_change_password
    assert made.member.roles == {StaffRole.ADMINISTRATOR}
    assert "First administrator" not in program.start()
    program.stop()
