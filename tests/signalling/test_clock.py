"""Whoever decides by the time is given a clock: a step of the wall clock changes nothing.

The one clock of a server is made at its start and runs with what has passed (`vmr.cli.serve`).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import signalling

ROOT = Path(signalling.__file__).parent.parent
WALL = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow"),
        ("date", "today"), ("datetime", "today")}  # fmt: skip
MAY_READ_IT = {
    "signalling/readiness.py",  # tells that the wall clock was set
    "signalling/staff/oidc.py",  # against the wall clock of another server
}


def wall_clocks(source: str) -> Iterator[int]:
    """The lines that read a wall clock."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            of = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if (of, node.attr) in WALL:
                yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (node.lineno for one in node.names if ("time", one.name) in WALL)


def test_a_wall_clock_is_recognised() -> None:
    for source in ("time.time()", "datetime.datetime.now()", "from time import time", "date.today"):
        assert list(wall_clocks(source)) == [1], source
    assert list(wall_clocks("time.monotonic(); self.time(); clock.now()")) == []


def test_pages_sessions_and_rules_read_no_wall_clock() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for package in ("signalling", "lobby", "vmr/bookings")
        for path in (ROOT / package).rglob("*.py")
        if str(path.relative_to(ROOT)) not in MAY_READ_IT
        for line in wall_clocks(path.read_text())
    }
    assert found == set()
