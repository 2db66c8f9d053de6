"""Times as staff read them."""

from datetime import datetime


def time_text(seconds: float) -> str:
    """In the time zone of the server: 4 May 2026, 09:30."""
    at = datetime.fromtimestamp(seconds).astimezone()
    return f"{at.day} {at:%B %Y, %H:%M}"
