"""The permission table: the rows that must never grow by accident are spelled out."""

import itertools

import pytest

from vmr.roles import PERMISSIONS, Permission, Role, SeatMode, Stage, permissions

RUNNING = (Stage.OPEN, Stage.LOCKED)


@pytest.mark.parametrize("stage", RUNNING)
def test_a_handed_over_seat_has_exactly_the_prisoners_row(stage: Stage) -> None:
    assert permissions(Role.HOST, stage, SeatMode.HANDED_OVER) == {
        Permission.SPEAK,
        Permission.SHOW,
        Permission.LEAVE,
        Permission.CALL_STAFF,
        Permission.READY_TO_LEAVE,
        Permission.STEP_UP,
    }


@pytest.mark.parametrize("stage", RUNNING)
def test_a_guest_has_exactly_a_guests_row(stage: Stage) -> None:
    assert permissions(Role.GUEST, stage) - {Permission.ENCODE} == {
        Permission.SPEAK,
        Permission.SHOW,
        Permission.PRESENT,
        Permission.RAISE_HAND,
        Permission.LEAVE,
        Permission.CALL_STAFF,
        Permission.READY_TO_LEAVE,
    }


def test_an_encoder_is_set_up_by_guests_and_officers_in_a_room_that_is_not_locked() -> None:
    rows = {row for row, may in PERMISSIONS.items() if Permission.ENCODE in may}
    assert rows == {
        (Role.GUEST, Stage.OPEN, SeatMode.OWN),
        (Role.HOST, Stage.OPEN, SeatMode.OWN),
        (Role.HOST, Stage.OPEN, SeatMode.STEPPED_UP),
    }


@pytest.mark.parametrize("stage", RUNNING)
def test_a_stepped_up_seat_may_do_what_an_officers_own_seat_may(stage: Stage) -> None:
    own = permissions(Role.HOST, stage, SeatMode.OWN)
    assert permissions(Role.HOST, stage, SeatMode.STEPPED_UP) == own
    assert Permission.STEP_UP not in own


def test_a_room_is_locked_when_open_and_unlocked_when_locked() -> None:
    for role in (Role.HOST, Role.STAFF):
        for stage, has, lacks in (
            (Stage.OPEN, Permission.LOCK, Permission.UNLOCK),
            (Stage.LOCKED, Permission.UNLOCK, Permission.LOCK),
        ):
            assert has in permissions(role, stage)
            assert lacks not in permissions(role, stage)


def test_before_a_host_opened_only_staff_outside_may_do_anything() -> None:
    expected = {
        (Role.STAFF, SeatMode.OWN): {
            Permission.ADMIT,
            Permission.END,
            Permission.RESET_PIN,
            Permission.ANSWER_ALERTS,
        },
        (Role.MONITOR, SeatMode.OWN): {Permission.WATCH, Permission.RAISE_CONCERN},
    }
    for role, mode in itertools.product(Role, SeatMode):
        assert permissions(role, Stage.WAITING, mode) == expected.get((role, mode), set())


def test_after_the_end_nobody_may_do_anything() -> None:
    assert all(stage is not Stage.ENDED for _, stage, _ in PERMISSIONS)
    assert permissions(Role.STAFF, Stage.ENDED) == frozenset()


def test_only_the_desk_extends_and_resets_a_step_up() -> None:
    for permission in (Permission.EXTEND, Permission.RESET_STEP_UP):
        roles = {role for (role, _, _), may in PERMISSIONS.items() if permission in may}
        assert roles == {Role.STAFF}


def test_only_a_handed_over_seat_steps_up() -> None:
    modes = {mode for (_, _, mode), may in PERMISSIONS.items() if Permission.STEP_UP in may}
    assert modes == {SeatMode.HANDED_OVER}


def test_a_monitor_watches_raises_concerns_pauses_and_ends_and_nothing_else() -> None:
    watching = {Permission.WATCH, Permission.RAISE_CONCERN}
    assert permissions(Role.MONITOR, Stage.WAITING) == watching
    assert permissions(Role.MONITOR, Stage.OPEN) == {*watching, Permission.PAUSE, Permission.END}
