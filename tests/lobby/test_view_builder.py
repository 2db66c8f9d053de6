"""What each place may know."""

import dataclasses

from lobby.commands import AddPerson, Extend, SocketLost
from lobby.effects import Send
from lobby.views import View
from tests.lobby.world import OFFICER, World, pid, session
from vmr.policies import PolicyName
from vmr.roles import Role


def test_whoever_waits_is_shown_the_room_and_themselves() -> None:
    world = World()
    world.locked()
    world.join("late", persons=("Aide",))
    view = world.waiting("late")
    assert (view.name, view.you, view.room.name) == ("Late", pid("late"), "Legal 1")
    assert (view.room.phone, view.room.safer_custody) == ("01632 960001", "01632 960002")
    assert "Lawyer" not in repr(dataclasses.asdict(view))


def test_whoever_is_asked_for_a_pin_learns_nothing_of_the_inside() -> None:
    world = World()
    world.locked()
    world.join("second", Role.HOST)
    assert "Lawyer" not in repr(dataclasses.asdict(world.prompt("second")))


def test_only_who_may_admit_sees_who_knocks() -> None:
    world = World()
    world.join("lawyer")
    world.host()
    world.join("late", invited=False, persons=("Aide",))
    assert world.inside("lawyer").knocks == ()
    assert world.inside("lawyer").at_door == 1
    assert "Late" not in repr(world.inside("lawyer"))
    (knock,) = world.inside("host").knocks
    assert [person.name for person in knock.persons] == ["Late", "Aide"]
    assert (knock.role, knock.is_expected, knock.page_gone) == ("guest", False, False)


def test_only_who_checks_sees_who_is_not_attested() -> None:
    world = World()
    world.join("lawyer")
    world.host()
    assert world.inside("host").unattested == ("p-lawyer.1",)
    assert world.inside("lawyer").unattested == ()


def test_somebody_whose_page_is_gone_still_has_a_name_inside() -> None:
    world = World()
    world.locked()
    world.lose("lawyer")
    seat = world.seat("lawyer")
    assert (seat.name, seat.is_connected) == ("Lawyer", False)


def test_a_view_is_sent_only_when_it_differs() -> None:
    world = World()
    world.locked()
    world.join("late")
    world.do(SocketLost(session=session("lawyer")))
    assert world.effects == []
    world.do(Extend(by=OFFICER, minutes=5))
    sent = {e.session for e in world.effects if isinstance(e, Send) and isinstance(e.message, View)}
    assert sent == {session("host"), session("lawyer")}


def test_everybody_sees_every_person_behind_a_connection() -> None:
    world = World()
    world.join("lawyer")
    world.host()
    world.do(AddPerson(by=session("host"), participant=pid("lawyer"), name="Interpreter"))
    seat = world.seat("lawyer", seen_by="lawyer")
    assert [person.name for person in seat.persons] == ["Lawyer", "Interpreter"]


def test_a_legal_room_says_that_nothing_is_recorded_or_watched() -> None:
    world = World()
    world.locked()
    view = world.inside("lawyer")
    assert view.room.recording == "none"
    assert (view.presence.monitors, view.presence.is_recorded) == (0, False)


def test_without_the_setting_a_social_rooms_page_claims_no_demonstration() -> None:
    world = World(PolicyName.SOCIAL)
    world.join("mother")
    assert world.waiting("mother").room.recording == "none"
