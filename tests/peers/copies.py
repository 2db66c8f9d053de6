"""Processes that load nothing: copies of one that has loaded the whole server, which takes a second
and a half of a core. Its clock is one that can be set, and is right until somebody does so."""

import asyncio
import contextlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

AHEAD = "TEST_AHEAD_S"
"""In the environment of a command: how far its wall clock is ahead."""
LOOK_S = 1.0
ROOT = Path(__file__).parents[2]
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.signalling.nodes.serving", "vmr.cli.main"])


def copy(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """A process that runs this; `target` and its arguments are pickled."""
    process = CONTEXT.Process(target=target, args=arguments)
    with contextlib.chdir(ROOT):  # where the first one finds what to load
        process.start()
    return process


class _Copy:
    """What `subprocess.Popen` and `asyncio.subprocess.Process` have in common, as tests need it."""

    _process: ForkServerProcess

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


class Command(_Copy):
    """The `vmr` program in a copy, with the methods of `subprocess.Popen` that tests need."""

    def __init__(
        self, arguments: Sequence[str], directory: Path, environment: Mapping[str, str]
    ) -> None:
        (output, told), (errors, complained) = CONTEXT.Pipe(False), CONTEXT.Pipe(False)
        self._process = copy(
            _run, list(arguments), str(directory), dict(environment), told, complained
        )
        for end in (told, complained):
            end.close()
        self.stdout, self._errors = (_file(one) for one in (output, errors))

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it still says on both, when it has ended; TimeoutError."""
        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(one.read) for one in (self.stdout, self._errors)]
            self._process.join(timeout)
            if self._process.is_alive():
                self._process.kill()  # ends the reading too
                raise TimeoutError
            output, errors = (one.result(timeout) for one in both)
        for one in (self.stdout, self._errors):
            one.close()
        return output, errors


def _file(end: Connection) -> Any:
    with end:
        return os.fdopen(os.dup(end.fileno()))


class Server(_Copy):
    """`vmr serve` in a copy, with the methods of `asyncio.subprocess.Process` that tests need. What
    it says goes to the end of `log`."""

    def __init__(self, log: Path, environment: Mapping[str, str]) -> None:
        self._process = copy(_serve, str(log), dict(environment))

    async def wait(self) -> int:
        while self._process.exitcode is None:
            await asyncio.to_thread(self._process.join, LOOK_S)
        return self._process.exitcode


def _run(
    arguments: list[str],
    directory: str,
    environment: dict[str, str],
    output: Connection,
    errors: Connection,
) -> None:
    for end, number in ((output, 1), (errors, 2)):
        os.dup2(end.fileno(), number)
        end.close()
    os.chdir(directory)
    _become(arguments, environment)


def _serve(log: str, environment: dict[str, str]) -> None:
    end = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in (1, 2):
        os.dup2(end, number)
    os.close(end)
    _become(["serve"], environment)


def _become(arguments: list[str], environment: dict[str, str]) -> None:
    from tests.signalling.nodes.wall_clock import WALL
    from vmr.cli.main import main

    is_unbuffered = "PYTHONUNBUFFERED" in environment
    sys.stdout = open(1, "w", buffering=1 if is_unbuffered else -1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    WALL.step(float(environment.get(AHEAD, "0")))
    sys.exit(main(arguments))
