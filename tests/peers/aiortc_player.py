"""A player without a page: aiortc receives and decodes one picture, and sends nothing."""

import asyncio
import re

from aiortc import MediaStreamTrack

from tests.peers.aiortc_over_http import AiortcOverHttp
from tests.peers.aiortc_peer import consume, prefer
from tests.peers.tracks import Ear, Eye


class AiortcPlayer(AiortcOverHttp):
    """What it sees; and what it would hear, were it sent sound."""

    def __init__(self, *, wants_sound: bool = False) -> None:
        super().__init__()
        self.eye = Eye()
        self.ear = Ear()
        self._tasks: list[asyncio.Task[None]] = []
        self.connection.on("track", self._play)
        prefer(self.connection.addTransceiver("video", direction="recvonly"), "VP8")
        if wants_sound:
            self.connection.addTransceiver("audio", direction="recvonly")

    async def accept(self, answer: str) -> None:
        """Sections that were rejected too: aiortc fails at those, so it is told that they were
        accepted, and would hear what came."""
        offer = self.connection.localDescription.sdp
        await super().accept(_as_if_accepted(answer, offer))

    async def close(self) -> None:
        await super().close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _play(self, track: MediaStreamTrack) -> None:
        sink = self.eye if track.kind == "video" else self.ear
        self._tasks.append(asyncio.create_task(consume(track, sink)))


_TRANSPORT = re.compile(
    r"^a=(?:ice-ufrag|ice-pwd|fingerprint|setup|candidate|end-of)[^\r\n]*\r\n", re.MULTILINE
)


def _as_if_accepted(answer: str, offer: str) -> str:
    """Each rejected section as the one that was offered, sent by the server on its transport."""
    head, *sections = re.split(r"(?=^m=)", answer, flags=re.MULTILINE)
    offered = re.split(r"(?=^m=)", offer, flags=re.MULTILINE)[1:]
    transport = "".join(next(found for one in sections if (found := _TRANSPORT.findall(one))))
    return head + "".join(
        _TRANSPORT.sub("", mine).replace("a=recvonly", "a=sendonly") + transport
        if re.match(r"m=\w+ 0 ", one)
        else one
        for one, mine in zip(sections, offered, strict=True)
    )
