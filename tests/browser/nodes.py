"""Servers that share an estate, as `vmr serve` runs them, for browsers on this machine."""

import asyncio
from pathlib import Path

import aiohttp

from tests.browser.conftest import World, start_world
from tests.browser.eventually import eventually
from tests.browser.server_process import ServerProcess
from tests.peers.ports import free_port
from tests.peers.redis import Redis

KNOWN_S = 30.0


class NodeServer(ServerProcess):
    """`settings` may have the address that was kept for it."""

    def __init__(self, directory: Path, settings: dict[str, str]) -> None:
        super().__init__(directory, settings)
        self.http_port = int(self.settings.pop("VMR_HTTP_PORT", self.http_port))
        self.settings["VMR_NODE_URL"] = self.url
        self.settings["VMR_NODE_NAME"] = directory.name


async def start_node(directory: Path, database: str, redis: Redis, **settings: str) -> World:
    """In a directory of its own; its name is the node's."""
    await asyncio.to_thread(directory.mkdir)
    return await start_world(
        directory,
        NodeServer,
        database_url=database,
        record_key_file=str(directory.parent / "key"),
        redis_url=redis.url,
        **settings,
    )


async def stop_nodes(worlds: list[World]) -> None:
    for world in worlds:
        await world.server.kill()
        await world.relay.close()


async def knows(world: World, worlds: list[World]) -> None:
    """This server's pages may go to all of them: a page has to be loaded after that."""
    hosts = [one.server.url.removeprefix("http:") for one in worlds if one is not world]

    async def are_allowed() -> bool:
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{world.server.url}/r/{'a' * 12}") as page,
        ):
            policy = page.headers["Content-Security-Policy"]
        return all(host in policy for host in hosts)

    await eventually("its pages may go to the other servers", are_allowed, KNOWN_S)


def kept_port() -> str:
    return str(free_port())
