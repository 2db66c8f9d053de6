"""The server as an operator runs it: `vmr serve` in a process, and `vmr room` beside it."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from tests.browser import ahead
from tests.browser.eventually import eventually

STOP_TIMEOUT_S = 30.0
START_TIMEOUT_S = 90.0
WELCOME = "Ctrl-C stops the server."
"""The end of what it says when all of it has started."""


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServerProcess:
    """One `vmr serve` with its database in `directory`; may be stopped, killed, started again.

    `ahead_s` is how far its wall clock, and that of commands, is ahead from the next start on.
    """

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        self.http_port = free_port(socket.SOCK_STREAM)
        self.media_port = free_port(socket.SOCK_DGRAM)
        self.log = directory / "server.log"
        self.pid = 0
        self.ahead_s = 0.0
        self._directory = directory
        self.settings = dict(settings or {})
        self._process: asyncio.subprocess.Process | None = None
        self._log_start = 0

    @property
    def database(self) -> Path:
        return self._directory / "vmr.db"

    @property
    def database_url(self) -> str:
        """Of `database`, or of another that the settings name."""
        return self.settings.get("VMR_DATABASE_URL", f"sqlite:///{self.database}")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._program, "serve",
                env=self._environment(), stdout=log, stderr=log,
            )  # fmt: skip
        self.pid = self._process.pid
        await eventually("the server answers /healthz", self._answers, START_TIMEOUT_S)

    async def stop(self) -> None:
        """As Ctrl-C does; the exit must be clean."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
            code = await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
            assert code == 0, f"the server ended with {code}:\n{self.log_text()}"

    async def kill(self) -> None:
        """As a power cut does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def health(self) -> dict[str, Any]:
        async with aiohttp.ClientSession() as client, client.get(f"{self.url}/healthz") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def room(self, *arguments: str) -> str:
        """`vmr room ...`; what it printed."""
        return await self.command("room", *arguments)

    async def command(self, *arguments: str) -> str:
        """`vmr ...` on this server's database; what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._program, *arguments,
            env=self._environment(), stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()
        return output.decode()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def _program(self) -> str:
        return ahead.MODULE if self.ahead_s else "vmr"

    async def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, f"the server ended:\n{self.log_text()}"
        if WELCOME not in self.log.read_bytes()[self._log_start :].decode(errors="replace"):
            return False  # it may answer, but has not made its first data yet
        with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError):
            return bool(await self.health())
        return False

    def _environment(self) -> dict[str, str]:
        own = {
            "VMR_HTTP_HOST": "127.0.0.1",
            "VMR_HTTP_PORT": str(self.http_port),
            "VMR_MEDIA_HOST": "127.0.0.1",
            "VMR_OVERLOAD_PROTECTION": "false",  # the machine may be busy with other tests
            "VMR_MEDIA_PORT": str(self.media_port),
            "VMR_MEDIA_WORKERS": "1",  # a relay before it knows one port
            "VMR_DATABASE_URL": f"sqlite:///{self.database}",
            ahead.AHEAD: str(self.ahead_s),
            **self.settings,
        }
        return {**os.environ, **own, "PYTHONUNBUFFERED": "1"}
