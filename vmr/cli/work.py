"""What the commands over the database share: opening it, finding a room, printing safely."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from vmr.cli import links, options
from vmr.cli.errors import CommandError
from vmr.rooms import Establishment, Room
from vmr.settings import Settings
from vmr.store.database import dialect_of
from vmr.store.store import Store

Work = Callable[[argparse.Namespace, Settings, Store], Awaitable[None]]


def add_verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    work: Work,
    help: str,
    *,
    makes_database: bool = False,
) -> argparse.ArgumentParser:
    """A subcommand that does this work on the database its settings name."""
    parser = verbs.add_parser(
        name, help=help, description=help[0].upper() + help[1:] + ".", epilog=options.EPILOG
    )
    options.add_for_commands(parser)
    parser.set_defaults(run=lambda chosen: _run(work, chosen, makes_database))
    return parser


def _run(work: Work, chosen: argparse.Namespace, makes_database: bool) -> None:
    settings = options.load_settings(chosen)
    database = dialect_of(settings.database_url)
    if not makes_database and database.is_missing():
        raise CommandError(
            f"no database at {database.place} (database_url): run this where the"
            " server runs, or start the server first"
        )

    async def within() -> None:
        store = await Store.open(settings.database_url, settings.record_key_file)
        try:
            await work(chosen, settings, store)
        finally:
            await store.close()

    asyncio.run(within())


def add_room_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("room", help="the room's address, or any link of it")


async def find_room(chosen: argparse.Namespace, store: Store) -> Room:
    room = await store.room_by_address(links.address_in(chosen.room))
    if room is None:
        raise CommandError("no room with this address (vmr room list shows them)")
    return room


async def find_establishment(name: str | None, store: Store) -> Establishment:
    """That of the name; without one, the only one there is."""
    known = await store.establishments()
    if name is None and len(known) == 1:
        return known[0]
    for one in known:
        if one.name == name:
            return one
    names = ", ".join(printable(one.name) for one in known) or "none"
    raise CommandError(f"say which establishment with --establishment NAME (there are: {names})")


def printable(text: object) -> str:
    """Without control characters: what a guest typed must not steer the operator's terminal."""
    return "".join(one if one.isprintable() else "�" for one in str(text))


def time_text(seconds: float | None) -> str:
    """Local time with its offset."""
    if seconds is None:
        return "-"
    return datetime.fromtimestamp(seconds).astimezone().isoformat(" ", "seconds")
