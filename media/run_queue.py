"""How long a process has waited for a processor: a starved one is not a hung one."""

from pathlib import Path

NS_PER_S = 1e9


def waited_s(pid: int) -> float:
    """Seconds its first thread stood ready and was not run; 0 where the kernel does not tell.

    The second figure of /proc/PID/schedstat (Linux, Documentation/scheduler/sched-stats.rst). A
    process that is stopped, blocked or sleeping does not wait.
    """
    try:
        figures = Path(f"/proc/{pid}/schedstat").read_text().split()
        return int(figures[1]) / NS_PER_S
    except (OSError, IndexError, ValueError):
        return 0.0
