"""A process that runs a room as fast as it can: `python -m tests.store.holding URL ROOM NODE`.

It takes the room as it is, says what snapshot it found, and writes one entry after another with a
snapshot that counts them, saying each number when it is kept, until somebody else has the room.
"""

import asyncio
import sys

from vmr.ids import MeetingId, RoomId
from vmr.nodes.node import NodeId
from vmr.record import Happening
from vmr.store import Overtaken, Store

MEETING = MeetingId("m1")


async def hold(url: str, room: RoomId, node: NodeId) -> None:
    store = await Store.open(url)
    seen = await store.owners.of_room(room)
    held, live = await store.owners.take(room, node, seen)
    number = 0 if live is None else int(live.snapshot["number"])
    print("found", number, flush=True)
    try:
        while True:
            number += 1
            entry = Happening(
                at=float(number), actor=node, what="knocked", subject=str(number), reason="",
                facts=(), personal=(),
            )  # fmt: skip
            await store.commit(MEETING, room, {"number": number}, [entry], held)
            print("kept", number, flush=True)
    except Overtaken:
        print("overtaken", flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(hold(sys.argv[1], RoomId(sys.argv[2]), NodeId(sys.argv[3])))
