"""The machine's clock as somebody sets it, in the place of `time.time` of the process that imports
this: before anything that takes hold of that."""

import time


class WallClock:
    def __init__(self) -> None:
        self._real = time.time
        self._offset = 0.0

    def __call__(self) -> float:
        return self._real() + self._offset

    def step(self, seconds: float) -> None:
        self._offset += seconds


WALL = WallClock()
time.time = WALL
