"""What the record of an establishment says of the records of its meetings. Pure.

An entry about a meeting's record states its head: how long the chain is, and its last hash. A
record that was later shortened, replaced or deleted no longer reaches a head that stands here.
Beside these stand the entries of `vmr.staff_record`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from vmr.ids import MeetingId
from vmr.record import Entry, Fact, Happening
from vmr.staff import StaffMember
from vmr.staff_record import SERVER, actor_of, officer_of

_MEETING = "meeting:"


class RecordEvent(Enum):
    HEAD_NOTED = "record_head_noted"  # at its beginning and end, and from time to time
    SEEN = "record_read"
    EXPORTED = "record_exported"  # taken away as a file
    ESTABLISHMENT_SEEN = "establishment_record_seen"
    PERSONAL_DELETED = "personal_values_deleted"  # at the end of their retention
    BOOKING_DELETED = "booking_values_deleted"  # the same of a booking
    ENTITLEMENT_DELETED = "entitlement_values_deleted"  # of a contact, a ban, or a prisoner's own
    SIGNING_KEY_SET = "signing_key_set"
    SIDE_PART_KEPT = "side_part_kept"  # entries that could not join the meeting's record


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry of a chain; `sequence` 0 for an empty one."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyNote:
    """A signing key taken into use; `endorsement` is the signature (hex) of the one before.

    Both `previous` and `endorsement` are empty for the first key, `endorsement` alone for one that
    took the place of a lost key.
    """

    id: str
    public_key: bytes
    previous: str
    endorsement: str


def subject_of(meeting: MeetingId) -> str:
    return f"{_MEETING}{meeting}"


def head_of(entry: Entry) -> Head:
    return Head(sequence=entry.sequence, hash=entry.hash)


def meeting_happening(
    event: RecordEvent,
    meeting: MeetingId,
    head: Head | None,
    *,
    at: float,
    by: StaffMember | str = SERVER,
    facts: tuple[Fact, ...] = (),
) -> Happening:
    """Something about a meeting's record, which now has this head; None: nothing is said of it.
    `by` as in `staff_record`.
    """
    stated: tuple[Fact, ...] = ()
    if head is not None:
        stated = (("sequence", head.sequence), ("hash", head.hash))
    return Happening(
        at=at,
        actor=actor_of(by),
        what=event.value,
        subject=subject_of(meeting),
        facts=(*stated, *facts),
        personal=officer_of(by),
    )


def seen_happening(*, by: StaffMember | str, at: float) -> Happening:
    """Somebody looked at the record of the establishment itself."""
    return Happening(
        at=at,
        actor=actor_of(by),
        what=RecordEvent.ESTABLISHMENT_SEEN.value,
        personal=officer_of(by),
    )


def own_deletion_happening(*, until: int, by: str, at: float, days: int) -> Happening:
    """The names in the establishment's own record were deleted, up to this entry."""
    return Happening(
        at=at,
        actor=by,
        what=RecordEvent.PERSONAL_DELETED.value,
        facts=(("until", until), ("days", days)),
    )


def booking_deletion_happening(
    subject: str, reference: str, *, by: str, at: float, days: int
) -> Happening:
    """The personal values of a booking were deleted, those in earlier entries about it too."""
    return Happening(
        at=at,
        actor=by,
        what=RecordEvent.BOOKING_DELETED.value,
        subject=subject,
        facts=(("reference", reference), ("days", days)),
    )


def entitlement_deletion_happening(subject: str, *, by: str, at: float, days: int) -> Happening:
    """A contact, a ban, or what is kept of a prisoner was deleted, with the personal values of
    earlier entries about it."""
    return Happening(
        at=at,
        actor=by,
        what=RecordEvent.ENTITLEMENT_DELETED.value,
        subject=subject,
        facts=(("days", days),),
    )


class Lacking:
    """Which entries of an establishment's record lack personal values, and which may.

    Told of each entry in turn. An entry may lack them when a later one says that they were
    deleted, with all of the same subject (`_OF_ONE`) or with all up to some entry.
    """

    _OF_ONE = (RecordEvent.BOOKING_DELETED.value, RecordEvent.ENTITLEMENT_DELETED.value)

    def __init__(self) -> None:
        self._lacking: dict[str, int] = {}
        self._until = 0

    def take(self, entry: Entry, *, lacks_personal: bool) -> None:
        if lacks_personal:
            self._lacking[entry.subject] = entry.sequence
        if entry.what in self._OF_ONE:
            self._lacking.pop(entry.subject, None)
        elif not entry.subject:
            self._until = max(self._until, deleted_until(entry))

    @property
    def faulty(self) -> int | None:
        """The last entry that lacks them without a right."""
        found = max(self._lacking.values(), default=0)
        return found if found > self._until else None


def deleted_until(entry: Entry) -> int:
    """Up to which entry of the chain that it speaks of there are no personal values any more; 0
    where it says nothing of that."""
    if entry.what != RecordEvent.PERSONAL_DELETED.value:
        return 0
    facts: Mapping[str, object] = dict(entry.facts)
    until = facts.get("sequence" if entry.subject else "until")
    return until if isinstance(until, int) else 0


def key_happening(note: SigningKeyNote, *, by: str, at: float) -> Happening:
    return Happening(
        at=at,
        actor=by,
        what=RecordEvent.SIGNING_KEY_SET.value,
        facts=(
            ("key", note.id),
            ("public_key", note.public_key.hex()),
            ("previous", note.previous),
            ("endorsement", note.endorsement),
        ),
    )


def key_in(entry: Entry) -> SigningKeyNote | None:
    """The signing key that the entry takes into use, if it does."""
    if entry.what != RecordEvent.SIGNING_KEY_SET.value:
        return None
    facts = {name: str(value) for name, value in entry.facts}
    try:
        return SigningKeyNote(
            id=facts["key"],
            public_key=bytes.fromhex(facts["public_key"]),
            previous=facts["previous"],
            endorsement=facts["endorsement"],
        )
    except (KeyError, ValueError):
        return None


def side_part_in(entry: Entry) -> tuple[MeetingId, str] | None:
    """The side-part of a meeting's record that the entry states, if it states one."""
    if entry.what != RecordEvent.SIDE_PART_KEPT.value or not entry.subject.startswith(_MEETING):
        return None
    meeting = MeetingId(entry.subject.removeprefix(_MEETING))
    return meeting, str(dict(entry.facts).get("part", ""))


def head_in(entry: Entry) -> tuple[MeetingId, Head] | None:
    """The meeting's head that the entry states, if it states one."""
    if not entry.subject.startswith(_MEETING):
        return None
    facts: Mapping[str, object] = dict(entry.facts)
    sequence, digest = facts.get("sequence"), facts.get("hash")
    if not isinstance(sequence, int) or not isinstance(digest, str):
        return None
    meeting = MeetingId(entry.subject.removeprefix(_MEETING))
    return meeting, Head(sequence=sequence, hash=digest)
