"""A leader of fake workers, for tests: what it told is kept, and nothing waits for a clock."""

import asyncio
from dataclasses import dataclass, field

from media.backoff import Backoff
from media.messages import AddEndpoint, EngineEvent, Reply, Request
from media.workers import Config, MediaWorkers
from tests.media.fakes.worker import FakeWorker, Stable


class NoPatience(Backoff):
    def wait_s(self, ran_s: float) -> float:
        return 0.0


async def turns(count: int = 20) -> None:
    """Let whatever is ready happen; nothing here waits for a clock."""
    for _ in range(count):
        await asyncio.sleep(0)


@dataclass
class House:
    stable: Stable = field(default_factory=Stable)
    events: list[EngineEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.workers = MediaWorkers(self.events.append, self.stable.make, NoPatience)

    async def start(self, count: int = 2, **config: int) -> None:
        await self.workers.start(Config(**config), count)  # type: ignore[arg-type]

    async def ask(self, *requests: Request) -> list[Reply]:
        return [await self.workers.request(request) for request in requests]

    async def room(self, name: str, *endpoints: str) -> None:
        for endpoint in endpoints:
            await self.ask(AddEndpoint(room=name, endpoint=endpoint))
        await turns()

    def worker_of(self, endpoint: str) -> FakeWorker:
        (found,) = [one for one in self.stable.living if endpoint in one.endpoints]
        return found
