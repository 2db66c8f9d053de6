"""A self-test as a value, and in the snapshot of a meeting."""

from vmr.ids import BookingId, ExpectedId
from vmr.rooms import ExpectedPerson, Slot
from vmr.self_test import SelfTest
from vmr.slot_json import slot_from_json, slot_to_json

FAILED = SelfTest(at=5.5, browser="Chrome", version=140, problems=("udp",))


def slot(test: SelfTest | None) -> Slot:
    ada = ExpectedPerson(id=ExpectedId("x"), name="Ada", part="lawyer", self_test=test)
    return Slot(booking=BookingId("b"), starts_at=1.0, ends_at=2.0, expected=(ada,))


def test_it_is_passed_where_nothing_failed() -> None:
    assert not FAILED.is_passed
    assert SelfTest(at=5.5, browser="", version=0).is_passed


def test_a_snapshot_keeps_it_and_one_from_before_has_none() -> None:
    for one in (slot(FAILED), slot(None)):
        assert slot_from_json(slot_to_json(one)) == one
    old = slot_to_json(slot(FAILED))
    del old["expected"][0]["self_test"]
    assert slot_from_json(old) == slot(None)
