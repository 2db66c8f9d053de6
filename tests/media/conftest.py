"""Fixtures that several tests of the media plane share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

from media.engine import Config
from tests.media.theatre import Theatre

Open = Callable[..., Awaitable[Theatre]]


@pytest.fixture
async def open_theatre(tmp_path: Path) -> AsyncIterator[Open]:
    opened: list[Theatre] = []
    async with async_playwright() as playwright:

        async def open_one(**settings: Any) -> Theatre:
            theatre = Theatre(playwright, tmp_path)
            await theatre.start(Config(**settings))
            opened.append(theatre)
            return theatre

        yield open_one
        await asyncio.gather(*(theatre.close() for theatre in opened))
