"""Sentences by key."""

from signalling.texts import Texts


def test_a_value_with_braces_is_only_text() -> None:
    texts = Texts("en", {"a": "{name} met {other}"})
    assert texts.get("a", name="{other}", other="Bob") == "{other} met Bob"
    assert texts.get("a", name="Ann") == "Ann met {other}"
    assert texts.get("unknown", name="Ann") == "unknown"
