"""Times as staff read them. Those of records are in the time zone of the establishment."""

from datetime import datetime
from zoneinfo import ZoneInfo

MINUTE_S, HOUR_S = 60, 3600


def time_text(seconds: float, zone: ZoneInfo | None = None) -> str:
    """4 May 2026, 09:30; without a zone in that of the server."""
    at = _local(seconds, zone)
    return f"{at.day} {at:%B %Y, %H:%M}"


def date_text(seconds: float, zone: ZoneInfo | None = None) -> str:
    """Monday 4 May 2026."""
    at = _local(seconds, zone)
    return f"{at:%A} {at.day} {at:%B %Y}"


def clock_text(seconds: float, zone: ZoneInfo | None = None) -> str:
    """09:30:12."""
    return f"{_local(seconds, zone):%H:%M:%S}"


def zone_text(seconds: float, zone: ZoneInfo) -> str:
    """Europe/London (BST)."""
    return f"{zone.key} ({_local(seconds, zone).tzname()})"


def duration_parts(seconds: float) -> tuple[str, dict[str, int]]:
    """The last part of a key of `staff.records.duration`, and its values; whole seconds."""
    whole = round(seconds)
    if whole < MINUTE_S:
        return "s", {"seconds": whole}
    if whole < HOUR_S:
        return "min", {"minutes": whole // MINUTE_S, "seconds": whole % MINUTE_S}
    return "h", {"hours": whole // HOUR_S, "minutes": whole % HOUR_S // MINUTE_S}


def _local(seconds: float, zone: ZoneInfo | None) -> datetime:
    at = datetime.fromtimestamp(seconds, zone)
    return at.astimezone() if zone is None else at
