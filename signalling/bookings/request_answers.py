"""One question's answer: what was typed goes into the draft, and what is wrong with it comes back.

Pure. Faults are keys of sentences by the id of the field on the page.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, time
from zoneinfo import ZoneInfo

from signalling.bookings.request_draft import (
    NONE,
    OTHER,
    PARTS,
    PERSON,
    PURPOSES,
    RequestDraft,
    Step,
    TimeTyped,
)
from vmr.bookings.addresses import LONGEST, domain_of, is_allowed
from vmr.bookings.booking import NOTE_MAX, TEXT_MAX, Channel, Part
from vmr.bookings.free_times import START_STEP_MIN
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose, lengths
from vmr.bookings.rules import DAY_S, needed_notice_s
from vmr.bookings.times import Interval, NoSuchTime, from_local, interval, overlapping
from vmr.participants import is_readable

Form = Mapping[str, str]
Faults = dict[str, str]
KEPT_MAX = 4 * TEXT_MAX
"""Of a line that is too long so much is kept, to be put right."""
NOTE_ROOM = 200
"""Characters that the note for staff keeps for saying where it came from."""
START_STEP_S = START_STEP_MIN * 60
_TIME = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?(am|pm)?")


def line(typed: str) -> str:
    """One line as it is kept: no control characters, no line ends, spaces as one."""
    plain = "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one
                    for one in typed[: 2 * KEPT_MAX])  # fmt: skip
    return " ".join(plain.split())[:KEPT_MAX]


def lines(typed: str) -> str:
    """A longer text as it is kept: line ends are kept, other control characters are not."""
    ended = typed.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in ended if one == "\n" or unicodedata.category(one) != "Cc")
    return kept.strip()[: 2 * NOTE_MAX]


def take_purpose(draft: RequestDraft, form: Form, numbers: BookingNumbers) -> Faults:
    may = {one.value: one for one in PURPOSES[draft.channel]}
    chosen = may.get(form.get("purpose", ""))
    if chosen is None:
        return {"purpose": "request.purpose.missing"}
    draft.choose_purpose(chosen, numbers)
    return {}


def take_length(draft: RequestDraft, form: Form, numbers: BookingNumbers) -> Faults:
    may = {str(one): one for one in lengths(Purpose(draft.purpose), numbers)}
    chosen = may.get(form.get("length", ""))
    if chosen is None:
        return {"length": "request.length.missing"}
    draft.choose_length(chosen)
    return {}


def take_prisoner(draft: RequestDraft, form: Form) -> Faults:
    draft.prisoner = line(form.get("prisoner", ""))
    return _taken(draft, Step.PRISONER, _line_fault("prisoner", draft.prisoner, is_needed=True))


def take_name(draft: RequestDraft, form: Form) -> Faults:
    draft.name = line(form.get("name", ""))
    return _taken(draft, Step.NAME, _line_fault("name", draft.name, is_needed=True))


def take_note(draft: RequestDraft, form: Form) -> Faults:
    draft.note = lines(form.get("note", ""))
    is_long = len(draft.note) > NOTE_MAX - NOTE_ROOM
    return _taken(draft, Step.NOTE, {"note": "request.note.long"} if is_long else {})


def take_people(draft: RequestDraft) -> Faults:
    """The list is done."""
    faults = {}
    if not draft.people:
        faults = {"people": "request.people.nobody"}
    elif len(draft.people) > draft.persons_max:
        faults = {"people": "request.people.too_many"}
    elif any(one["id_to_bring"] not in _values(draft) for one in draft.people):
        faults = {"people": "request.people.id_again"}
    return _taken(draft, Step.PEOPLE, faults)


def take_person(
    draft: RequestDraft, form: Form, domains: tuple[str, ...]
) -> tuple[dict[str, str], Faults]:
    """The texts of one person. `domains` are those letters may go to; empty: all."""
    typed = {field: line(form.get(field, "")) for field in PERSON}
    faults: Faults = {}
    for field in ("name", "alias", "phone", "language"):
        faults |= _line_fault(field, typed[field], is_needed=field == "name")
    if typed["alias"] and not is_readable(typed["alias"]):
        faults["alias"] = "request.name.missing"
    if typed["part"] not in {one.value for one in PARTS}:
        faults["part"] = "request.part.missing"
    if len(typed["email"]) > LONGEST or domain_of(typed["email"]) is None:
        faults["email"] = "request.email.wrong"
    elif not is_allowed(typed["email"], domains):
        faults["email"] = "request.person.domain"
    if typed["id_to_bring"] not in _values(draft):
        faults["id_to_bring"] = "request.id_to_bring.missing"
    if typed["part"] == Part.INTERPRETER.value and not is_readable(typed["language"]):
        faults["language"] = "request.language.missing"
    return typed, {field: faults[field] for field in PERSON if field in faults}


def take_time(draft: RequestDraft, number: int, form: Form, zone: ZoneInfo) -> Faults:
    """What was chosen or typed; whether the slot may be asked for is `slot_fault`'s to say."""
    step, minutes = time_step(number), int(draft.minutes)
    typed = draft.times[number] = TimeTyped(
        chosen=_word(form, "chosen"),
        day=_word(form, "day"),
        month=_word(form, "month"),
        year=_word(form, "year"),
        time=_word(form, "time"),
    )
    draft.answered.discard(step)
    if number and typed.chosen == NONE and draft.channel is Channel.COURT:
        draft.answered.add(step)
        return {}
    has_typed = any((typed.day, typed.month, typed.year, typed.time))
    if typed.chosen.isascii() and typed.chosen.isdigit():
        if int(typed.chosen) % START_STEP_S:
            return {"chosen": "request.time.missing"}
        typed.slot = interval(float(typed.chosen), minutes)
        return {}
    if typed.chosen != OTHER and not has_typed:
        return {"chosen": "request.time.missing"}
    typed.chosen = OTHER
    day, at = _date(typed), parse_time(typed.time)
    faults = {}
    if day is None:
        faults["day"] = "request.time.date_wrong"
    if at is None:
        faults["time"] = "request.time.time_wrong"
    if day is not None and at is not None:
        try:
            typed.slot = interval(from_local(day, at, zone), minutes)
        except (NoSuchTime, OverflowError, OSError, ValueError):
            faults["time"] = "request.time.no_such"
    return faults


