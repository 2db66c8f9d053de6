"""`vmr room ...` changes the database beside a running server, and shows no secret twice."""

import re

import pytest

from tests.cli.program import Program, links_in, pins_in
from tests.peers.sqlite import lay_database
from vmr.store import Store
from vmr.store.secrets import hash_token, verify_pin

NEW = ("--establishment", "HMP Test", "--phone", "01632 960000")


@pytest.fixture
def address(program: Program) -> str:
    """Of a new legal room."""
    lay_database(program.database)
    printed = program.done("room", "add", "Room 1", *NEW)
    found = re.search(r"Room address +(\S+)", printed)
    assert found, printed
    return found[1]


async def stored_pin(program: Program, address: str) -> str:
    store = await Store.open(f"sqlite:///{program.database}")
    room = await store.room_by_address(address)
    await store.close()
    assert room is not None
    return room.pin_hash


async def test_a_new_room_prints_its_links_and_a_pin_that_works(program: Program) -> None:
    printed = program.done("room", "add", "Room 1", "--policy", "hearing", *NEW)
    room_link, host_link = links_in(printed)
    assert host_link == f"{room_link}#host"
    (pin,) = pins_in(printed)
    assert verify_pin(await stored_pin(program, room_link.rpartition("/")[2]), pin)


def test_the_list_shows_every_room_and_no_secret(program: Program, address: str) -> None:
    program.done("room", "add", "Room 2", "--policy", "social")
    program.done("room", "close", address)
    listed = program.done("room", "list").splitlines()
    assert len(listed) == 2
    assert f"/r/{address} " in listed[0]
    assert "closed" in listed[0]
    assert "social" in listed[1]
    assert "HMP Test, Room 2" in listed[1]
    assert "$argon2" not in "".join(listed)


async def test_a_new_pin_is_made_or_taken_and_replaces_the_old(
    program: Program, address: str
) -> None:
    made = re.search(r": (\d{6}) ", program.done("room", "pin", address))
    assert made
    assert verify_pin(await stored_pin(program, address), made[1])
    program.done("room", "pin", address, "12345678901234567890")
    assert verify_pin(await stored_pin(program, address), "12345678901234567890")
    ended = program.run("room", "pin", address, "-", stdin="4711\n")
    assert ended.returncode == 0
    assert "4711" not in ended.stdout
    assert verify_pin(await stored_pin(program, address), "4711")


@pytest.mark.parametrize("pin", ["123", "1" * 21, "12a4", ""])
def test_a_pin_of_another_form_is_refused(program: Program, address: str, pin: str) -> None:
    ended = program.run("room", "pin", address, "-", stdin=pin)
    assert ended.returncode == 1
    assert ended.stderr == "vmr: a Host PIN has 4 to 20 digits\n"


async def test_a_personal_link_carries_its_token_in_the_fragment(
    program: Program, address: str
) -> None:
    printed = program.done(
        "room", "invite", f"http://prison:81/r/{address}#host", "Ms Shah",
        "--opens", "2026-05-01T09:30+00:00", "--closes", "2026-05-01T10:45+00:00",
    )  # fmt: skip
    link, _, token = printed.strip().partition("#invite=")
    assert link == f"http://prison:81/r/{address}", "as the link that was given"
    assert "Shah" not in printed
    store = await Store.open(f"sqlite:///{program.database}")
    invite = await store.invite_by_token_hash(hash_token(token))
    await store.close()
    assert invite is not None
    assert invite.label == "Ms Shah"
    assert (invite.opens_at, invite.closes_at) == (1777627800.0, 1777632300.0)


async def test_a_revoked_link_is_void(program: Program, address: str) -> None:
    link = program.done("room", "invite", address, "Ms Shah").strip()
    assert "void" in program.done("room", "revoke", link)
    store = await Store.open(f"sqlite:///{program.database}")
    invite = await store.invite_by_token_hash(hash_token(link.rpartition("=")[2]))
    await store.close()
    assert invite is not None
    assert invite.is_revoked


def test_what_the_operator_does_to_rooms_is_in_the_establishments_record(
    program: Program, address: str
) -> None:
    link = program.done("room", "invite", address, "Ms Shah").strip()
    program.done("room", "revoke", link)
    program.done("room", "pin", address)
    program.done("room", "close", address)
    said = program.done("staff", "record")
    assert re.findall(r"The operator (\w+ .*)\.\n", said) == [
        "added the room Room 1. Policy: Legal consultation",
        "made a personal link to Room 1 for Ms Shah",
        "revoked the personal link to Room 1 of Ms Shah",
        "made a new Host PIN for Room 1",
        "closed the room Room 1",
        "read this record",
    ]


def test_a_room_can_be_given_an_end_and_lose_it(program: Program, address: str) -> None:
    program.done("room", "end", address, "2096-05-01T10:45")
    assert "ends 2096-05-01 10:45" in program.done("room", "list")
    program.done("room", "end", address, "never")
    assert "ends" not in program.done("room", "list")


def test_an_end_that_has_passed_is_refused(program: Program, address: str) -> None:
    result = program.run("room", "end", address, "2020-01-01T00:00")
    assert result.returncode != 0
    assert "has passed" in result.stderr
    assert "ends" not in program.done("room", "list")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pin", "nowhere"], "no room with this address"),
        (["end", "nowhere", "never"], "no room with this address"),
        (["close", "nowhere"], "no room with this address"),
        (["revoke", "http://localhost/r/x#invite=y"], "no such personal link"),
        (["add", "R", "--establishment", "Other"], "--phone"),
        (["add", " ", "--establishment", "HMP Test"], "1 to 100 characters"),
        (["add", "R", "--policy", "secret"], "--policy"),
        (["end", "ADDRESS", "noon"], "noon is not a time"),
        (["invite", "ADDRESS", "X", "--opens", "2026-05-02", "--closes", "2026-05-01"], "after"),
        ([], "required"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    program: Program, address: str, arguments: list[str], said: str
) -> None:
    ended = program.run("room", *(address if one == "ADDRESS" else one for one in arguments))
    assert ended.returncode in (1, 2)
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_command_in_the_wrong_place_makes_no_database(program: Program) -> None:
    ended = program.run("room", "list")
    assert ended.returncode == 1
    assert "no database at var/vmr.db" in ended.stderr
    assert not program.database.exists()


def test_a_command_is_a_process_like_any_other(program: Program) -> None:
    assert program.run_process("room", "add", "Room 1", *NEW).returncode == 0
    (listed,) = program.done("room", "list").splitlines()
    address = listed.split("/r/")[1].split()[0]
    ended = program.run_process("room", "pin", address, "-", stdin="123\n")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "vmr: a Host PIN has 4 to 20 digits\n"


def test_rooms_can_be_made_while_a_server_runs(program: Program) -> None:
    program.start()
    assert program.run_process("room", "add", "Another room").returncode == 0
    assert "Another room" in program.done("room", "list")
    assert program.stop()[0] == 0
