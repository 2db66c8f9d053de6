"""A staff account as sign-in sees it, and the rules for passwords and wrong entries. Pure."""

from collections import deque
from dataclasses import dataclass, field

from vmr.staff import StaffMember

PASSWORD_MIN = 12
PASSWORD_MAX = 200
"""Characters: a bound on work, far above any password."""
KEYS_MAX = 10_000
ONE_TIME_S = 7 * 24 * 3600.0
"""How long a password that was made for somebody is good, where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    """A member with what proves them. Never leaves sign-in; secrets are in no repr.

    `password_hash` is argon2id in PHC form, empty for who signs in elsewhere; a password made for
    them is good until `password_expires_at`, their own (None) for ever. `totp_secret` is
    base32, empty without a second factor; a code's step must be greater than `totp_last_step`.
    `oidc_issuer` and `oidc_subject` are empty until the first sign-in by OpenID Connect.
    """

    member: StaffMember
    password_hash: str = field(default="", repr=False)
    must_change_password: bool = False
    password_expires_at: float | None = None
    totp_secret: str = field(default="", repr=False)
    totp_last_step: int = 0
    oidc_issuer: str = ""
    oidc_subject: str = field(default="", repr=False)

    def has_expired_password(self, now: float) -> bool:
        return self.password_expires_at is not None and now >= self.password_expires_at

    @property
    def has_totp(self) -> bool:
        return self.totp_secret != ""


def password_fault(password: str, *, username: str = "") -> str | None:
    """Why it cannot be one: `short`, `long`, `username`, or None. No rules of composition."""
    if len(password) < PASSWORD_MIN:
        return "short"
    if len(password) > PASSWORD_MAX:
        return "long"
    if username and password.strip().lower() == username:
        return "username"
    return None


class Throttle:
    """Counts wrong entries by key; from `limit` on within `window_s` the key is closed.

    Bounded in memory: when `keys_max` keys are busy, unknown keys are closed until some are not.
    """

    def __init__(self, *, limit: int, window_s: float, keys_max: int = KEYS_MAX) -> None:
        self._limit = limit
        self._window_s = window_s
        self._keys_max = keys_max
        self._wrong: dict[str, deque[float]] = {}

    def is_closed(self, key: str, now: float) -> bool:
        wrong = self._recent(key, now)
        if wrong is None:
            return len(self._wrong) >= self._keys_max and not self._forget(now)
        return len(wrong) >= self._limit

    def count(self, key: str, now: float) -> None:
        """One wrong entry. More than `limit` are not kept, so a closed key opens in time."""
        if self.is_closed(key, now):
            return
        self._wrong.setdefault(key, deque(maxlen=self._limit)).append(now)

    def clear(self, key: str) -> None:
        """The right entry was made."""
        self._wrong.pop(key, None)

    def forgive(self, key: str) -> None:
        """The last entry was not wrong; the ones before it still count."""
        wrong = self._wrong.get(key)
        if wrong:
            wrong.pop()

    def _recent(self, key: str, now: float) -> deque[float] | None:
        wrong = self._wrong.get(key)
        if wrong is None:
            return None
        while wrong and now - wrong[0] >= self._window_s:
            wrong.popleft()
        if not wrong:
            del self._wrong[key]
            return None
        return wrong

    def _forget(self, now: float) -> bool:
        """Drop what is over; whether there is room again."""
        for key in list(self._wrong):
            self._recent(key, now)
        return len(self._wrong) < self._keys_max
