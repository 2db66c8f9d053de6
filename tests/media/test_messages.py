"""Every message of the seam survives JSON, and nothing else does."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import messages
from media.serial import MessageError, from_json, to_json


def any_message() -> st.SearchStrategy[messages.Message]:
    return st.one_of(*(st.from_type(kind) for kind in messages.TYPES.values()))


@given(any_message())
def test_a_message_survives_json(message: messages.Message) -> None:
    assert from_json(to_json(message), messages.TYPES) == message


def test_every_class_of_the_seam_has_a_form() -> None:
    assert len(messages.TYPES) == 18


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"type": 5}',
        '{"type": "Nothing"}',
        '{"type": "RemoveEndpoint"}',
        '{"type": "RemoveEndpoint", "endpoint": 5}',
        '{"type": "RemoveEndpoint", "endpoint": "e", "more": 1}',
        '{"type": "SetGate", "endpoint": "e", "gate": {"audio": 1, "camera": true, "screen": 0}}',
        '{"type": "SetSources", "endpoint": "e", "sources": "all"}',
        '{"type": "SpeakersChanged", "room": "r", "dominant": 1, "speaking": []}',
    ],
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(MessageError):
        from_json(text, messages.TYPES)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_any_json_gives_a_message_or_the_error(value: Any) -> None:
    with pytest.raises(MessageError):
        from_json(json.dumps({"type": "SetGate", "endpoint": "e", "gate": value}), messages.TYPES)
