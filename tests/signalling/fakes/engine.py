"""A media engine without media: it keeps what it is told and answers any text like SDP.

Checked against the real one by tests/signalling/test_fakes.py.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from media.messages import (
    AddEndpoint,
    Answer,
    Done,
    EngineEvent,
    Gate,
    Negotiate,
    Refused,
    RemoveEndpoint,
    Reply,
    Request,
    SetGate,
    SetSources,
    SlotBinding,
    Source,
)


@dataclass
class FakeEndpoint:
    room: str
    gate: Gate
    sources: tuple[Source, ...] = ()
    has_transport: bool = False


class FakeEngine:
    """`log` is every request but Negotiate, in order; `fail` makes requests of a type raise."""

    def __init__(self, on_event: Callable[[EngineEvent], None] = lambda event: None) -> None:
        self.on_event = on_event
        self.endpoints: dict[str, FakeEndpoint] = {}
        self.log: list[Request] = []
        self.fail: set[type] = set()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.is_negotiating = asyncio.Event()

    def of(self, participant: str) -> FakeEndpoint | None:
        """The endpoint of a participant, if there is one."""
        found = [one for name, one in self.endpoints.items() if name.split(".")[1] == participant]
        assert len(found) <= 1
        return found[0] if found else None

    def name_of(self, participant: str) -> str:
        (name,) = [name for name in self.endpoints if name.split(".")[1] == participant]
        return name

    async def request(self, request: Request) -> Reply:
        if type(request) in self.fail:
            raise OSError("the engine is gone")
        if isinstance(request, Negotiate):
            self.is_negotiating.set()
            await self.may_answer.wait()
        else:
            self.log.append(request)
        return self._handle(request)

    def _handle(self, request: Request) -> Reply:
        match request:
            case AddEndpoint(room=room, endpoint=name):
                self.endpoints.setdefault(name, FakeEndpoint(room=room, gate=Gate()))
                return Done()
            case RemoveEndpoint(endpoint=name):
                self.endpoints.pop(name, None)
                return Done()
        endpoint = self.endpoints.get(request.endpoint)
        if endpoint is None:
            return Refused(code="unknown_endpoint", message="There is no such endpoint.")
        match request:
            case SetGate(gate=gate):
                endpoint.gate = gate
            case SetSources(sources=sources):
                endpoint.sources = sources
            case Negotiate(offer=offer):
                return self._answer(endpoint, offer)
        return Done()

    def _answer(self, endpoint: FakeEndpoint, offer: str) -> Reply:
        if not offer.startswith("v=0"):
            return Refused(code="bad_offer", message="This offer cannot be answered.")
        if "a=recvonly" not in offer:
            return Refused(code="offer_without_slots", message="This offer cannot be answered.")
        endpoint.has_transport = True
        source = endpoint.sources[0].endpoint if endpoint.sources else None
        binding = SlotBinding(mid="3", kind="audio", source=source)
        return Answer(sdp="v=0\r\ns=answer\r\n", bindings=(binding,))

    def counters(self) -> dict[str, int]:
        transports = sum(one.has_transport for one in self.endpoints.values())
        return {"endpoints": len(self.endpoints), "transports": transports}
