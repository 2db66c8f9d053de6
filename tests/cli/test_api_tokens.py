"""`vmr api-token ...`: made once, listed without secrets, revoked for good."""

import json
import urllib.error
import urllib.request

import pytest

from tests.cli.program import Program, url_in
from vmr.cli.demonstration import ESTABLISHMENT

NEW_ROOM = ("--establishment", "HMP Test", "--phone", "01632 960000")
NEW = ("api-token", "add", "HMP Test", "Court lists", "--scope", "rooms.read")


def test_a_token_is_printed_once_listed_and_revoked_once(program: Program) -> None:
    program.done("room", "add", "Room 1", *NEW_ROOM)
    made = program.done(*NEW, "--days", "30")
    secret = next(line.split()[1] for line in made.splitlines() if "token:" in line)
    assert secret.startswith("vmr_")
    assert len(secret) == len("vmr_") + 32
    listed = program.done("api-token", "list")
    assert "in use   HMP Test: Court lists" in listed
    assert "rooms.read; last used -; until" in listed
    assert secret not in listed
    program.done("api-token", "revoke", made.split()[0])
    assert "revoked  HMP Test: Court lists" in program.done("api-token", "list")
    assert program.run("api-token", "revoke", made.split()[0]).returncode == 1
    record = program.done("staff", "record")
    assert "The operator made a token for the program Court lists. It may: rooms.read." in record
    assert "The operator revoked the token of the program Court lists." in record


def test_a_token_needs_an_establishment_that_is_there_and_a_scope(program: Program) -> None:
    program.done("room", "add", "Room 1", *NEW_ROOM)
    elsewhere = program.run("api-token", "add", "HMP Other", "X", "--scope", "rooms.read")
    assert elsewhere.returncode == 1
    assert "no establishment has this name" in elsewhere.stderr
    assert program.run("api-token", "add", "HMP Test", "X").returncode == 2
    assert program.run(*NEW, "--days", "0").returncode == 1


def test_a_running_server_takes_a_new_token_until_it_is_revoked(program: Program) -> None:
    url = url_in(program.start()).replace("localhost", "127.0.0.1")
    made = program.done("api-token", "add", ESTABLISHMENT, "Court lists", "--scope", "rooms.read")
    secret = next(line.split()[1] for line in made.splitlines() if "token:" in line)
    request = urllib.request.Request(
        f"{url}/api/v1/rooms", headers={"Authorization": f"Bearer {secret}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert len(json.load(answer)["items"]) == 4
    program.done("api-token", "revoke", made.split()[0])
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=10)
    code, _, errors = program.stop()
    assert code == 0
    assert "ERROR" not in errors
    assert secret not in errors
