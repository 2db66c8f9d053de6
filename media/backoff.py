"""How long to wait before what ended is started again: at once at first, then longer. Pure."""

FIRST_S, LONGEST_S = 0.5, 10.0
CALM_S = 60.0
"""What has run for so long begins anew."""


class Backoff:
    """0, 0.5, 1, 2, 4, 8, 10, 10 … seconds."""

    def __init__(self) -> None:
        self._next_s = 0.0

    def wait_s(self, ran_s: float) -> float:
        """Seconds to wait after a run of `ran_s`; a start that failed is a run of 0."""
        if ran_s >= CALM_S:
            self._next_s = 0.0
        wait_s = self._next_s
        self._next_s = min(LONGEST_S, max(FIRST_S, 2 * wait_s))
        return wait_s
