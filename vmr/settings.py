"""Every setting of the server: its name, default, meaning, and where its value came from.

One setting `http_port` is the option `--http-port`, the variable `VMR_HTTP_PORT` and the TOML key
`http_port`; the first of these that is given wins, then the default. The numbers of
`vmr.numbers.Numbers` are settings under their own names. Pure: the caller hands in the texts.
"""

import dataclasses
import ipaddress
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

from vmr.numbers import Numbers
from vmr.setting_kinds import KIND_OF, Kind, Value, default_of, of_kind, read

Check = Callable[[Any], str | None]
T = TypeVar("T")
PREFIX = "VMR_"
CODECS = ("vp8", "h264")
LOG_LEVELS = ("debug", "info", "warning", "error")

NUMBERS_HELP = {
    "waiting_s": "A guest waits this long for a host, then is let go, with a way back.",
    "pin_prompt_s": "A joining host has this long to enter the Host PIN.",
    "reentry_s": "An attested person who lost the network may come back this long without a knock.",
    "host_left_s": "The meeting ends this long after the last host left on purpose.",
    "host_lost_s": "The meeting ends this long after the last host lost the network.",
    "knock_gone_s": "A knock ends this long after its page has gone.",
    "knock_again_s": "One device may knock again after this long.",
    "step_up_s": "A step-up on a handed-over terminal lapses after this long without use.",
    "socket_grace_s": "A seat whose signalling is gone but whose media flows is kept this long.",
    "pin_tries": "Wrong Host PINs that end an attempt, or close the step-up of a seat.",
    "room_pin_limit": "More wrong PINs than this in a room within the window close its PIN entry.",
    "room_pin_window_s": "The window in which a room's wrong PINs are counted.",
    "room_pin_closed_s": "How long a room's PIN entry stays closed.",
    "pin_digits_min": "The fewest digits of a Host PIN.",
    "pin_digits_max": "The most digits of a Host PIN.",
    "pin_digits_default": "Digits of a Host PIN that is made.",
    "connections": "Connections in one room at most, inside and outside together.",
    "at_door": "People who may wait at one room, PIN prompts included.",
    "slot_warnings_min": "Minutes before a meeting's end at which everyone is warned.",
    "extension_max_min": "Minutes by which a meeting may be extended at once, at most.",
    "social_unrecorded": "Let a social room open although nothing records it: for demonstration.",
}


class SettingError(Exception):
    """A wrong setting, in one line that names it and the place it was read from."""


def _port(value: int) -> str | None:
    return None if 0 <= value <= 65535 else "must be a port from 0 to 65535"


def _tcp_port(value: str) -> str | None:
    is_port = value.isascii() and value.isdigit() and len(value) <= 5 and _port(int(value)) is None
    return None if value in ("same", "off") or is_port else "must be same, off or a port"


def _codecs(value: tuple[str, ...]) -> str | None:
    if value and len(set(value)) == len(value) and set(value) <= set(CODECS):
        return None
    return f"must list one or more of {', '.join(CODECS)}, each once"


def _log_level(value: str) -> str | None:
    return None if value in LOG_LEVELS else f"must be one of {', '.join(LOG_LEVELS)}"


def _public_url(value: str) -> str | None:
    if value == "" or re.fullmatch(r"https?://[^\s/?#@]+", value):
        return None
    return "must look like https://meet.example.org, without a path"


def _announce(value: tuple[str, ...]) -> str | None:
    return None if all(map(_is_announced, value)) else "must list IP addresses, or address:port"


def _is_announced(value: str) -> bool:
    """`10.0.0.5`, `10.0.0.5:443`, `2001:db8::1` or `[2001:db8::1]:443`."""
    found = re.fullmatch(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[\d.]+)):(?P<port>\d{1,5})", value)
    host, port = (found["six"] or found["four"], int(found["port"])) if found else (value, 1)
    return _is_address(host) and _port(port) is None


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _media_host(value: str) -> str | None:
    return None if value == "" or _is_address(value) else "must be an IP address, or empty for all"


def _database_url(value: str) -> str | None:
    return None if value.startswith("sqlite:///") else "must look like sqlite:///var/vmr.db"


def _positive(value: Any) -> str | None:
    amounts = value if isinstance(value, tuple) else (value,)
    return None if all(amount > 0 for amount in amounts) else "must be more than 0"


