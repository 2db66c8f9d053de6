"""Rows as the first schema held them, with hashes as they were made then: never to be changed."""

from typing import Any

Row = dict[str, Any]

ROWS: dict[str, list[Row]] = {
    "establishments": [
        {"id": "e1", "name": "HMP Première", "phone": "01632 960000", "safer_custody": ""},
    ],
    "rooms": [
        {
            "id": "r1", "establishment_id": "e1", "address": "abcdefghijkl", "name": "Room 1",
            "policy": "legal", "pin_hash": "$argon2id$one", "is_closed": False,
            "ends_at": 1_790_000_100.5,
        },
        {
            "id": "r2", "establishment_id": "e1", "address": "mnopqrstuvwx", "name": "Room 2",
            "policy": "social", "pin_hash": "$argon2id$two", "is_closed": True, "ends_at": None,
        },
    ],
    "invites": [
        {
            "id": "i1", "room_id": "r1", "token_hash": "ab" * 32, "label": "Ms Shah",
            "opens_at": None, "closes_at": 1_790_000_200.0, "is_revoked": False,
        },
    ],
    "meetings": [
        {
            "id": "m-ended", "room_id": "r1", "state": "ended", "snapshot": None,
            "started_at": 1_790_000_000.25, "ended_at": 1_790_000_002.25,
        },
        {
            "id": "m2", "room_id": "r1", "state": "live", "snapshot": '{"stage":"locked"}',
            "started_at": 1_790_000_050.0, "ended_at": None,
        },
    ],
    "record_entries": [
        {
            "meeting_id": "m-ended", "sequence": 1, "at": 1_790_000_000.25, "actor": "host:p1",
            "what": "opened", "subject": "p2", "reason": "",
            "facts": '[["count", 3], ["rate", 0.1], ["is_late", true]]',
            "personal_digest": "b771882181e1e371df60d0b0604fcc039db4f7f84695dae2daefacc22f2130ea",
            "previous_hash": "2210aa3eac3f9d0fef3522e0adf247b2344e93fce9a2adcbfe6260ed1ca5846e",
            "hash": "993e95759b2714ada6db8cbfcc8aebfe9f69a0b5788de8cee23f602879529016",
        },
        {
            "meeting_id": "m-ended", "sequence": 2, "at": 1_790_000_001.25, "actor": "host:p1",
            "what": "locked", "subject": "p2", "reason": "because é", "facts": "[]",
            "personal_digest": "",
            "previous_hash": "993e95759b2714ada6db8cbfcc8aebfe9f69a0b5788de8cee23f602879529016",
            "hash": "cd9244d2e49c8086ce84880b6b8e840d5602a864676d2162bd95a87e0a7db40a",
        },
        {
            "meeting_id": "m-ended", "sequence": 3, "at": 1_790_000_002.25, "actor": "host:p1",
            "what": "ended", "subject": "p2", "reason": "", "facts": "[]",
            "personal_digest": "",
            "previous_hash": "cd9244d2e49c8086ce84880b6b8e840d5602a864676d2162bd95a87e0a7db40a",
            "hash": "2f90db7877501edd56607c2b846f70e0e70bc0e5cbe6a466f3c9517662e451d4",
        },
    ],
    "record_personal": [
        {
            "meeting_id": "m-ended", "sequence": 1, "key": b"\x01" * 32,
            "fields": '[["name", "Ann É"]]',
        },
    ],
}  # fmt: skip
