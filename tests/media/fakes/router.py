"""A router that records what it is asked and forwards nothing."""

from typing import Any

from media.description import Description
from media.messages import EngineEvent, Gate, SlotBinding, Source


class FakePort:
    def __init__(self) -> None:
        self.user: Any = None
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []

    def receive_rtp(self, packet: bytes, now: float) -> None:
        self.rtp.append(packet)

    def receive_rtcp(self, packet: bytes, now: float) -> None:
        self.rtcp.append(packet)


class FakeRouter:
    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.ports: dict[str, FakePort] = {}
        self.output: list[tuple[FakePort, bytes, bool]] = []
        self.events: list[EngineEvent] = []

    def add_endpoint(self, endpoint: str, room: str) -> None:
        self.calls.append(("add", endpoint, room))

    def remove_endpoint(self, endpoint: str) -> None:
        self.calls.append(("remove", endpoint))

    def set_gate(self, endpoint: str, gate: Gate, now: float) -> None:
        self.calls.append(("gate", endpoint, gate))

    def set_sources(self, endpoint: str, sources: tuple[Source, ...], now: float) -> None:
        self.calls.append(("sources", endpoint, sources))

    def attach(
        self, endpoint: str, description: Description, now: float, *, is_ready: bool = True
    ) -> FakePort:
        self.calls.append(("attach", endpoint, is_ready))
        self.ports[endpoint] = FakePort()
        return self.ports[endpoint]

    def set_ready(self, port: FakePort, now: float) -> None:
        self.calls.append(("ready", port))

    def detach(self, endpoint: str) -> None:
        self.calls.append(("detach", endpoint))
        self.ports.pop(endpoint, None)

    def bindings(self, endpoint: str) -> tuple[SlotBinding, ...]:
        return ()

    def handle_timeout(self, now: float) -> float:
        return now + 60

    def poll_output(self) -> list[tuple[FakePort, bytes, bool]]:
        output, self.output = self.output, []
        return output

    def poll_events(self) -> list[EngineEvent]:
        events, self.events = self.events, []
        return events
