"""Packets out: sealed, and each transport's sent together. The second half of the hot path.

What is sent belongs to the transport behind the port it came from (`user`), and goes where that
one's peer is now; what cannot be sent is counted and dropped.
"""

from collections.abc import Sequence
from typing import cast

from media.paths import Path, Paths
from media.port import Port
from media.reflector import Reflector
from media.transport import State, Transport

Output = Sequence[tuple[Port | Reflector, bytes, bool]]
"""Port, plain packet, is RTCP; oldest first."""


class Egress:
    """`counters` are shared with the engine."""

    __slots__ = ("_counters", "_paths")

    def __init__(self, paths: Paths, counters: dict[str, int]) -> None:
        self._paths = paths
        self._counters = counters

    def send(self, output: Output) -> None:
        """Seal and send; runs of one transport's packets go in one call."""
        waiting: list[Transport] = []
        for port, packet, is_rtcp in output:
            transport: Transport = port.user
            sealed = transport.seal(packet, is_rtcp)
            if sealed is None:
                is_open = transport.state is State.OPEN
                self._counters["not_sealed" if is_open else "not_open"] += 1
                continue
            queue = transport.queue
            if not queue:
                waiting.append(transport)
            queue.append(sealed)
        for transport in waiting:
            self._send_queue(transport)

    def _send_queue(self, transport: Transport) -> None:
        path = cast(Path | None, transport.path)
        if path is None:
            self._counters["no_path"] += len(transport.queue)
        else:
            self._paths.send_all(transport.queue, path)
        transport.queue.clear()
