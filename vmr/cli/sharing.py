"""What a server needs to be one of several: made here, connected in `serve`."""

import os
import re
import socket
from dataclasses import dataclass
from importlib import metadata

from signalling.nodes.estate import Estate
from signalling.nodes.registry import Registry, RegistryAway
from signalling.seams import Clock
from vmr.cli.errors import CommandError
from vmr.nodes.node import NodeId
from vmr.nodes.sight import Look
from vmr.setting_checks import without_password
from vmr.setting_sources import SettingError
from vmr.settings import Settings
from vmr.store.errors import Occupied, UnsupportedDatabase
from vmr.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """`redis_url` is the registry's address, `url` where browsers reach this server itself, `name`
    what operators call it, `further_urls` where servers may be that are started later."""

    redis_url: str
    url: str
    name: str
    further_urls: tuple[str, ...] = ()


def sharing_of(settings: Settings) -> Sharing | None:
    """None for a server that runs alone. Raises SettingError."""
    if not settings.redis_url:
        return None
    if not (settings.node_url or settings.public_url):
        raise SettingError("redis_url needs node_url, where browsers reach this server")
    return Sharing(
        redis_url=settings.redis_url,
        url=settings.node_url or settings.public_url,
        name=settings.node_name or machine_name(),
        further_urls=settings.node_urls,
    )


def version() -> str:
    """Of this program, as it was installed."""
    try:
        return metadata.version("vmr")
    except metadata.PackageNotFoundError:  # run from its sources
        return ""


def machine_name() -> str:
    """As a node may be called."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:50] or "node"


async def find_registry(sharing: Sharing | None) -> None:
    """Raises CommandError where the registry does not answer: this server could take no room."""
    if sharing is not None:
        await look(sharing.redis_url)


async def look(redis_url: str) -> Look:
    """Who is in the registry. Raises CommandError."""
    registry = Registry(redis_url)
    try:
        return await registry.look(NodeId(""), None)
    except RegistryAway as error:
        place = without_password(redis_url)
        raise CommandError(f"redis_url: Redis does not answer at {place} ({error})") from error
    finally:
        await registry.close()


async def claim(store: Store, sharing: Sharing | None) -> None:
    """The database for this server alone, or beside others. Raises CommandError."""
    try:
        await (store.claim() if sharing is None else store.owners.claim())
    except (Occupied, UnsupportedDatabase) as error:
        raise CommandError(f"database_url: {error}") from error


def lines(running: Estate | None) -> list[str]:
    """What the operator reads of it once the server runs."""
    if running is None:
        return []
    nodes = running.keeper.nodes
    others = sorted(one.name for one in nodes if one.id != running.keeper.id)
    beside = f"one of {1 + len(others)}, beside {', '.join(others)}" if others else "the first"
    return [
        f"Server:          {running.keeper.name}, {beside}; they share the rooms",
        f"Reached at:      {running.keeper.url}",
    ]


def estate(sharing: Sharing | None, store: Store, clock: Clock) -> Estate | None:
    """None for a server that runs alone."""
    if sharing is None:
        return None
    return Estate(
        name=sharing.name,
        url=sharing.url,
        redis_url=sharing.redis_url,
        further_urls=sharing.further_urls,
        owners=store.owners,
        wall_clock=clock,
        version=version(),
        run=store.run,
        load=lambda: os.getloadavg()[0] / (os.cpu_count() or 1),
    )
