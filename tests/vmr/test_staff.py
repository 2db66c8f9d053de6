"""Who staff are, what their roles permit, and what their record says."""

import pytest

from vmr.ids import EstablishmentId, OfficerId, RoomId
from vmr.policies import PolicyName
from vmr.record import canonical
from vmr.rooms import Establishment, Room
from vmr.staff import (
    STAFF_PERMISSIONS,
    StaffMember,
    StaffPermission,
    StaffRole,
    parse_name,
    parse_username,
    role_names,
)
from vmr.staff_record import OPERATOR, StaffEvent, happening

HERE = Establishment(id=EstablishmentId("e1"), name="HMP Here", phone="1")
THERE = Establishment(id=EstablishmentId("e2"), name="HMP There", phone="2")
P = StaffPermission


def member(*roles: StaffRole, is_disabled: bool = False) -> StaffMember:
    return StaffMember(
        id=OfficerId("o1"),
        establishment=HERE,
        name="Officer Reed",
        username="reed",
        roles=frozenset(roles),
        is_disabled=is_disabled,
    )


def room(establishment: Establishment) -> Room:
    return Room(
        id=RoomId("r"),
        establishment=establishment,
        address="abcdefghijkl",
        name="Room",
        policy=PolicyName.LEGAL,
        pin_hash="",
    )


@pytest.mark.parametrize(
    ("role", "permitted"),
    [
        (
            StaffRole.ADMINISTRATOR,
            {P.MANAGE_STAFF, P.MANAGE_ROOMS, P.MANAGE_PROGRAMS, P.READ_RECORDS},
        ),
        (StaffRole.BOOKING, {P.BOOK}),
        (StaffRole.DUTY, {P.USE_DESK}),
        (StaffRole.MONITOR, {P.WATCH}),
    ],
)
def test_each_role_may_do_its_own_work_and_no_other(
    role: StaffRole, permitted: set[StaffPermission]
) -> None:
    assert {one for one in StaffPermission if member(role).may(one)} == permitted
    assert STAFF_PERMISSIONS[role] == permitted


def test_several_roles_add_up_and_none_is_nothing() -> None:
    assert member(StaffRole.BOOKING, StaffRole.DUTY).may(P.BOOK)
    assert member(StaffRole.BOOKING, StaffRole.DUTY).may(P.USE_DESK)
    assert not any(member().may(one) for one in StaffPermission)


def test_a_disabled_account_may_nothing() -> None:
    assert not any(member(*StaffRole, is_disabled=True).may(one) for one in StaffPermission)


def test_staff_see_the_rooms_of_their_own_establishment() -> None:
    assert member(StaffRole.DUTY).sees(room(HERE))
    assert not member(StaffRole.DUTY).sees(room(THERE))


@pytest.mark.parametrize(
    ("text", "username"),
    [(" Reed ", "reed"), ("Ada.Smith@Example.org", "ada.smith@example.org"), ("ab", None),
     ("a b c", None), (".ab", None), ("x" * 64, "x" * 64), ("x" * 65, None), ("ädä", None),
     ("", None), ("abc\n", "abc"), ("a\nb", None)],
)  # fmt: skip
def test_a_username_is_short_plain_and_small(text: str, username: str | None) -> None:
    assert parse_username(text) == username


@pytest.mark.parametrize(
    ("text", "name"),
    [("  Ada   Smith ", "Ada Smith"), ("", None), ("x" * 101, None), ("a\x00b", None),
     ("Zoë", "Zoë")],
)  # fmt: skip
def test_a_name_is_printable_and_not_too_long(text: str, name: str | None) -> None:
    assert parse_name(text) == name


def test_roles_are_told_in_one_order() -> None:
    assert role_names(frozenset(StaffRole)) == ("administrator", "booking", "duty", "monitor")


def test_the_record_names_the_actor_beside_the_chain_and_never_in_it() -> None:
    done = happening(StaffEvent.DISABLED, member(), by=member(StaffRole.ADMINISTRATOR), at=1.0)
    assert (done.actor, done.subject) == ("officer:o1", "officer:o1")
    assert dict(done.personal)["officer"] == "Officer Reed"
    said = [done.actor, done.what, done.subject, done.reason, [list(one) for one in done.facts]]
    assert b"Reed" not in canonical(said)
    assert happening(StaffEvent.ADDED, member(), by=OPERATOR, at=1.0).actor == "operator"
