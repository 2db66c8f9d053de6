"""What it costs to ask a media worker instead of an engine in the same process."""

import time

from media.config import Config
from media.messages import AddEndpoint, Gate, SetGate
from media.workers import MediaWorkers


async def round_trips_us(count: int) -> list[float]:
    """Microseconds from asking a worker for a gate to its answer, one after another."""
    workers, taken = MediaWorkers(lambda event: None), []
    await workers.start(Config(host="127.0.0.1"), 1)
    await workers.request(AddEndpoint(room="r", endpoint="e"))
    for number in range(count):
        asked_at = time.perf_counter()
        await workers.request(SetGate(endpoint="e", gate=Gate(audio=number % 2 == 0)))
        taken.append(1e6 * (time.perf_counter() - asked_at))
    await workers.close()
    return taken
