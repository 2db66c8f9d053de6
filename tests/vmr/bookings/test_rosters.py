"""Who is on the roster of a day."""

from datetime import date

from vmr.bookings.rosters import Roster
from vmr.ids import EstablishmentId, OfficerId

DAY = date(2027, 3, 1)
ANN, BO = OfficerId("ann"), OfficerId("bo")


def roster(*officers: OfficerId) -> Roster:
    return Roster(establishment=EstablishmentId("e1"), day=DAY, officers=frozenset(officers))


def test_where_no_roster_is_kept_everybody_is_on_it() -> None:
    assert not roster().is_kept
    assert roster().has(ANN)


def test_a_roster_that_is_kept_has_those_alone_who_are_named() -> None:
    assert roster(ANN).is_kept
    assert roster(ANN).has(ANN)
    assert not roster(ANN).has(BO)
