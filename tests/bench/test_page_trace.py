"""What is read from a trace of Chromium."""

import json
from typing import Any

from tests.bench.page_trace import tasks

MAIN = {"pid": 7, "tid": 1}


def _event(name: str, at: int, clock: int, cpu: int, **more: Any) -> dict[str, Any]:
    return {"ph": "X", "name": name, "ts": at, "dur": clock, "tdur": cpu, **MAIN, **more}


def _trace(*events: dict[str, Any]) -> bytes:
    named = {"ph": "M", "name": "thread_name", "args": {"name": "CrRendererMain"}, **MAIN}
    return json.dumps({"traceEvents": [named, *events]}).encode()


def test_tasks_come_by_processor_time_with_what_their_parts_took_by_themselves() -> None:
    found = tasks(
        _trace(
            _event("RunTask", 0, 90_000, 4_000),
            _event("Layout", 1_000, 80_000, 3_000),
            _event("RunTask", 100_000, 60_000, 50_000),
            _event(
                "FunctionCall", 101_000, 50_000, 40_000, args={"data": {"functionName": "draw"}}
            ),
            _event("Layout", 110_000, 30_000, 25_000),
        )
    )
    assert [(one.cpu_ms, one.clock_ms) for one in found] == [(50, 60), (4, 90)]
    assert list(found[0].parts) == [("Layout", 25), ("FunctionCall draw", 15)]
    assert str(found[1]) == "Layout 3"


def test_other_threads_and_events_without_a_processor_time_are_left_out() -> None:
    elsewhere = _event("RunTask", 0, 90_000, 80_000) | {"tid": 2}
    untimed = _event("RunTask", 0, 5_000, 0)
    del untimed["tdur"]
    assert tasks(_trace(elsewhere, untimed, _event("RunTask", 9_000, 10, 10))) == tasks(
        _trace(_event("RunTask", 9_000, 10, 10))
    )
