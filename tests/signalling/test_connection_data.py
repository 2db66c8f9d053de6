"""What identifies a connection is gone from the disk when its meeting has ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest_asyncio

from tests.peers.sqlite import new_store
from tests.signalling.client import Client, DeviceKey
from tests.signalling.store_house import StoreHouse, make_room
from vmr.store.store import Store

TIMEOUT_S = 60.0


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await new_store(tmp_path / "vmr.db")
    yield store
    await store.close()


async def until(is_so: Callable[[], bool], what: str) -> None:
    """The server ends a meeting after it has said so."""
    deadline = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.02)


def traces(client: Client, key: DeviceKey) -> set[bytes]:
    """What would tell this connection apart."""
    kept = (client.session, client.token, client.nonce, key.id, key.jwk["x"], key.jwk["y"])
    return {text.encode() for text in kept}


def on_disk(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.iterdir()))


async def test_keys_sessions_and_addresses_go_when_the_meeting_ends(
    store: Store, tmp_path: Path
) -> None:
    async with StoreHouse(store, await make_room(store)) as house:
        keys = DeviceKey(), DeviceKey()
        host = await house.host(key=keys[0])
        guest = await house.admitted(host, "Ann Example", key=keys[1])
        kept = traces(host, keys[0]) | traces(guest, keys[1])
        (live,) = await store.live_meetings()
        meanwhile = on_disk(tmp_path)
        assert keys[1].id.encode() in meanwhile, "it is needed for coming back"
        tokens = {one.encode() for client in (host, guest) for one in (client.token, client.nonce)}
        assert [one for one in tokens if one in meanwhile] == [], "never on the disk at all"
        await host.request("room.end", reason="done")
        await until(lambda: len(house.running.meetings.rooms) == 0, "the meeting was not dropped")
        await store.records.scrub()
        after = on_disk(tmp_path)
        assert [one for one in kept if one in after] == []
        assert b"127.0.0.1" not in after
        assert b"Ann Example" in after, "the record has the name until its retention ends"
        assert await store.verify(live.meeting) > 3
