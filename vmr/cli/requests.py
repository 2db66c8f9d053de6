"""`vmr requests ...`: which establishments people without an account may ask for slots."""

import argparse
import time
from dataclasses import replace

from vmr.cli.errors import CommandError
from vmr.cli.work import add_verb, printable
from vmr.room_record import establishment_happening
from vmr.rooms import Establishment
from vmr.settings import Settings
from vmr.staff_record import OPERATOR
from vmr.store.store import Store


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    requests = commands.add_parser("requests", help="the pages where lawyers and courts ask")
    verbs = requests.add_subparsers(metavar="COMMAND", required=True)
    add_verb(verbs, "list", _list, "every establishment, and whether it takes requests")
    on = add_verb(verbs, "on", _on, "let lawyers and courts ask an establishment for slots")
    off = add_verb(verbs, "off", _off, "take no new requests; those there are stay")
    for verb in (on, off):
        verb.add_argument("--establishment", metavar="NAME", help="which, where there are several")


async def _list(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    for one in await store.establishments():
        takes = "takes requests" if one.takes_requests else "takes no requests"
        print(printable(f"{one.name}: {takes}"))


async def _on(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    await _set(chosen, store, takes=True)
    if not settings.smtp_host:
        print("The pages open once smtp_host is set: they send codes by e-mail.")


async def _off(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    await _set(chosen, store, takes=False)


async def _set(chosen: argparse.Namespace, store: Store, *, takes: bool) -> None:
    found = _one(await store.establishments(), chosen.establishment)
    if found.takes_requests != takes:
        changed = replace(found, takes_requests=takes)
        happening = establishment_happening(changed, by=OPERATOR, at=time.time())
        await store.office.change_establishment(changed, happening)
    print(printable(f"{found.name} takes {'' if takes else 'no '}requests."))


def _one(known: tuple[Establishment, ...], name: str | None) -> Establishment:
    """Raises CommandError."""
    found = [one for one in known if name in (None, one.name)]
    if len(found) != 1:
        raise CommandError("say which establishment with --establishment NAME (vmr requests list)")
    return found[0]
