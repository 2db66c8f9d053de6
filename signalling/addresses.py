"""Whose request this is, for limits alone. Addresses are never logged (`refusals` hashes them)."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from aiohttp import web

_CLIENT = web.RequestKey("client", str)  # asked for again and again of each open socket
IPV6_PREFIX = 64
"""Bits of an IPv6 address that tell one customer from another; the rest they choose freely."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Proxies:
    """The networks of our own proxies, like `10.0.0.0/8`: nobody else says whose a request is.

    Each proxy adds the address it was asked from at the end of X-Forwarded-For, so the last that
    is not a proxy's own is the client's; whatever stands before it may be invented.
    """

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = tuple(ipaddress.ip_network(one, strict=False) for one in networks)

    def client_of(self, request: web.BaseRequest) -> str:
        """The peer's address, or what the proxies in front say. Empty: the peer has none."""
        if _CLIENT not in request:
            request[_CLIENT] = self._find_client(request)
        return request[_CLIENT]

    def _find_client(self, request: web.BaseRequest) -> str:
        client = request.remote or ""
        if not self._trusts(client):
            return client
        told = ",".join(request.headers.getall("X-Forwarded-For", ()))
        for one in reversed(told.split(",")):
            address = _parsed(one)
            if address is None:
                break
            client = str(address)
            if not self._trusts(client):
                break
        return client

    def _trusts(self, text: str) -> bool:
        address = _parsed(text)
        return address is not None and any(address in one for one in self._networks)


def network_of(request: web.BaseRequest, proxies: Proxies) -> str:
    """The client's address, or one for all addresses that one IPv6 customer has."""
    return _network(proxies.client_of(request))


@lru_cache(maxsize=4096)  # every socket is asked for its own whenever one connects
def _network(client: str) -> str:
    address = _parsed(client)
    if address is None:
        return client
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))


def _parsed(text: str) -> Address | None:
    """An IPv4 address that is written as an IPv6 one is an IPv4 address."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
