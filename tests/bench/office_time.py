"""How long a booking office waits at a database that holds a year: the store's calls, and pages.

Wall clock at the caller, one call after another. Beside it the processor's time of the process
that answers, which the rest of the machine does not change.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import aiohttp
from sqlalchemy.engine import Engine

from tests.bench import year
from tests.bench.cpu import scheduled_seconds
from tests.bench.packet_cost import quantile
from tests.bench.table import Figure
from tests.bench.year import DAY_S, FIRST_DAY, YEAR, Place, Size, Year
from tests.browser.desk import COOKIE, sign_in
from tests.browser.server_process import ServerProcess
from vmr.bookings.reports import GroupBy, months_of, report, span_of
from vmr.bookings.times import HOUR_S, Interval
from vmr.staff import StaffRole
from vmr.store import Store, Wanted
from vmr.store.database import dialect_of
from vmr.store.migrate import migrate

CALLS, SHORT_CALLS = 200, 3
BAR_MS, REPORT_BAR_MS = 100.0, 1_000.0
LONDON = ZoneInfo("Europe/London")
MONTHS = months_of(date(2026, 1, 1), date(2026, 12, 1))
REPORTED = span_of(MONTHS[0], MONTHS[-1], LONDON)
PAGE = 25
FIRST_DATE = date(2026, 1, 5)
SEARCHES: Mapping[str, str] = {
    "a common name": year.COMMON,
    "a rare name": year.RARE,
    "a name with accents": "Núñez",
    "two words": "Ada Smith",
    "the beginning of a word": "s",
    "a reference": "VMR-000001",
    "nobody": "Featherstonehaugh",
}
Call = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Of one kind of call: milliseconds each took, and the processor's time of one."""

    name: str
    took_ms: Sequence[float]
    cpu_ms: float
    bar_ms: float = BAR_MS


def build(path: Path, size: Size = YEAR) -> float:
    """The year in a new SQLite file; how many seconds it took."""
    dialect = dialect_of(f"sqlite:///{path}")
    dialect.prepare()
    engine = dialect.writer()
    began = time.perf_counter()
    with _unsynced(engine):
        with engine.begin() as connection:
            migrate(connection)
            place = year.add_place(connection, size)
        _fill(engine, place, size)
    engine.dispose()
    return time.perf_counter() - began


def _fill(engine: Engine, place: Place, size: Size) -> None:
    rows = Year(place, size)
    for at in range(size.rooms):
        with engine.begin() as connection:
            rows.add(connection, at)


@contextlib.contextmanager
def _unsynced(engine: Engine) -> Iterator[None]:
    """Nobody needs the file if the machine stops now. The engine has one connection."""
    for value in ("OFF", "FULL"):
        connection = engine.raw_connection()
        connection.cursor().execute(f"PRAGMA synchronous={value}")
        connection.close()
        if value == "OFF":
            yield


