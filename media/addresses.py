"""Which addresses of this machine a browser may be told: the host candidates of an answer.

Reads the machine's interfaces with the standard library alone; opens no port.
"""

import fcntl
import socket
import struct
from ipaddress import ip_address
from pathlib import Path

from media.answer import Candidate

MAX_CANDIDATES = 8
_SIOCGIFADDR = 0x8915  # Linux
_INTERFACE = struct.Struct("256s")


def parse_announced(text: str, default_port: int) -> Candidate:
    """Read "host", "host:port", "::1" or "[::1]:port"; raises ValueError for anything else."""
    host, port = text.strip(), ""
    if host.startswith("["):
        host, _, port = host[1:].partition("]")
        port = port.removeprefix(":")
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"not a port: {text!r}")
    return Candidate(host=str(ip_address(host)), port=int(port) if port else default_port)


def local_candidates(bound_host: str, takes_ipv6: bool, port: int) -> tuple[Candidate, ...]:
    """Every address the bound socket is reached by, the widest first and loopback last."""
    if bound_host not in ("", "0.0.0.0", "::"):
        hosts = [bound_host]
    else:
        hosts = _ipv4_addresses() if bound_host != "::" or takes_ipv6 else []
        if takes_ipv6:
            hosts += _ipv6_addresses()
    unique = dict.fromkeys(hosts)
    ranked = sorted(unique, key=lambda host: (ip_address(host).is_loopback, ":" in host))
    kept = ranked if len(ranked) <= MAX_CANDIDATES else _widest(ranked)
    return tuple(Candidate(host=host, port=port) for host in kept)


def _widest(ranked: list[str]) -> list[str]:
    loopback = [host for host in ranked if ip_address(host).is_loopback]
    others = [host for host in ranked if not ip_address(host).is_loopback]
    return others[: MAX_CANDIDATES - len(loopback)] + loopback


def _ipv4_addresses() -> list[str]:
    hosts = ["127.0.0.1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = _INTERFACE.pack(name.encode()[:15])
            try:
                reply = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
            except OSError:
                continue  # an interface without an address
            hosts.append(socket.inet_ntoa(reply[20:24]))
    return hosts


def _ipv6_addresses() -> list[str]:
    """Global and loopback addresses; link-local ones need a scope that a candidate has not."""
    hosts = []
    try:
        table = Path("/proc/net/if_inet6").read_text()
    except OSError:
        return ["::1"]
    for line in table.splitlines():
        packed = bytes.fromhex(line.split()[0])
        address = ip_address(packed)
        if not address.is_link_local:
            hosts.append(str(address))
    return hosts
