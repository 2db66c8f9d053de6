"""One meeting's record as the page and the file show it: words and times, ready for a template.

Pure: made in a thread, since a record may have thousands of entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from signalling.staff.times import clock_text, date_text, duration_parts, time_text, zone_text
from signalling.texts import Texts
from vmr.record_text import Line, Narrator, capitalised
from vmr.record_times import Cause, Doing, PersonTotals, Totals
from vmr.record_totals import totals
from vmr.rooms import Establishment
from vmr.store import FoundRecord, KeptEntry, MeetingProof, SidePart

_TOLD = (Doing.WAITING, Doing.IDENTIFYING, Doing.TALKING, Doing.ALONE)
"""Of the meeting, in this order; lost time stands below with its causes."""
_ENDS = frozenset(("meeting_ended", "slot_over", "host_gone", "broken_off"))
Row = tuple[str, str]
"""A name and its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    who: str
    persons: str
    came: str
    came_in: str
    gone: str
    waited: str
    checked: str
    talked: str
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationRow:
    at: str
    person: str
    shown: str
    name: str
    by: str
    took: str
    is_after_lock: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRow:
    at: str
    who: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRow:
    who: str
    begun: str
    ended: str
    watching: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    sequence: int
    at: str
    sentence: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SidePartRow:
    """Entries beside the record; `told` says why they are there."""

    told: str
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """`faults` are what is wrong with the chain, in words for operators. `deleted` and `signed` say
    when personal values were deleted, and what is signed of it; empty where there is nothing."""

    meeting: str
    title: str
    room: str
    summary: tuple[Row, ...]
    times: tuple[Row, ...]
    lost: tuple[Row, ...]
    counts: tuple[Row, ...]
    people: tuple[PersonRow, ...]
    attestations: tuple[AttestationRow, ...]
    refusals: tuple[RefusalRow, ...]
    watched: tuple[WatchedRow, ...]
    lines: tuple[LineRow, ...]
    side_parts: tuple[SidePartRow, ...]
    entries: int
    head: str
    faults: tuple[str, ...]
    deleted: str
    signed: str
    is_live: bool
    made: str