def _setting(default: T, help: str, check: Check | None = None) -> T:
    declared: Any = field(default=default, metadata={"help": help, "check": check})
    return declared  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The server's settings, checked. `numbers` are the numbers of the rules."""

    http_host: str = _setting("127.0.0.1", "Address the pages are served on.")
    http_port: int = _setting(
        8080, "TCP port the pages are served on; 0 takes any that is free.", _port
    )
    public_url: str = _setting(
        "",
        "Where people reach the pages, as printed in links. Empty: http://localhost and the port.",
        _public_url,
    )
    database_url: str = _setting(
        "sqlite:///var/vmr.db",
        "The database file; a path with three slashes starts at the working directory.",
        _database_url,
    )
    media_host: str = _setting(
        "", "Address that sound and pictures arrive on. Empty: every address.", _media_host
    )
    media_port: int = _setting(
        8081, "The one UDP port of all sound and pictures; 0 takes any.", _port
    )
    media_tcp_port: str = _setting(
        "same",
        "The one TCP port for networks without UDP: same as media_port, another, 0 for any, off.",
        _tcp_port,
    )
    media_announce: tuple[str, ...] = _setting(
        (),
        "Addresses browsers reach the media port at, with :port where another is forwarded"
        " (for UDP and, when its number is the same, TCP). Empty: the addresses of this machine.",
        _announce,
    )
    codecs: tuple[str, ...] = _setting(
        CODECS, "Video codecs that are offered, the preferred one first.", _codecs
    )
    log_level: str = _setting("info", "The least serious message that is logged.", _log_level)
    numbers: Numbers = field(default_factory=Numbers)

    def tcp_port(self) -> int | None:
        """The number of `media_tcp_port`; 0 is any, None is off."""
        if self.media_tcp_port == "off":
            return None
        return self.media_port if self.media_tcp_port == "same" else int(self.media_tcp_port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known of one setting before it has a value."""

    name: str
    kind: Kind
    default: Value
    help: str
    check: Check | None
    is_number: bool

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()

    @property
    def default_text(self) -> str:
        """As an option or variable would say it; a float that is whole without its point."""
        if isinstance(self.default, tuple):
            return ",".join(map(str, self.default))
        if isinstance(self.default, bool):
            return "true" if self.default else "false"
        return str(self.default)


def _declared() -> Iterator[Setting]:
    hints = get_type_hints(Settings)
    for one in dataclasses.fields(Settings):
        if one.name != "numbers":
            yield Setting(
                name=one.name,
                kind=KIND_OF[hints[one.name]],
                default=default_of(one),
                help=one.metadata["help"],
                check=one.metadata["check"],
                is_number=False,
            )


def _declared_numbers() -> Iterator[Setting]:
    hints = get_type_hints(Numbers)
    for one in dataclasses.fields(Numbers):
        kind = KIND_OF[hints[one.name]]
        yield Setting(
            name=one.name,
            kind=kind,
            default=default_of(one),
            help=NUMBERS_HELP.get(one.name, ""),
            check=None if kind is Kind.YES_NO else _positive,
            is_number=True,
        )


SETTINGS: tuple[Setting, ...] = (*_declared(), *_declared_numbers())
_BY_NAME = {one.name: one for one in SETTINGS}


def load(
    options: Mapping[str, str], environment: Mapping[str, str], toml: str = "", source: str = ""
) -> Settings:
    """Settings from options, `VMR_*` variables and a TOML text (from file `source`), in this order.

    Raises SettingError for an unknown TOML key and for any wrong value, even of a source that a
    stronger one overrules: a mistake should not wait for the day it matters.
    """
    values: dict[str, Value] = _from_toml(toml, source)
    for one in SETTINGS:
        if one.variable in environment:
            values[one.name] = _parse(one, environment[one.variable], one.variable)
    for name, text in options.items():
        values[name] = _parse(_BY_NAME[name], text, _BY_NAME[name].option)
    numbers = {name: values.pop(name) for name in list(values) if _BY_NAME[name].is_number}
    chosen: Any = values
    rules: Any = numbers
    try:
        return Settings(numbers=Numbers(**rules), **chosen)
    except ValueError as error:
        raise SettingError(str(error)) from error


def _from_toml(text: str, source: str) -> dict[str, Value]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{source}: {error}") from error
    values = {}
    for name, raw in table.items():
        if name not in _BY_NAME:
            raise SettingError(f"{source}: unknown setting {name}")
        values[name] = _checked(_BY_NAME[name], raw, f"{name} in {source}", raw)
    return values


def _parse(setting: Setting, text: str, place: str) -> Value:
    """The text of an option or a variable as a value of the setting."""
    return _checked(setting, read(setting.kind, text.strip()), place, text)


def _checked(setting: Setting, raw: object, place: str, said: object) -> Value:
    value = of_kind(setting.kind, raw)
    if value is None:
        raise SettingError(f"{place}: must be {setting.kind.value}, not {said!r}")
    problem = setting.check(value) if setting.check else None
    if problem:
        raise SettingError(f"{place}: {problem}, not {said!r}")
    return value


def markdown() -> str:
    """The table of all settings, for README."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for one in SETTINGS:
        default = f"`{one.default_text}`" if one.default_text else ""
        lines.append(f"| `{one.name}` | {default} | {one.help} |")
    return "\n".join(lines) + "\n"


def value_of(settings: Settings, setting: Setting) -> Value:
    """The value this setting has."""
    value: Value = getattr(settings.numbers if setting.is_number else settings, setting.name)
    return value
