"""The database: rooms, personal links, live meetings and their records.

It keeps what it is given and proves records; it decides nothing.
"""

from vmr.store.errors import (
    Conflict,
    NewerDatabase,
    NotFound,
    RecordBroken,
    StoreError,
    StoreUnavailable,
    UnsupportedDatabase,
)
from vmr.store.meetings import LiveMeeting, MeetingSummary
from vmr.store.records import KeptEntry
from vmr.store.store import Store

__all__ = [
    "Conflict",
    "KeptEntry",
    "LiveMeeting",
    "MeetingSummary",
    "NewerDatabase",
    "NotFound",
    "RecordBroken",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "UnsupportedDatabase",
]
