"""What a server needs to be one of several: made here, connected in `serve`."""

from dataclasses import dataclass

from signalling.nodes.estate import Estate
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


def estate(sharing: Sharing | None, store: Store, clock: Clock) -> Estate | None:
    """None for a server that runs alone."""
    if sharing is None:
        return None
    return Estate(
        name=sharing.name,
        url=sharing.url,
        redis_url=sharing.redis_url,
        owners=store.owners,
        wall_clock=clock,
    )
