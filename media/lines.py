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
        self._unsent: list[bytes] = []

    def send(self, line: bytes) -> None:
        """Send a whole line with its end; after the connection's end it goes nowhere.

        Lines of one turn of the loop go together: a system call, and a wake-up of the other side,
        cost more than what most of them say.
        """
        if self._transport is None or self._transport.is_closing():
            return
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(line)

    def close(self) -> None:
        """End the connection when what waits has been sent."""
        if self._transport is not None:
            self._flush()
            self._transport.close()

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        transport = self._transport
        if not unsent or transport is None or transport.is_closing():
            return
        transport.write(b"".join(unsent))
        if transport.get_write_buffer_size() > WAITING_BYTES:
            transport.abort()

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
