"""The server as a process: first start, second start, clean and unclean ends, wrong settings."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import aiohttp
import pytest

from tests.cli.program import (
    Program,
    health,
    links_in,
    pins_in,
    tokens_in,
    url_in,
)
from tests.peers.ports import free_port
from vmr.policies import PolicyName

NEVER_STOPS = """
import asyncio
from vmr.cli.serve import stop_signals

async def main():
    stop_signals()
    print("up", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_the_first_start_prints_a_room_of_each_policy_and_how_to_get_in(program: Program) -> None:
    printed = program.start_from_nothing()
    assert health(url_in(printed))["meetings"] == 0
    for policy in PolicyName:
        assert f"({policy.value})" in printed
    assert len(pins_in(printed)) == 4
    assert len(tokens_in(printed)) == 2
    assert sum(link.endswith("#host") for link in links_in(printed)) == 4
    assert "What to do next" in printed


def test_the_second_start_keeps_the_rooms_and_prints_no_secret(program: Program) -> None:
    first = program.start()
    assert program.stop()[0] == 0
    second = program.start()
    assert rooms_in(second) == rooms_in(first)
    assert tokens_in(second) == []
    assert not any(secret in second for secret in pins_in(first) + tokens_in(first))
    assert "room pin ROOM_LINK" in second
    assert "room invite ROOM_LINK" in second


def test_a_server_that_has_started_is_ready(program: Program) -> None:
    url = url_in(program.start()).replace("localhost", "127.0.0.1")
    deadline = time.monotonic() + 10
    while True:  # the first look at the store is under way
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:
                assert json.load(answer) == {"ready": True, "faults": [], "notes": []}
                return
        except urllib.error.HTTPError as error:
            faults = json.load(error)["faults"]
            assert faults == ["starting"]
            assert time.monotonic() < deadline


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_cleanly(program: Program, number: int) -> None:
    program.start_from_nothing()
    code, output, errors = program.stop(number)
    assert code == 0
    assert "Traceback" not in errors
    assert "Stopping." in output


def test_a_killed_server_starts_again_with_its_rooms(program: Program) -> None:
    first = program.start()
    program.kill()
    second = program.start()
    assert len(rooms_in(first)) == 4
    assert rooms_in(second) == rooms_in(first)
    assert program.stop()[0] == 0


def test_nothing_secret_lies_in_the_database_and_nobody_else_can_read_it(
    program: Program,
) -> None:
    printed = program.start()
    found = sorted(program.database.parent.rglob("*"))
    files = [one for one in found if one.is_file()]
    folders = [one for one in found if one.is_dir()]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert program.database in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(program.database.parent.stat().st_mode) == 0o700
    stored = b"".join(file.read_bytes() for file in files)
    for secret in pins_in(printed) + tokens_in(printed):
        assert secret.encode() not in stored
    assert b"$argon2id$" in stored


def test_a_page_port_in_use_is_one_line_and_makes_no_rooms(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = program.serve("--http-port", port)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert last_line(ended.stderr).startswith("vmr: http_host and http_port")
    assert f"port {port}" in ended.stderr
    assert "in use" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert program.done("room", "list") == ""


def test_a_media_port_in_use_is_one_line(program: Program) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        ended = program.serve("--media-port", str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert "vmr: media_host and media_port" in last_line(ended.stderr)
    assert "Traceback" not in ended.stderr


def test_a_media_tcp_port_in_use_is_one_line(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = program.serve("--media-tcp-port", str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert "vmr: media_host and media_tcp_port" in last_line(ended.stderr)
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "toml", "named"),
    [
        (["--http-port", "x"], {}, "", "--http-port"),
        ([], {"VMR_CODECS": "vp8,theora"}, "", "VMR_CODECS"),
        ([], {}, "wating_s = 900", "wating_s"),
        (["--no-such-setting", "1"], {}, "", "--no-such-setting"),
        (["--config", "missing.toml"], {}, "", "missing.toml"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(
    program: Program, arguments: list[str], settings: dict[str, str], toml: str, named: str
) -> None:
    if toml:
        Path(program.directory, "vmr.toml").write_text(toml)
        settings = {**settings, "VMR_CONFIG": "vmr.toml"}
    ended = program.run("serve", *arguments, settings=settings)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert named in ended.stderr
    assert not program.database.exists()


def test_a_database_that_cannot_be_opened_is_one_line(program: Program) -> None:
    Path(program.directory, "file").write_text("")
    ended = program.serve("--database-url", "sqlite:///file/vmr.db")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("vmr: ")


def test_the_public_url_begins_every_link(program: Program) -> None:
    printed = program.start("--public-url", "https://meet.example.org")
    assert printed.count("https://meet.example.org/r/") == 10
    assert "http://" not in printed.replace(url_in(printed), "")


def test_pages_of_the_public_url_open_sockets_whatever_the_proxy_tells(program: Program) -> None:
    port = free_port()
    program.start("--public-url", "https://meet.example.org", "--http-port", str(port))
    local = f"http://127.0.0.1:{port}"

    async def status_of(origin: str) -> int:
        headers = {"Origin": origin, "Host": "meet.example.org"}
        async with aiohttp.ClientSession(headers=headers) as session:
            try:
                opened = await session.ws_connect(f"{local}/socket.io/?EIO=4&transport=websocket")
            except aiohttp.WSServerHandshakeError as refused:
                return refused.status
            await opened.close()
            return 101

    assert asyncio.run(status_of("https://meet.example.org")) == 101
    assert asyncio.run(status_of("https://evil.example")) == 400


def test_a_hangup_ends_no_server(program: Program) -> None:
    url = url_in(program.start())
    os.kill(program.pid, signal.SIGHUP)
    assert health(url)["meetings"] == 0
    assert program.stop()[0] == 0


def test_a_second_signal_stops_at_once(program: Program) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", NEVER_STOPS], cwd=program.directory, env=program.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    while process.poll() is None:  # signals that are pending together count as one
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors == "Stopped at once.\n"


def rooms_in(printed: str) -> set[str]:
    """The addresses of the printed rooms, whatever port the server has."""
    return {link.partition("/r/")[2].partition("#")[0] for link in links_in(printed)}


def last_line(text: str) -> str:
    return text.splitlines()[-1]


def test_a_second_server_on_the_same_database_is_refused(program: Program) -> None:
    program.start()
    ended = program.serve()
    assert ended.returncode != 0
    assert "another server runs" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert program.stop()[0] == 0
    program.start()
    assert program.stop()[0] == 0
