"""A browser that tests its way, without a browser: aiortc sends one picture and gets it back."""

import asyncio

from aiortc import MediaStreamTrack

from tests.peers.aiortc_over_http import AiortcOverHttp
from tests.peers.aiortc_peer import consume, prefer
from tests.peers.tracks import Colour, Eye, Picture


class AiortcProbe(AiortcOverHttp):
    """`eye` is what came back."""

    def __init__(self, *, colour: Colour, number: int = 1) -> None:
        super().__init__()
        self.eye = Eye()
        self._tasks: list[asyncio.Task[None]] = []
        self.connection.on("track", self._watch)
        sent = self.connection.addTransceiver(Picture(colour, number), direction="sendonly")
        for transceiver in (sent, self.connection.addTransceiver("video", direction="recvonly")):
            prefer(transceiver, "VP8")

    async def close(self) -> None:
        await super().close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _watch(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(consume(track, self.eye)))
