"""Which slot carries whom."""

from hypothesis import given
from hypothesis import strategies as st

from media.description import Kind, Slot
from media.messages import SlotBinding, Source
from media.slots import assign_places, bind_slots, choose_screen

names = st.sampled_from("abcdefghijkl")


def slot(kind: Kind, mid: str) -> Slot:
    return Slot(mid=mid, kind=kind, ssrc=1, rtx_ssrc=None)


@given(st.lists(st.lists(names, max_size=10), max_size=10), st.integers(0, 8))
def test_a_source_keeps_its_place_and_no_two_share_one(
    rounds: list[list[str]], capacity: int
) -> None:
    places: dict[str, int] = {}
    for sources in rounds:
        before, places = places, assign_places(sources, places, capacity)
        assert set(places) <= set(sources)
        assert len(set(places.values())) == len(places) == min(len(set(sources)), capacity)
        assert all(0 <= place < capacity for place in places.values())
        for source in set(sources) & set(before):
            assert places[source] == before[source]


def test_a_place_beyond_a_smaller_offer_is_given_up() -> None:
    assert assign_places(["a", "b"], {"a": 5, "b": 0}, 2) == {"b": 0, "a": 1}


def test_a_screen_stays_while_it_is_presented() -> None:
    first, second = Source(endpoint="a", screen=True), Source(endpoint="b", screen=True)
    assert choose_screen([first, second], None) == "a"
    assert choose_screen([first, second], "b") == "b"
    assert choose_screen([second, Source(endpoint="a")], "a") == "b"
    assert choose_screen([Source(endpoint="a")], "a") is None


def test_the_slots_of_one_place_carry_one_person() -> None:
    slots = [
        slot(Kind.AUDIO, "a0"),
        slot(Kind.AUDIO, "a1"),
        slot(Kind.CAMERA, "c0"),
        slot(Kind.CAMERA, "c1"),
        slot(Kind.SCREEN, "s0"),
        slot(Kind.SCREEN, "s1"),
    ]
    sources = [
        Source(endpoint="x", audio=True, camera=True),
        Source(endpoint="y", camera=True, screen=True),
    ]
    bound = bind_slots(slots, sources, {"x": 1, "y": 0}, "y")
    assert bound == (
        SlotBinding(mid="a0", kind="audio", source=None),
        SlotBinding(mid="a1", kind="audio", source="x"),
        SlotBinding(mid="c0", kind="camera", source="y"),
        SlotBinding(mid="c1", kind="camera", source="x"),
        SlotBinding(mid="s0", kind="screen", source="y"),
        SlotBinding(mid="s1", kind="screen", source=None),
    )


def test_a_free_place_carries_nobody() -> None:
    bound = bind_slots([slot(Kind.CAMERA, "c0")], [], {}, None)
    assert bound == (SlotBinding(mid="c0", kind="camera", source=None),)
