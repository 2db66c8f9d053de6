"""A process that writes as fast as it can: `python -m tests.store.writing URL NAME ROOM`.

For each line it reads it writes ROUND times into the record of the room's meeting and into that of
the establishment's staff, each entry with NAME and its number, and says `ready`, as at the start.
"""

import asyncio
import sys

from vmr.ids import MeetingId, RoomId
from vmr.record import Happening
from vmr.store import Store

MEETING = MeetingId("m1")
ROUND = 5


def happening(name: str, number: int) -> Happening:
    return Happening(
        at=float(number), actor=name, what="knocked", subject=str(number), reason="",
        facts=(), personal=(("name", f"{name} {number}"),),
    )  # fmt: skip


async def write(url: str, name: str, room_id: RoomId) -> None:
    store = await Store.open(url)
    room = await store.room(room_id)
    assert room is not None
    print("ready", flush=True)
    for turn, _ in enumerate(sys.stdin):
        for number in range(turn * ROUND, (turn + 1) * ROUND):
            done = happening(name, number)
            await asyncio.gather(
                store.commit(MEETING, room.id, {name: number}, [done]),
                store.staff.write_record(room.establishment.id, done),
            )
        print("ready", flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], RoomId(sys.argv[3])))
