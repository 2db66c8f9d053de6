"""A slot as an entry of somebody's calendar: iCalendar text (RFC 5545, RFC 5546). Pure.

A calendar is often shared, so the entry holds no personal link, no name but the establishment's,
and nobody's address but the addressee's own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from vmr.bookings.times import Interval, to_local

PRODUCT = "-//VMR//Video meeting rooms//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`uid` stays the same for one person and booking; a higher `sequence` replaces a lower."""

    uid: str
    sequence: int
    slot: Interval
    zone: ZoneInfo
    attendee: str
    summary: str
    description: str
    location: str
    made_at: float
    is_cancelled: bool = False


def build(entry: Entry) -> str:
    """METHOD:REQUEST or CANCEL, without ORGANIZER, which `organized` adds."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if entry.is_cancelled else "REQUEST")
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", datetime.fromtimestamp(entry.made_at, UTC))
    starts, ends = (to_local(at, entry.zone) for at in (entry.slot.starts_at, entry.slot.ends_at))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("location", entry.location)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    attendee = vCalAddress(f"mailto:{entry.attendee}")
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["RSVP"] = "FALSE"
    event.add("attendee", attendee)
    calendar.add_component(event)
    calendar.add_missing_timezones(
        first_date=date(starts.year - 1, 1, 1), last_date=date(ends.year + 1, 1, 1)
    )
    return str(calendar.to_ical(), "utf-8")


def organized(text: str, organizer: str) -> tuple[str, str]:
    """The same from this address, and its method. Raises ValueError where it is none of ours."""
    calendar = Calendar.from_ical(text)
    for event in calendar.walk("VEVENT"):
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    return str(calendar.to_ical(), "utf-8"), str(calendar["METHOD"])
