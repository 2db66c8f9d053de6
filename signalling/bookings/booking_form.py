"""The form of a booking: what its fields hold, and the draft that they say. Values only.

Everything is kept as it was typed, by the id of its field, so that a page can show it again. People
are rows `p0`, `p1`...; times are fields `start`, `alt1` and `alt2` with day, month, year, hour,
minute, and `at`: the moment that was filled in, which tells the two 01:30s of one night apart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from enum import Enum
from typing import TypeVar
from zoneinfo import ZoneInfo

from signalling.bookings.typed import date_of
from signalling.staff.edge import Faults
from signalling.whole import parse_whole
from vmr.bookings.addresses import domain_of
from vmr.bookings.booking import (
    EXPECTED_MAX,
    NOTE_MAX,
    TEXT_MAX,
    Booking,
    Channel,
    Expected,
    IdToBring,
    Part,
    Priority,
)
from vmr.bookings.draft import NEW, Draft
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.bookings.times import Interval, NoSuchTime, from_local, interval, to_local
from vmr.ids import BookingId, EstablishmentId, ExpectedId
from vmr.participants import is_readable

SLOTS = ("start", "alt1", "alt2")
TIME_PARTS = ("day", "month", "year", "hour", "minute")
PERSON_PARTS = ("name", "alias", "part", "email", "phone", "id", "language", "minor")
NOTES = ("note_for_staff", "note_for_guest")
TEXTS = (
    "prisoner",
    "requester_name",
    "requester_email",
    "more_persons_by",
    "more_minutes_by",
    "waiver",
    "hearing",
)
PROBLEM = "staff.bookings.problem."
ROOM_PROBLEMS = frozenset({Problem.ROOM_TAKEN, Problem.ROOM_SHUT, Problem.ROOM_CLOSED})
"""For which another time or room is offered."""

_FIELD_OF: dict[Problem, str] = {
    Problem.SHORT_NOTICE: "waiver",
    Problem.WRONG_LENGTH: "minutes",
    Problem.ALTERNATIVES_OVERLAP: "alt1-day",
    Problem.TOO_MANY_ALTERNATIVES: "alt1-day",
    Problem.NOBODY_EXPECTED: "p0-name",
    Problem.TOO_MANY_EXPECTED: "p0-name",
    Problem.NAME_MISSING: "p0-name",
    Problem.MINOR_ALONE: "p0-minor",
    Problem.TOO_MANY_OUTSIDE: "more_persons_by",
    Problem.NOT_A_CONTACT: "p0-name",
    Problem.BANNED: "p0-name",
    Problem.MINUTES_USED: "more_minutes_by",
    Problem.COMPACT_MISSING: "prisoner",
    Problem.PRISONER_MISSING: "prisoner",
    Problem.REASON_MISSING: "reason",
    Problem.LINK_OF_ANOTHER_PURPOSE: "hearing",
    Problem.NO_SUCH_HEARING: "hearing",
    Problem.AFTER_ITS_HEARING: "hearing",
    Problem.BEFORE_ITS_HEARING: "hearing",
    Problem.ROOM_OF_ANOTHER_POLICY: "room",
    Problem.ROOM_CLOSED: "room",
    Problem.TEXT_TOO_LONG: "note_for_staff",
}
E_ = TypeVar("E_", bound=Enum)

Typed = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """`draft` is None where something is wrong in a field by itself (`faults`)."""

    draft: Draft | None
    faults: Faults


# -- what the fields hold ------------------------------------------------------------------------


def typed_of(booking: Booking, zone: ZoneInfo) -> Typed:
    """The fields as they are for this booking."""
    typed = {
        "purpose": booking.purpose.value, "minutes": f"{booking.slot.minutes:g}",
        "room": booking.room or "", "channel": booking.channel.value,
        "priority": booking.priority.value, "prisoner": booking.prisoner,
        "requester_name": booking.requester_name, "requester_email": booking.requester_email,
        "more_persons_by": booking.more_persons_by, "more_minutes_by": booking.more_minutes_by,
        "version": str(booking.version),
        "note_for_staff": booking.note_for_staff, "note_for_guest": booking.note_for_guest,
        "people": str(len(booking.people)),
    }  # fmt: skip
    for id, slot in zip(SLOTS, (booking.slot, *booking.alternatives), strict=False):
        typed |= time_fields(id, slot.starts_at, zone)
    for n, one in enumerate(booking.people):
        typed |= {
            f"p{n}-key": one.id, f"p{n}-name": one.name, f"p{n}-alias": one.alias,
            f"p{n}-part": one.part.value, f"p{n}-email": one.email, f"p{n}-phone": one.phone,
            f"p{n}-id": one.id_to_bring.value, f"p{n}-language": one.language,
            f"p{n}-minor": "yes" if one.is_under_18 else "",
        }  # fmt: skip
    return typed


def typed_again(booking: Booking, zone: ZoneInfo) -> Typed:
    """The fields of another booking in place of this one: all but the day, and who allowed more
    than the rules do, which is named anew. Its people are new."""
    typed = typed_of(booking, zone)
    gone = re.compile(r"version|start-(day|month|year|at)|alt[12]-.*|p[0-9]+-key|more_.*_by")
    kept = {id: text for id, text in typed.items() if not gone.fullmatch(id)}
    return {**kept, "rebooks": booking.reference}


def time_fields(id: str, at: float, zone: ZoneInfo) -> Typed:
    local = to_local(at, zone)
    return {
        f"{id}-day": str(local.day), f"{id}-month": str(local.month),
        f"{id}-year": str(local.year), f"{id}-hour": f"{local:%H}",
        f"{id}-minute": f"{local:%M}", f"{id}-at": repr(at),
    }  # fmt: skip


def rows_of(typed: Mapping[str, str]) -> int:
    """How many people the form has rows for."""
    return min(parse_whole(typed.get("people", "")) or 1, EXPECTED_MAX)


def without_row(typed: Typed, gone: int) -> Typed:
    """The form without this person; those below move up."""
    count = rows_of(typed)
    kept = {id: text for id, text in typed.items() if not re.match(r"p[0-9]+-", id)}
    for n in (n for n in range(count) if n != gone):
        to = n - (n > gone)
        for part in (*PERSON_PARTS, "key"):
            if f"p{n}-{part}" in typed:
                kept[f"p{to}-{part}"] = typed[f"p{n}-{part}"]
    return {**kept, "people": str(max(count - 1, 1))}


def without_empty_rows(typed: Typed) -> Typed:
    """The form with the people who have a name, of a list in which some were ticked."""
    for n in reversed(range(rows_of(typed))):
        if not typed.get(f"p{n}-name", "").strip():
            typed = without_row(typed, n)
    return typed


# -- what they say -------------------------------------------------------------------------------


def parse_booking(
    typed: Mapping[str, str],
    *,
    establishment: EstablishmentId,
    purpose: Purpose,
    zone: ZoneInfo,
    linked: BookingId | None,
    is_strict: bool = False,
) -> Parsed:
    """`linked` is the hearing that the field `hearing` names, where there is one.

    `is_strict`: a word that is none of its field is wrong; a form's own choices cannot be.
    """
    faults: Faults = _strange_words(typed) if is_strict else {}
    minutes = _minutes(typed, faults)
    slots = [_slot(typed, id, minutes, zone, faults) for id in SLOTS]
    people = tuple(
        person for n in range(rows_of(typed)) if (person := _person(typed, n, faults)) is not None
    )
    _check_texts(typed, faults)
    if typed.get("hearing", "").strip() and linked is None:
        faults["hearing"] = PROBLEM + Problem.NO_SUCH_HEARING.value
    if faults or slots[0] is None:
        return Parsed(draft=None, faults=faults)
    text = {id: typed.get(id, "").strip() for id in (*TEXTS, *NOTES)}
    draft = Draft(
        establishment=establishment,
        purpose=purpose,
        preferred=slots[0],
        alternatives=tuple(one for one in slots[1:] if one is not None),
        channel=_word(Channel, typed.get("channel", ""), Channel.BOOKING_TEAM),
        priority=_word(Priority, typed.get("priority", ""), Priority.ROUTINE),
        prisoner=text["prisoner"],
        people=people,
        requester_name=text["requester_name"],
        requester_email=text["requester_email"],
        note_for_staff=text["note_for_staff"],
        note_for_guest=text["note_for_guest"],
        linked=linked,
        more_persons_by=text["more_persons_by"],
        more_minutes_by=text["more_minutes_by"],
    )
    return Parsed(draft=draft, faults={})


def _check_texts(typed: Mapping[str, str], faults: Faults) -> None:
    """Notes, names and the address of who asks."""
    for id in (*TEXTS, *NOTES):
        if len(typed.get(id, "")) > (NOTE_MAX if id in NOTES else TEXT_MAX):
            faults[id] = PROBLEM + Problem.TEXT_TOO_LONG.value
    if not is_readable(typed.get("prisoner", "")):
        faults["prisoner"] = PROBLEM + Problem.PRISONER_MISSING.value
    _address(typed, "requester_email", faults)


def faults_of(problems: tuple[Problem, ...]) -> Faults:
    """By the field in which each problem is shown; the first of a field stays."""
    faults: Faults = {}
    for one in problems:
        faults.setdefault(_FIELD_OF.get(one, "start-day"), PROBLEM + one.value)
    return faults


def amended(booking: Booking, draft: Draft) -> Booking:
    """`booking` as the draft says; the alternatives of a confirmed one are history and stay."""
    values = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    if booking.room is not None:
        values["alternatives"] = booking.alternatives
    return replace(booking, **values)


def _strange_words(typed: Mapping[str, str]) -> Faults:
    """Fields that hold a word they do not know; empty ones have a default."""
    kinds: dict[str, type[Enum]] = {"channel": Channel, "priority": Priority}
    for n in range(rows_of(typed)):
        kinds |= {f"p{n}-part": Part, f"p{n}-id": IdToBring}
    strange = {
        id for id, kind in kinds.items()
        if typed.get(id, "") not in ("", *(one.value for one in kind))
    }  # fmt: skip
    strange |= {
        f"p{n}-minor" for n in range(rows_of(typed)) if typed.get(f"p{n}-minor") not in ("", "yes")
    }
    return {id: "staff.bookings.import.no_such_word" for id in sorted(strange)}


def _minutes(typed: Mapping[str, str], faults: Faults) -> float | None:
    said = parse_whole(typed.get("minutes", "").strip())
    if said is not None and 0 < said <= 24 * 60:
        return said
    faults["minutes"] = PROBLEM + Problem.WRONG_LENGTH.value
    return None


def _slot(
    typed: Mapping[str, str], id: str, minutes: float | None, zone: ZoneInfo, faults: Faults
) -> Interval | None:
    said = {part: typed.get(f"{id}-{part}", "").strip() for part in TIME_PARTS}
    if id != SLOTS[0] and not (said["day"] or said["month"] or said["year"]):
        return None
    day, at = date_of(typed, id), _clock(said["hour"], said["minute"])
    if day is None:
        faults[f"{id}-day"] = "staff.bookings.form.date_wrong"
    elif at is None:
        faults[f"{id}-hour"] = "staff.bookings.form.time_wrong"
    elif minutes is not None:
        try:
            return interval(_filled_in(typed, id, zone) or from_local(day, at, zone), minutes)
        except NoSuchTime:
            faults[f"{id}-hour"] = "staff.bookings.no_such_time"
    return None


def _filled_in(typed: Mapping[str, str], id: str, zone: ZoneInfo) -> float | None:
    """The moment that was filled in, while the fields still say it."""
    try:
        at = float(typed.get(f"{id}-at", ""))
        filled = time_fields(id, at, zone)
    except (ValueError, OverflowError, OSError):
        return None
    same = all(
        filled[f"{id}-{part}"].lstrip("0") == typed.get(f"{id}-{part}", "").strip().lstrip("0")
        for part in TIME_PARTS
    )
    return at if same else None


def _clock(hour: str, minute: str) -> time | None:
    hours, minutes = parse_whole(hour), parse_whole(minute)
    if hours is None or minutes is None or hours > 23 or minutes > 59:
        return None
    return time(hours, minutes)


def _person(typed: Mapping[str, str], n: int, faults: Faults) -> Expected | None:
    """None for a row that was left empty."""
    said = {part: " ".join(typed.get(f"p{n}-{part}", "").split()) for part in PERSON_PARTS}
    texts = ("name", "alias", "email", "phone", "language")
    if not any(said[part] for part in texts):
        return None
    if not is_readable(said["name"]):
        faults[f"p{n}-name"] = PROBLEM + Problem.NAME_MISSING.value
    _address(typed, f"p{n}-email", faults)
    part = _word(Part, said["part"], Part.LAWYER)
    if part is Part.INTERPRETER and not said["language"]:
        faults[f"p{n}-language"] = PROBLEM + Problem.INTERPRETER_WITHOUT_LANGUAGE.value
    for one in texts:
        if len(said[one]) > TEXT_MAX:
            faults[f"p{n}-{one}"] = PROBLEM + Problem.TEXT_TOO_LONG.value
    return Expected(
        id=ExpectedId(typed.get(f"p{n}-key", NEW)),
        name=said["name"],
        part=part,
        alias=said["alias"],
        email=said["email"],
        phone=said["phone"],
        id_to_bring=_word(IdToBring, said["id"], IdToBring.PHOTO_ID),
        language=said["language"],
        is_under_18=said["minor"] == "yes",
    )


def _address(typed: Mapping[str, str], id: str, faults: Faults) -> None:
    said = typed.get(id, "").strip()
    if said and domain_of(said) is None:
        faults[id] = PROBLEM + Problem.WRONG_ADDRESS.value


def _word(of: type[E_], word: str, default: E_) -> E_:
    return next((one for one in of if one.value == word), default)
