"""Rows of bookings as the fifth schema held them, beside those of `first_rows`."""

from tests.store.first_rows import Row

HASH = "ab" * 32


def booking(id: str, **values: object) -> Row:
    made: Row = {
        "id": id, "reference": f"REF-{id}", "establishment_id": "e1", "room_id": "r1",
        "purpose": "consultation", "state": "confirmed", "channel": "booking_team",
        "priority": "routine", "starts_at": 1_790_000_000.0, "ends_at": 1_790_004_500.0,
        "prisoner": "A1", "requester_name": "", "requester_email": "", "note_for_staff": "",
        "note_for_guest": "", "linked_id": None, "more_persons_by": "", "reason": "", "version": 2,
        "made_at": 1_789_000_000.0, "changed_at": 1_789_000_001.0, "search": "",
    }  # fmt: skip
    return {**made, **values}


def entry(sequence: int, what: str, subject: str = "", facts: str = "[]") -> Row:
    return {
        "sequence": sequence, "at": 1_789_000_000.0, "actor": "requester", "what": what,
        "subject": subject, "reason": "", "facts": facts, "personal_digest": "",
        "previous_hash": HASH, "hash": HASH,
    }  # fmt: skip


ROWS: dict[str, list[Row]] = {
    "bookings": [booking("b1"), booking("b2", starts_at=1_790_010_000.0, ends_at=1_790_013_600.0)],
    "staff_entries": [
        {"establishment_id": "e1", **entry(1, "booking_requested", "booking:b1")},
        {"establishment_id": "e1", **entry(2, "booking_made", "booking:b2")},
    ],
    "meetings": [
        {
            "id": "m-held", "room_id": "r1", "state": "ended", "snapshot": None,
            "started_at": 1_790_000_000.0, "ended_at": 1_790_004_500.0,
        },
    ],
    "record_entries": [
        {"meeting_id": "m-held", **entry(1, "waited")},
        {
            "meeting_id": "m-held",
            **entry(2, "opened", facts='[["confirmed", ""], ["booking", "b1"]]'),
        },
    ],
}  # fmt: skip
