"""The registry against a real Redis: entries end by themselves, and emptiness shows."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from signalling.nodes.registry import Registry, RegistryAway
from tests.browser.eventually import eventually
from tests.peers.redis import Redis
from vmr.ids import RoomId
from vmr.nodes.lease import LEASE_S
from vmr.nodes.node import Node, NodeId
from vmr.nodes.sight import Standing
from vmr.nodes.standing import build_standing


def node(name: str, rooms: int = 0) -> Node:
    return Node(
        id=NodeId(name), name=name, url=f"https://{name}.example", rooms=rooms,
        is_draining=False, protocols=(1,),
    )  # fmt: skip


ONE, TWO = node("one"), node("two")


@pytest_asyncio.fixture
async def registry(redis: Redis) -> AsyncIterator[Registry]:
    registry = Registry(redis.url)
    yield registry
    await registry.close()


async def test_servers_see_each_other_as_they_were_last_renewed(registry: Registry) -> None:
    await registry.look(ONE.id, ONE)
    await registry.look(TWO.id, TWO)
    fuller = node("two", rooms=5)
    assert set((await registry.look(TWO.id, fuller)).nodes) == {ONE, fuller}


async def test_who_only_looks_is_not_there(registry: Registry) -> None:
    assert (await registry.look(ONE.id, None)).nodes == ()


async def test_an_entry_lives_as_long_as_a_lease_and_no_longer(
    registry: Registry, redis: Redis
) -> None:
    await registry.look(ONE.id, ONE)
    client = redis.client()
    left_ms = client.pttl("vmr:node:one")
    client.close()
    assert LEASE_S * 1000 - 2000 < left_ms <= LEASE_S * 1000

    async def is_gone() -> bool:
        return (await registry.look(TWO.id, None)).nodes == ()

    await eventually("the entry ends", is_gone, 3 * LEASE_S)


async def test_who_leaves_is_gone_at_once(registry: Registry) -> None:
    await registry.look(ONE.id, ONE)
    await registry.leave(ONE.id)
    assert (await registry.look(TWO.id, None)).nodes == ()


async def test_an_emptied_registry_is_another_one(registry: Registry, redis: Redis) -> None:
    first = await registry.look(ONE.id, ONE)
    assert (await registry.look(ONE.id, ONE)).born == first.born
    redis.empty()
    assert (await registry.look(ONE.id, None)).born != first.born


@pytest.mark.parametrize("how", ["stopped", "silent"])
async def test_a_registry_that_does_not_answer_is_away_and_comes_back(
    registry: Registry, redis: Redis, how: str
) -> None:
    await registry.look(ONE.id, ONE)
    redis.stop() if how == "stopped" else redis.pause()
    with pytest.raises(RegistryAway):
        await registry.look(ONE.id, ONE)
    redis.start() if how == "stopped" else redis.go_on()
    assert (await registry.look(ONE.id, ONE)).nodes == (ONE,)


async def test_an_entry_that_is_none_makes_the_whole_answer_worthless(
    registry: Registry, redis: Redis
) -> None:
    await registry.look(ONE.id, ONE)
    client = redis.client()
    client.set("vmr:node:one", "{}")
    client.close()
    with pytest.raises(RegistryAway):
        await registry.look(TWO.id, None)


async def test_what_a_server_said_of_its_rooms_outlives_it_and_only_a_later_word_replaces_it(
    registry: Registry, redis: Redis
) -> None:
    behind = Standing(ahead=frozenset({RoomId("r1")}))
    await registry.look(ONE.id, ONE, (1, build_standing(Standing())))
    await registry.say(ONE.id, 3, build_standing(behind))
    await registry.look(ONE.id, ONE, (2, build_standing(Standing())))
    await registry.leave(ONE.id)
    assert (await registry.look(TWO.id, None)).standings == {ONE.id: behind}
    client = redis.client()
    assert client.ttl("vmr:standings") == -1, "it has no end"
    client.hset("vmr:standings", "two", "4 {}")
    client.close()
    assert await registry.standings() == {ONE.id: behind}, "what cannot be read is not there"
    await registry.forget([ONE.id])
    assert await registry.standings() == {}
