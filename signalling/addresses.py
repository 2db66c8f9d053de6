"""Whose request this is, for limits alone. Addresses are never logged."""

import ipaddress

from aiohttp import web

IPV6_PREFIX = 64
"""Bits of an IPv6 address that tell one customer from another; the rest they choose freely."""


def address_of(request: web.BaseRequest, behind_proxy: bool) -> str:
    """The client's network address: the peer, or what the proxy beside us says it is."""
    forwarded = request.headers.get("X-Forwarded-For", "") if behind_proxy else ""
    return forwarded.rsplit(",", 1)[-1].strip() or request.remote or ""


def network_of(request: web.BaseRequest, behind_proxy: bool) -> str:
    """The same, but one for all addresses that one IPv6 customer has."""
    address = address_of(request, behind_proxy)
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address) or found.ipv4_mapped is not None:
        return str(getattr(found, "ipv4_mapped", None) or found)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
