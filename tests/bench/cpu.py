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
