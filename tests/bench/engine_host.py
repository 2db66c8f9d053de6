"""The media engine alone in a process: rooms of three for as many offers as come in one line.

Prints its answers as one JSON line, then forwards until its standard input ends.
"""

import asyncio
import json
import sys

from media.engine import Config, MediaEngine
from media.messages import AddEndpoint, Answer, Gate, Negotiate, SetGate, SetSources, Source
from tests.bench.cpu import pin
from tests.bench.loader import ROOM_SIZE

LINE_BYTES = 64 << 20


async def answer_offer(engine: MediaEngine, number: int, offer: str) -> str:
    room = number // ROOM_SIZE
    others = [n for n in range(room * ROOM_SIZE, (room + 1) * ROOM_SIZE) if n != number]
    endpoint = f"e{number}"
    await engine.request(AddEndpoint(room=f"r{room}", endpoint=endpoint))
    await engine.request(SetGate(endpoint=endpoint, gate=Gate(audio=True, camera=True)))
    sources = tuple(Source(endpoint=f"e{n}", audio=True, camera=True) for n in others)
    await engine.request(SetSources(endpoint=endpoint, sources=sources))
    answer = await engine.request(Negotiate(endpoint=endpoint, offer=offer))
    assert isinstance(answer, Answer), answer
    return answer.sdp


async def main(core: int) -> None:
    pin(0, core)
    engine = MediaEngine(lambda event: None)
    await engine.start(Config(host="127.0.0.1"))
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    offers = json.loads(await reader.readline())["offers"]
    answers = [await answer_offer(engine, number, offer) for number, offer in enumerate(offers)]
    print(json.dumps({"answers": answers}), flush=True)
    await reader.read()
    print(json.dumps({"counters": engine.counters()}), flush=True)
    await engine.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
