"""Every setting by its name: where its value may come from, how it is read, checked and shown.

One setting `http_port` is the option `--http-port`, the variable `VMR_HTTP_PORT` and the TOML key
`http_port`; the first of these that is given wins, then the default. Pure: the caller hands in
the texts.
"""

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from vmr import setting_checks as checks
from vmr.bookings.numbers import MAY_BE_0, BookingNumbers
from vmr.numbers import Numbers
from vmr.record_numbers import RecordNumbers
from vmr.setting_checks import Check
from vmr.setting_help import BOOKING_NUMBERS_HELP, NUMBERS_HELP, RECORD_NUMBERS_HELP
from vmr.setting_kinds import KIND_OF, Kind, Value, default_of, of_kind, read
from vmr.settings import Settings

PREFIX = "VMR_"
HIDDEN = "***"
GROUPS: dict[str, tuple[type[Any], dict[str, str]]] = {
    "numbers": (Numbers, NUMBERS_HELP),
    "booking_numbers": (BookingNumbers, BOOKING_NUMBERS_HELP),
    "record_numbers": (RecordNumbers, RECORD_NUMBERS_HELP),
}
"""The fields of `Settings` that hold numbers, and what each number means."""


class SettingError(Exception):
    """A wrong setting, in one line that names it and the place it was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known of one setting before it has a value.

    `group` is the field of `Settings` that holds it, or empty for `Settings` itself.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    check: Check | None
    group: str = ""
    is_secret: bool = False
    has_password: bool = False

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
        if one.name not in GROUPS:
            yield Setting(
                name=one.name,
                kind=KIND_OF[hints[one.name]],
                default=default_of(one),
                help=one.metadata["help"],
                check=one.metadata["check"],
                is_secret=one.metadata["is_secret"],
                has_password=one.metadata["has_password"],
            )


def _declared_numbers(group: str) -> Iterator[Setting]:
    of, help = GROUPS[group]
    hints = get_type_hints(of)
    for one in dataclasses.fields(of):
        kind = KIND_OF[hints[one.name]]
        yield Setting(
            name=one.name,
            kind=kind,
            default=default_of(one),
            help=help.get(one.name, ""),
            check=None if kind is Kind.YES_NO or one.name in MAY_BE_0 else checks.positive,
            group=group,
        )


REPLACED = {
    "behind_proxy": 'is no more: list the proxies in trusted_proxies, like "127.0.0.1"',
}
"""Settings of earlier versions, and what to say to who still has them."""
SETTINGS: tuple[Setting, ...] = (
    *_declared(),
    *(one for group in GROUPS for one in _declared_numbers(group)),
)
_BY_NAME = {one.name: one for one in SETTINGS}


def load(
    options: Mapping[str, str], environment: Mapping[str, str], toml: str = "", source: str = ""
) -> Settings:
    """Settings from options, `VMR_*` variables and a TOML text (from file `source`), in this order.

    Raises SettingError for an unknown TOML key and for any wrong value, even of a source that a
    stronger one overrules: a mistake should not wait for the day it matters.
    """
    values: dict[str, Value] = _from_toml(toml, source)
    for name, instead in REPLACED.items():
        if (variable := PREFIX + name.upper()) in environment:
            raise SettingError(f"{variable}: {instead}")
    for one in SETTINGS:
        if one.variable in environment:
            values[one.name] = _parse(one, environment[one.variable], one.variable)
    for name, text in options.items():
        if name in REPLACED:
            raise SettingError(f"--{name.replace('_', '-')}: {REPLACED[name]}")
        values[name] = _parse(_BY_NAME[name], text, _BY_NAME[name].option)
    groups: Any = {group: {} for group in GROUPS}
    for name in list(values):
        if _BY_NAME[name].group:
            groups[_BY_NAME[name].group][name] = values.pop(name)
    chosen: Any = values
    try:
        made: Any = {group: GROUPS[group][0](**given) for group, given in groups.items()}
        return Settings(**made, **chosen)
    except ValueError as error:
        raise SettingError(str(error)) from error


def _from_toml(text: str, source: str) -> dict[str, Value]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{source}: {error}") from error
    values = {}
    for name, raw in table.items():
        if name in REPLACED:
            raise SettingError(f"{name} in {source}: {REPLACED[name]}")
        if name not in _BY_NAME:
            raise SettingError(f"{source}: unknown setting {name}")
        values[name] = _checked(_BY_NAME[name], raw, f"{name} in {source}", raw)
    return values


def _parse(setting: Setting, text: str, place: str) -> Value:
    """The text of an option or a variable as a value of the setting."""
    return _checked(setting, read(setting.kind, text.strip()), place, text)


def _checked(setting: Setting, raw: object, place: str, said: object) -> Value:
    value = of_kind(setting.kind, raw)
    said = _shown(setting, said)
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
    holder = getattr(settings, setting.group) if setting.group else settings
    value: Value = getattr(holder, setting.name)
    return value


def shown_value_of(settings: Settings, setting: Setting) -> Value:
    """The same, for eyes and logs: a secret only as whether there is one."""
    value = value_of(settings, setting)
    shown: Value = _shown(setting, value) if value else value
    return shown


def _shown(setting: Setting, value: Any) -> Any:
    if setting.has_password:
        return checks.without_password(value) if isinstance(value, str) else HIDDEN
    return HIDDEN if setting.is_secret else value
