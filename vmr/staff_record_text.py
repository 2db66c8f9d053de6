"""Entries of an establishment's record as sentences, with the names that are still kept. Pure.

The words come from the message catalogue by `say(key, **values)`. An entry of a kind that has no
sentence is shown by its own word.
"""

from collections.abc import Mapping
from typing import Protocol

from vmr.bookings.changes import ClosureEvent
from vmr.record import Entry
from vmr.room_record import LinkEvent, RoomEvent
from vmr.staff_record import OPERATOR, SERVER, RecordEvent, StaffEvent, TerminalEvent

Personal = tuple[tuple[str, str], ...]

PREFIX = "staff.record.said."
ACTORS = {OPERATOR: "staff.record.operator", SERVER: "staff.record.server"}
HOSTS_ONLY = {True: f"{PREFIX}hosts_only_on", False: f"{PREFIX}hosts_only_off"}

SENTENCES: Mapping[str, str] = {
    event.value: PREFIX + event.value
    for events in (StaffEvent, TerminalEvent, RoomEvent, LinkEvent, RecordEvent, ClosureEvent)
    for event in events
} | {
    what: PREFIX + what
    for what in (
        "establishment_changed",
        "records_searched",
        "room_hours_set",
        "room_pin_per_slot_set",
    )
}
"""The sentence of each kind of entry; where hosts may join has two, and bookings one for all."""

ESTABLISHMENT = f"{PREFIX}establishment_changed_requests"
"""Of entries that also say whether it takes requests."""
REQUESTS = {True: f"{PREFIX}takes_requests", False: f"{PREFIX}takes_no_requests"}
BOOKING = f"{PREFIX}booking"
OTHER = f"{PREFIX}other"


class Say(Protocol):
    def __call__(self, key: str, /, **values: object) -> str: ...


def sentence(entry: Entry, personal: Personal, say: Say) -> str:
    """What happened, and who did it, as one plain sentence."""
    facts, names = dict(entry.facts), dict(personal)
    values: dict[str, object] = {
        **facts,
        "by": _actor(entry, names, say),
        "name": names.get("name") or facts.get("name") or say("staff.record.deleted"),
        "meeting": entry.subject.removeprefix("meeting:"),
        "what": entry.what.replace("_", " "),
    }
    words = [word for word in str(facts.get("roles", "")).split(",") if word]
    roles = ", ".join(say(f"staff.role.{word}") for word in words)
    values["roles"] = roles or say("staff.record.none")
    if "policy" in facts:
        values["policy"] = say(f"policy.{facts['policy']}")
    if facts.get("safer_custody") == "":
        values["safer_custody"] = say("staff.record.none")
    if "takes_requests" in facts:
        values["requests"] = say(REQUESTS[facts["takes_requests"] is True])
    return say(_key(entry, facts), **values)


def _key(entry: Entry, facts: Mapping[str, object]) -> str:
    if entry.what == "hosts_only_at_terminals_set":
        return HOSTS_ONLY[facts.get("only") is True]
    if entry.what == "establishment_changed" and "takes_requests" in facts:
        return ESTABLISHMENT
    if entry.what.startswith("booking_"):
        return BOOKING
    return SENTENCES.get(entry.what, OTHER)


def _actor(entry: Entry, names: Mapping[str, str], say: Say) -> str:
    if entry.actor in ACTORS:
        return say(ACTORS[entry.actor])
    if not entry.actor.startswith("officer:"):
        return entry.actor.capitalize()
    return names.get("officer") or say("staff.record.an_officer")
