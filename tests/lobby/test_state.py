"""The state is values: a copy is independent, questions change nothing."""

from dataclasses import fields

from lobby.state import State
from tests.lobby.world import World, session
from vmr.roles import Role


def test_a_copy_shares_no_table_with_the_original() -> None:
    world = World()
    world.consultation()
    state = world.meeting._state
    copy = state.copy()
    assert copy == state
    for field in fields(State):
        value = getattr(state, field.name)
        if isinstance(value, dict) or field.name == "sent":
            assert getattr(copy, field.name) is not value, field.name
    assert copy.sent.views is not state.sent.views


def test_everybody_is_found_by_session_in_one_place() -> None:
    world = World()
    world.locked()
    world.join("late")
    world.join("second", Role.HOST)
    state = world.meeting._state
    assert set(state.sessions()) == {session(n) for n in ("host", "lawyer", "late", "second")}
    assert set(state.inside()) == {session("host"), session("lawyer")}
    assert all(state.has_session(s) for s in state.sessions())
    assert not state.has_session(session("nobody"))


def test_only_who_needs_a_decision_is_at_the_door() -> None:
    world = World()
    world.join("lawyer")
    world.join("stranger", invited=False)
    assert world.meeting._state.at_door == 1


def test_persons_outside_are_those_on_guests_connections() -> None:
    world = World()
    world.join("lawyer", persons=("Interpreter",))
    world.host()
    state = world.meeting._state
    assert state.persons_outside == 2
    assert state.has_space_outside(4)
    assert not state.has_space_outside(5)
