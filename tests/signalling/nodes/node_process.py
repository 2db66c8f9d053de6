"""A server of an estate as a process, with a clock that can be set."""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import aiohttp

from tests.peers.copies import CONTEXT, copy
from tests.peers.ports import free_port

START_S = 60.0
"""Far longer than it takes on a machine that has time."""

NEWER = multiprocessing.get_context("spawn")
"""It loads all anew, with other versions."""


class NodeProcess:
    def __init__(self, database: str, redis: str, folder: Path, *, is_newer: bool = False) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.name = f"at-{self.port}"
        self._arguments = (database, redis, self.port, str(folder))
        self._is_newer = is_newer
        self._process: BaseProcess | None = None

    async def start(self) -> None:
        """Also after its end, on the same port."""
        ready, told = CONTEXT.Pipe(duplex=False)
        if self._is_newer:
            self._process = NEWER.Process(target=_serve_newer, args=(told, *self._arguments))
            self._process.start()
        else:
            self._process = copy(_serve, told, *self._arguments)
        told.close()
        with ready:
            assert await asyncio.to_thread(ready.poll, START_S)
            assert ready.recv() == "ready"

    async def health(self) -> dict[str, Any]:
        async with aiohttp.ClientSession() as client, client.get(f"{self.url}/healthz") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    def send(self, number: int) -> None:
        assert self._process is not None
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    async def kill(self) -> None:
        """As a power cut does."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            await self._has_ended()

    async def stop(self) -> None:
        self.send(signal.SIGTERM)
        assert await self._has_ended() == 0

    async def _has_ended(self) -> int | None:
        assert self._process is not None
        await asyncio.to_thread(self._process.join, START_S)
        assert not self._process.is_alive()
        return self._process.exitcode


def _serve(*arguments: Any) -> None:
    from tests.signalling.nodes import serving  # changes the clock: not in the tests' own process

    serving.serve(*arguments)


def _serve_newer(*arguments: Any) -> None:
    from tests.signalling.nodes import newer  # changes the versions: not in the tests' own process

    newer.serve(*arguments)
