"""How much of a core this process uses."""

from collections.abc import Callable
from time import monotonic, process_time

WINDOW_S = 1.0


class Busy:
    """The share over the last whole window: asked often, it costs two readings of clocks."""

    __slots__ = ("_at", "_clock", "_cpu", "_permille", "_used")

    def __init__(
        self, cpu: Callable[[], float] = process_time, clock: Callable[[], float] = monotonic
    ) -> None:
        self._cpu = cpu
        self._clock = clock
        self._used, self._at = cpu(), clock()
        self._permille = 0

    def permille(self) -> int:
        """More than 1000 where several threads work."""
        now = self._clock()
        if now - self._at >= WINDOW_S:
            used = self._cpu()
            self._permille = round(1000 * (used - self._used) / (now - self._at))
            self._used, self._at = used, now
        return self._permille
