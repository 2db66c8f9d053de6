"""Transports for requests that were never sent, by the address of who would have sent them."""

from asyncio import Transport
from unittest.mock import create_autospec


def peer(address: str) -> Transport:
    """Empty: an address that is not known."""
    transport: Transport = create_autospec(Transport, instance=True)
    facts = {"peername": (address, 40_000) if address else None}
    transport.get_extra_info.side_effect = lambda name, default=None: facts.get(name, default)  # type: ignore[attr-defined]
    return transport
