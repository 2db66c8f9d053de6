"""The `vmr` program as an operator runs it: its server in a process of its own, on free ports, and
commands beside it.

A command is one call of the program's own `main`, which takes milliseconds, and the process of a
server a copy of one that has loaded it. A process that begins from nothing takes one or two seconds
of a core to load, and is for what only that shows.
"""

import io
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tests.peers.copies import Command
from vmr.cli.main import main

STARTED = "Ctrl-C stops the server."
STOP_TIMEOUT_S = 20.0
COMMAND = [sys.executable, "-m", "vmr"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that has come to its end."""

    returncode: int
    stdout: str
    stderr: str


class Program:
    """One database; commands on it, and a server that may be started, stopped and killed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.database = directory / "var" / "vmr.db"
        self._server: subprocess.Popen[str] | Command | None = None

    def environment(self, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name[:4] != "VMR_"}
        own = {
            "VMR_HTTP_PORT": "0", "VMR_MEDIA_PORT": "0", "VMR_MEDIA_HOST": "127.0.0.1",
            "VMR_MEDIA_WORKERS": "1",
        }  # fmt: skip
        repository = str(Path(__file__).parents[2])
        return {**inherited, "PYTHONPATH": repository, **own, **(settings or {})}

    def run(
        self, *arguments: str, settings: Mapping[str, str] | None = None, stdin: str = ""
    ) -> Ended:
        """One command, to its end. Not a `serve` that starts, which would need this process."""
        environment = self.environment(settings)
        with (
            chdir(self.directory),
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(stdin)),
            redirect_stdout(io.StringIO()) as output,
            redirect_stderr(io.StringIO()) as errors,
            ThreadPoolExecutor(1) as thread,  # the test's own may run a loop already
        ):
            code = thread.submit(_exit_code, arguments).result()
        return Ended(returncode=code, stdout=output.getvalue(), stderr=errors.getvalue())

    def run_process(
        self, *arguments: str, settings: Mapping[str, str] | None = None, stdin: str = ""
    ) -> Ended:
        """The same in a process of its own."""
        ended = subprocess.run(
            [*COMMAND, *arguments], cwd=self.directory, env=self.environment(settings),
            input=stdin, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return Ended(returncode=ended.returncode, stdout=ended.stdout, stderr=ended.stderr)

    def serve(self, *arguments: str, settings: Mapping[str, str] | None = None) -> Ended:
        """A `serve` that ends by itself, in a copy."""
        server = Command(["serve", *arguments], self.directory, self.environment(settings))
        output, errors = server.communicate(timeout=60)
        assert server.returncode is not None
        return Ended(returncode=server.returncode, stdout=output, stderr=errors)

    def done(self, *arguments: str) -> str:
        """What a command printed that must succeed."""
        ended = self.run(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def start(self, *arguments: str, settings: Mapping[str, str] | None = None) -> str:
        """Start the server; what it printed until it was ready."""
        self._server = Command(["serve", *arguments], self.directory, self.environment(settings))
        return self._printed()

    def start_from_nothing(self) -> str:
        """The same in a process that has to load it."""
        self._server = subprocess.Popen(
            [*COMMAND, "serve"], cwd=self.directory, text=True, env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        return self._printed()

    def _printed(self) -> str:
        assert self._server is not None
        assert self._server.stdout is not None
        lines = []
        for line in self._server.stdout:
            lines.append(line)
            if STARTED in line:
                return "".join(lines)
        _, errors = self._server.communicate()
        raise AssertionError(f"the server did not start:\n{''.join(lines)}\n{errors}")

    @property
    def pid(self) -> int:
        """The running server's."""
        assert self._server is not None
        return self._server.pid

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """Ask the server to stop: its exit code, and what it still said on both streams."""
        assert self._server is not None
        self._server.send_signal(number)
        output, errors = self._server.communicate(timeout=STOP_TIMEOUT_S)
        assert self._server.returncode is not None
        return self._server.returncode, output, errors

    def kill(self) -> None:
        """As a power cut does. Nothing happens when no server runs."""
        if self._server is not None and self._server.returncode is None:
            self._server.kill()
            self._server.communicate(timeout=STOP_TIMEOUT_S)


def _exit_code(arguments: Sequence[str]) -> int:
    """As `python -m vmr` ends with it."""
    try:
        return main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


def url_in(printed: str) -> str:
    found = re.search(r"VMR is running: (\S+)", printed)
    assert found, printed
    return found[1]


def links_in(printed: str) -> list[str]:
    return re.findall(r"http://\S+/r/\S+", printed)


def pins_in(printed: str) -> list[str]:
    return re.findall(r"Host PIN +(\d+)", printed)


def tokens_in(printed: str) -> list[str]:
    return re.findall(r"#invite=(\S+)", printed)


def health(url: str) -> dict[str, Any]:
    address = url.replace("localhost", "127.0.0.1")
    with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
