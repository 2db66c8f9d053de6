"""What the operator may set of staff sign-in. Values only; read by the wiring."""

from dataclasses import dataclass, field

from signalling.staff.oidc import OidcConfig
from vmr.staff_accounts import ONE_TIME_S
from vmr.staff_sessions import SessionLimits, TotpMode


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffConfig:
    """`origin` is where browsers find the pages, empty: wherever they were asked for.

    `is_secure`: cookies are sent over TLS alone; false only for a server on localhost without it.
    A password made for somebody is good for `one_time_s`. From `tries` wrong entries on within
    `tries_window_s` an account is closed for as long, from `address_tries` on an address.
    """

    limits: SessionLimits = field(default_factory=SessionLimits)
    totp: TotpMode = TotpMode.REQUIRED
    origin: str = ""
    is_secure: bool = True
    one_time_s: float = ONE_TIME_S
    tries: int = 10
    address_tries: int = 50
    tries_window_s: float = 900.0
    oidc: OidcConfig | None = None
    checks_at_once: int = 1
    checks_waiting: int = 16
