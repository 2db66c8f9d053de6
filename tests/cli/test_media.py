"""The media workers of a running server: how many, where, and gone with it."""

import os
import signal
import time
from pathlib import Path

import pytest

from media.frames import Started
from media.udp import RECEIVE_BUFFER_BYTES
from tests.bench.cpu import children
from tests.cli.program import Program, health, url_in
from vmr.cli import media

GONE_S = 2.0


def started(*ports: int, tcp: bool = True, granted: int = RECEIVE_BUFFER_BYTES) -> list[Started]:
    return [
        Started(udp_port=port, tcp_port=port if tcp else None, receive_buffer_bytes=granted)
        for port in ports
    ]


def test_the_start_says_which_ports_to_let_through() -> None:
    assert media.lines(started(8081)) == ["Sound, pictures: 1 worker, UDP 8081, TCP 8081"]
    assert media.lines(started(8081, 8082, tcp=False)) == [
        "Sound, pictures: 2 workers, UDP 8081, 8082, TCP off"
    ]
    assert media.lines(started(8081, 8082, 8083)) == [
        "Sound, pictures: 3 workers, UDP 8081 to 8083, TCP 8081 to 8083"
    ]
    assert media.lines(started(5, 9, 7)) == ["Sound, pictures: 3 workers, UDP 5, 9, 7, TCP 5, 9, 7"]


def test_a_smaller_receive_buffer_than_asked_for_is_said_with_what_to_do() -> None:
    _, *hint = media.lines([*started(1), *started(2, granted=212_992)])
    assert "208 kB" in hint[0]
    assert "8192 kB" in hint[0]
    assert "net.core.rmem_max=8388608" in hint[1]


def test_by_default_there_is_a_worker_for_each_core() -> None:
    assert media.cores() == min(64, len(os.sched_getaffinity(0)))


def test_as_many_workers_run_as_the_settings_say_and_end_with_the_server(
    program: Program,
) -> None:
    printed = program.start("--media-workers", "3")
    assert "Sound, pictures: 3 workers, UDP " in printed
    assert health(url_in(printed))["counters"]["workers"] == 3
    workers = children(program.pid)
    assert len(workers) == 3
    code, _, errors = program.stop()
    assert code == 0
    assert "Traceback" not in errors
    assert not any(map(is_running, workers))


def test_ctrl_c_at_a_terminal_stops_in_order(program: Program) -> None:
    """It goes to the whole process group of the server; the workers are in none of it."""
    program.start("--media-workers", "2")
    workers = children(program.pid)
    assert all(os.getpgid(worker) != os.getpgid(program.pid) for worker in workers)
    for worker in workers:
        os.kill(worker, signal.SIGINT)
    code, _, errors = program.stop()
    assert code == 0
    assert "has ended" not in errors


def test_a_killed_server_leaves_no_worker(program: Program) -> None:
    program.start("--media-workers", "2")
    workers = children(program.pid)
    assert len(workers) == 2
    program.kill()
    deadline = time.monotonic() + GONE_S
    while any(map(is_running, workers)):  # they end in their own time, but soon
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_that_was_killed_is_started_again(program: Program) -> None:
    url = url_in(program.start("--media-workers", "1"))
    (worker,) = children(program.pid)
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (counters := health(url)["counters"])["worker_restarts"] != 1:
        assert time.monotonic() < deadline, counters
        time.sleep(0.05)  # a process starts in its own time
    assert (counters["workers"], counters["worker_deaths"]) == (1, 1)
    code, _, errors = program.stop()
    assert code == 0
    assert 'a media worker has ended number=1 reason="signal SIGKILL"' in errors


@pytest.mark.parametrize("count", ["65", "-1", "two"])
def test_a_number_of_workers_that_cannot_be_is_one_line(program: Program, count: str) -> None:
    ended = program.run("serve", f"--media-workers={count}")
    assert ended.returncode == 2
    assert "--media-workers" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_too_few_ports_for_the_workers_is_one_line(program: Program) -> None:
    ended = program.serve("--media-port", "65534", "--media-workers", "4")
    assert ended.returncode == 1
    assert "not enough ports from 65534" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
