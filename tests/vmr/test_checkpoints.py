"""A checkpoint is one line that says the same when it comes back, or is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmr.checkpoints import BadCheckpoint, Checkpoint, SignedCheckpoint, key_id, parse
from vmr.ids import EstablishmentId

PUBLIC_KEY = bytes(range(32))
SIGNED = SignedCheckpoint(
    checkpoint=Checkpoint(
        establishment=EstablishmentId("e1"),
        sequence=7,
        hash="a" * 64,
        at=1000.5,
        key=key_id(PUBLIC_KEY),
    ),
    signature="b" * 128,
    public_key=PUBLIC_KEY.hex(),
)


def test_a_checkpoint_comes_back_from_its_line() -> None:
    text = SIGNED.text()
    assert "\n" not in text
    assert parse(text + "\n") == SIGNED


def test_the_statement_says_what_it_is_and_holds_no_signature() -> None:
    said = json.loads(SIGNED.checkpoint.statement())
    assert said["what"] == "vmr-checkpoint"
    assert said["sequence"] == 7
    assert "signature" not in said


CHANGES: list[dict[str, object]] = [
    {"what": "other"}, {"version": 2}, {"establishment": 1}, {"sequence": 0}, {"sequence": True},
    {"sequence": "7"}, {"hash": "A" * 64}, {"hash": "a" * 63}, {"at": 5}, {"key": ""},
    {"signature": "zz"}, {"public_key": None}, {"more": 1},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=repr)
def test_what_is_no_checkpoint_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadCheckpoint):
        parse(json.dumps({**json.loads(SIGNED.text()), **change}))


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(BadCheckpoint):
        parse(text)
