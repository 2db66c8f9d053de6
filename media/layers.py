"""Which simulcast layers of a camera its sender is asked to send: none that nobody takes.

Pure; `now` is seconds of the caller. A layer is switched off only after it flowed and nobody
took it for `_IDLE_S`, and on again as soon as somebody waits for it. While nobody takes any, the
lowest stays on, so that whoever joins sees a picture without a round trip through signalling.
"""

_IDLE_S = 3.0
_STARTING_S = 3.0
"""A layer that was asked for and has not come by then is not to be had from this sender."""


class LayerSwitch:
    """The layers of one publication, lowest first: which are on, which may still come."""

    __slots__ = ("_asked_at", "_used_at", "is_on")

    def __init__(self, count: int) -> None:
        self.is_on = [True] * count
        self._used_at: list[float | None] = [None] * count
        self._asked_at = [float("-inf")] * count

    def may_come(self, layer: int, now: float) -> bool:
        """Whether a layer that does not flow would, or soon will, because we ask for it."""
        return not self.is_on[layer] or now - self._asked_at[layer] < _STARTING_S

    def update(self, taken: set[int], flowing: set[int], now: float) -> bool:
        """Switch what is taken on and what has been idle off; return whether anything changed."""
        before = list(self.is_on)
        kept = taken or {0}
        for layer in range(len(self.is_on)):
            used_at = self._used_at[layer]
            if layer in kept or used_at is None:
                self._used_at[layer] = used_at = now
            if layer in kept and not self.is_on[layer]:
                self.is_on[layer] = True
                self._asked_at[layer] = now
            elif layer in flowing and now - used_at >= _IDLE_S:
                self.is_on[layer] = False
        return self.is_on != before
