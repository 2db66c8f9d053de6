"""What can go wrong with the database: one tree.

StoreError
├── StoreUnavailable     store_unavailable      disk full, locked too long, server gone
├── UnsupportedDatabase  unsupported_database   an address this version cannot open
├── Occupied             occupied               another server runs on this database
├── NewerDatabase        newer_database         written by a later version of the server
├── BadBackup            bad_backup             no backup, damaged, or another passphrase
├── NotFound             not_found              no such room, invite, account, ...
├── Overtaken            overtaken              another server runs the room by now
├── UnreadableMeeting    unreadable_meeting     a live meeting that this version cannot go on with
├── Conflict             conflict               the change contradicts what is stored
│   ├── SlotTaken        slot_taken             the room is booked at that time
│   ├── NotEntitled      not_entitled           somebody may not be called, or not for so long
│   └── NotRostered      not_rostered           the officer is not on the roster of the day
└── RecordBroken         record_broken          a record does not verify

Messages are for operators and logs; the wire gets the code's own sentence from signalling.
"""

from typing import ClassVar

from vmr.bookings.rules import Problem


class StoreError(Exception):
    """Any failure of the store. Nothing of the attempted change was kept, but for a connection to
    PostgreSQL that breaks in the commit itself: then nobody can know."""

    code: ClassVar[str] = "store_error"


class StoreUnavailable(StoreError):
    code = "store_unavailable"


class UnsupportedDatabase(StoreError):
    code = "unsupported_database"


class Occupied(StoreError):
    code = "occupied"


class NewerDatabase(StoreError):
    code = "newer_database"


class BadBackup(StoreError):
    code = "bad_backup"


class NotFound(StoreError):
    code = "not_found"


class Overtaken(StoreError):
    """Whoever meets it drops the room: what it knows of it is not so any more."""

    code = "overtaken"


class UnreadableMeeting(StoreError):
    """`version` is that of its snapshot."""

    code = "unreadable_meeting"

    def __init__(self, version: int) -> None:
        super().__init__(f"a meeting's snapshot of version {version}")
        self.version = version


class Conflict(StoreError):
    code = "conflict"


class SlotTaken(Conflict):
    code = "slot_taken"


class NotEntitled(Conflict):
    """`problems` are what stands against the social call."""

    code = "not_entitled"

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(one.value for one in problems))
        self.problems = problems


class NotRostered(Conflict):
    code = "not_rostered"


class RecordBroken(StoreError):
    code = "record_broken"
