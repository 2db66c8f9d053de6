"""The machine's clock as somebody sets it, in a process of its own:
`python -m tests.signalling.nodes.wall_clock MODULE ARGUMENTS` runs a module with it in the place of
`time.time`, before anybody takes hold of that."""

import runpy
import sys
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


def main() -> None:
    from tests.signalling.nodes import wall_clock  # this module, by the name that others import

    time.time = wall_clock.WALL
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
