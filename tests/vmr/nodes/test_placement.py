"""Which server takes a room."""

import random
from dataclasses import replace

from vmr.nodes.node import Node, NodeId
from vmr.nodes.placement import SHOWN_S, Placements, place


def node(name: str, rooms: int = 0, *, is_draining: bool = False) -> Node:
    return Node(
        id=NodeId(name), name=name, url=f"https://{name}.example", rooms=rooms,
        is_draining=is_draining, protocols=(1,),
    )  # fmt: skip


def test_nobody_takes_a_room_where_nobody_is() -> None:
    assert place([], (0.0, 0.0), (1,)) is None


def test_the_only_server_takes_it() -> None:
    assert place([node("a")], (0.9, 0.9), (1,)) == node("a")


def test_of_the_two_that_are_drawn_the_less_loaded_takes_it() -> None:
    full, empty = node("a", 9), node("b", 1)
    assert place([full, empty], (0.0, 0.0), (1,)) is empty
    assert place([full, empty], (0.9, 0.0), (1,)) is empty


def test_a_server_that_is_being_emptied_takes_none_while_there_is_another() -> None:
    leaving, full = node("a", 0, is_draining=True), node("b", 50)
    assert place([leaving, full], (0.0, 0.0), (1,)) is full
    assert place([leaving], (0.0, 0.0), (1,)) is leaving


def test_a_server_that_cannot_read_the_meeting_takes_none() -> None:
    older, newer = node("a"), replace(node("b"), snapshots=(2, 1))
    assert place([older, newer], (0.0, 0.0), (1,), 2) is newer
    assert place([older], (0.0, 0.0), (1,), 2) is None


def test_one_version_that_both_speak_is_enough() -> None:
    older = node("a")
    assert place([older], (0.0, 0.0), (2, 1)) is older


def test_a_server_that_does_not_speak_the_protocol_takes_none() -> None:
    other = replace(node("a"), protocols=(2,))
    assert place([other], (0.0, 0.0), (1,)) is None
    assert place([other, node("b")], (0.0, 0.0), (1,)) == node("b")


def test_five_hundred_rooms_lie_evenly_though_loads_are_known_late() -> None:
    draw = random.Random(7).random
    known = {name: node(name) for name in "abcde"}
    counts = dict.fromkeys(known, 0)
    for number in range(500):
        if number % 10 == 0:
            known = {name: replace(one, rooms=counts[name]) for name, one in known.items()}
        taken = place(known.values(), (draw(), draw()), (1,))
        assert taken is not None
        counts[taken.id] += 1
    assert max(counts.values()) - min(counts.values()) <= 20, counts


def test_rooms_of_a_dead_server_do_not_all_go_to_who_had_the_fewest_a_moment_ago() -> None:
    draw, placements = random.Random(7).random, Placements()
    known = [node("a", 167), node("b", 166)]
    taken = [placements.place(known, (draw(), draw()), (1,), 0.0) for _ in range(167)]
    names = [one.id for one in taken if one is not None]
    assert abs(names.count(NodeId("a")) - names.count(NodeId("b"))) <= 1


def test_what_the_entries_say_by_now_is_not_counted_twice() -> None:
    placements = Placements()
    for _ in range(10):
        placements.place([node("a")], (0.0, 0.0), (1,), 0.0)
    known = [node("a", 10), node("b", 11)]
    chosen = placements.place(known, (0.0, 0.0), (1,), SHOWN_S - 0.01)
    assert chosen is not None
    assert chosen.id == "b"
    chosen = placements.place(known, (0.0, 0.0), (1,), 2 * SHOWN_S)
    assert chosen is not None
    assert chosen.id == "a"
