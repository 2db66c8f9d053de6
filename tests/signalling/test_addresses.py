"""Whose request it is: the peer, or what the proxy beside us says; one customer, one network."""

import pytest
from aiohttp.test_utils import make_mocked_request

from signalling.addresses import address_of, network_of


@pytest.mark.parametrize(
    ("forwarded", "behind_proxy", "is_believed"),
    [
        ("192.0.2.1", True, True),
        ("203.0.113.9, 192.0.2.1 ", True, True),
        ("192.0.2.1, 203.0.113.9", True, False),
        ("192.0.2.1", False, False),
    ],
)
def test_only_a_proxy_of_ours_is_believed_and_only_its_own_word(
    forwarded: str, behind_proxy: bool, is_believed: bool
) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded})
    assert (address_of(request, behind_proxy) == "192.0.2.1") == is_believed


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_customer_is_one_network(address: str, network: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": address})
    assert network_of(request, True) == network
