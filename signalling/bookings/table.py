"""Bookings as a table in a CSV file: what is written, and the rows that are read. Values only.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and read
without. Files are UTF-8, with or without a byte order mark.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from signalling.bookings.booking_form import Typed
from signalling.bookings.typed import parse_clock, parse_date
from vmr.bookings.booking import EXPECTED_MAX, Booking
from vmr.bookings.times import to_local
from vmr.ids import RoomId

BOM = "\ufeff"
ROWS_MAX = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")
OF_BOOKING = (
    "reference", "state", "purpose", "date", "start", "minutes", "room", "prisoner", "channel",
    "priority", "short_notice_reason", "hearing", "requester_name", "requester_email",
    "more_persons_by", "more_minutes_by", "note_for_staff", "note_for_guest",
)  # fmt: skip
OF_PERSON = ("name", "alias", "part", "email", "phone", "id", "language", "under_18")
AS_TYPED = ("purpose", "minutes", "prisoner", "channel", "priority", "hearing", "requester_name",
            "requester_email", "more_persons_by", "more_minutes_by", "note_for_staff",
            "note_for_guest")  # fmt: skip


class BadTable(ValueError):
    """The file is no such table; `key` is the sentence, `detail` what it names."""

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row that was read; `number` is its line in a spreadsheet."""

    number: int
    cells: Mapping[str, str]

    def typed(self) -> Typed:
        """As the form of a booking has it. A date or time that is none is left empty."""
        typed = {id: self.cells.get(id, "") for id in AS_TYPED}
        typed["waiver"] = self.cells.get("short_notice_reason", "")
        day, at = parse_date(self.cells.get("date", "")), parse_clock(self.cells.get("start", ""))
        if day is not None:
            typed |= {"start-day": str(day.day), "start-month": str(day.month)}
            typed["start-year"] = str(day.year)
        if at is not None:
            typed |= {"start-hour": f"{at:%H}", "start-minute": f"{at:%M}"}
        typed["people"] = str(EXPECTED_MAX)
        for n in range(EXPECTED_MAX):
            for part in OF_PERSON:
                said = self.cells.get(f"person_{n + 1}_{part}", "")
                typed[f"p{n}-{'minor' if part == 'under_18' else part}"] = said
        return typed


def column_of(field: str) -> str:
    """The column in which a field of the form stands."""
    if field.startswith("start-"):
        return "start" if field.endswith(("hour", "minute")) else "date"
    if field == "waiver":
        return "short_notice_reason"
    row, _, part = field.partition("-")
    if part and row[1:].isdigit():
        return f"person_{int(row[1:]) + 1}_{'under_18' if part == 'minor' else part}"
    return field


def write(
    bookings: Iterable[Booking],
    rooms: Mapping[RoomId, str],
    references: Mapping[str, str],
    zone: ZoneInfo,
) -> str:
    """`references` are those of hearings, by their id."""
    every = list(bookings)
    count = max((len(one.people) for one in every), default=1)
    people = [f"person_{n}_{part}" for n in range(1, count + 1) for part in OF_PERSON]
    out = io.StringIO()
    table = csv.DictWriter(out, [*OF_BOOKING, *people], restval="", lineterminator="\r\n")
    table.writeheader()
    for one in every:
        cells = _cells(one, rooms, references, zone)
        table.writerow({name: _neutral(text) for name, text in cells.items()})
    return BOM + out.getvalue()


def read(data: bytes) -> tuple[Line, ...]:
    """The rows, empty ones left out. Raises BadTable."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTable("staff.bookings.import.not_text") from None
    if "\0" in text:
        raise BadTable("staff.bookings.import.not_text")
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return tuple(_lines(rows))
    except csv.Error:
        raise BadTable("staff.bookings.import.not_csv") from None


def _lines(rows: Iterable[list[str]]) -> Iterable[Line]:
    names: list[str] = []
    count = 0
    for number, row in enumerate(rows, start=1):
        cells = [_plain(one) for one in row]
        if not any(cells):
            continue
        if not names:
            names = [one.lower() for one in cells]
            _check_names(names)
            continue
        if len(cells) > len(names) and any(cells[len(names) :]):
            raise BadTable("staff.bookings.import.too_many_cells", str(number))
        count += 1
        if count > ROWS_MAX:
            raise BadTable("staff.bookings.import.too_many_rows")
        yield Line(number=number, cells=dict(zip(names, cells, strict=False)))
    if not names:
        raise BadTable("staff.bookings.import.empty")


def _check_names(names: list[str]) -> None:
    people = {f"person_{n}_{part}" for n in range(1, EXPECTED_MAX + 1) for part in OF_PERSON}
    for name in names:
        if name and name not in OF_BOOKING and name not in people:
            raise BadTable("staff.bookings.import.unknown_column", name[:40])
        if name and names.count(name) > 1:
            raise BadTable("staff.bookings.import.double_column", name)
    for name in ("purpose", "date", "start", "minutes", "room", "prisoner", "person_1_name"):
        if name not in names:
            raise BadTable("staff.bookings.import.missing_column", name)


def _cells(
    one: Booking, rooms: Mapping[RoomId, str], references: Mapping[str, str], zone: ZoneInfo
) -> dict[str, str]:
    local = to_local(one.slot.starts_at, zone)
    cells = {
        "reference": one.reference, "state": one.state.value, "purpose": one.purpose.value,
        "date": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}",
        "minutes": f"{one.slot.minutes:g}", "room": rooms.get(one.room, "") if one.room else "",
        "prisoner": one.prisoner, "channel": one.channel.value, "priority": one.priority.value,
        "hearing": references.get(one.linked or "", ""), "requester_name": one.requester_name,
        "requester_email": one.requester_email, "more_persons_by": one.more_persons_by,
        "more_minutes_by": one.more_minutes_by,
        "note_for_staff": one.note_for_staff, "note_for_guest": one.note_for_guest,
    }  # fmt: skip
    for n, person in enumerate(one.people, start=1):
        said = (
            person.name, person.alias, person.part.value, person.email, person.phone,
            person.id_to_bring.value, person.language, "yes" if person.is_under_18 else "",
        )  # fmt: skip
        cells |= {f"person_{n}_{part}": text for part, text in zip(OF_PERSON, said, strict=True)}
    return cells


def _neutral(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def _plain(text: str) -> str:
    said = text.strip()
    is_guarded = said.startswith("'") and _is_formula(said[1:])
    return said[1:].strip() if is_guarded or said == "'" else said


def _is_formula(text: str) -> bool:
    """To some spreadsheet, which may overlook spaces before it."""
    return text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
