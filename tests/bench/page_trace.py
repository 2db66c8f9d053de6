"""The tasks of a page's main thread in a trace of Chromium: how long, and what they did.

Pure. Processor time is the thread's own (`tdur`), which other processes do not lengthen; the time
on the clock is beside it. Trace Event Format, complete events (`ph` X), microseconds.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
MAIN_THREAD = "CrRendererMain"
TASK = "RunTask"
PARTS = 3
"""So many of its parts describe a task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task; `parts`: what took the most of it by itself, the longest first."""

    cpu_ms: float
    clock_ms: float
    parts: Sequence[tuple[str, float]]

    def __str__(self) -> str:
        return ", ".join(f"{name} {ms:.0f}" for name, ms in self.parts)


def tasks(trace: bytes) -> list[Task]:
    """Every task of the main threads of pages, the longest by processor time first."""
    events = json.loads(trace)["traceEvents"]
    main = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"].get("name") == MAIN_THREAD
    }
    found = []
    for thread in main:
        timed = [
            one
            for one in events
            if (one["pid"], one["tid"]) == thread and one["ph"] == "X" and "tdur" in one
        ]
        found += _tasks(sorted(timed, key=lambda one: (one["ts"], -one["dur"])))
    return sorted(found, key=lambda task: -task.cpu_ms)


def _tasks(events: Iterable[dict[str, Any]]) -> list[Task]:
    """Of one thread, whose events come in their order, the outer before the inner."""
    found: list[Task] = []
    own: Counter[str] = Counter()
    task: dict[str, Any] | None = None
    around: list[dict[str, Any]] = []

    def end() -> None:
        if task is not None:
            parts = [(name, us / 1000) for name, us in own.most_common(PARTS) if us > 0]
            found.append(Task(cpu_ms=task["tdur"] / 1000, clock_ms=task["dur"] / 1000, parts=parts))

    for event in events:
        if task is not None and event["ts"] >= task["ts"] + task["dur"]:
            end()
            task = None
        if task is None:
            if event["name"].endswith(TASK):
                task, around = event, [event]
                own.clear()
            continue
        while event["ts"] >= around[-1]["ts"] + around[-1]["dur"] and len(around) > 1:
            around.pop()
        if len(around) > 1:
            own[_name(around[-1])] -= event["tdur"]
        own[_name(event)] += event["tdur"]
        around.append(event)
    end()
    return found


def _name(event: dict[str, Any]) -> str:
    """What it is, and of a function its name; a task within a task has no name of its own."""
    if event["name"].endswith(TASK):
        return "the rest"
    data = event.get("args", {}).get("data") or {}
    more = data.get("functionName") or data.get("type") or ""
    return f"{event['name']} {more}".strip()
