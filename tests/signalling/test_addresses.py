"""Whose request it is: the peer, or what our own proxies say; one customer, one network."""

from collections.abc import Sequence

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from signalling.addresses import Proxies, network_of
from tests.signalling.peers import peer

PROXIES = Proxies(["10.0.0.0/24", "fd00::1/128"])


def request_of(address: str, *forwarded: str) -> web.Request:
    headers = [("X-Forwarded-For", one) for one in forwarded]
    return make_mocked_request("GET", "/", headers=headers, transport=peer(address))


@pytest.mark.parametrize(
    ("address", "forwarded", "client"),
    [
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("::ffff:10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["203.0.113.9, 192.0.2.1 "], "192.0.2.1"),
        ("10.0.0.1", ["192.0.2.1,10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.9", "192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1, <script>"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.1.1", ["192.0.2.1"], "10.0.1.1"),
        ("203.0.113.9", ["192.0.2.1, 10.0.0.1"], "203.0.113.9"),
        ("", ["192.0.2.1"], ""),
    ],
)
def test_only_a_proxy_of_ours_is_believed_and_only_its_own_word(
    address: str, forwarded: Sequence[str], client: str
) -> None:
    assert PROXIES.client_of(request_of(address, *forwarded)) == client


def test_where_no_proxy_is_named_nobody_is_believed() -> None:
    assert Proxies().client_of(request_of("127.0.0.1", "192.0.2.1")) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_customer_is_one_network(address: str, network: str) -> None:
    assert network_of(request_of(address), PROXIES) == network
