"""Entries of a record as sentences, with the names beside them while they are kept. Pure.

The words come from the message catalogue by `say(key, **values)`. A name that was deleted is
told by a number, in the order in which people came: the same number is the same person.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vmr.record import Entry
from vmr.record_hands import AtTerminal, Terminals

Personal = tuple[tuple[str, str], ...]
Said = tuple[Entry, Personal]
"""An entry with the personal fields that are still kept."""

_ROLES = ("guest", "host", "officer", "monitor")
_BIDI_CONTROLS = dict.fromkeys(
    (0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))
_OF_ALERTS = frozenset(("alert_acknowledged", "alert_taken_over", "alert_closed"))
_OF_ONE_SUBJECT = frozenset(("check_ended", "encoder_stopped"))
"""Words of the server or of a person: the server's have a sentence of their own."""
_OF_TERMINAL = frozenset({"step_up_lapsed", "step_up_closed", "step_up_reset"})
"""Words about the terminal itself, whoever sits there."""

WORDS = frozenset(
    {
        "admitted", "alert_acknowledged", "alert_closed", "alert_taken_over", "attested",
        "check_begun", "check_ended", "concern_raised", "encoder_allowed", "encoder_connected",
        "encoder_disconnected", "encoder_stopped", "ended", "extended", "handed_over", "joined",
        "knock_expired", "knocked", "left", "like_banned", "locked", "lost", "media_back",
        "media_lost", "messaged", "moved", "muted", "not_watching", "opened", "paused",
        "paused_unwatched", "person_added", "picture_covered", "picture_frozen",
        "picture_missing", "picture_well",
        "moved_to_another_server", "pin_asked", "pin_entry_closed", "pin_entry_reopened",
        "pin_entry_reset",
        "pin_timed_out", "pin_wrong", "presentation_started", "presentation_stopped",
        "presenting_allowed", "presenting_forbidden", "ready_to_leave", "refused", "removed",
        "resumed", "resumed_watched", "returned", "seat_lapsed", "sent_back", "server_restarted",
        "staff_called", "step_up_closed", "step_up_lapsed", "step_up_reset", "stepped_up",
        "unlocked", "waited", "watch_begun", "watch_ended", "watching", "withdrew",
    }
)  # fmt: skip
"""Every word that has a sentence; any other is shown as it is."""


class Say(Protocol):
    def __call__(self, key: str, /, **values: object) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry for a reader: a sentence, and what belongs to it. `at` is the entry's."""

    sequence: int
    at: float
    sentence: str
    details: tuple[str, ...]


