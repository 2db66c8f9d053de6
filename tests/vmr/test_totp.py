"""One-time codes against the vectors of RFC 6238 appendix B, and what is near a code."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmr.totp import (
    code_at,
    matching_step,
    parse_code,
    secret_from,
    setup_uri,
    step_at,
)

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_the_rfc(at: float, code: str) -> None:
    assert code_at(RFC_SECRET, step_at(at), digits=8) == code
    assert code_at(RFC_SECRET, step_at(at)) == code[2:]


@pytest.mark.parametrize(
    ("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(steps: int, is_right: bool) -> None:
    now = 1_790_000_010.0
    code = code_at(RFC_SECRET, step_at(now) + steps)
    found = matching_step(RFC_SECRET, code, now)
    assert found == (step_at(now) + steps if is_right else None)


@pytest.mark.parametrize(
    ("text", "code"),
    [(" 123 456 ", "123456"), ("12345", None), ("1234567", None), ("12345a", None), ("", None),
     ("١٢٣٤٥٦", None)],
)  # fmt: skip
def test_a_code_is_six_digits_with_or_without_spaces(text: str, code: str | None) -> None:
    assert parse_code(text) == code


@given(st.binary(min_size=20, max_size=40), st.integers(0, 2**40))
def test_any_secret_gives_six_digits(random: bytes, step: int) -> None:
    assert parse_code(code_at(secret_from(random), step)) is not None


def test_a_secret_that_is_not_base32_is_refused() -> None:
    with pytest.raises(ValueError, match="base32"):
        code_at("not base32!", 1)


def test_the_picture_names_account_and_issuer() -> None:
    uri = setup_uri(RFC_SECRET, account="reed", issuer="HMP Example & Co")
    assert uri == (
        "otpauth://totp/HMP%20Example%20%26%20Co%3Areed"
        f"?secret={RFC_SECRET}&issuer=HMP+Example+%26+Co"
    )
