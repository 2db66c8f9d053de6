"""What a governor asks of a record: who waited, talked and was cut off, how long, and why. Pure.

Everything follows from the entries alone, never from personal fields: the totals stay when the
names are deleted. Between two entries nothing changes, so each entry first spends the time since
the one before it, then changes what it says. Any prefix of a record gives the totals up to its
last entry. Words that are not known here change nothing.

Invariants: no total is negative, also where the clock was set back (time then stands still); the
times of a person add up to the time from their first entry until they went; the times of the
meeting add up to the time from its first entry to its end.
"""

from collections.abc import Callable, Iterable

from vmr.record import Entry
from vmr.record_people import Person, Place, Watch, add
from vmr.record_times import Attestation, Cause, Doing, Lost, Refusal, Spent, Totals
from vmr.roles import Role

COMES = {
    "pin_asked": Place.AT_PIN,
    "waited": Place.AT_DOOR,
    "knocked": Place.AT_DOOR,
    "joined": Place.INSIDE,
    "admitted": Place.INSIDE,
    "returned": Place.INSIDE,
    "moved": Place.INSIDE,
}
GOES = frozenset(
    {"left", "withdrew", "removed", "refused", "knock_expired", "pin_timed_out", "seat_lapsed"}
)
SHOWS_WAITING = frozenset({*COMES, *GOES, "lost", "sent_back"})
"""Words about somebody that nobody writes whom a restart has put out of the door."""
BY_ACTOR = frozenset({"joined", "returned", "moved", "left", "lost"})
"""Words whose actor is whom they are about; of every other it is the subject."""
SIDES = (Role.HOST, Role.GUEST)


