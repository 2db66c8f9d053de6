"""A server's entry in the registry: what is written is read again, anything else is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmr.nodes.node import Node, NodeId, NotANode, parse_node

NODE = Node(
    id=NodeId("one.1a2b"), name="one", url="https://one.example", rooms=3, is_draining=True,
    protocols=(1, 2), snapshots=(3, 2), people=7, load=0.5, version="1.2", since=1_700_000_000.0,
)  # fmt: skip
SAID = json.loads(NODE.to_text())
FOR_OPERATORS = {"people", "load", "version", "since"}


def test_an_entry_is_read_as_it_was_written() -> None:
    assert parse_node(NODE.to_text()) == NODE


def test_what_a_later_version_adds_is_ignored() -> None:
    assert parse_node(json.dumps({**SAID, "cores": 4})) == NODE


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""}, {"id": 1}, {"url": None}, {"name": []}, {"rooms": -1}, {"rooms": True},
        {"rooms": "3"}, {"is_draining": 0}, {"protocols": 1}, {"protocols": ["1"]}, {"people": 0.5},
        {"load": "1"}, {"load": -1}, {"since": None}, {"version": 1},
        {"snapshots": [True]}, {"snapshots": "1"},
    ],
)  # fmt: skip
def test_an_entry_with_a_wrong_value_is_none(change: dict[str, object]) -> None:
    with pytest.raises(NotANode):
        parse_node(json.dumps({**SAID, **change}))


def test_what_an_earlier_version_does_not_say_is_nothing() -> None:
    rest = {name: value for name, value in SAID.items() if name not in FOR_OPERATORS}
    node = parse_node(json.dumps(rest))
    assert (node.people, node.load, node.version, node.since) == (0, 0.0, "", 0.0)


@pytest.mark.parametrize("missing", sorted(SAID.keys() - FOR_OPERATORS - {"snapshots"}))
def test_an_entry_without_a_value_is_none(missing: str) -> None:
    rest = {name: value for name, value in SAID.items() if name != missing}
    with pytest.raises(NotANode):
        parse_node(json.dumps(rest))


def test_a_server_that_does_not_say_what_it_reads_reads_the_first_version() -> None:
    rest = {name: value for name, value in SAID.items() if name != "snapshots"}
    assert parse_node(json.dumps(rest)).snapshots == (1,)


@given(st.binary() | st.text())
def test_any_text_is_a_server_or_refused(text: bytes | str) -> None:
    try:
        parse_node(text)
    except NotANode:
        return
