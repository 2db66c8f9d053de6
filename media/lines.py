"""A stream of lines over a connected socket, both ways; knows nothing of what they say.

Invariant: what waits is bounded in both directions. Beyond the bounds the connection is closed:
the other side has gone wrong, and its owner is told by the end.
"""

import asyncio
from collections.abc import Callable
from typing import cast

LINE_BYTES = 4 << 20
WAITING_BYTES = 32 << 20
"""A worker whose leader reads nothing for minutes, or the other way round."""


class Lines(asyncio.Protocol):
    """`on_line` gets each line without its end; `on_end` is called once."""

    def __init__(self, on_line: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._on_line = on_line
        self._on_end = on_end
        self._rest = bytearray()
        self._transport: asyncio.Transport | None = None

    def send(self, line: bytes) -> None:
        """Send a whole line with its end; after the connection's end it goes nowhere."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(line)
        if transport.get_write_buffer_size() > WAITING_BYTES:
            transport.abort()

    def close(self) -> None:
        """End the connection when what waits has been sent."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        if b"\n" not in data:
            if len(self._rest) > LINE_BYTES and self._transport is not None:
                self._transport.abort()
            return
        *lines, rest = self._rest.split(b"\n")
        self._rest = rest
        for line in lines:
            self._on_line(bytes(line))

    def connection_lost(self, error: Exception | None) -> None:
        self._on_end()
