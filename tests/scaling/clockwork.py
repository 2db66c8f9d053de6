"""A discrete-event simulation in small: things that happen at times, and people who wait for them.

A process is a generator that yields how many seconds it waits, or the Signal it waits for. Events
of one moment happen in the order in which they were asked for, so a run is the same each time.
"""

import heapq
import itertools
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

Process = Generator["float | Signal", None, None]


@dataclass(slots=True, eq=False)
class Signal:
    """Something that happens once; who waits for it later goes on at once."""

    is_set: bool = False
    waiting: list[Process] = field(default_factory=list)


class World:
    """Time in seconds from 0 on."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def at(self, time: float, act: Callable[[], None]) -> None:
        """`time` in the past is now."""
        heapq.heappush(self._events, (max(time, self.now), next(self._numbers), act))

    def start(self, process: Process, at: float = 0.0) -> None:
        self.at(at, lambda: self._step(process))

    def set(self, signal: Signal) -> None:
        """Idempotent."""
        signal.is_set = True
        waiting, signal.waiting = signal.waiting, []
        for process in waiting:
            self.start(process, self.now)

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, act = heapq.heappop(self._events)
            act()
        self.now = until

    def _step(self, process: Process) -> None:
        try:
            wanted = next(process)
        except StopIteration:
            return
        if not isinstance(wanted, Signal):
            self.start(process, self.now + wanted)
        elif wanted.is_set:
            self.start(process, self.now)
        else:
            wanted.waiting.append(process)
