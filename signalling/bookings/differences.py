"""What two clerks have made of one booking: the fields in which they differ, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signalling.bookings.booking_form import NOTES, PERSON_PARTS, SLOTS, TIME_PARTS
from signalling.texts import Texts
from vmr.bookings.booking import EXPECTED_MAX
from vmr.rooms import Room

LABELS = {
    "room": "staff.bookings.room", "minutes": "staff.bookings.form.length",
    "prisoner": "staff.bookings.prisoner", "channel": "staff.bookings.channel",
    "priority": "staff.bookings.priority", "hearing": "staff.bookings.hearing",
    "requester_name": "staff.bookings.form.requester_name",
    "requester_email": "staff.bookings.form.requester_email",
    "more_persons_by": "staff.bookings.more_persons_by",
    "more_minutes_by": "staff.bookings.more_minutes_by",
    "note_for_staff": "staff.bookings.note_for_staff",
    "note_for_guest": "staff.bookings.note_for_guest",
    "start": "staff.bookings.when", "alt1": "staff.bookings.alternative",
    "alt2": "staff.bookings.alternative",
}  # fmt: skip
PERSON_LABELS = {
    "name": "staff.name", "alias": "staff.bookings.form.alias", "part": "staff.bookings.part",
    "email": "staff.bookings.form.email", "phone": "staff.bookings.form.phone",
    "id": "staff.bookings.id_to_bring", "language": "staff.bookings.form.language",
    "minor": "staff.bookings.minor",
}  # fmt: skip
WORDS = {"channel": "channel", "priority": "priority", "part": "part", "id": "id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`id` is the field to go to."""

    id: str
    label: str
    kept: str
    typed: str


def differences(
    kept: Mapping[str, str], typed: Mapping[str, str], rooms: Sequence[Room], texts: Texts
) -> tuple[Difference, ...]:
    """Of the fields that the form has, in its order; `kept` is what the store has now."""
    names: dict[str, str] = {room.id: room.name for room in rooms}
    found = []
    for id, label in fields_of_form(texts):
        said = [_value(one, id, names, texts) for one in (kept, typed)]
        if said[0] != said[1] and (id not in SLOTS[1:] or f"{id}-day" in typed):
            field = f"{id}-day" if id in SLOTS else id
            found.append(Difference(id=field, label=label, kept=said[0], typed=said[1]))
    return tuple(found)


def fields_of_form(texts: Texts) -> list[tuple[str, str]]:
    """Id and label of every field there may be; a time is one field."""
    fields = [(id, texts.get(key, number=id[-1])) for id, key in LABELS.items()]
    for n in range(EXPECTED_MAX):
        person = texts.get("staff.bookings.form.person", number=n + 1)
        for part in PERSON_PARTS:
            fields.append((f"p{n}-{part}", f"{person}: {texts.get(PERSON_LABELS[part])}"))
    return fields


def _value(fields: Mapping[str, str], id: str, names: Mapping[str, str], texts: Texts) -> str:
    if id in SLOTS:
        day, month, year, hour, minute = (
            fields.get(f"{id}-{part}", "").strip().zfill(2) for part in TIME_PARTS
        )
        return "" if day == "00" else f"{day}.{month}.{year} {hour}:{minute}"
    said = fields.get(id, "").strip()
    if id == "room":
        return names.get(said, "")
    if id in NOTES:
        return said.replace("\r\n", "\n")
    family = WORDS.get(re.sub(r"^p\d+-", "", id))
    if family is not None and said and _is_person_there(fields, id):
        return texts.get(f"staff.bookings.{family}.{said}")
    return said if family is None else ""


def _is_person_there(fields: Mapping[str, str], id: str) -> bool:
    """The choices of a row without a name say nothing."""
    row = re.match(r"p\d+-", id)
    return row is None or bool(fields.get(f"{row[0]}name", "").strip())
