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
    OpenProbe,
    Refused,
    RemoveEndpoint,
    Reply,
    Request,
    SetGate,
    SetSources,
    SlotBinding,
    Source,
)

ANSWER = "\r\n".join(
    [
        "v=0", "s=answer", "a=group:BUNDLE 0 1", "a=ice-lite",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=ice-ufrag:ours",
        "a=ice-pwd:0123456789abcdef012345", "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host",
        "a=end-of-candidates",
        "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "a=ice-ufrag:ours", "",
    ]
)  # fmt: skip


@dataclass
class FakeEndpoint:
    room: str
    gate: Gate
    kind: str = "person"
    sources: tuple[Source, ...] = ()
    has_transport: bool = False


class FakeEngine:
    """`log` is every request but Negotiate, in order, `offers` what was answered; `fail` makes
    requests of a type raise.

    `fail_late` are types that are done and then raise, as one does whose reply gets lost.
    """

    def __init__(self, on_event: Callable[[EngineEvent], None] = lambda event: None) -> None:
        self.on_event = on_event
        self.endpoints: dict[str, FakeEndpoint] = {}
        self.log: list[Request] = []
        self.fail: set[type] = set()
        self.fail_late: set[type] = set()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.is_negotiating = asyncio.Event()
        self.is_full = False
        self.offers: list[str] = []
        self.probes: list[OpenProbe] = []
        self.ways = {"udp", "tcp"}

    def of(self, participant: str) -> FakeEndpoint | None:
        """The endpoint of a participant, if there is one."""
        found = self._names(participant, "person")
        assert len(found) <= 1
        return self.endpoints[found[0]] if found else None

    def name_of(self, participant: str, kind: str = "person") -> str:
        (name,) = self._names(participant, kind)
        return name

    def encoder_of(self, participant: str) -> FakeEndpoint | None:
        """The endpoint of a participant's encoder, if there is one."""
        found = self._names(participant, "encoder")
        assert len(found) <= 1
        return self.endpoints[found[0]] if found else None

    def _names(self, participant: str, kind: str) -> list[str]:
        return [
            name
            for name, one in self.endpoints.items()
            if name.split(".")[1] == participant and one.kind == kind
        ]

    async def request(self, request: Request) -> Reply:
        if type(request) in self.fail:
            raise OSError("the engine is gone")
        if isinstance(request, Negotiate):
            self.is_negotiating.set()
            await self.may_answer.wait()
        else:
            self.log.append(request)
        reply = self._handle(request)
        if type(request) in self.fail_late:
            raise OSError("the reply is lost")
        return reply

    def _handle(self, request: Request) -> Reply:
        if self.is_full and isinstance(request, AddEndpoint):
            return Refused(code="media_full", message="The media server is full.")
        if isinstance(request, OpenProbe):
            return self._open_probe(request)
        match request:
            case AddEndpoint(room=room, endpoint=name, kind=kind):
                self.endpoints.setdefault(name, FakeEndpoint(room=room, gate=Gate(), kind=kind))
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

    def _open_probe(self, request: OpenProbe) -> Reply:
        if request.over not in self.ways:
            return Refused(code="no_such_way", message="There is no port of that protocol.")
        if self.is_full:
            return Refused(code="media_full", message="Too many people test their network now.")
        if not request.offer.startswith("v=0"):
            return Refused(code="bad_offer", message="This offer cannot be answered.")
        self.probes.append(request)
        return Answer(sdp=ANSWER, bindings=())

    def _answer(self, endpoint: FakeEndpoint, offer: str) -> Reply:
        if not offer.startswith("v=0"):
            return Refused(code="bad_offer", message="This offer cannot be answered.")
        if endpoint.kind == "encoder" and "a=sendonly" not in offer:
            return Refused(code="unfit_offer", message="This offer cannot be answered.")
        if endpoint.kind == "person" and "a=recvonly" not in offer:
            return Refused(code="offer_without_slots", message="This offer cannot be answered.")
        endpoint.has_transport = True
        self.offers.append(offer)
        source = endpoint.sources[0].endpoint if endpoint.sources else None
        binding = SlotBinding(mid="3", kind="audio", source=source)
        return Answer(sdp=ANSWER, bindings=(binding,))

    def counters(self) -> dict[str, int]:
        transports = sum(one.has_transport for one in self.endpoints.values())
        return {"endpoints": len(self.endpoints), "transports": transports}
