"""Which addresses a browser is told."""

from ipaddress import ip_address

import pytest

from media import addresses
from media.addresses import MAX_CANDIDATES, local_candidates, parse_announced
from media.answer import Candidate


@pytest.mark.parametrize(
    ("text", "candidate"),
    [
        ("192.0.2.1", ("192.0.2.1", 5000)),
        (" 192.0.2.1:443 ", ("192.0.2.1", 443)),
        ("2001:db8::1", ("2001:db8::1", 5000)),
        ("[2001:db8::1]", ("2001:db8::1", 5000)),
        ("[2001:db8::1]:443", ("2001:db8::1", 443)),
    ],
)
def test_an_announced_address_may_have_a_port(text: str, candidate: tuple[str, int]) -> None:
    host, port = candidate
    assert parse_announced(text, 5000) == Candidate(host=host, port=port)


@pytest.mark.parametrize(
    "text", ["", "here", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:x", "1.2.3.4:70000"]
)
def test_an_announced_address_that_is_none_is_an_error(text: str) -> None:
    if text == "192.0.2.1:":
        assert parse_announced(text, 5000).port == 5000
        return
    with pytest.raises(ValueError, match=r"."):
        parse_announced(text, 5000)


def test_a_bound_address_is_the_only_candidate() -> None:
    assert local_candidates("192.0.2.7", False, 5) == (Candidate(host="192.0.2.7", port=5),)


def test_a_browser_on_this_machine_always_has_a_way_in() -> None:
    hosts = [candidate.host for candidate in local_candidates("0.0.0.0", False, 5)]
    assert hosts[-1].startswith("127.")
    assert not any(":" in host for host in hosts)


def test_both_families_are_told_loopback_last() -> None:
    hosts = [candidate.host for candidate in local_candidates("", True, 5)]
    loopback = [ip_address(host).is_loopback for host in hosts]
    assert loopback == sorted(loopback)
    assert "127.0.0.1" in hosts
    assert not any(ip_address(host).is_link_local for host in hosts)


def test_a_machine_of_many_addresses_tells_some_and_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = ["127.0.0.1", *(f"192.0.2.{number}" for number in range(20))]
    monkeypatch.setattr(addresses, "_ipv4_addresses", lambda: many)
    hosts = [candidate.host for candidate in local_candidates("", False, 5)]
    assert len(hosts) == MAX_CANDIDATES
    assert hosts[-1] == "127.0.0.1"
