"""A seat is kept only for who can prove to be its holder and was attested."""

from dataclasses import replace

import pytest

from lobby.seats import away
from lobby.state import Seat
from lobby.step_up import Hands
from tests.lobby.world import START, pid, session
from vmr.ids import DeviceId
from vmr.participants import Person, name_persons
from vmr.roles import Role

GUEST = Seat(
    id=pid("a"),
    session=session("a"),
    role=Role.GUEST,
    persons=name_persons(pid("a"), ("A", "B")),
    invite=None,
    device=DeviceId("d"),
)


def attested(*which: bool) -> tuple[Person, ...]:
    return tuple(
        replace(person, is_attested=is_attested)
        for person, is_attested in zip(GUEST.persons, which, strict=True)
    )


@pytest.mark.parametrize(
    ("seat", "is_kept"),
    [
        (GUEST, False),
        (replace(GUEST, persons=attested(True, False)), False),
        (replace(GUEST, persons=attested(True, True)), True),
        (replace(GUEST, persons=attested(True, True), device=None), False),
        (replace(GUEST, role=Role.HOST), True),
        (replace(GUEST, role=Role.HOST, device=None), False),
    ],
)
def test_whose_seat_is_kept(seat: Seat, is_kept: bool) -> None:
    assert seat.may_return is is_kept


def test_a_kept_seat_has_nobody_in_it_and_no_step_up() -> None:
    hands = Hands(is_handed_over=True, stepped_up_until=START + 5, wrong_pins=1)
    kept = away(replace(GUEST, hands=hands, is_media_lost=True, socket_lost_at=START), START + 300)
    assert (kept.session, kept.absent_until) == (None, START + 300)
    assert (kept.is_media_lost, kept.socket_lost_at) == (False, None)
    assert kept.hands == Hands(is_handed_over=True, wrong_pins=1)


def test_a_seat_is_labelled_by_role_and_id_and_named_by_its_first_person() -> None:
    assert (GUEST.label, GUEST.name) == ("guest:p-a", "A")
