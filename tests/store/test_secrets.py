"""Secrets are random, and only their hashes can be kept."""

import pytest

from vmr.store.secrets import (
    hash_pin,
    hash_token,
    is_digits,
    make_address,
    make_key,
    make_pin,
    make_token,
    verify_pin,
)


def test_a_pin_is_hashed_with_argon2id_and_a_salt() -> None:
    first, second = hash_pin("482913"), hash_pin("482913")
    assert first.startswith("$argon2id$")
    assert first != second


def test_only_the_right_pin_verifies() -> None:
    pin_hash = hash_pin("482913")
    assert verify_pin(pin_hash, "482913")
    assert not verify_pin(pin_hash, "482914")


@pytest.mark.parametrize("pin_hash", [None, "", "not a hash", "$argon2id$v=19$m=65536"])
def test_nothing_verifies_against_no_hash(pin_hash: str | None) -> None:
    assert not verify_pin(pin_hash, "482913")


def test_made_secrets_differ_and_have_their_form() -> None:
    assert make_token() != make_token()
    assert make_key() != make_key()
    assert len(make_token()) == 32
    assert len(make_key()) == 32
    assert len(make_address()) == 12
    assert is_digits(make_pin())
    assert len(make_pin()) == 6
    assert len(make_pin(20)) == 20


def test_a_token_has_one_hash() -> None:
    assert hash_token("a") == hash_token("a") != hash_token("b")
    assert len(hash_token("a")) == 64


@pytest.mark.parametrize("text", ["", "12a4", "١٢٣٤", "12 34", "-123"])
def test_only_ascii_digits_are_digits(text: str) -> None:
    assert not is_digits(text)
