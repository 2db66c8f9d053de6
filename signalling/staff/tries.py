"""Wrong entries of one kind, counted by whose they are, at all servers together."""

from signalling.seams import Clock
from signalling.tallies import Tallies, key_of
from vmr.staff_accounts import Throttle


class Tries:
    """A `Throttle` that tells the other servers, and hears of theirs."""

    def __init__(
        self, tallies: Tallies, what: str, clock: Clock, *, limit: int, window_s: float
    ) -> None:
        self._clock = clock
        self._throttle = Throttle(limit=limit, window_s=window_s)
        self._others = tallies.join(
            f"sign_in.{what}",
            count=lambda key: self._throttle.count(key, clock()),
            clear=self._throttle.clear,
            forgive=self._throttle.forgive,
        )

    def is_closed(self, whose: str) -> bool:
        return self._throttle.is_closed(key_of(whose), self._clock())

    def count(self, whose: str) -> None:
        """One wrong entry, unless it is taken back."""
        key = key_of(whose)
        if not self._throttle.is_closed(key, self._clock()):
            self._throttle.count(key, self._clock())
            self._others.count(key)

    def clear(self, whose: str) -> None:
        """The right entry was made."""
        self._throttle.clear(key_of(whose))
        self._others.clear(key_of(whose))

    def forgive(self, whose: str) -> None:
        """The last entry was not wrong; the ones before it still count."""
        self._throttle.forgive(key_of(whose))
        self._others.forgive(key_of(whose))
