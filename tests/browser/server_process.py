"""The server as an operator runs it: `vmr serve` in a process, and `vmr room` beside it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import aiohttp

from tests.browser.eventually import eventually
from tests.peers import copies
from tests.peers.copies import Command
from tests.peers.ports import free_port

STOP_TIMEOUT_S = 30.0
START_TIMEOUT_S = 90.0
WELCOME = "Ctrl-C stops the server."
"""The end of what it says when all of it has started."""


class ServerProcess:
    """One `vmr serve` with its database in `directory`; may be stopped, killed, started again.

    `ahead_s` is how far the wall clock of commands, and of a copied server from its next start on,
    is ahead.
    """

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        self.http_port = free_port()
        self.media_port = free_port()
        self.log = directory / "server.log"
        self.pid = 0
        self.ahead_s = 0.0
        self._directory = directory
        self.settings = dict(settings or {})
        self._process: asyncio.subprocess.Process | copies.Server | None = None
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
            self._process = await self._launch(log)
        self.pid = self._process.pid
        await eventually("the server answers /healthz", self._answers, START_TIMEOUT_S)

    async def _launch(self, log: IO[bytes]) -> asyncio.subprocess.Process | copies.Server:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "vmr", "serve",
            env=self._environment(), stdout=log, stderr=log,
        )  # fmt: skip

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
        command = Command(arguments, Path.cwd(), self._environment())
        output, errors = await asyncio.to_thread(command.communicate)
        assert command.returncode == 0, output + errors
        return output + errors

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

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
            copies.AHEAD: str(self.ahead_s),
            **self.settings,
        }
        return {**os.environ, **own, "PYTHONUNBUFFERED": "1"}


class CopiedServer(ServerProcess):
    """The same as a copy of a process that has loaded it: for people who come to it, not for what
    its start costs."""

    async def _launch(self, log: IO[bytes]) -> copies.Server:
        return copies.Server(self.log, self._environment())
