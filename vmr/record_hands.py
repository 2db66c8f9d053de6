"""Who sits at a host's terminal at each entry of a record: its officer, or whom it was handed to.

Pure, and from the entries alone: their actor is a terminal, whoever sits there. After a hand-over
no act of the terminal is its officer's; after the Host PIN it is that of whoever knew the PIN.
"""

from enum import Enum

from vmr.record import Entry


class AtTerminal(Enum):
    OFFICER = "officer"
    HANDED_OVER = "handed_over"
    WITH_PIN = "with_pin"


_CUT_OFF = frozenset({"lost", "returned", "moved"})
"""A step-up ends with the connection it was made in."""


class Terminals:
    """`read` each entry in order; `at` is how a terminal stands between two entries."""

    def __init__(self) -> None:
        self._handed_over: set[str] = set()
        self._with_pin: set[str] = set()

    def at(self, label: str) -> AtTerminal:
        if label in self._with_pin:
            return AtTerminal.WITH_PIN
        return AtTerminal.HANDED_OVER if label in self._handed_over else AtTerminal.OFFICER

    def read(self, entry: Entry) -> None:
        match entry.what:
            case "handed_over":
                self._handed_over.add(entry.actor)
                self._with_pin.discard(entry.actor)
            case "stepped_up":
                self._with_pin.add(entry.actor)
            case "step_up_lapsed":
                self._with_pin.discard(entry.subject)
            case "server_restarted":
                self._with_pin.clear()
            case what if what in _CUT_OFF:
                self._with_pin.discard(entry.actor)