def slot_fault(
    slot: Interval, others: tuple[Interval, ...], channel: Channel, numbers: BookingNumbers,
    now: float,
) -> str:  # fmt: skip
    """Why this slot cannot be asked for, as the key of a sentence; empty: it can."""
    if slot.starts_at < now:
        return "request.time.past"
    if slot.starts_at < now + needed_notice_s(channel, numbers):
        return "request.time.notice"
    if slot.ends_at > now + numbers.ahead_days * DAY_S:
        return "request.time.too_far"
    return "" if overlapping(slot, others) is None else "request.time.overlaps"


def wanted_at(typed: TimeTyped, zone: ZoneInfo) -> float | None:
    """From when free times are worth showing; None: from now."""
    if typed.slot is not None:
        return typed.slot.starts_at
    if typed.chosen.isascii() and typed.chosen.isdigit():
        return float(typed.chosen)
    day = _date(typed)
    try:
        return None if day is None else from_local(day, parse_time(typed.time) or time(), zone)
    except (NoSuchTime, OverflowError, OSError, ValueError):
        return None


def time_step(number: int) -> Step:
    return (Step.PREFERRED, Step.FIRST_OTHER, Step.SECOND_OTHER)[number]


def parse_time(typed: str) -> time | None:
    """9:30, 09.30, 0930, 9am, 2:30pm."""
    found = _TIME.fullmatch(typed.lower().replace(" ", ""))
    if found is None or not found[0].isascii() or (found[2] is None and found[3] is None):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _date(typed: TimeTyped) -> date | None:
    parts = (typed.year, typed.month, typed.day)
    if not all(one.isascii() and one.isdigit() and len(one) <= 4 for one in parts):
        return None
    if len(typed.year) != 4:
        return None
    try:
        return date(int(typed.year), int(typed.month), int(typed.day))
    except ValueError:
        return None


def _word(form: Form, field: str) -> str:
    return line(form.get(field, ""))[:20]


def _values(draft: RequestDraft) -> set[str]:
    return {one.value for one in draft.ids_to_bring}


def _line_fault(field: str, typed: str, *, is_needed: bool) -> Faults:
    if is_needed and not is_readable(typed):
        return {field: f"request.{field}.missing"}
    return {field: "request.too_long"} if len(typed) > TEXT_MAX else {}


def _taken(draft: RequestDraft, step: Step, faults: Faults) -> Faults:
    if faults:
        draft.answered.discard(step)
    else:
        draft.answered.add(step)
    return faults
