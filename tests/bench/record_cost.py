"""What a record costs: adding an entry beside a bare synced write, and proving a long one."""

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.packet_cost import quantile
from tests.bench.table import Figure
from vmr import record_export
from vmr.ids import MeetingId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store.signing import is_signed
from vmr.store.store import Store

MEETING = MeetingId("m1")
PAGE_BYTES = 4096
"""What the bare write appends: the least that a database could."""
SNAPSHOT = {"seats": ["x" * 100] * 30}
VERIFY_PER_S = 60_000
ADD_RATIO = 3.0
ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCost:
    """Of each round the medians, in milliseconds, of writes in turn; entries proven in a second of
    one core."""

    rounds: tuple["Round", ...]
    database_per_s: float
    file_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`cpu_ms` is the processor's time of the whole process for an entry, which other work on the
    machine and its disk change least."""

    add_ms: float
    bare_ms: float
    cpu_ms: float

    @property
    def ratio(self) -> float:
        return self.add_ms / self.bare_ms


async def measure_record(*, writes: int, entries: int, folder: str | None = None) -> RecordCost:
    """`folder` is on the disk to be measured; None: where temporary files are."""
    with tempfile.TemporaryDirectory(dir=folder) as directory:
        store = await Store.open(f"sqlite:///{directory}/vmr.db")
        try:
            place = await store.add_establishment(name="HMP Bench", phone="1")
            room = await store.add_room(place, name="R", policy=PolicyName.LEGAL, pin_hash="x")
            bare = Path(directory, "bare")
            rounds = tuple(
                [await _measure_writes(store, room, bare, writes) for _ in range(ROUNDS)]
            )
            await store.commit(MeetingId("m2"), room.id, None, [_entry(n) for n in range(entries)])
            database_per_s, file_per_s = await _measure_proofs(store, MeetingId("m2"), entries)
        finally:
            await store.close()
    return RecordCost(rounds=rounds, database_per_s=database_per_s, file_per_s=file_per_s)


def _entry(number: int) -> Happening:
    """Every fourth with a name, every second with facts: about as in a meeting."""
    return Happening(
        at=1.7e9 + number / 2,
        actor=f"host:p{number % 7}",
        what="admitted",
        subject=f"guest:p{number}",
        facts=(("how", "invited"), ("count", number)) if number % 2 else (),
        personal=(("name", f"Ann Example {number}"),) if number % 4 == 0 else (),
    )


async def _measure_writes(store: Store, room: Room, bare: Path, writes: int) -> Round:
    """In turn, so that both see the same disk."""
    added, written, cpu = [], [], []
    file = os.open(bare, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for number in range(writes):
            began = time.perf_counter()
            os.write(file, bytes(PAGE_BYTES))
            os.fsync(file)
            between, cpu_began = time.perf_counter(), time.process_time()
            await store.commit(MEETING, room.id, {**SNAPSHOT, "n": number}, [_entry(number)])
            added.append(1000 * (time.perf_counter() - between))
            cpu.append(1000 * (time.process_time() - cpu_began))
            written.append(1000 * (between - began))
    finally:
        os.close(file)
    return Round(
        add_ms=quantile(added, 0.5), bare_ms=quantile(written, 0.5), cpu_ms=quantile(cpu, 0.5)
    )


async def _measure_proofs(store: Store, meeting: MeetingId, entries: int) -> tuple[float, float]:
    """Entries a second of processor time: from the database, and from an export."""
    began = time.process_time()
    await store.verify(meeting)
    from_database = entries / (time.process_time() - began)
    lines = (await store.records.export(meeting, by="bench", at=1.0)).splitlines(keepends=True)
    began = time.process_time()
    record_export.verify(lines, is_signed)
    return from_database, entries / (time.process_time() - began)


def record_figures(*, is_short: bool) -> list[Figure]:
    """By the round in the middle, so that a disk which others use for a while does not decide."""
    cost = asyncio.run(
        measure_record(writes=10 if is_short else 200, entries=2_000 if is_short else 100_000)
    )
    by_ratio = sorted(cost.rounds, key=lambda one: one.ratio)
    middle = by_ratio[ROUNDS // 2]
    from_to = f"{by_ratio[0].ratio:.1f}-{by_ratio[-1].ratio:.1f}"
    cpu_ms = quantile([one.cpu_ms for one in cost.rounds], 0.5)
    load = os.getloadavg()[0]
    return [
        Figure(
            name="a bare synced write of 4 KiB",
            measured=f"{middle.bare_ms:.2f} ms (load average {load:.1f})",
        ),
        Figure(
            name="an entry and a snapshot of 3 kB, kept",
            measured=f"{middle.add_ms:.2f} ms, {middle.ratio:.1f} times that"
            f" (of {ROUNDS} rounds, {from_to}), CPU {cpu_ms:.2f} ms",
            bar=f"{ADD_RATIO:.0f} times",
            is_met=middle.ratio <= ADD_RATIO,
        ),
        *(
            Figure(
                name=f"entries proven a second a core, {what}",
                measured=f"{per_s:,.0f}",
                bar=f"{VERIFY_PER_S:,}",
                is_met=per_s >= VERIFY_PER_S,
            )
            for what, per_s in (
                ("from the database", cost.database_per_s),
                ("from an export", cost.file_per_s),
            )
        ),
    ]