class Viewer:
    """Turns one record into its view."""

    def __init__(
        self,
        found: FoundRecord,
        record: Sequence[KeptEntry],
        *,
        establishment: Establishment,
        texts: Texts,
        proof: MeetingProof,
        now: float,
        side_parts: Sequence[SidePart] = (),
    ) -> None:
        self._side_parts = side_parts
        self._found = found
        self._record = record
        self._texts = texts
        self._zone = ZoneInfo(establishment.zone)
        self._establishment = establishment
        self._proof = proof
        self._now = now
        self._totals: Totals = totals(kept.entry for kept in record)
        self._narrator = Narrator([(kept.entry, kept.personal) for kept in record], texts.get)
        first_at = self._totals.first_at
        self._day = None if first_at is None else self._date(first_at)

    def view(self) -> RecordView:
        found, record, told = self._found, self._record, self._totals
        return RecordView(
            meeting=found.meeting,
            title=self._t("record_title", room=found.room_name, when=self._when(found.started_at)),
            room=found.room_name,
            summary=tuple(self._summary()),
            times=tuple(self._times()),
            lost=tuple(
                (capitalised(self._t(f"cause.{cause.value}")), self._length(told.lost[cause]))
                for cause in Cause
                if cause in told.lost
            ),
            counts=tuple(self._counts()),
            people=tuple(self._person(one) for one in told.people),
            attestations=tuple(self._attestations()),
            refusals=tuple(
                RefusalRow(
                    at=self._clock(one.at),
                    who=self._who(one.participant),
                    by=self._who(one.by),
                    reason=one.reason,
                )
                for one in told.refusals
            ),
            watched=tuple(
                WatchedRow(
                    who=self._who(one.label),
                    begun=self._clock(one.begun_at),
                    ended=self._clock(one.ended_at),
                    watching=self._length(one.watching_s),
                )
                for one in told.watched
            ),
            lines=tuple(self._line(line) for line in self._narrator.lines()),
            side_parts=tuple(self._side_part(one) for one in self._side_parts),
            entries=len(record),
            head=record[-1].entry.hash if record else "",
            faults=self._proof.faults,
            deleted=self._deleted(),
            signed=self._signed(),
            is_live=found.is_live,
            made=self._when(self._now),
        )

    def _line(self, line: Line) -> LineRow:
        return LineRow(
            sequence=line.sequence,
            at=self._clock(line.at),
            sentence=line.sentence,
            details=line.details,
        )

    def _side_part(self, part: SidePart) -> SidePartRow:
        """Told by what was known where it was written: the record up to there."""
        before = [kept for kept in self._record if kept.entry.sequence < part.first]
        said = [(kept.entry, kept.personal) for kept in (*before, *part.entries)]
        lines = [*Narrator(said, self._texts.get).lines()][len(before) :]
        told = self._t("side_part", first=part.first, node=part.node or self._t("alone"))
        return SidePartRow(told=told, lines=tuple(self._line(line) for line in lines))

    def _deleted(self) -> str:
        at = self._proof.deleted_at
        return "" if at is None else self._t("deleted", when=self._when(at))

    def _signed(self) -> str:
        proof = self._proof
        if proof.checkpoint is None:
            return self._t("unsigned")
        said = proof.checkpoint.checkpoint
        values = {"when": self._when(said.at), "sequence": said.sequence, "key": said.key}
        if proof.covered < proof.entries:
            return self._t("signed_part", covered=proof.covered, **values)
        return self._t("signed", **values)

    # -- parts --------------------------------------------------------------------------------

    def _summary(self) -> list[Row]:
        told, found = self._totals, self._found
        rows = [
            ("establishment", self._establishment.name),
            ("room", found.room_name),
            ("kind", self._texts.get(f"policy.{found.policy.value}")),
            ("date", date_text(found.started_at, self._zone)),
            ("zone", zone_text(found.started_at, self._zone)),
            ("opened", self._opened()),
        ]
        for word, at in (
            ("first_talk", told.talked_at),
            ("locked", told.locked_at),
            ("handed_over", told.handed_over_at),
        ):
            if at is not None:
                rows.append((word, self._clock(at)))
        rows.append(("ended", self._ended()))
        if told.end_reason:
            rows.append(("reason", told.end_reason))
        rows.append(("meeting", found.meeting))
        return [(self._t(f"summary.{word}"), value) for word, value in rows]

    def _opened(self) -> str:
        told = self._totals
        if told.opened_at is None:
            return self._t("never_opened")
        who = self._narrator.who(told.opened_by)
        return self._t("at_by", at=self._clock(told.opened_at), who=who)

    def _ended(self) -> str:
        told = self._totals
        if told.ended_at is None:
            return self._t("still_running" if self._found.is_live else "left_without")
        if told.end_code not in _ENDS:  # of another version
            return self._clock(told.ended_at)
        how = self._t(f"end.{told.end_code}", who=self._narrator.who(told.ended_by))
        return self._t("at_how", at=self._clock(told.ended_at), how=how)

    def _times(self) -> list[Row]:
        spent = self._totals.spent
        rows = [(self._t(f"time.{one.value}"), self._length(spent.get(one, 0.0))) for one in _TOLD]
        return [*rows, (self._t("time.lost"), self._length(spent.get(Doing.LOST, 0.0)))]

    def _counts(self) -> list[Row]:
        told = self._totals
        rows = [
            ("knocks_after_lock", told.knocks_after_lock),
            ("refusals", len(told.refusals)),
            ("restarts", told.restarts),
        ]
        return [(self._t(f"count.{word}"), str(count)) for word, count in rows]

    def _person(self, person: PersonTotals) -> PersonRow:
        spent = person.spent
        waited = spent.get(Doing.WAITING, 0.0) + spent.get(Doing.AT_PIN, 0.0)
        gone = ""
        if person.gone_at is not None:
            how = self._t(f"gone.{person.gone_how}")
            gone = self._t("at_how", at=self._clock(person.gone_at), how=how)
        return PersonRow(
            who=self._who(person.label),
            persons="" if person.persons is None else str(person.persons),
            came=self._clock(person.came_at),
            came_in=self._clock(person.let_in_at) if person.let_in_at else self._t("never_in"),
            gone=gone or self._t("still_there"),
            waited=self._length(waited),
            checked=self._length(spent.get(Doing.IDENTIFYING, 0.0)),
            talked=self._length(spent.get(Doing.TALKING, 0.0)),
            lost=tuple(
                f"{self._length(person.lost[cause])}: {self._t(f'cause.{cause.value}')}"
                for cause in Cause
                if cause in person.lost
            ),
        )

    def _attestations(self) -> list[AttestationRow]:
        personal = {kept.entry.sequence: dict(kept.personal) for kept in self._record}
        return [
            AttestationRow(
                at=self._clock(one.at),
                person=capitalised(self._narrator.person(one.person, one.participant)),
                shown=capitalised(self._narrator.documents(one.documents)),
                name=personal[one.sequence].get("verified_name", ""),
                by=self._who(one.by),
                took="" if one.took_s is None else self._length(one.took_s),
                is_after_lock=one.is_after_lock,
            )
            for one in self._totals.attestations
        ]

    # -- words --------------------------------------------------------------------------------

    def _t(self, word: str, **values: object) -> str:
        return self._texts.get(f"staff.records.{word}", **values)

    def _who(self, label: str) -> str:
        return capitalised(self._narrator.who(label))

    def _when(self, at: float) -> str:
        return time_text(at, self._zone)

    def _date(self, at: float) -> str:
        return datetime.fromtimestamp(at, self._zone).date().isoformat()

    def _clock(self, at: float | None) -> str:
        """The time of day; with its date where that is not the day on which the meeting began."""
        if at is None:
            return ""
        clock = clock_text(at, self._zone)
        return clock if self._date(at) == self._day else f"{self._date(at)} {clock}"

    def _length(self, seconds: float) -> str:
        word, values = duration_parts(seconds)
        return self._t(f"duration.{word}", **values)
