"""When a session is over, and which step a sign-in takes next."""

from dataclasses import replace

import pytest

from vmr.ids import OfficerId, StaffSessionId
from vmr.staff_sessions import (
    UNFINISHED_S,
    SessionLimits,
    SignInStep,
    StaffSession,
    TotpMode,
    after_new_password,
    after_second_factor,
    first_step,
)

LIMITS = SessionLimits(idle_s=100, longest_s=1000)
SESSION = StaffSession(
    id=StaffSessionId("s"),
    officer=OfficerId("o"),
    step=SignInStep.SIGNED_IN,
    started_at=0.0,
    used_at=0.0,
)
STEP = SignInStep


@pytest.mark.parametrize(
    ("used_at", "now", "is_over"),
    [(0, 99.9, False), (0, 100, True), (950, 999.9, False), (950, 1000, True)],
)
def test_a_session_ends_unused_or_old(used_at: float, now: float, is_over: bool) -> None:
    assert LIMITS.is_over(replace(SESSION, used_at=used_at), now) == is_over


def test_an_attended_session_ends_old_alone() -> None:
    assert not LIMITS.is_over(SESSION, 999, is_attended=True)
    assert LIMITS.is_over(SESSION, 1000, is_attended=True)


@pytest.mark.parametrize("step", [one for one in SignInStep if one is not STEP.SIGNED_IN])
def test_an_unfinished_sign_in_ends_by_its_own_time(step: SignInStep) -> None:
    session = replace(SESSION, step=step, used_at=UNFINISHED_S)
    assert not session.is_signed_in
    assert not LIMITS.is_over(session, UNFINISHED_S - 1)
    assert LIMITS.is_over(session, UNFINISHED_S, is_attended=True)


def test_use_is_written_down_now_and_then_and_before_a_short_idle_time_passes() -> None:
    assert not SessionLimits().is_touch_due(SESSION, 29.9)
    assert SessionLimits().is_touch_due(SESSION, 30)
    assert SessionLimits(idle_s=8).is_touch_due(SESSION, 2)


@pytest.mark.parametrize(
    ("has_totp", "must_change", "mode", "steps"),
    [
        (False, False, TotpMode.OFF, []),
        (True, False, TotpMode.OFF, []),
        (False, False, TotpMode.OPTIONAL, []),
        (True, False, TotpMode.OPTIONAL, [STEP.SECOND_FACTOR]),
        (False, False, TotpMode.REQUIRED, [STEP.SET_UP_SECOND_FACTOR]),
        (True, False, TotpMode.REQUIRED, [STEP.SECOND_FACTOR]),
        (False, True, TotpMode.OPTIONAL, [STEP.NEW_PASSWORD]),
        (True, True, TotpMode.REQUIRED, [STEP.SECOND_FACTOR, STEP.NEW_PASSWORD]),
        (False, True, TotpMode.REQUIRED, [STEP.NEW_PASSWORD, STEP.SET_UP_SECOND_FACTOR]),
    ],
)
def test_a_sign_in_takes_every_step_it_lacks_and_no_other(
    has_totp: bool, must_change: bool, mode: TotpMode, steps: list[SignInStep]
) -> None:
    taken = []
    step = first_step(has_totp=has_totp, must_change_password=must_change, mode=mode)
    while step is not STEP.SIGNED_IN:
        taken.append(step)
        if step is STEP.SECOND_FACTOR:
            step = after_second_factor(
                has_totp=has_totp, must_change_password=must_change, mode=mode
            )
        elif step is STEP.NEW_PASSWORD:
            step = after_new_password(has_totp=has_totp, mode=mode)
        else:
            step = STEP.SIGNED_IN
    assert taken == steps
