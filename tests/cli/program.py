"""The `vmr` program as an operator runs it, in processes of its own, on free ports."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STARTED = "Ctrl-C stops the server."
STOP_TIMEOUT_S = 20.0
COMMAND = [sys.executable, "-m", "vmr"]


class Program:
    """One database; commands on it, and a server that may be started, stopped and killed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.database = directory / "var" / "vmr.db"
        self._server: subprocess.Popen[str] | None = None

    def environment(self, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name[:4] != "VMR_"}
        own = {"VMR_HTTP_PORT": "0", "VMR_MEDIA_PORT": "0", "VMR_MEDIA_HOST": "127.0.0.1"}
        repository = str(Path(__file__).parents[2])
        return {**inherited, "PYTHONPATH": repository, **own, **(settings or {})}

    def run(
        self, *arguments: str, settings: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        return subprocess.run(
            [*COMMAND, *arguments], cwd=self.directory, env=self.environment(settings),
            input=stdin, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def done(self, *arguments: str) -> str:
        """What a command printed that must succeed."""
        ended = self.run(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def start(self, *arguments: str, settings: Mapping[str, str] | None = None) -> str:
        """Start the server; what it printed until it was ready."""
        self._server = subprocess.Popen(
            [*COMMAND, "serve", *arguments], cwd=self.directory, text=True,
            env=self.environment(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
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
        return self._server.returncode, output, errors

    def kill(self) -> None:
        """As a power cut does. Nothing happens when no server runs."""
        if self._server is not None and self._server.returncode is None:
            self._server.kill()
            self._server.communicate(timeout=STOP_TIMEOUT_S)


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
