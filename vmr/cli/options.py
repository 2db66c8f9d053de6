"""Settings on the command line: options of `vmr.setting_sources`, and the loading of them all."""

import argparse
import os
from pathlib import Path

from vmr.setting_sources import REPLACED, SETTINGS, Setting, SettingError, load, shown_value_of
from vmr.settings import Settings

EPILOG = (
    "Each setting is also a VMR_ variable (VMR_HTTP_PORT) and a key of the TOML file (http_port)."
    " Options win over variables, variables over the file."
)
CONFIG_VARIABLE = "VMR_CONFIG"
ALIASES = {"redis_url": "--redis", "database_url": "--database"}
FOR_COMMANDS = ("database_url", "redis_url", "record_key_file", "public_url", "http_port")


def add_all(parser: argparse.ArgumentParser) -> None:
    """Every setting as an option."""
    _add_config(parser)
    groups = {
        "": parser.add_argument_group("server"),
        "numbers": parser.add_argument_group("numbers (seconds in _s, minutes in _min)"),
        "booking_numbers": parser.add_argument_group("bookings (minutes in _min, hours in _h)"),
        "record_numbers": parser.add_argument_group("records (seconds in _s, days in _days)"),
    }
    for one in SETTINGS:
        _add(groups[one.group], one)
    for name in REPLACED:
        parser.add_argument("--" + name.replace("_", "-"), help=argparse.SUPPRESS)


def add_for_commands(parser: argparse.ArgumentParser) -> None:
    """Only what finds the database and makes links: the rest comes from file and variables."""
    _add_config(parser)
    for one in SETTINGS:
        if one.name in FOR_COMMANDS:
            _add(parser, one)


def load_settings(chosen: argparse.Namespace) -> Settings:
    """From the parsed options, the environment and the TOML file; raises SettingError."""
    given = {
        name: getattr(chosen, name)
        for name in (*(one.name for one in SETTINGS), *REPLACED)
        if getattr(chosen, name, None) is not None
    }
    source = chosen.config or os.environ.get(CONFIG_VARIABLE, "")
    return load(given, os.environ, _read(source) if source else "", source)


def describe(settings: Settings) -> str:
    """One `name = value` line for each setting."""
    return "".join(f"{one.name} = {shown_value_of(settings, one)!r}\n" for one in SETTINGS)


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", help=f"a TOML file of settings (also {CONFIG_VARIABLE})"
    )


def _add(parser: "argparse._ActionsContainer", setting: Setting) -> None:
    default = f" Default: {setting.default_text}." if setting.default_text else ""
    parser.add_argument(
        setting.option,
        *([ALIASES[setting.name]] if setting.name in ALIASES else []),
        dest=setting.name,
        metavar="VALUE",
        help=(setting.help + default).replace("%", "%%"),
    )


def _read(source: str) -> str:
    try:
        return Path(source).read_text(encoding="utf-8")
    except OSError as error:
        raise SettingError(f"config {source}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingError(f"config {source}: not a UTF-8 text") from error
