"""A slot as JSON, for the snapshot of a meeting."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from vmr.ids import BookingId, ExpectedId, InviteId
from vmr.rooms import ExpectedPerson, Slot
from vmr.self_test import SelfTest


def slot_to_json(slot: Slot) -> dict[str, Any]:
    return {
        "booking": slot.booking,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "persons_outside": slot.persons_outside,
        "expected": [
            {
                "id": one.id,
                "name": one.name,
                "part": one.part,
                "invite": one.invite,
                "is_under_18": one.is_under_18,
                "is_inside": one.is_inside,
                "self_test": None if one.self_test is None else asdict(one.self_test),
            }
            for one in slot.expected
        ],
    }


def slot_from_json(value: Mapping[str, Any]) -> Slot:
    return Slot(
        booking=BookingId(value["booking"]),
        starts_at=value["starts_at"],
        ends_at=value["ends_at"],
        persons_outside=value["persons_outside"],
        expected=tuple(
            ExpectedPerson(
                id=ExpectedId(one["id"]),
                name=one["name"],
                part=one["part"],
                invite=None if one["invite"] is None else InviteId(one["invite"]),
                is_under_18=one["is_under_18"],
                is_inside=one["is_inside"],
                self_test=_self_test(one.get("self_test")),
            )
            for one in value["expected"]
        ),
    )


def _self_test(value: Mapping[str, Any] | None) -> SelfTest | None:
    """None too in a snapshot from before there was one."""
    if value is None:
        return None
    return SelfTest(
        at=value["at"],
        browser=value["browser"],
        version=value["version"],
        problems=tuple(value["problems"]),
    )
