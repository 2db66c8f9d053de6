"""What a process holds: objects of ours by class, entries in their tables, tasks, timers, files.

Taken before and after, the difference is what was left over. Nothing is listed by hand: whatever a
module keeps in a table of an instance is found by the garbage collector, so a new module is counted
on the day it is written.
"""

import asyncio
import gc
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sized
from contextlib import suppress
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import Any

from vmr.store.dialect import READERS

OURS = ("signalling", "lobby", "vmr", "media")
CARRIERS = ("socketio", "engineio", "aiohttp", "aiortc")
POOLS = {
    "thread asyncio": 32,
    "thread pin": 2 + 1,
    "thread store": 8,
    "file registry": 8,
    "entries vmr.nodes.placement.Placements._placed": 32,
}
"""Threads and connections that are begun as they are needed, up to so many, and kept (`pin`: of
Host PINs, and of passwords of staff); rooms placed within 3 s, which the next placement forgets."""
DATABASE_FILES = (".db", ".db-wal", "database")
CONNECTIONS = 1 + READERS
"""Each has both files open, or one socket; one is opened when as many as there are read at once."""
NO_SERVICES: Mapping[int, str] = {}


def census(services: Mapping[int, str] = NO_SERVICES) -> Counter[str]:
    """Counts by what they are: `class X`, `entries X.attribute`, `task name`, `file kind` …

    `services` names ports of this machine; a socket to one of them is a file of that name.
    """
    gc.unfreeze()  # what was there at the start has tables too
    gc.collect()
    found: Counter[str] = Counter()
    for one in gc.get_objects():
        kind = type(one)
        package = str(kind.__module__).partition(".")[0]
        if package in OURS or package in CARRIERS:
            name = f"{kind.__module__}.{kind.__qualname__}"
            found[f"class {name}"] += 1
            if package in OURS:
                found.update(_entries(name, one))
    found.update(f"task {_task_name(task)}" for task in asyncio.all_tasks())
    found["timers"] = _timers()
    found.update(_files("self", services))
    found.update(f"thread {_stem(thread.name)}" for thread in threading.enumerate())
    return found


def worker_files(pid: int) -> Counter[str]:
    """Those of another process."""
    return _files(str(pid))


def left_over(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What there is more of than before."""
    more = {what: count - before.get(what, 0) for what, count in after.items()}
    return {
        what: count
        for what, count in sorted(more.items())
        if count > 0 and after[what] > _pool(what)
    }


def _pool(what: str) -> int:
    """How many of these are opened as they are needed, and kept."""
    is_database = what.startswith("file ") and what.endswith(DATABASE_FILES)
    return CONNECTIONS if is_database else POOLS.get(what, 0)


def _entries(name: str, one: object) -> dict[str, int]:
    """How much is in each table of this object, but for counters: their names are in the code."""
    sizes: dict[str, int] = {}
    for attribute, value in _attributes(one):
        if isinstance(value, Sized) and not isinstance(
            value, (str, bytes, Counter, FunctionType, MethodType, ModuleType, type)
        ):
            with suppress(Exception):  # a length that cannot be asked for is none
                sizes[f"entries {name}.{attribute}"] = len(value)
    return sizes


def _attributes(one: object) -> list[tuple[str, Any]]:
    found = list(getattr(one, "__dict__", {}).items())
    for kind in type(one).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            with suppress(AttributeError):
                found.append((slot, getattr(one, slot)))
    return found


def _task_name(task: "asyncio.Task[Any]") -> str:
    """Of tasks without a name of their own, what they run."""
    name = task.get_name()
    if not name.startswith("Task-"):
        return _stem(name)
    return str(getattr(task.get_coro(), "__qualname__", name))


def _stem(name: str) -> str:
    """Without a number or an id at its end."""
    head, _, tail = name.rpartition(" ")
    stem = head if head and any(letter.isdigit() for letter in tail) else name
    return stem.rstrip("0123456789_-")


def _timers() -> int:
    loop: Any = asyncio.get_running_loop()
    return sum(not handle.cancelled() for handle in loop._scheduled)


def _files(pid: str, services: Mapping[int, str] = NO_SERVICES) -> Counter[str]:
    kinds: Counter[str] = Counter()
    named = _sockets_to(services) if services else {}
    folder = f"/proc/{pid}/fd"
    for number in os.listdir(folder):
        with suppress(OSError):
            kind, _, which = os.readlink(f"{folder}/{number}").partition(":")
            kinds[f"file {named.get(which.strip('[]'), kind)}"] += 1
    return kinds


def _sockets_to(services: Mapping[int, str]) -> dict[str, str]:
    """By the number that a socket has among files (proc(5), /proc/net/tcp)."""
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, _, remote, _, _, _, _, _, _, inode, *_ = line.split()
        name = services.get(int(remote.rpartition(":")[2], 16))
        if name is not None:
            found[inode] = name
    return found
