"""What the engine's tests share: an engine with an audience, and waiting for what must come."""

import asyncio
import time
from collections.abc import Callable

from media.engine import Config, MediaEngine
from media.messages import (
    AddEndpoint,
    Answer,
    Done,
    EngineEvent,
    Gate,
    Negotiate,
    RemoveEndpoint,
    SetGate,
    SetSources,
    SlotBinding,
    Source,
)
from tests.peers.aiortc_peer import AiortcPeer

ROOM = "room"
EVERYTHING = Gate(audio=True, camera=True, screen=True)


async def until(is_so: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
    """Wait for something that real machines do in their own time; fails after `within_s`."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.02)


class Stage:
    """An engine on loopback and what it told; everybody is a source of everybody."""

    def __init__(self) -> None:
        self.events: list[EngineEvent] = []
        self.engine = MediaEngine(self.events.append)
        self.peers: dict[str, AiortcPeer] = {}
        self.bindings: dict[str, tuple[SlotBinding, ...]] = {}

    async def start(self, config: Config | None = None) -> None:
        await self.engine.start(config or Config(host="127.0.0.1"))

    async def close(self) -> None:
        await asyncio.gather(*(peer.close() for peer in self.peers.values()))
        await self.engine.close()

    async def enter(self, name: str, peer: AiortcPeer, gate: Gate = EVERYTHING) -> None:
        """Add an endpoint, open its gate, show everybody to everybody, negotiate."""
        self.peers[name] = peer
        assert await self.engine.request(AddEndpoint(room=ROOM, endpoint=name)) == Done()
        await self.gate(name, gate)
        for subscriber in self.peers:
            await self.show(subscriber, [other for other in self.peers if other != subscriber])
        await peer.accept(await self.negotiate(name, await peer.offer()))

    async def negotiate(self, name: str, offer: str) -> str:
        reply = await self.engine.request(Negotiate(endpoint=name, offer=offer))
        assert isinstance(reply, Answer), reply
        self.bindings[name] = reply.bindings
        return reply.sdp

    async def gate(self, name: str, gate: Gate) -> None:
        assert await self.engine.request(SetGate(endpoint=name, gate=gate)) == Done()

    async def show(
        self, name: str, others: list[str], *, audio: bool = True, camera: bool = True
    ) -> None:
        """Let an endpoint receive these others, but for the kinds that are False."""
        sources = tuple(
            Source(endpoint=other, audio=audio, camera=camera, screen=True) for other in others
        )
        assert await self.engine.request(SetSources(endpoint=name, sources=sources)) == Done()

    async def remove(self, name: str) -> None:
        assert await self.engine.request(RemoveEndpoint(endpoint=name)) == Done()

    async def connected(self) -> None:
        await until(
            lambda: all(peer.state == "connected" for peer in self.peers.values()),
            "every transport connects",
        )

    def mid(self, subscriber: str, source: str, kind: str) -> str:
        """The section in which a subscriber receives a source now."""
        bindings = dict.fromkeys(self.bindings[subscriber])
        for event in self.events:
            if getattr(event, "endpoint", None) == subscriber and hasattr(event, "bindings"):
                bindings = dict.fromkeys(event.bindings)
        found = [item.mid for item in bindings if (item.source, item.kind) == (source, kind)]
        assert len(found) == 1, f"{subscriber} receives {source}'s {kind} in {found}"
        return found[0]
