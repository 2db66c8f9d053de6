"""Counts that several servers keep together, so that who is refused at one has no fresh tries at
the next: what one server counts the others are told, and count too. Where they cannot be told, each
server's own count holds.

Keys are hashed before they are counted: whose they are is told nobody.
"""

import hashlib
from collections.abc import Callable
from typing import Literal

Done = Literal["count", "clear", "forgive"]
Publish = Callable[[str, str, Done], None]
"""Takes what is counted, by which key, and what was done to it. Never waits."""
Do = Callable[[str], None]


def key_of(text: str) -> str:
    """What a count goes by."""
    return hashlib.sha256(text.encode()).hexdigest()


class Tallies:
    """All counts of one server. A server that runs alone tells nobody."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Done, Do]] = {}
        self._publish: Publish | None = None

    def publish(self, publish: Publish) -> None:
        """From here on what is counted here is told there."""
        self._publish = publish

    def join(
        self, what: str, *, count: Do, clear: Do | None = None, forgive: Do | None = None
    ) -> "Others":
        """One of them, and what is done here when it was done elsewhere."""
        ways: dict[Done, Do | None] = {"count": count, "clear": clear, "forgive": forgive}
        self._known[what] = {name: way for name, way in ways.items() if way is not None}
        return Others(self, what)

    def hear(self, what: str, key: str, done: Done) -> None:
        """Of another server, perhaps of another version."""
        way = self._known.get(what, {}).get(done)
        if way is not None:
            way(key)

    def tell(self, what: str, key: str, done: Done) -> None:
        if self._publish is not None:
            self._publish(what, key, done)


class Others:
    """The other servers, as one count sees them."""

    def __init__(self, tallies: Tallies, what: str) -> None:
        self._tallies = tallies
        self._what = what

    def count(self, key: str) -> None:
        self._tallies.tell(self._what, key, "count")

    def clear(self, key: str) -> None:
        self._tallies.tell(self._what, key, "clear")

    def forgive(self, key: str) -> None:
        self._tallies.tell(self._what, key, "forgive")
