"""What is wrong with a setting's value, as the end of a sentence; None: nothing. Pure."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from vmr.bookings.addresses import domain_of

Check = Callable[[Any], str | None]
CODECS = ("vp8", "h264")
TOTP = ("off", "optional", "required")
TLS = ("starttls", "tls", "off")
WORKERS_MAX = 64
LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")


def port(value: int) -> str | None:
    return None if 0 <= value <= 65535 else "must be a port from 0 to 65535"


def smtp_port(value: int) -> str | None:
    return None if 1 <= value <= 65535 else "must be a port from 1 to 65535"


def smtp_tls(value: str) -> str | None:
    return None if value in TLS else f"must be one of {', '.join(TLS)}"


def address(value: str) -> str | None:
    is_address = value == "" or (value.isascii() and domain_of(value) is not None)
    return None if is_address else "must be one e-mail address"


def mail_domains(value: tuple[str, ...]) -> str | None:
    if all(one == one.lower() and domain_of(f"a@{one}") for one in value):
        return None
    return "must list domains in lower case, like law.example"


def media_workers(value: int) -> str | None:
    return None if 0 <= value <= WORKERS_MAX else f"must be from 0 to {WORKERS_MAX}"


def tcp_port(value: str) -> str | None:
    is_port = value.isascii() and value.isdigit() and len(value) <= 5 and port(int(value)) is None
    return None if value in ("same", "off") or is_port else "must be same, off or a port"


def metrics_port(value: str) -> str | None:
    is_port = value.isascii() and value.isdigit() and len(value) <= 5 and port(int(value)) is None
    return None if value == "off" or is_port else "must be off or a port"


def codecs(value: tuple[str, ...]) -> str | None:
    if value and len(set(value)) == len(value) and set(value) <= set(CODECS):
        return None
    return f"must list one or more of {', '.join(CODECS)}, each once"


def log_format(value: str) -> str | None:
    return None if value in LOG_FORMATS else f"must be one of {', '.join(LOG_FORMATS)}"


def log_level(value: str) -> str | None:
    return None if value in LOG_LEVELS else f"must be one of {', '.join(LOG_LEVELS)}"


def issuer(value: str) -> str | None:
    local = r"http://(?:localhost|127\.0\.0\.1)(?::\d+)?(?:/[^\s?#]*)?"
    if value == "" or re.fullmatch(rf"https://[^\s?#@]+|{local}", value):
        return None
    return "must look like https://login.example.org"


def totp(value: str) -> str | None:
    return None if value in ("", *TOTP) else f"must be one of {', '.join(TOTP)}, or empty"


def public_url(value: str) -> str | None:
    if value == "" or re.fullmatch(r"https?://[^\s/?#@]+", value):
        return None
    return "must look like https://meet.example.org, without a path"


def announced(value: tuple[str, ...]) -> str | None:
    return None if all(map(_is_announced, value)) else "must list IP addresses, or address:port"


def _is_announced(value: str) -> bool:
    """`10.0.0.5`, `10.0.0.5:443`, `2001:db8::1` or `[2001:db8::1]:443`."""
    found = re.fullmatch(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[\d.]+)):(?P<port>\d{1,5})", value)
    host, number = (found["six"] or found["four"], int(found["port"])) if found else (value, 1)
    return _is_address(host) and port(number) is None


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def networks(value: tuple[str, ...]) -> str | None:
    return None if all(map(_is_network, value)) else "must list networks, like 10.0.0.0/24"


def _is_network(value: str) -> bool:
    try:
        return ipaddress.ip_network(value).prefixlen > 0
    except ValueError:
        return False


def media_host(value: str) -> str | None:
    return None if value == "" or _is_address(value) else "must be an IP address, or empty for all"


def database_url(value: str) -> str | None:
    if value.startswith(("sqlite:///", "postgresql://")):
        return None
    return "must look like sqlite:///var/vmr.db or postgresql://user@host/name"


def redis_url(value: str) -> str | None:
    if value == "" or re.fullmatch(r"(rediss?://[^\s/]|unix:///)\S*", value):
        return None
    return "must look like redis://:password@host:6379 or unix:///run/redis.sock"


def node_urls(value: tuple[str, ...]) -> str | None:
    form = re.compile(
        r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?|https?://\[[0-9A-Fa-f:]+\](:\d{1,5})?"
    )
    if all(map(form.fullmatch, value)):
        return None
    return "must list addresses like https://one.example.org or https://*.example.org"


def node_name(value: str) -> str | None:
    if re.fullmatch(r"[A-Za-z0-9.-]{0,50}", value):
        return None
    return "must be at most 50 letters, digits, dots and hyphens"


def without_password(value: str) -> str:
    """An address as it may be shown: whatever could be a password in it is hidden."""
    hidden = re.sub(r"(?<=://)([^:/?]*):.*@", r"\1:***@", value)
    return re.sub(r"(password=)[^&]*", r"\1***", hidden)


def positive(value: Any) -> str | None:
    amounts = value if isinstance(value, tuple) else (value,)
    return None if all(amount > 0 for amount in amounts) else "must be more than 0"


def turn_urls(value: tuple[str, ...]) -> str | None:
    host = r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])"
    form = re.compile(rf"turns?:{host}(?::(?P<port>\d{{1,5}}))?(?:\?transport=(?:udp|tcp))?")
    found = [form.fullmatch(url) for url in value]
    if all(one and port(int(one["port"] or 1)) is None for one in found):
        return None
    return "must list addresses like turn:host:3478?transport=udp"


def ntp_server(value: str) -> str | None:
    form = r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?"
    found = re.fullmatch(form, value)
    if value == "" or (found and port(int(found["port"] or 1)) is None):
        return None
    return "must look like ntp.example.org, or host:port"


def not_negative(value: float) -> str | None:
    return None if value >= 0 else "must be 0 or more"
