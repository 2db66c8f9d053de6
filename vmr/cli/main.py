"""`vmr serve`, `vmr room`, and the other commands: the parsers, and errors as one line each.

Exit codes: 0 done, 1 it could not be done, 2 wrong settings or usage, 130 interrupted.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import NoReturn

from vmr.cli import (
    api_tokens,
    backups,
    drain,
    nodes,
    options,
    records,
    requests,
    retention,
    rooms,
    staff,
    terminals,
)
from vmr.cli.errors import CommandError
from vmr.setting_sources import SettingError, markdown
from vmr.store.errors import StoreError


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; never raises for what an operator can cause."""
    parser = build()
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen) or 0)
    except SettingError as error:
        return _fail(parser, error, 2)
    except (CommandError, StoreError) as error:
        return _fail(parser, error, 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone: `vmr room list | head`
        sys.stderr.close()
        return 1


def build() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(
        prog="vmr", description="A video meeting room server.", allow_abbrev=False
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_serve(commands)
    rooms.add_parser(commands)
    staff.add_parser(commands)
    terminals.add_parser(commands)
    api_tokens.add_parser(commands)
    requests.add_parser(commands)
    records.add_parser(commands)
    retention.add_parser(commands)
    nodes.add_parser(commands)
    backups.add_parsers(commands)
    drain.add_parser(commands)
    _add_settings(commands)
    _add_doctor(commands)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser(
        "serve",
        help="run the server",
        description="Run the server until SIGINT or SIGTERM. A second signal stops it at once.",
        epilog=options.EPILOG,
        allow_abbrev=False,
    )
    options.add_all(serve)
    serve.set_defaults(run=_serve)


def _serve(chosen: argparse.Namespace) -> int:
    from vmr.cli.serve import serve  # the whole server: too much for the other commands to load

    return asyncio.run(serve(options.load_settings(chosen)))


def _add_settings(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    settings = commands.add_parser(
        "settings", help="list every setting and its value", epilog=options.EPILOG,
        allow_abbrev=False,
    )  # fmt: skip
    settings.add_argument("--markdown", action="store_true", help="as README's table of defaults")
    options.add_all(settings)
    settings.set_defaults(run=_settings)


def _settings(chosen: argparse.Namespace) -> None:
    if chosen.markdown:
        print(markdown(), end="")
    else:
        print(options.describe(options.load_settings(chosen)), end="")


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    doctor = commands.add_parser(
        "doctor",
        help="look for what keeps the server from working",
        description="Look at ports, store, address, clock, TURN and mail, as the settings have"
        " them; say what is wrong and how it is mended. Exit code 1 when anything is.",
        epilog=options.EPILOG,
        allow_abbrev=False,
    )
    options.add_all(doctor)
    doctor.set_defaults(run=_doctor)


def _doctor(chosen: argparse.Namespace) -> int:
    from vmr.cli.doctor import show  # half of the server: too much for the others to load

    return asyncio.run(show(options.load_settings(chosen)))


def _fail(parser: argparse.ArgumentParser, error: Exception, code: int) -> int:
    print(f"{parser.prog}: {' '.join(str(error).split())}", file=sys.stderr)
    return code
