"""Silence of one microphone: after a few silent packets no more are forwarded until a sound.

Pure. What is left out leaves no hole: the stream goes on behind it as if nothing were missing.
"""

_FORWARDED = 10
"""Silence is forwarded for so many packets."""


class Silence:
    """Fed with extended sequence numbers."""

    __slots__ = ("_count", "_first", "_last")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._count = 0
        self._first = 0
        self._last: int | None = None

    def add(self, sequence: int, is_fresh: bool) -> bool:
        """Take a silent packet; return whether it is left out."""
        self._count += is_fresh
        if self._count <= _FORWARDED:
            return False
        if is_fresh:
            if self._last is None:
                self._first = sequence
            self._last = sequence
        return True

    def end(self) -> int | None:
        """Somebody is heard again; return the last number left out, None: none was."""
        self._count = 0
        last, self._last = self._last, None
        return last

    def covers(self, sequence: int) -> bool:
        """Return whether a late sound lies in what is being left out."""
        return self._last is not None and sequence > self._first
