"""The server and its commands on PostgreSQL, as processes."""

from collections.abc import Iterator

import pytest

from tests.cli.program import Program, health, pins_in, tokens_in, url_in
from tests.peers.postgresql import PASSWORD, PASSWORD_IN_URL, Postgresql


@pytest.fixture
def settings(postgresql: Postgresql) -> Iterator[dict[str, str]]:
    """Of an empty database."""
    with postgresql.database() as name:
        yield {"VMR_DATABASE_URL": postgresql.url(name)}


def hides_the_password(said: str) -> bool:
    return not any(one in said for one in (PASSWORD, PASSWORD_IN_URL))


def test_a_server_starts_stops_and_starts_again_with_its_rooms(
    program: Program, settings: dict[str, str], postgresql: Postgresql
) -> None:
    first = program.start(settings=settings)
    assert health(url_in(first))["meetings"] == 0
    assert f"Its data is in:  postgresql://vmr@127.0.0.1:{postgresql.port}/" in first
    assert len(pins_in(first)) == 4
    listed = program.run_process("room", "list", settings=settings)
    assert listed.returncode == 0, "commands work beside the server"
    code, _, errors = program.stop()
    assert (code, "Traceback" in errors) == (0, False)
    second = program.start(settings=settings)
    assert not any(secret in second for secret in pins_in(first) + tokens_in(first))
    again = program.run("room", "list", settings=settings)
    assert again.stdout == listed.stdout != ""
    assert program.stop()[0] == 0
    assert not program.database.exists()
    assert all(map(hides_the_password, (first, second, errors, listed.stderr)))


def test_a_second_server_is_refused_until_the_first_has_gone(
    program: Program, settings: dict[str, str]
) -> None:
    program.start(settings=settings)
    ended = program.serve(settings=settings)
    assert ended.returncode == 1
    assert "vmr: database_url: another server runs on postgresql://vmr@" in ended.stderr
    assert "Traceback" not in ended.stderr
    program.kill()
    program.start(settings=settings)
    assert program.stop()[0] == 0
    assert hides_the_password(ended.stderr)


def test_a_server_that_cannot_be_reached_is_one_line(program: Program) -> None:
    address = "postgresql://vmr:S3cret@127.0.0.1:1/vmr"
    for command in (["serve"], ["room", "list"]):
        ended = program.run_process(*command, settings={"VMR_DATABASE_URL": address})
        assert ended.returncode == 1
        assert "S3cret" not in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        assert ended.stderr.startswith("vmr: ")


def test_settings_are_printed_without_the_password(
    program: Program, settings: dict[str, str]
) -> None:
    ended = program.run("settings", settings=settings)
    assert "postgresql://vmr:***@" in ended.stdout
    assert hides_the_password(ended.stdout)
