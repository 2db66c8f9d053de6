"""Whose request this is, for limits alone. Addresses are never logged."""

from aiohttp import web


def address_of(request: web.BaseRequest, behind_proxy: bool) -> str:
    """The client's network address: the peer, or what the proxy beside us says it is."""
    forwarded = request.headers.get("X-Forwarded-For", "") if behind_proxy else ""
    return forwarded.rsplit(",", 1)[-1].strip() or request.remote or ""
