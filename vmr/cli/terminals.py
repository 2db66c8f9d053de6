"""`vmr terminals ...`: enrolled terminals in the database, whether a server runs on it or not.

Enrolling one takes its own browser, and so the staff pages.
"""

import argparse
import time

from vmr.cli.errors import CommandError
from vmr.cli.work import add_verb, printable, time_text
from vmr.ids import TerminalId
from vmr.settings import Settings
from vmr.staff_record import OPERATOR, TerminalEvent, terminal_happening
from vmr.store.store import Store


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    terminals = commands.add_parser("terminals", help="the terminals where hosts may join")
    verbs = terminals.add_subparsers(metavar="COMMAND", required=True)
    add_verb(verbs, "list", _list, "every terminal, and where hosts join at terminals only")
    revoke = add_verb(verbs, "revoke", _revoke, "let no host join at this terminal any more")
    revoke.add_argument("terminal", help="its id, as the list shows it")


async def _list(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    for prison in await store.establishments():
        where = "at enrolled terminals only" if prison.hosts_only_at_terminals else "anywhere"
        print(printable(f"{prison.name}: hosts join {where}"))
        for one in await store.terminals.terminals(prison.id):
            state = "revoked" if one.is_revoked else "in use"
            enrolled = f"{time_text(one.enrolled_at)} by {one.enrolled_by}"
            used = "not used yet" if one.used_at is None else f"last used {time_text(one.used_at)}"
            print(printable(f"{one.id}  {state:8} {one.name}, enrolled {enrolled}, {used}"))


async def _revoke(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    terminal = await store.terminals.terminal(TerminalId(chosen.terminal))
    if terminal is None or terminal.is_revoked:
        raise CommandError("no terminal in use has this id (vmr terminals list shows them)")
    done = terminal_happening(TerminalEvent.REVOKED, terminal, by=OPERATOR, at=time.time())
    await store.terminals.revoke(terminal, None, done)
    print(printable(f"{terminal.name} is revoked. A meeting it is in goes on until it ends."))
