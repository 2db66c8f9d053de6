"""Leases, and who counts as dead to whom."""

from vmr.nodes.lease import LEASE_S, RENEW_S, Lease
from vmr.nodes.node import Node, NodeId
from vmr.nodes.sight import BLIND_S, Life, Look, Sight

OTHER = Node(
    id=NodeId("other"), name="other", url="https://other.example", rooms=0, is_draining=False,
    protocols=(1,),
)  # fmt: skip
EMPTY, FULL = Look(born="b", nodes=()), Look(born="b", nodes=(OTHER,))


def watched(sight: Sight, look: Look, first_at: float, last_at: float) -> Sight:
    """A look each second."""
    at = first_at
    while at <= last_at:
        sight = sight.looked(look, at, at)
        at += 1.0
    return sight


def test_a_lease_runs_from_when_its_renewal_was_sent() -> None:
    lease = Lease().renewed(10.0)
    assert lease.is_held(10.0 + LEASE_S - 0.01)
    assert not lease.is_held(10.0 + LEASE_S)


def test_a_lease_is_never_shortened_by_an_answer_that_comes_late() -> None:
    assert Lease().renewed(10.0).renewed(8.0) == Lease(10.0)


def test_a_lease_is_due_for_renewal_while_two_tries_may_still_fail() -> None:
    assert Lease().is_due(0.0)
    assert not Lease(10.0).is_due(10.0 + RENEW_S - 0.01)
    assert Lease(10.0).is_due(10.0 + RENEW_S)
    assert 3 * RENEW_S <= LEASE_S


def test_who_never_renewed_holds_no_lease() -> None:
    assert not Lease().is_held(0.0)


def test_who_is_in_the_registry_is_alive() -> None:
    assert Sight().looked(FULL, 1.0, 1.0).life_of(OTHER.id, 1.0) is Life.ALIVE


def test_who_is_missing_from_the_first_look_on_is_dead_after_a_lease() -> None:
    sight = watched(Sight(), EMPTY, 1.0, 6.0)
    assert sight.life_of(OTHER.id, 6.0) is Life.UNKNOWN
    assert sight.looked(EMPTY, 7.0, 7.0).life_of(OTHER.id, 7.0) is Life.DEAD


def test_who_is_missing_after_a_long_watch_is_dead_at_once() -> None:
    sight = watched(Sight(), FULL, 1.0, 9.0).looked(EMPTY, 10.0, 10.0)
    assert sight.life_of(OTHER.id, 10.0) is Life.DEAD


def test_a_registry_that_came_back_empty_makes_nobody_dead() -> None:
    sight = watched(Sight(), FULL, 1.0, 9.0).looked(Look(born="new", nodes=()), 10.0, 10.0)
    assert sight.life_of(OTHER.id, 10.0) is Life.UNKNOWN


def test_a_registry_that_was_out_of_sight_makes_nobody_dead() -> None:
    sight = watched(Sight(), FULL, 1.0, 9.0)
    later = 9.0 + BLIND_S + 0.1
    assert sight.looked(EMPTY, later, later).life_of(OTHER.id, later) is Life.UNKNOWN


def test_who_has_not_looked_for_a_while_knows_of_no_death() -> None:
    sight = watched(Sight(), EMPTY, 1.0, 10.0)
    assert sight.life_of(OTHER.id, 10.0) is Life.DEAD
    assert sight.life_of(OTHER.id, 10.0 + BLIND_S + 0.1) is Life.UNKNOWN


def test_who_never_looked_knows_of_no_death() -> None:
    assert Sight().life_of(OTHER.id, 1.0) is Life.UNKNOWN
