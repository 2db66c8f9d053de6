"""How many copies of what was just said go with each sound to one listener, by what they lose.

Pure; no clock: `now` is the caller's monotonic time in seconds. Copies cost bits, so there are
none on a path that is whole; with one a hole needs two losses in a row, with two it needs three.
"""

ONE_FROM, TWO_FROM = 0.02, 0.05
"""Shares of packets lost from which one copy, and two, go with each packet."""
_KEPT_S = 15.0


class Redundancy:
    """`copies` at once as many as the loss asks for, and fewer after a while without it."""

    __slots__ = ("_since", "copies")

    def __init__(self) -> None:
        self.copies = 0
        self._since = float("-inf")

    def take(self, loss: float, now: float) -> int:
        """Take what is lost of the path's packets now (0 to 1); return the copies."""
        wanted = 2 if loss >= TWO_FROM else 1 if loss >= ONE_FROM else 0
        if wanted >= self.copies:
            self._since = now
            self.copies = wanted
        elif now - self._since >= _KEPT_S:
            self._since = now
            self.copies -= 1
        return self.copies
