"""A question to another machine in one UDP datagram, and its answer."""

import asyncio
import socket
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

TRIES = 3
ANSWER_BYTES_MAX = 1500


async def ask(
    host: str,
    port: int,
    question: Callable[[], tuple[bytes, Callable[[bytes], T]]],
    *,
    source: str = "",
    wait_s: float,
) -> T:
    """What the answer says. `question` is asked anew for each try: what is sent, and what reads
    the answer, which raises ValueError for a datagram that is none.

    Raises OSError or TimeoutError when nothing has answered in `TRIES` times `wait_s`.
    """
    loop = asyncio.get_running_loop()
    family = socket.AF_UNSPEC if source in ("", "0.0.0.0", "::") else _family(source)
    found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_DGRAM)
    with socket.socket(found[0][0], socket.SOCK_DGRAM) as own:
        own.setblocking(False)
        if family is not socket.AF_UNSPEC:
            own.bind((source, 0))
        await loop.sock_connect(own, found[0][4])
        for _ in range(TRIES):
            sent, read = question()
            await loop.sock_sendall(own, sent)
            try:
                async with asyncio.timeout(wait_s):
                    return await _first(own, read)
            except TimeoutError:
                continue
    raise TimeoutError


async def _first(own: socket.socket, read: Callable[[bytes], T]) -> T:
    """Strays and late answers to a try before are passed over."""
    while True:
        answer = await asyncio.get_running_loop().sock_recv(own, ANSWER_BYTES_MAX)
        try:
            return read(answer)
        except ValueError:
            continue


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
