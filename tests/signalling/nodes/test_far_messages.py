"""What servers say to each other, as JSON."""

import pytest

from signalling.nodes.far_messages import (
    Began,
    Counted,
    RefusedThere,
    Said,
    Shown,
    own_beginnings,
    parse_saying,
)
from vmr.nodes.node import NodeId


def sayings(node: str) -> list[Said]:
    return [
        Shown(node=node, room="r", epoch=3, meeting={"node": "n-1"}, server="https://vmr.example"),
        Shown(node=node, room="r", epoch=3, meeting=None),
        RefusedThere(node=node, room="r", count=1, last_at=1.5),
        Counted(node=node, what="passwords", key="k", done="count"),
    ]


@pytest.mark.parametrize("said", sayings(NodeId("n-1")), ids=lambda said: said.kind)
def test_a_server_knows_its_own_word_before_it_is_read(said: Said) -> None:
    text = said.model_dump_json().encode()
    assert text.startswith(own_beginnings(NodeId("n-1")))
    assert parse_saying(text) == said


@pytest.mark.parametrize(
    "said", [*sayings("n-10"), *sayings("n"), Began(node="n-1")], ids=lambda said: said.kind
)
def test_what_others_say_and_who_begins_is_read(said: Said) -> None:
    assert not said.model_dump_json().encode().startswith(own_beginnings(NodeId("n-1")))
