"""Sessions of signed-in staff: the steps of a sign-in, and when a session is over. Pure.

Steps only go forward, in the order of the Enum; each one that is passed gives the browser a new
token. Only SIGNED_IN opens anything but the sign-in pages.
"""

from dataclasses import dataclass, field
from enum import Enum

from vmr.ids import OfficerId, StaffSessionId

UNFINISHED_S = 600.0
"""A sign-in must be finished within this time."""
TOUCH_S = 30.0
"""Use within this time of the last use that was written down is not written down."""


class TotpMode(Enum):
    """Whether staff need a second factor."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class SignInStep(Enum):
    """What a session still lacks; named by the page that asks for it."""

    SECOND_FACTOR = "second_factor"
    NEW_PASSWORD = "new_password"
    SET_UP_SECOND_FACTOR = "set_up_second_factor"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """`browser` is what the browser said it is, for the owner's own list. Epoch seconds."""

    id: StaffSessionId
    officer: OfficerId
    step: SignInStep
    started_at: float
    used_at: float
    browser: str = field(default="", repr=False)

    @property
    def is_signed_in(self) -> bool:
        return self.step is SignInStep.SIGNED_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """Seconds without use, and seconds altogether."""

    idle_s: float = 30 * 60
    longest_s: float = 12 * 3600

    def is_over(self, session: StaffSession, now: float, *, is_attended: bool = False) -> bool:
        """`is_attended`: an open console keeps the session in use, up to its longest time."""
        if not session.is_signed_in:
            return now >= session.started_at + UNFINISHED_S
        is_idle = not is_attended and now >= session.used_at + self.idle_s
        return is_idle or now >= session.started_at + self.longest_s

    def is_touch_due(self, session: StaffSession, now: float) -> bool:
        """Whether this use should be written down."""
        return now - session.used_at >= min(TOUCH_S, self.idle_s / 4)


def first_step(*, has_totp: bool, must_change_password: bool, mode: TotpMode) -> SignInStep:
    """The step after the right password."""
    if has_totp and mode is not TotpMode.OFF:
        return SignInStep.SECOND_FACTOR
    return after_second_factor(
        has_totp=has_totp, must_change_password=must_change_password, mode=mode
    )


def after_second_factor(
    *, has_totp: bool, must_change_password: bool, mode: TotpMode
) -> SignInStep:
    """The step after the right code, or where none is asked for."""
    if must_change_password:
        return SignInStep.NEW_PASSWORD
    return after_new_password(has_totp=has_totp, mode=mode)


def after_new_password(*, has_totp: bool, mode: TotpMode) -> SignInStep:
    if mode is TotpMode.REQUIRED and not has_totp:
        return SignInStep.SET_UP_SECOND_FACTOR
    return SignInStep.SIGNED_IN
