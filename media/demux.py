"""Whose packet is it: by the path it came on, for STUN by the ufrag it names (RFC 7983).

Pure tables, no sockets. Invariant: a path (a UDP address, a TCP connection) is here only after a
signed check came on it, and belongs to one transport; a removed transport leaves nothing behind.
"""

from collections.abc import Hashable
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")


class Sort(Enum):
    """What a datagram's first byte says it is."""

    STUN = "stun"
    DTLS = "dtls"
    SRTP = "srtp"
    NOISE = "noise"


_SORTS = tuple(
    Sort.STUN if first < 4
    else Sort.DTLS if 20 <= first < 64
    else Sort.SRTP if 128 <= first < 192
    else Sort.NOISE
    for first in range(256)
)  # fmt: skip


def sort_of(datagram: bytes) -> Sort:
    """Tell the protocols of one port apart."""
    return _SORTS[datagram[0]] if datagram else Sort.NOISE


class Demux(Generic[T]):
    """Two tables: validated path to transport, live ufrag to transport."""

    __slots__ = ("by_path", "by_ufrag")

    def __init__(self) -> None:
        self.by_path: dict[Hashable, T] = {}
        self.by_ufrag: dict[str, T] = {}

    def add_ufrag(self, ufrag: str, transport: T) -> None:
        self.by_ufrag[ufrag] = transport

    def forget_ufrags(self, ufrags: tuple[str, ...]) -> None:
        for ufrag in ufrags:
            self.by_ufrag.pop(ufrag, None)

    def claim(self, path: Hashable, transport: T) -> None:
        """A check signed by `transport`'s peer came from here: it is that one's now."""
        self.by_path[path] = transport

    def release(self, path: Hashable, transport: T) -> None:
        """This transport gave a path up; another's claim to it stays."""
        if self.by_path.get(path) is transport:
            del self.by_path[path]
