"""A UDP server on loopback that answers by a function: a little STUN or NTP server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

HOST = "127.0.0.1"

Answer = Callable[[bytes], Iterable[bytes]]


class _Server(asyncio.DatagramProtocol):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.transport: asyncio.DatagramTransport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for one in self._answer(data):
            self.transport.sendto(one, addr)


@asynccontextmanager
async def answerer(answer: Answer) -> AsyncIterator[int]:
    """Its port."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: _Server(answer), local_addr=(HOST, 0)
    )
    server.transport = transport
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
