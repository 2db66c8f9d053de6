"""The counters of several engines as one: no total steps back when one of them ends. Pure."""

from collections import Counter
from collections.abc import Mapping

NOW = frozenset({"endpoints", "transports", "handshakes", "addresses", "tcp_connections"})
"""What there is now; the other counters are what happened since the start."""
SMALLEST = frozenset({"receive_buffer_bytes"})
LARGEST = frozenset({"busy_permille"})


class Totals:
    """`report` what an engine counts, `end` it; `sum` is of all that ever were."""

    def __init__(self) -> None:
        self._past: Counter[str] = Counter()
        self._last: dict[int, Mapping[str, int]] = {}

    def report(self, engine: int, counters: Mapping[str, int]) -> None:
        self._last[engine] = counters

    def end(self, engine: int) -> None:
        """This engine is no more: what happened in it stays counted."""
        for name, value in self._last.pop(engine, {}).items():
            if name not in NOW | SMALLEST | LARGEST:
                self._past[name] += value

    def sum(self) -> dict[str, int]:
        total = Counter(self._past)
        for counters in self._last.values():
            for name, value in counters.items():
                if name in LARGEST:
                    total[name] = max(total[name], value)
                elif name not in SMALLEST:
                    total[name] += value
                elif name not in total or value < total[name]:
                    total[name] = value
        return dict(total)
