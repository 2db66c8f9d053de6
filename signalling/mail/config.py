"""What the operator may set of the mail. Values only."""

from dataclasses import dataclass, field
from enum import Enum

HOUR_S = 3_600.0


class Tls(Enum):
    OFF = "off"
    STARTTLS = "starttls"  # demanded, not tried
    TLS = "tls"  # from the first byte


@dataclass(frozen=True, slots=True, kw_only=True)
class MailConfig:
    """Without a `host` letters wait. `sender` is the address they come from.

    `domains` are those they may go to; empty: all. A reminder goes out `reminder_h` before a slot;
    0: none.
    """

    host: str = ""
    port: int = 587
    tls: Tls = Tls.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    domains: tuple[str, ...] = ()
    reminder_h: float = 24.0

    @property
    def is_set_up(self) -> bool:
        return self.host != ""
