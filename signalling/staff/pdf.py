"""PDF files, made by a process of their own: no packet and no page waits for one.

At most `AT_ONCE` are made at a time, and so many wait; a process that takes too long is ended, and
so is one that nobody waits for any more.

PdfError
├── PdfMissing   Pango or WeasyPrint is not installed
├── PdfBusy      too many wait already
└── PdfFailed    the process took too long, or ended without a file
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

WORKER = Path(__file__).with_name("pdf_worker.py")
AT_ONCE = 2
WAITING = 8
TIME_LIMIT_S = 90.0
KEPT_ENVIRONMENT = ("PATH", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
"""What the process is told of ours; settings, with their secrets, are not among it."""


class PdfError(Exception):
    """No file was made."""


class PdfMissing(PdfError):
    pass


class PdfBusy(PdfError):
    pass


class PdfFailed(PdfError):
    pass


class PdfMaker:
    """`worker` is the program, a file that Python runs."""

    def __init__(self, *, worker: Path = WORKER, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._worker = worker
        self._time_limit_s = time_limit_s
        self._places = asyncio.Semaphore(AT_ONCE)
        self._asking = 0
        self._is_available = False

    async def is_available(self) -> bool:
        """Whether files can be made here; asked again until they can."""
        if not self._is_available:
            try:
                async with self._place():
                    await self._run(b"", "check")
            except PdfFailed:
                return False
            except PdfBusy:  # others are being made
                return True
            self._is_available = True
        return True

    async def make(self, html: str, style: str = "") -> bytes:
        """The PDF of a document that needs nothing but itself and its style. Raises PdfError."""
        if not await self.is_available():
            raise PdfMissing
        async with self._place():
            made = await self._run(json.dumps({"html": html, "style": style}).encode())
        if not made.startswith(b"%PDF-"):
            raise PdfFailed
        return made

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._asking >= AT_ONCE + WAITING:
            raise PdfBusy
        self._asking += 1
        try:
            async with self._places:
                yield
        finally:
            self._asking -= 1

    async def _run(self, given: bytes, *arguments: str) -> bytes:
        """What the process wrote; it has ended when this returns or raises."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(self._worker), *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env=_environment(),
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._time_limit_s):
                made, _ = await process.communicate(given)
        except TimeoutError:
            raise PdfFailed from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise PdfFailed
        return made


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, "LANG": "C.UTF-8"}
