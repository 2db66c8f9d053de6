"""A signalling server in a process of its own that dies, as in a power cut, around one commit.

`python -m tests.signalling.killed_server DATABASE_URL LOG WHEN WHAT`: WHEN is `before` or `after`
the commit of an entry WHAT, or `never`. It prints its address and the room's, and writes every
request to the engine into LOG as it comes.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from media.messages import Reply, Request
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.store_house import StoreHouse, make_room
from vmr.ids import MeetingId, RoomId
from vmr.nodes.ownership import Hold
from vmr.record import Happening
from vmr.store.store import Store


class MortalStore:
    """The real store, but for the commit at which the process dies."""

    def __init__(self, store: Store, when: str, what: str) -> None:
        self._store = store
        self._when = when
        self._what = what

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(
        self,
        meeting: MeetingId,
        room: RoomId,
        snapshot: Mapping[str, Any] | None,
        happenings: Sequence[Happening],
        hold: Hold | None = None,
        *,
        may_wait: bool = True,
    ) -> None:
        is_it = any(one.what == self._what for one in happenings)
        if is_it and self._when == "before":
            die()
        await self._store.commit(meeting, room, snapshot, happenings, hold, may_wait=may_wait)
        if is_it and self._when == "after":
            die()


class LoggedEngine(FakeEngine):
    """What it was asked outlives the process."""

    def __init__(self, log: str) -> None:
        super().__init__()
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def request(self, request: Request) -> Reply:
        os.write(self._log, f"{request!r}\n".encode())
        return await super().request(request)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, log: str, when: str, what: str) -> None:
    store = await Store.open(url)
    room = next(iter(await store.rooms()), None) or await make_room(store)
    mortal: Any = MortalStore(store, when, what)
    async with StoreHouse(mortal, room, LoggedEngine(log)) as house:
        print(house.url, room.address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
