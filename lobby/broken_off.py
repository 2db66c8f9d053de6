"""A meeting that nobody can go on with: its server died, and its last state is not known."""

from vmr.record import Happening

BROKEN_OFF = "broken_off"
"""As the record and the pages say it."""


def broken_off(at: float) -> Happening:
    """Its last entry. `at` is Unix time in seconds."""
    return Happening(at=at, actor="server", what="ended", facts=(("code", BROKEN_OFF),))