class Narrator:
    """Tells one meeting's record; made of all its entries, because names stand where they came."""

    def __init__(self, record: Sequence[Said], say: Say) -> None:
        self._say = say
        self._record = record
        self._labels: dict[str, str] = {}
        """The whole label by its id alone, as some subjects have it."""
        self._numbers: dict[str, int] = {}
        self._made: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        """Of officers and monitoring terminals by label, of persons by their id."""
        self._behind: defaultdict[str, list[str]] = defaultdict(list)
        """The persons by the id of their connection."""
        for entry, personal in record:
            self._learn(entry, personal)

    @property
    def has_deleted(self) -> bool:
        """Whether personal fields were deleted."""
        return any(entry.personal_digest and not personal for entry, personal in self._record)

    def lines(self) -> tuple[Line, ...]:
        terminals, lines = Terminals(), []
        for entry, personal in self._record:
            lines.append(self._line(entry, personal, terminals))
            terminals.read(entry)
        return tuple(lines)

    def who(self, label: str) -> str:
        """A connection, an officer or the server, within a sentence."""
        label = self._labels.get(label, label)
        role, _, name_of = label.partition(":")
        if role == "server" or not label:
            return self._say("record.who.server")
        if role not in _ROLES:
            return label
        names = self.names(label)
        if names:
            return self._say(f"record.who.{role}", name=names)
        return self._say(f"record.who.{role}_deleted", number=self._numbers.get(label, name_of))

    def _who_then(self, label: str, terminals: Terminals) -> str:
        """As `who`, at one moment: what a terminal does after its hand-over is no officer's act."""
        label, who = self._labels.get(label, label), self.who(label)
        at = terminals.at(label)
        return who if at is AtTerminal.OFFICER else self._say(f"record.who.{at.value}", who=who)

    def names(self, label: str) -> str:
        """The names behind a connection, or an officer's; empty where they are deleted."""
        if label in self._names:
            return isolated(self._names[label])
        behind = self._behind.get(label.partition(":")[2], ())
        found = [isolated(self._names[person]) for person in behind]
        if len(found) < 2:
            return "".join(found)
        return self._say("record.who.several", names=", ".join(found[:-1]), last=found[-1])

    def person(self, person: str, whom: str) -> str:
        """One person behind a connection."""
        if person in self._names:
            return isolated(self._names[person])
        return self._say("record.who.person", number=person.rpartition(".")[2], who=self.who(whom))

    # -- names --------------------------------------------------------------------------------

    def _learn(self, entry: Entry, personal: Personal) -> None:
        for label in (entry.actor, entry.subject):
            role, _, name_of = label.partition(":")
            if role in _ROLES and label not in self._numbers:
                self._made[role] += 1
                self._numbers[label] = self._made[role]
                self._labels[name_of] = label
        fields = dict(personal)
        if "officer" in fields and entry.actor.startswith("officer:"):
            self._names[entry.actor] = fields["officer"]
            if entry.subject.startswith("monitor:"):  # a terminal is its officer's
                self._names[entry.subject] = fields["officer"]
        for person, name in personal:
            connection, dot, _ = person.rpartition(".")
            if dot and connection in self._labels:
                if person not in self._names:
                    self._behind[connection].append(person)
                self._names[person] = name

    # -- sentences ----------------------------------------------------------------------------

    def _line(self, entry: Entry, personal: Personal, terminals: Terminals) -> Line:
        facts, fields = dict(entry.facts), dict(personal)
        is_of_terminal = entry.what in _OF_TERMINAL
        subject = entry.subject
        values: dict[str, object] = {
            **facts,
            "actor": self._who_then(entry.actor, terminals),
            "subject": self.who(subject) if is_of_terminal else self._who_then(subject, terminals),
        }
        if entry.what in ("attested", "person_added"):
            values["person"] = self.person(str(facts.get("person", "")), entry.subject)
        if entry.what in _OF_ALERTS:
            values["alert"] = self._say(f"desk.kind.{facts.get('kind', '')}")
        if entry.what == "concern_raised":
            values["category"] = self._say(f"monitor.concern.{facts.get('category', '')}")
        key = key_of(entry)
        sentence = "" if key is None else self._say(key, **values)
        if sentence in ("", key):  # a word of another version
            sentence = f"{entry.what} ({self.who(entry.actor)})"
        return Line(
            sequence=entry.sequence,
            at=entry.at,
            sentence=capitalised(sentence),
            details=tuple(self._details(entry, facts, fields)),
        )

    def _details(
        self, entry: Entry, facts: dict[str, str | int | float | bool], fields: dict[str, str]
    ) -> Iterable[str]:
        say, what = self._say, entry.what
        if entry.reason and what not in ("knock_expired", "watch_ended"):
            yield say("record.detail.reason", reason=isolated(entry.reason))
        if what in ("waited", "knocked", "joined") and facts.get("expected") is True:
            yield say("record.detail.expected")
        if what == "opened":
            for confirmed in filter(None, str(facts.get("confirmed", "")).split(",")):
                yield say(f"confirmation.{confirmed}")
        if what == "attested":
            shown = self.documents(_words(facts.get("documents", "")))
            yield say("record.detail.shown", documents=shown)
        if what == "concern_raised" and facts.get("incident"):
            yield say("record.detail.incident", incident=isolated(str(facts["incident"])))
        for name in ("verified_name", "message", "note", "follow_up"):
            if fields.get(name):
                yield say(f"record.detail.{name}", text=isolated(fields[name]))
        if what in ("attested", "messaged", "concern_raised") and not fields:
            yield say(f"record.detail.{what}_deleted")

    def documents(self, documents: Sequence[str]) -> str:
        """What was shown."""
        return ", ".join(self._say(f"record.document.{one}") for one in documents)


def key_of(entry: Entry) -> str | None:
    """The key of its sentence; None for a word that has none."""
    if entry.what not in WORDS:
        return None
    variant = _variant(entry, dict(entry.facts))
    return f"record.{entry.what}.{variant}" if variant else f"record.{entry.what}"


def _variant(entry: Entry, facts: dict[str, str | int | float | bool]) -> str:
    """Which of several sentences of one word; empty for the only one."""
    match entry.what:
        case "ended":
            is_by_server = entry.actor == "server" and facts.get("code") == "meeting_ended"
            return "closed" if is_by_server else str(facts.get("code", ""))
        case "joined" | "admitted":
            return str(facts.get("how", ""))
        case "knocked":
            is_again = facts.get("count", 1) != 1
            return "again" if is_again else "host_pin" if facts.get("host_pin") is True else ""
        case "knock_expired" | "watch_ended":
            return entry.reason
        case "not_watching":
            return str(facts.get("why", ""))
        case "lost":
            return "kept" if facts.get("kept") is True else "gone"
        case "media_lost":
            return "ours" if facts.get("ours") is True else "network"
    if entry.what in _OF_ALERTS and entry.subject:
        return "about"
    return "server" if entry.what in _OF_ONE_SUBJECT and entry.actor == "server" else ""


def isolated(name: str) -> str:
    """What somebody typed, so that it cannot turn the words around it about.

    Signs that change the direction of text are left out; text from right to left is set apart
    from the sentence (FSI and PDI, Unicode Standard Annex 9).
    """
    plain = name.translate(_BIDI_CONTROLS)
    is_other_way = any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in plain)
    return f"\u2068{plain}\u2069" if is_other_way else plain


def capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _words(text: object) -> list[str]:
    return [word for word in str(text).split(",") if word]
