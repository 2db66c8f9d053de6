"""A slot as its people read it: on the establishment's clock, the zone said. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from signalling.texts import Texts
from vmr.bookings.times import Interval, to_local


def when_text(slot: Interval, zone: ZoneInfo, texts: Texts) -> str:
    """Thursday 4 March 2027, 10:00 to 11:15 (GMT); both zones and both days where they differ."""
    starts, ends = to_local(slot.starts_at, zone), to_local(slot.ends_at, zone)
    first, last = day_text(starts, texts), day_text(ends, texts)
    begin, end = f"{starts:%H:%M}", f"{ends:%H:%M}"
    if starts.tzname() != ends.tzname():
        begin = f"{begin} ({starts.tzname()})"
    if first != last:
        end = f"{end}, {last}"
    return texts.get("mail.when", day=first, begin=begin, end=f"{end} ({ends.tzname()})")


def day_text(at: datetime, texts: Texts) -> str:
    """Thursday 4 March 2027."""
    weekday = texts.get(f"mail.weekday.{at.weekday()}")
    return texts.get(
        "mail.day", weekday=weekday, day=at.day, month=texts.get(f"mail.month.{at.month}"),
        year=at.year,
    )  # fmt: skip
