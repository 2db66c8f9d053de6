"""CPU time of processes from /proc, their children, and which core they may use."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

LAST_PRIORITY = 19
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of all threads of these processes; steps of 10 ms each on Linux."""
    return sum(map(_cpu_seconds, pids))


def children(pid: int) -> list[int]:
    """The processes that the main thread of `pid` has started and that are there now."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def pin(pid: int, core: int) -> None:
    """Keep `pid` (0: this process) on one core, where the machine has that core and lets us."""
    with contextlib.suppress(OSError):
        if core in os.sched_getaffinity(0):
            os.sched_setaffinity(pid, {core})


def put_last(pid: int) -> None:
    """Let everybody else on its core go before `pid` and the threads it starts from now on."""
    os.setpriority(os.PRIO_PROCESS, pid, LAST_PRIORITY)


def descendants(pid: int) -> list[int]:
    """What any thread of `pid` has started, and what that has, and so on, that is there now."""
    found = []
    for started in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, started.read_text().split()):
                found += [child, *descendants(child)]
    return found


def scheduled_seconds(pid: int) -> tuple[float, float]:
    """How long all threads of `pid` ran, and how long they were ready to run and had no core.

    As the scheduler counts it, in nanoseconds (`schedstat`); nothing where it does not count.
    """
    ran_ns = waited_ns = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            ran, waited, _ = (task / "schedstat").read_text().split()
            ran_ns, waited_ns = ran_ns + int(ran), waited_ns + int(waited)
    return ran_ns / 1e9, waited_ns / 1e9


def waited_seconds(pids: Iterable[int]) -> float:
    """How long these processes were ready to run and had no core."""
    return sum(scheduled_seconds(pid)[1] for pid in pids)


class Machine:
    """How busy the whole machine is from `begin` on, whoever it is."""

    def begin(self) -> None:
        self._idle, self._all = _ticks()

    @property
    def idle(self) -> float:
        """The share of its cores' time that nobody wanted."""
        idle, everything = _ticks()
        return (idle - self._idle) / max(1, everything - self._all)


def _ticks() -> tuple[int, int]:
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)