class Reading:
    """`read` each entry in order; `totals` whenever they are wanted."""

    def __init__(self) -> None:
        self._now: float | None = None
        self._first_at: float | None = None
        self._opened: Entry | None = None
        self._ended: Entry | None = None
        self._at: dict[str, float] = {}
        """When a milestone was reached first; of opening and end, in the time that never steps."""
        self._is_paused = False
        self._is_unwatched = False
        self._side_lost: dict[Role, Cause] = {}
        """Why a side is not there, until somebody of it comes."""
        self._people: dict[str, Person] = {}
        self._present: dict[str, Person] = {}
        self._unheard: dict[str, Person] = {}
        """Who waited at a restart that does not say who goes on waiting: gone, until an entry
        shows that they were there."""
        self._watches: dict[str, Watch] = {}
        self._attestations: list[Attestation] = []
        self._refusals: list[Refusal] = []
        self._knocked_after_lock: set[str] = set()
        self._restarts = 0
        self._spent: Spent = {}
        self._lost: Lost = {}
        self._handlers: dict[str, Callable[[Entry, float], None]] = {
            "opened": self._open,
            "ended": self._end,
            "locked": self._note,
            "handed_over": self._note,
            "paused": self._pause,
            "resumed": self._pause,
            "paused_unwatched": self._watch_pause,
            "resumed_watched": self._watch_pause,
            "lost": self._lose,
            "sent_back": self._send_back,
            "media_lost": self._lose_media,
            "media_back": self._regain_media,
            "pin_wrong": self._count_pin,
            "check_begun": self._begin_check,
            "check_ended": self._end_check,
            "attested": self._attest,
            "person_added": self._add_person,
            "server_restarted": self._restart,
            "moved_to_another_server": self._restart,
            "watch_begun": self._begin_watch,
            "watching": self._watch,
            "not_watching": self._watch,
            "watch_ended": self._watch,
        }

    def read(self, entry: Entry) -> None:
        now = entry.at if self._now is None else max(entry.at, self._now)
        if self._now is not None:
            self._spend(now - self._now)
        self._now = now
        if self._first_at is None:
            self._first_at = now
        if self._ended is not None:
            return
        if entry.what in SHOWS_WAITING:
            self._wait_on(_about(entry), now)
        if entry.what in COMES:
            self._come(entry, now)
        elif entry.what in GOES:
            self._go(entry, now)
        handler = self._handlers.get(entry.what)
        if handler is not None:
            handler(entry, now)
        if "talked" not in self._at and self._phase()[0] is Doing.TALKING:
            self._at["talked"] = now

    def totals(self) -> Totals:
        opened, ended = self._opened, self._ended
        return Totals(
            first_at=self._first_at,
            last_at=self._now,
            opened_at=self._at.get("opened"),
            opened_by="" if opened is None else opened.actor,
            talked_at=self._at.get("talked"),
            locked_at=self._at.get("locked"),
            handed_over_at=self._at.get("handed_over"),
            ended_at=self._at.get("ended"),
            ended_by="" if ended is None else ended.actor,
            end_code="" if ended is None else str(dict(ended.facts).get("code", "")),
            end_reason="" if ended is None else ended.reason,
            spent=dict(self._spent),
            lost=dict(self._lost),
            people=tuple(person.totals() for person in self._people.values()),
            attestations=tuple(self._attestations),
            refusals=tuple(self._refusals),
            watched=tuple(one.totals(self._now or 0.0) for one in self._watches.values()),
            knocks_after_lock=len(self._knocked_after_lock),
            restarts=self._restarts,
        )

    # -- spending time ------------------------------------------------------------------------

    def _spend(self, seconds: float) -> None:
        if self._ended is not None:
            return
        phase, cause = self._phase()
        add(self._spent, self._lost, (phase, cause), seconds)
        for person in self._present.values():
            doing = self._doing(person, phase, cause)
            add(person.spent, person.lost, doing, seconds)

    def _phase(self) -> tuple[Doing, Cause | None]:
        """What the meeting as a whole does now."""
        if self._opened is None:
            return Doing.WAITING, None
        if self._is_paused:
            return Doing.LOST, Cause.PAUSED
        if self._is_unwatched:
            return Doing.LOST, Cause.UNWATCHED
        has_host, has_guest, has_check = self._who_is_there()
        if has_host and has_guest:
            return Doing.TALKING, None
        if has_host and has_check:
            return Doing.IDENTIFYING, None
        cause = self._cut_off(has_host=has_host, has_guest=has_guest)
        return (Doing.ALONE, None) if cause is None else (Doing.LOST, cause)

    def _who_is_there(self) -> tuple[bool, bool, bool]:
        """A host; a guest who may talk; a guest in a private check."""
        there = [one for one in self._present.values() if one.is_there]
        guests = [one for one in there if one.role is Role.GUEST]
        return (
            any(one.role is Role.HOST for one in there),
            any(one.check_begun_at is None for one in guests),
            any(one.check_begun_at is not None for one in guests),
        )

    def _cut_off(self, *, has_host: bool, has_guest: bool) -> Cause | None:
        """Why a talk that had begun, or could now, is cut off."""
        if not (has_host or has_guest or "talked" in self._at):
            return None
        missing = [Role.HOST] if not has_host else []
        missing += [Role.GUEST] if not has_guest else []
        return next((self._side_lost[one] for one in missing if one in self._side_lost), None)

    def _doing(
        self, person: Person, phase: Doing, cause: Cause | None
    ) -> tuple[Doing, Cause | None]:
        match person.place:
            case Place.AT_PIN:
                return Doing.AT_PIN, None
            case Place.AT_DOOR:
                return Doing.WAITING, None
        if person.cause is not None:
            return Doing.LOST, person.cause
        if person.check_begun_at is not None and not (self._is_paused or self._is_unwatched):
            return Doing.IDENTIFYING, None
        return (Doing.ALONE, None) if phase is Doing.WAITING else (phase, cause)

    # -- coming and going ---------------------------------------------------------------------

    def _come(self, entry: Entry, now: float) -> None:
        label = _about(entry)
        role = _role(label)
        if role is None:
            return
        person = self._people.get(label)
        if person is None:
            person = Person(label=label, role=role, came_at=now, place=Place.GONE)
            self._people[label] = person
        elif person.gone_at is not None:
            add(person.spent, person.lost, (Doing.GONE, None), now - person.gone_at)
        self._present[label] = person
        person.place, person.cause = COMES[entry.what], None
        person.gone_at, person.gone_how = None, ""
        facts = dict(entry.facts)
        if isinstance(facts.get("persons"), int):
            person.persons = int(facts["persons"])
        if person.place is Place.INSIDE:
            person.let_in_at = now if person.let_in_at is None else person.let_in_at
            self._side_lost.pop(role, None)
        if entry.what == "knocked":
            person.knocks += 1
            if "locked" in self._at:
                self._knocked_after_lock.add(label)
        self._leave_place(str(facts.get("from", "")), now, "moved")

    def _go(self, entry: Entry, now: float) -> None:
        label = _about(entry)
        if entry.what == "refused":
            self._refusals.append(
                Refusal(
                    sequence=entry.sequence,
                    at=now,
                    participant=label,
                    by=entry.actor,
                    reason=entry.reason,
                )
            )
        self._leave_place(label, now, entry.what)

    def _leave_place(self, label: str, now: float, how: str) -> None:
        person = self._present.pop(label, None)
        if person is not None:
            person.place, person.cause = Place.GONE, None
            person.gone_at, person.gone_how = now, how
            person.check_begun_at = None

    def _lose(self, entry: Entry, now: float) -> None:
        person = self._present.get(entry.actor)
        if person is None:
            return
        own = Cause.HOST_CONNECTION if person.role is Role.HOST else Cause.GUEST_CONNECTION
        self._side_lost[person.role] = own
        if dict(entry.facts).get("kept") is True:
            person.place, person.cause, person.check_begun_at = Place.AWAY, own, None
        else:
            self._leave_place(entry.actor, now, entry.what)

    def _send_back(self, entry: Entry, now: float) -> None:
        """Who is there waits again; the seat of who is away is gone."""
        person = self._present.get(entry.subject)
        if person is None:
            return
        if person.place is Place.AWAY:
            self._leave_place(entry.subject, now, entry.what)
        else:
            person.place, person.cause, person.check_begun_at = Place.AT_DOOR, None, None

    def _count_pin(self, entry: Entry, now: float) -> None:
        """The last try at the door ends it; at a terminal inside nobody goes."""
        person = self._present.get(entry.subject)
        is_last = dict(entry.facts).get("attempts_left") == 0
        if person is not None and person.place is Place.AT_PIN and is_last:
            self._leave_place(entry.subject, now, "pin_attempts_used")

    def _lose_media(self, entry: Entry, _now: float) -> None:
        person = self._present.get(entry.subject)
        if person is None or person.place is not Place.INSIDE:
            return
        if dict(entry.facts).get("ours") is True:
            person.cause = Cause.SERVER_MEDIA
        else:
            is_host = person.role is Role.HOST
            person.cause = Cause.HOST_CONNECTION if is_host else Cause.GUEST_CONNECTION
        self._side_lost[person.role] = person.cause

    def _regain_media(self, entry: Entry, _now: float) -> None:
        person = self._present.get(entry.subject)
        if person is not None and person.place is Place.INSIDE:
            person.cause = None
            self._side_lost.pop(person.role, None)

    def _restart(self, entry: Entry, now: float) -> None:
        """Everybody is out; the seats named are kept (all of them where none is named).

        Who is named as waiting waits on; where nobody is said to, whoever is heard of again.
        """
        cause = Cause(entry.what)
        self._restarts += cause is Cause.SERVER_RESTARTED
        kept, waiting = (dict(entry.facts).get(one) for one in ("kept", "waiting"))
        for label, person in list(self._present.items()):
            if person.place is Place.AT_DOOR:
                if waiting is None:
                    self._unheard[label] = person
                elif label in str(waiting).split(","):
                    continue
            if person.place in (Place.INSIDE, Place.AWAY):
                self._side_lost[person.role] = cause
                if kept is None or label in str(kept).split(","):
                    person.place, person.cause = Place.AWAY, cause
                    person.check_begun_at = None
                    continue
            self._leave_place(label, now, entry.what)
        for watch in self._watches.values():
            if watch.ended_at is None:
                watch.end(now)

    def _wait_on(self, label: str, now: float) -> None:
        """Somebody of whom a restart did not say that they waited did so all the time since."""
        person = self._unheard.pop(label, None)
        if person is not None and person.gone_at is not None:
            add(person.spent, person.lost, (Doing.WAITING, None), now - person.gone_at)
            person.place, person.gone_at, person.gone_how = Place.AT_DOOR, None, ""
            self._present[label] = person

    # -- the meeting --------------------------------------------------------------------------

    def _note(self, entry: Entry, now: float) -> None:
        self._at.setdefault(entry.what, now)

    def _open(self, entry: Entry, now: float) -> None:
        self._opened = self._opened or entry
        self._note(entry, now)

    def _end(self, entry: Entry, now: float) -> None:
        self._ended = entry
        self._note(entry, now)
        for label in list(self._present):
            self._leave_place(label, now, entry.what)
        for watch in self._watches.values():
            if watch.ended_at is None:
                watch.end(now)

    def _pause(self, entry: Entry, _now: float) -> None:
        self._is_paused = entry.what == "paused"

    def _watch_pause(self, entry: Entry, _now: float) -> None:
        self._is_unwatched = entry.what == "paused_unwatched"

    # -- ID checks ----------------------------------------------------------------------------

    def _begin_check(self, entry: Entry, now: float) -> None:
        person = self._present.get(entry.subject)
        if person is not None and person.place is Place.INSIDE:
            person.check_begun_at = now

    def _end_check(self, entry: Entry, _now: float) -> None:
        person = self._present.get(entry.subject)
        if person is not None:
            person.check_begun_at = None

    def _attest(self, entry: Entry, now: float) -> None:
        facts, person = dict(entry.facts), self._present.get(entry.subject)
        begun_at = None if person is None else person.check_begun_at
        documents = str(facts.get("documents", "")).split(",")
        self._attestations.append(
            Attestation(
                sequence=entry.sequence,
                at=now,
                participant=entry.subject,
                person=str(facts.get("person", "")),
                method=str(facts.get("method", "")),
                documents=tuple(one for one in documents if one),
                by=entry.actor,
                took_s=None if begun_at is None else now - begun_at,
                is_after_lock="locked" in self._at,
            )
        )

    def _add_person(self, entry: Entry, _now: float) -> None:
        person = self._people.get(entry.subject)
        if person is not None and person.persons is not None:
            person.persons += 1

    # -- monitoring ---------------------------------------------------------------------------

    def _begin_watch(self, entry: Entry, now: float) -> None:
        self._watches.setdefault(
            entry.subject, Watch(label=entry.subject, officer=entry.actor, begun_at=now)
        )

    def _watch(self, entry: Entry, now: float) -> None:
        watch = self._watches.get(entry.subject)
        if watch is None or watch.ended_at is not None:
            return
        if entry.what == "watch_ended":
            watch.end(now)
        elif entry.what == "not_watching":
            watch.stop_watching(now)
        elif watch.watching_since is None:
            watch.watching_since = now


def _about(entry: Entry) -> str:
    """The label of whom a word of coming or going is about."""
    return entry.actor if entry.what in BY_ACTOR else entry.subject


def _role(label: str) -> Role | None:
    """Of a connection at the door or inside; None for anything else."""
    word = label.partition(":")[0]
    return next((role for role in SIDES if role.value == word), None)


def totals(entries: Iterable[Entry]) -> Totals:
    """Of one meeting's entries, oldest first; all of them, or the first so many."""
    reading = Reading()
    for entry in entries:
        reading.read(entry)
    return reading.totals()
