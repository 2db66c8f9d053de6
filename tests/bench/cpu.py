"""CPU time of a process from /proc, and which core it may use."""

import contextlib
import os
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of `pid`; steps of 10 ms on Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def pin(pid: int, core: int) -> None:
    """Keep `pid` (0: this process) on one core, where the machine has that core and lets us."""
    with contextlib.suppress(OSError):
        if core in os.sched_getaffinity(0):
            os.sched_setaffinity(pid, {core})
