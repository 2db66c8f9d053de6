"""Entries of an establishment's record as sentences, with the names that are still kept. Pure.

The words come from the message catalogue by `say(key, **values)`, times by `when(seconds)`. An
entry of a kind that has no sentence (another version's) is shown by its own word.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from vmr.api_tokens import ApiTokenEvent, is_program
from vmr.bookings.changes import REQUESTER, BookingEvent, ClosureEvent
from vmr.bookings.entitlement_record import EntitlementEvent
from vmr.establishment_record import RecordEvent
from vmr.record import Entry
from vmr.room_record import LinkEvent, RoomEvent
from vmr.staff_record import OPERATOR, SERVER, StaffEvent, TerminalEvent
from vmr.webhooks import WebhookChange

Personal = tuple[tuple[str, str], ...]
When = Callable[[float], str]

PREFIX = "staff.record.said."
ACTORS = {
    OPERATOR: "staff.record.operator",
    SERVER: "staff.record.server",
    REQUESTER: "staff.record.requester",
}
HOSTS_ONLY = "hosts_only_at_terminals_set"
PIN_PER_SLOT = "room_pin_per_slot_set"
ROSTER_SET = "roster_set"
EVENTS = (
    StaffEvent, TerminalEvent, RoomEvent, LinkEvent, RecordEvent, BookingEvent, ClosureEvent,
    EntitlementEvent, ApiTokenEvent, WebhookChange,
)  # fmt: skip
ALONE = (
    "bookings_exported", "establishment_changed", "records_searched", "room_hours_set", HOSTS_ONLY,
    PIN_PER_SLOT, ROSTER_SET,
)  # fmt: skip
"""Kinds of entries that are of no such family."""

SENTENCES: Mapping[str, str] = {
    what: PREFIX + what
    for what in (*(event.value for events in EVENTS for event in events), *ALONE)
}
"""The sentence of each kind of entry, where it has no further one in `CHOSEN`."""

CHOSEN: Mapping[str, str] = {
    f"{what}.{choice}": f"{PREFIX}{what}.{choice}"
    for what, choices in {
        HOSTS_ONLY: ("off",),
        PIN_PER_SLOT: ("off",),
        ROSTER_SET: ("off",),
        RecordEvent.PERSONAL_DELETED.value: ("own",),
        RecordEvent.SIGNING_KEY_SET.value: ("renewed", "lost"),
    }.items()
    for choice in choices
}
"""Further sentences of some kinds, chosen by what the entry says."""

OTHER = f"{PREFIX}other"
REASON, WAIVED = f"{PREFIX}reason", f"{PREFIX}waived"
"""Follow the sentence where the reason, or that the notice was waived, is kept."""
REQUESTS = {True: f"{PREFIX}takes_requests", False: f"{PREFIX}takes_no_requests"}
"""Follow where the entry says whether the establishment takes requests."""


class Say(Protocol):
    def __call__(self, key: str, /, **values: object) -> str: ...


def sentence(entry: Entry, personal: Personal, say: Say, when: When) -> str:
    """What happened, and who did it, as one plain sentence; and why, where that is kept."""
    facts, names = dict(entry.facts), dict(personal)
    values: dict[str, object] = {
        **facts,
        "by": _actor(entry, names, say),
        "name": names.get("name") or facts.get("name") or say("staff.record.deleted"),
        "meeting": entry.subject.removeprefix("meeting:"),
        "what": entry.what.replace("_", " "),
    }
    values |= {
        name: when(at)
        for name, at in facts.items()
        if isinstance(at, int | float) and _is_time(entry, name)
    }
    words = [word for word in str(facts.get("roles", "")).split(",") if word]
    roles = ", ".join(say(f"staff.role.{word}") for word in words)
    values["roles"] = roles or say("staff.record.none")
    if "policy" in facts:
        values["policy"] = say(f"policy.{facts['policy']}")
    for word in ("safer_custody", "hours"):
        if facts.get(word) == "":
            values[word] = say("staff.record.none")
    said = [say(_key(entry, facts), **values)]
    if "takes_requests" in facts:
        said.append(say(REQUESTS[facts["takes_requests"] is True]))
    if names.get("reason"):
        said.append(say(REASON, reason=names["reason"]))
    if facts.get("notice_waived"):
        said.append(say(WAIVED, reason=names.get("waiver") or say("staff.record.reason_deleted")))
    return " ".join(said)


def _is_time(entry: Entry, name: str) -> bool:
    """Whether this fact is a time, in seconds since the epoch."""
    return name.endswith("_at") or (name == "until" and entry.subject.startswith("booking:"))


def _key(entry: Entry, facts: Mapping[str, object]) -> str:
    choice = ""
    if entry.what == HOSTS_ONLY:
        choice = "" if facts.get("only") is True else "off"
    elif entry.what == PIN_PER_SLOT:
        choice = "" if facts.get("per_slot") is True else "off"
    elif entry.what == ROSTER_SET:
        choice = "" if facts.get("officers") else "off"
    elif entry.what == RecordEvent.PERSONAL_DELETED.value:
        choice = "" if entry.subject else "own"
    elif entry.what == RecordEvent.SIGNING_KEY_SET.value and facts.get("previous"):
        choice = "renewed" if facts.get("endorsement") else "lost"
    if choice:
        return CHOSEN[f"{entry.what}.{choice}"]
    return SENTENCES.get(entry.what, OTHER)


def _actor(entry: Entry, names: Mapping[str, str], say: Say) -> str:
    if entry.actor in ACTORS:
        return say(ACTORS[entry.actor])
    if is_program(entry.actor):
        return str(dict(entry.facts).get("program", entry.actor))
    if not entry.actor.startswith("officer:"):
        return entry.actor.capitalize()
    return names.get("officer") or say("staff.record.an_officer")
