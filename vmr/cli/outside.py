"""How this machine is seen from outside, for `vmr doctor`: the address that our TURN servers see
(a STUN binding, RFC 8489), beside those that browsers are told."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import parse_qs, urlsplit

import aioice.stun

from media.addresses import local_candidates, parse_announced
from vmr.cli.datagrams import ask
from vmr.cli.finding import Finding
from vmr.settings import Settings

WHAT = "media_announce"
PATIENCE_S = 10.0
UDP_WAIT_S = 1.0
_HEADER_BYTES = 20

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a `turn:` or `turns:` address leads (RFC 7065)."""

    host: str
    port: int
    is_tls: bool
    transport: str


def place_of(url: str) -> Place:
    parts = urlsplit(url.replace(":", "://", 1))
    is_tls = parts.scheme == "turns"
    transport = parse_qs(parts.query).get("transport", ["tcp" if is_tls else "udp"])[0]
    port = parts.port or (5349 if is_tls else 3478)
    return Place(host=parts.hostname or "", port=port, is_tls=is_tls, transport=transport)


async def seen(settings: Settings) -> Finding:
    """As what the first of our TURN servers that answers sees us; whether browsers are told it."""
    if not settings.turn_urls:
        return Finding(what=WHAT, said="not looked at from outside: turn_urls names nobody to ask")
    for url in settings.turn_urls:
        place = place_of(url)
        try:
            return judged(await _address(place, settings.media_host), place.host, settings)
        except (OSError, TimeoutError, ValueError):
            continue  # what is wrong there is said of the server itself
    return Finding(what=WHAT, said="not looked at from outside: no TURN server says how it sees us")


def judged(address: Address, by: str, settings: Settings) -> Finding:
    """Pure, but for this machine's own addresses."""
    own = {one.host for one in local_candidates(settings.media_host, True, 0)}
    announced = {parse_announced(one, 0).host for one in settings.media_announce}
    said = f"{by} sees this machine as {address}"
    if str(address) in (announced or own):
        return Finding(what=WHAT, said=f"{said}, as browsers are told")
    if announced and (str(address) in own or address.is_private):
        return Finding(what=WHAT, said=f"{said}, from inside: of outside that says nothing")
    told = ", ".join(sorted(announced or own))
    mend = f'Let {address} lead to the media ports, and set media_announce = ["{address}"].'
    return Finding(what=WHAT, said=f"{said}, and browsers are told {told}", mend=mend)


async def _address(place: Place, source: str) -> Address:
    """Raises OSError, TimeoutError or ValueError."""
    if place.transport == "udp" and not place.is_tls:
        return await ask(place.host, place.port, question, source=source, wait_s=UDP_WAIT_S)
    request, read = question()
    context = ssl.create_default_context() if place.is_tls else None
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(place.host, place.port, ssl=context)
        try:
            writer.write(request)
            header = await reader.readexactly(_HEADER_BYTES)
            return read(header + await reader.readexactly(int.from_bytes(header[2:4])))
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("closed before an answer") from error
        finally:
            writer.close()


def question() -> tuple[bytes, Callable[[bytes], Address]]:
    """A binding request, and what reads the mapped address of its answer."""
    request = aioice.stun.Message(aioice.stun.Method.BINDING, aioice.stun.Class.REQUEST)

    def read(answer: bytes) -> Address:
        message = aioice.stun.parse_message(answer)
        mapped = message.attributes.get("XOR-MAPPED-ADDRESS")
        if message.transaction_id != request.transaction_id or mapped is None:
            raise ValueError("no answer to this request")
        address = ip_address(mapped[0])
        return getattr(address, "ipv4_mapped", None) or address

    return bytes(request), read
