"""What a server needs to be one of several: made here, connected in `serve`."""

import time
from dataclasses import dataclass

from signalling.nodes.keeper import Keeper
from signalling.nodes.registry import Registry
from signalling.seams import Clock
from vmr.cli.errors import CommandError
from vmr.store.errors import Occupied, UnsupportedDatabase
from vmr.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """`redis_url` is the registry's address, `url` where browsers reach this server itself, `name`
    what operators call it."""

    redis_url: str
    url: str
    name: str


async def claim(store: Store, sharing: Sharing | None) -> None:
    """The database for this server alone, or beside others. Raises CommandError."""
    try:
        await (store.claim() if sharing is None else store.owners.claim())
    except (Occupied, UnsupportedDatabase) as error:
        raise CommandError(f"database_url: {error}") from error


def keeper(sharing: Sharing | None, store: Store, clock: Clock) -> Keeper | None:
    """None for a server that runs alone."""
    if sharing is None:
        return None
    return Keeper(
        name=sharing.name,
        url=sharing.url,
        registry=Registry(sharing.redis_url),
        owners=store.owners,
        now=time.monotonic,
        wall_clock=clock,
    )
