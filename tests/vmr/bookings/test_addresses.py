"""Addresses that letters may go to."""

import pytest

from vmr.bookings.addresses import domain_of, is_allowed


@pytest.mark.parametrize(
    "address",
    [
        "ada@law.example",
        "a.b+c_d@LAW.Example",
        "o'neill@x-1.co.uk",
        f"{'a' * 64}@b.example",
        "ąda@law.example",
        "siân.prys@law.example",
        "用户@law.example",
        "ада@xn--80ak6aa92e.example",
    ],
)
def test_a_plain_address_has_a_domain(address: str) -> None:
    assert domain_of(address) == address.rpartition("@")[2].lower()


@pytest.mark.parametrize(
    "address",
    [
        "", "ada", "@law.example", "ada@", "a@b@c", "ada law@law.example", "ada@law..example",
        ".ada@law.example", "ada.@law.example", "a..b@law.example", "ada@-law.example",
        "ada@law.example\n", "ada@law.example\r\nBcc: eve@x.example", "<ada@law.example>",
        '"ada"@law.example', "ada@[127.0.0.1]", f"{'a' * 65}@b.example",
        "ada@ław.example", f"{'ą' * 33}@b.example", "sia\u0302n@law.example",
        "a\u202eda@law.example", "a\u200bda@law.example", "a\u00a0da@law.example",
        "a\ud800@law.example", "a\u2028@law.example",
        "a@" + ".".join(["b" * 60] * 5), "ada@law.example,eve@x.example",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_has_none(address: str) -> None:
    assert domain_of(address) is None
    assert not is_allowed(address, ())


def test_allowed_domains_hold_what_is_below_them_and_nothing_that_ends_alike() -> None:
    domains = ("cjsm.example", "gov.example")
    assert is_allowed("a@cjsm.example", domains)
    assert is_allowed("a@x.GOV.example", domains)
    assert not is_allowed("a@evilcjsm.example", domains)
    assert not is_allowed("a@cjsm.example.evil.example", domains)
    assert is_allowed("a@anywhere.example", ())
