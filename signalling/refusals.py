"""Who was refused for asking too often, in counts and in the log, without saying who it was.

A network stands in the log as a keyed hash. The key is made at random, is in memory alone and is
another one each day (UTC) and after each start: within a day two lines can be told to be about one
network, later nobody can tell which it was, not even with the log and the database.
"""

import hashlib
import hmac
import logging
import secrets
from collections import Counter
from collections.abc import Callable
from enum import Enum

from signalling.seams import Clock

DAY_S = 86_400
KEY_BYTES = 32
NAME_HEX = 12
AGAIN_S = 60.0
"""A network that goes on is written down again after so long."""
NOTED_MAX = 1_000

log = logging.getLogger(__name__)


class Entrance(Enum):
    """Where somebody was refused. The values are told in logs and counters."""

    SOCKETS = "sockets"
    OFFERS = "offers"  # of encoders and players
    CHECK = "check"
    PAGES = "pages"
    FORMS = "forms"


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


class NetworkNames:
    """A name for each network that is worth nothing tomorrow."""

    def __init__(self, clock: Clock, make_key: Callable[[], bytes] = _new_key) -> None:
        self._clock = clock
        self._make_key = make_key
        self._day = -1
        self._key = b""

    def name(self, network: str) -> str:
        day = int(self._clock() // DAY_S)
        if day != self._day:
            self._day, self._key = day, self._make_key()
        return hmac.new(self._key, network.encode(), hashlib.sha256).hexdigest()[:NAME_HEX]


class Refusals:
    """Counts each, and writes down one a minute of a network and entrance."""

    def __init__(self, *, clock: Clock, counters: Counter[str]) -> None:
        self._clock = clock
        self._counters = counters
        self._names = NetworkNames(clock)
        self._noted: dict[tuple[Entrance, str], float] = {}

    def note(self, entrance: Entrance, network: str) -> None:
        """Somebody from this network has asked too often here."""
        self._counters[f"limited_{entrance.value}"] += 1
        now = self._clock()
        if self._noted.get((entrance, network), 0.0) > now:
            return
        if len(self._noted) >= NOTED_MAX:
            self._noted = {one: until for one, until in self._noted.items() if until > now}
        if len(self._noted) < NOTED_MAX:  # else so many at once that none is worth a line
            self._noted[entrance, network] = now + AGAIN_S
            client = self._names.name(network)
            log.warning("asked too often entrance=%s client=%s", entrance.value, client)
