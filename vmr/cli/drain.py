"""`vmr drain NODE`: empty one of several servers, before it is stopped or mended, and have it take
rooms again. It is asked in the database, so whoever may use that may ask it."""

import argparse
import asyncio
import time

from vmr.cli.errors import CommandError
from vmr.cli.work import add_verb, printable
from vmr.nodes.drain import Drain, NodeRow
from vmr.settings import Settings
from vmr.store.store import Store

LOOK_S = 0.5


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    drain = add_verb(
        commands, "drain", _drain, "have one of several servers take no more rooms, and empty it"
    )
    drain.add_argument("node", help="its name (node_name)")
    how = drain.add_mutually_exclusive_group()
    how.add_argument(
        "--leave-running", action="store_true", help="move no meeting: each ends where it is"
    )
    how.add_argument("--undo", action="store_true", help="have it take rooms again")
    drain.add_argument("--wait", action="store_true", help="until it runs no room any more")


async def _drain(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    asked = Drain(leaves_running=chosen.leave_running, asked_at=time.time())
    if not await store.owners.set_drain(chosen.node, None if chosen.undo else asked):
        raise CommandError(f"no server of this name ({await _names(store)})")
    name = printable(chosen.node)
    if chosen.undo:
        print(f"{name} takes rooms again.")
    elif chosen.leave_running:
        print(f"{name} takes no more rooms. Its meetings stay until they end.")
    else:
        print(f"{name} takes no more rooms. Its meetings go to other servers.")
    if chosen.wait and not chosen.undo:
        await _wait(chosen.node, store)


async def _wait(name: str, store: Store) -> None:
    told = None
    while True:
        node = await _node(name, store)
        if node.drain is None:
            raise CommandError("somebody has undone it")
        left = await store.owners.rooms_of_run(node.run)
        if left == 0:
            print("It runs no room. It can be stopped.")
            return
        if left != told:
            print(f"{left} {'room' if left == 1 else 'rooms'} left.", flush=True)
        told = left
        await asyncio.sleep(LOOK_S)


async def _node(name: str, store: Store) -> NodeRow:
    (found,) = [one for one in await store.owners.nodes() if one.name == name]
    return found


async def _names(store: Store) -> str:
    known = await store.owners.nodes()
    names = ", ".join(printable(one.name) for one in known)
    return f"there are: {names}" if names else "none has run on this database as one of several"