async def measure_store(path: Path, size: Size, calls: int) -> list[Times]:
    store = await Store.open(f"sqlite:///{path}")
    try:
        (prison,) = await store.establishments()
        for text, wanted in ((year.RARE, 1), (SEARCHES["nobody"], 0)):
            assert (await store.bookings.search(prison.id, text, limit=PAGE))[1] == wanted

        async def day(n: int) -> object:
            return await store.bookings.in_time(prison.id, _day(n, size))

        async def search(text: str, _: int) -> object:
            return await store.bookings.search(prison.id, text, limit=PAGE)

        async def records(text: str, _: int) -> object:
            wanted = Wanted(name=text)
            return await store.record_search.find(prison.id, wanted, skip=0, most=PAGE)

        kinds: list[tuple[str, Call]] = [("a day with its people", day)]
        kinds += [(f"bookings: {what}", partial(search, it)) for what, it in SEARCHES.items()]
        kinds += [
            (f"records: {what}", partial(records, it))
            for what, it in (("all", ""), *SEARCHES.items())
            if what != "a reference"
        ]
        own = time.process_time
        times = [await _measure(name, call, calls, own) for name, call in kinds]
        rooms = [one.id for one in await store.rooms_of(prison.id)]

        async def figures(n: int) -> object:
            by = tuple(GroupBy)[n % len(GroupBy)]
            rows = await store.outcomes.report_rows(prison.id, REPORTED)
            assert len(rows) == size.slots
            return report(rows, by, months=MONTHS, zone=LONDON, rooms=rooms)

        few = max(calls // 10, SHORT_CALLS)
        return [*times, await _measure("a report of the year", figures, few, own, REPORT_BAR_MS)]
    finally:
        await store.close()


async def measure_pages(directory: Path, size: Size, calls: int) -> list[Times]:
    """`directory` holds the year as vmr.db."""
    server = ServerProcess(directory, {"VMR_RETENTION_LEGAL_DAYS": str(365 * 100)})
    await server.start()
    try:
        roles = (StaffRole.BOOKING, StaffRole.ADMINISTRATOR)
        cookie = await sign_in(server.database, "bench-000", "Cleo Clerk", roles)
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        async with aiohttp.ClientSession(server.url, headers=headers) as client:

            async def page(path: str, _: int) -> None:
                async with client.get(path, allow_redirects=False) as answer:
                    text = await answer.text()
                    assert answer.status == 200, (path, answer.status, text[:500])

            async def day(n: int) -> None:
                on = FIRST_DATE + timedelta(days=_weekday(n, size))
                await page(f"/staff/bookings?on={on}", n)

            kinds: list[tuple[str, Call]] = [("a day of the calendar", day)]
            for what, text in SEARCHES.items():
                path = f"/staff/bookings/search?{urlencode({'q': text})}"
                kinds.append((f"bookings: {what}", partial(page, path)))
            for what, text in SEARCHES.items():
                path = f"/staff/records?{urlencode({'name': text})}"
                if what != "a reference":
                    kinds.append((f"records: {what}", partial(page, path)))
            own = partial(_cpu_seconds, server.pid)
            times = [await _measure(f"page, {name}", call, calls, own) for name, call in kinds]
            path = f"/staff/reports?from={MONTHS[0]:%Y-%m}&to={MONTHS[-1]:%Y-%m}&by=room"
            call = partial(page, path)
            few = max(calls // 10, SHORT_CALLS)
            last = await _measure("page, a report of the year", call, few, own, REPORT_BAR_MS)
            return [*times, last]
    finally:
        await server.stop()


async def _measure(
    name: str, call: Call, calls: int, cpu_s: Callable[[], float], bar_ms: float = BAR_MS
) -> Times:
    """The first call, which fills caches and compiles the query, is not counted."""
    await call(0)
    took_ms = []
    cpu_began = cpu_s()
    for n in range(calls):
        began = time.perf_counter()
        await call(n)
        took_ms.append(1000 * (time.perf_counter() - began))
    cpu_ms = 1000 * (cpu_s() - cpu_began) / calls
    return Times(name=name, took_ms=took_ms, cpu_ms=cpu_ms, bar_ms=bar_ms)


def _cpu_seconds(pid: int) -> float:
    return scheduled_seconds(pid)[0]


def _weekday(n: int, size: Size) -> int:
    """The `n`th of the days that are measured, spread over the year; days since the first."""
    at = n * 37 % size.days
    return at + 2 * (at // 5)


def _day(n: int, size: Size) -> Interval:
    starts_at = FIRST_DAY - 8 * HOUR_S + _weekday(n, size) * DAY_S
    return Interval(starts_at=starts_at, ends_at=starts_at + DAY_S)


def measure_office(*, is_short: bool) -> tuple[float, list[Times]]:
    """Seconds to make the year, and all times."""
    size, calls = (year.WEEK, SHORT_CALLS) if is_short else (YEAR, CALLS)
    with tempfile.TemporaryDirectory() as folder:
        made_s = build(Path(folder, "vmr.db"), size)
        times = asyncio.run(measure_store(Path(folder, "vmr.db"), size, calls))
        times += asyncio.run(measure_pages(Path(folder), size, calls))
    return made_s, times


def office_figures(times: Sequence[Times]) -> list[Figure]:
    return [
        Figure(
            name=one.name,
            measured=" / ".join(f"{quantile(one.took_ms, q):.1f}" for q in (0.5, 0.95, 0.99))
            + f" ms, CPU {one.cpu_ms:.1f} ms",
            bar=f"p95 < {one.bar_ms:.0f} ms",
            is_met=quantile(one.took_ms, 0.95) < one.bar_ms,
        )
        for one in times
    ]
