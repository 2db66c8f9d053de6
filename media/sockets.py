"""Bound sockets of both families: where the machine has IPv6, one takes IPv4 too."""

import socket


def open_bound(kind: socket.SocketKind, host: str, port: int) -> socket.socket:
    """A bound, non-blocking socket; `host` "" is every address of both families. Raises OSError."""
    if host == "" and socket.has_dualstack_ipv6():
        return _open(kind, socket.AF_INET6, "::", port)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return _open(kind, family, host or "0.0.0.0", port)


def _open(
    kind: socket.SocketKind, family: socket.AddressFamily, host: str, port: int
) -> socket.socket:
    opened = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        if kind == socket.SOCK_STREAM:  # connections of a server that stopped hold its port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setblocking(False)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened
