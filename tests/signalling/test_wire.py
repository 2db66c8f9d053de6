import json
from dataclasses import dataclass, replace
from enum import Enum

import pytest

from lobby.events import KnockReceived
from lobby.views import PinView, RoomView
from signalling.wire import Writer, to_wire

ROOM = RoomView(
    name="Room 1", establishment="HMP", policy="legal", phone="1", safer_custody="",
    recording="none",
)  # fmt: skip


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    colours: tuple[Colour, ...]
    words: frozenset[str]
    inner: "Thing | None" = None


def test_dataclasses_enums_and_sets_become_json() -> None:
    thing = Thing((Colour.RED,), frozenset({"b", "a"}), Thing((), frozenset()))
    assert to_wire(thing) == {
        "colours": ["red"],
        "words": ["a", "b"],
        "inner": {"colours": [], "words": [], "inner": None},
    }


def test_plain_json_passes() -> None:
    value = {"a": [1, 2.5, None, True, "x"]}
    assert to_wire(value) == value


def test_anything_else_is_our_bug() -> None:
    with pytest.raises(TypeError):
        to_wire(b"bytes")


def test_a_view_goes_by_one_name_and_an_event_by_its_own() -> None:
    view = PinView(room=ROOM, attempts_left=3, deadline=1.0, confirmations=(), is_closed=False)
    name, text = Writer().notification(view)
    assert name == "meeting.updated"
    assert json.loads(text) == to_wire(view)
    assert Writer().notification(KnockReceived(at_door=1)) == ("knock.received", '{"at_door":1}')


@pytest.mark.parametrize("confirmations", [(), ("a",), ("a", 'b" ')])
def test_what_is_shared_is_written_once_and_what_is_equal_is_not_mixed_up(
    confirmations: tuple[str, ...],
) -> None:
    views = [
        PinView(
            room=room, attempts_left=left, deadline=1.5, confirmations=confirmations,
            is_closed=False,
        )
        for left, room in enumerate([ROOM, ROOM, replace(ROOM, name="Raum 2 \u2713")])
    ]  # fmt: skip
    writer = Writer()
    for view in (*views, *views):
        assert json.loads(writer.notification(view)[1]) == to_wire(view)
