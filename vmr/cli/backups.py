"""`vmr backup FILE` and `vmr restore FILE`: the whole database as one file under a passphrase."""

import argparse
import asyncio
import getpass
import sys
from collections import Counter
from pathlib import Path

from vmr.cli import options
from vmr.cli.errors import CommandError, reason
from vmr.cli.proofs import show
from vmr.cli.work import time_text
from vmr.settings import Settings
from vmr.store import backup
from vmr.store.database import Database, dialect_of
from vmr.store.store import Store

PASSPHRASE_MIN = 12


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backed_up = _add(
        commands,
        "backup",
        "write the whole database and the signing key into a file, while servers run",
    )
    backed_up.set_defaults(run=_backup)
    restored = _add(
        commands, "restore", "make an empty database what it was when a backup was written"
    )
    restored.set_defaults(run=_restore)


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=help, description=f"{help[0].upper()}{help[1:]}.", epilog=options.EPILOG,
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--passphrase-file", metavar="FILE", type=Path, help="its first line; else it is asked for"
    )
    options.add_for_commands(parser)
    return parser


def _backup(chosen: argparse.Namespace) -> None:
    settings = options.load_settings(chosen)
    dialect = dialect_of(settings.database_url)
    if dialect.is_missing():
        raise CommandError(f"no database at {dialect.place} (database_url)")
    key_file = _key_file(settings)
    if not key_file.exists():
        raise CommandError(f"no signing key at {key_file} (record_key_file): run this where the"
                           " server runs")  # fmt: skip
    passphrase = _passphrase(chosen, is_new=True)

    async def within() -> None:
        database = await Database.open(settings.database_url)
        try:
            await backup.back_up(database, key_file, chosen.file, passphrase)
        finally:
            await database.close()

    asyncio.run(within())
    _, counts = backup.check(chosen.file, passphrase)
    print(f"{chosen.file}: {_said(counts)}. It was read again and is whole.")
    print("Keep the passphrase elsewhere: without it nobody can open the file.")


def _restore(chosen: argparse.Namespace) -> None:
    settings = options.load_settings(chosen)
    passphrase = _passphrase(chosen, is_new=False)
    head, counts = backup.check(chosen.file, passphrase)
    print(f"{chosen.file}: of {time_text(head.made_at)}, {_said(counts)}")
    backup.restore(settings.database_url, _key_file(settings), chosen.file, passphrase)
    asyncio.run(_verify(settings))


async def _verify(settings: Settings) -> None:
    """What was restored proves itself. Raises CommandError where it does not."""
    store = await Store.open(settings.database_url, settings.record_key_file)
    try:
        for one in await store.establishments():
            show(one, await store.records.verify_establishment(one.id))
    finally:
        await store.close()
    print(f"Restored into {dialect_of(settings.database_url).place}.")


def _key_file(settings: Settings) -> Path:
    return Path(settings.record_key_file or dialect_of(settings.database_url).key_file)


def _passphrase(chosen: argparse.Namespace, *, is_new: bool) -> str:
    if chosen.passphrase_file is not None:
        try:
            said = chosen.passphrase_file.read_text("utf-8").partition("\n")[0]
        except (OSError, UnicodeDecodeError) as error:
            why = reason(error) if isinstance(error, OSError) else "not a UTF-8 text"
            raise CommandError(f"{chosen.passphrase_file}: {why}") from error
    elif sys.stdin.isatty():
        said = getpass.getpass("Passphrase: ")
        if is_new and getpass.getpass("The same again: ") != said:
            raise CommandError("the two passphrases differ")
    else:
        raise CommandError("no terminal to ask for the passphrase: use --passphrase-file")
    if is_new and len(said) < PASSPHRASE_MIN:
        raise CommandError(f"the passphrase must have at least {PASSPHRASE_MIN} characters")
    return str(said)


def _said(counts: Counter[str]) -> str:
    return f"{counts.total()} rows, {counts['meetings']} meetings, {counts['bookings']} bookings"
