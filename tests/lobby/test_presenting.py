"""One's own media, muting others, and the presentation."""

import pytest

from lobby.commands import (
    AllowPresenting,
    MuteOther,
    SetOwnMedia,
    StartPresenting,
    StopPresenting,
)
from lobby.effects import Bind, Gate
from lobby.errors import NotPermitted, NotPresenting, NotYourself, SomebodyPresents
from lobby.events import (
    MutedByHost,
    PresentationStarted,
    PresentationStopped,
    PresentingAllowed,
)
from tests.lobby.world import OFFICER, World, pid, session
from vmr.numbers import Numbers
from vmr.policies import PolicyName

LAWYER, AIDE = session("lawyer"), session("aide")


def opened() -> World:
    world = World()
    world.join("lawyer")
    world.join("aide")
    world.host()
    return world


def gate(world: World, name: str) -> Gate:
    return next(e for e in world.effects if isinstance(e, Gate) and e.participant == pid(name))


def test_muting_oneself_closes_the_gate_and_opens_no_record() -> None:
    world = opened()
    world.do(SetOwnMedia(session=LAWYER, microphone=False))
    assert (gate(world, "lawyer").microphone, gate(world, "lawyer").camera) == (False, True)
    assert world.records() == []
    assert world.inside("lawyer").presence.heard_by == ()


def test_stopping_the_camera_closes_its_gate() -> None:
    world = opened()
    world.do(SetOwnMedia(session=LAWYER, camera=False))
    assert not gate(world, "lawyer").camera
    assert world.inside("lawyer").presence.seen_by == ()
    world.do(SetOwnMedia(session=LAWYER, camera=True))
    assert gate(world, "lawyer").camera


def test_who_waits_sets_nothing() -> None:
    world = opened()
    world.join("late", invited=False)
    with pytest.raises(NotPermitted):
        world.do(SetOwnMedia(session=session("late"), microphone=True))


def test_a_host_mutes_somebody_who_may_unmute_themselves() -> None:
    world = opened()
    world.do(MuteOther(by=session("host"), participant=pid("lawyer")))
    assert world.told("lawyer") == [MutedByHost()]
    assert not gate(world, "lawyer").microphone
    assert world.recorded() == ["muted"]
    world.do(SetOwnMedia(session=LAWYER, microphone=True))
    assert gate(world, "lawyer").microphone


def test_muting_somebody_silent_changes_nothing() -> None:
    world = opened()
    world.do(SetOwnMedia(session=LAWYER, microphone=False))
    world.do(MuteOther(by=OFFICER, participant=pid("lawyer")))
    assert world.effects == [world.reply()]


def test_one_mutes_oneself_by_ones_own_button() -> None:
    world = opened()
    with pytest.raises(NotYourself):
        world.do(MuteOther(by=session("host"), participant=pid("host")))


# -- the presentation -------------------------------------------------------------------------


def test_a_presentation_is_told_and_bound_to_the_others() -> None:
    world = opened()
    world.do(StartPresenting(session=LAWYER))
    event = PresentationStarted(participant=pid("lawyer"), name="Lawyer")
    assert world.told("aide") == world.told("host") == [event]
    assert world.told("lawyer") == []
    assert gate(world, "lawyer").screen
    bind = next(e for e in world.effects if isinstance(e, Bind) and e.participant == pid("aide"))
    assert [s.participant for s in bind.sources if s.screen] == [pid("lawyer")]
    assert world.inside("host").presenter == pid("lawyer")


def test_a_second_presenter_takes_over_after_a_confirmation() -> None:
    world = opened()
    world.do(StartPresenting(session=LAWYER))
    with pytest.raises(SomebodyPresents):
        world.do(StartPresenting(session=AIDE))
    world.do(StartPresenting(session=AIDE, take_over=True))
    assert world.told("host") == [
        PresentationStopped(participant=pid("lawyer")),
        PresentationStarted(participant=pid("aide"), name="Aide"),
    ]
    assert not gate(world, "lawyer").screen
    assert gate(world, "aide").screen


def test_presenting_again_changes_nothing() -> None:
    world = opened()
    world.do(StartPresenting(session=LAWYER))
    world.do(StartPresenting(session=LAWYER))
    assert world.effects == [world.reply()]


def test_only_the_presenter_stops_their_presentation() -> None:
    world = opened()
    world.do(StartPresenting(session=LAWYER))
    with pytest.raises(NotPresenting):
        world.do(StopPresenting(session=AIDE))
    world.do(StopPresenting(session=LAWYER))
    assert world.told("aide") == [PresentationStopped(participant=pid("lawyer"))]
    assert world.recorded() == ["presentation_stopped"]


def test_a_presentation_ends_with_its_presenters_connection() -> None:
    world = opened()
    world.do(StartPresenting(session=LAWYER))
    world.lose("lawyer")
    assert world.inside("host").presenter is None


# -- allowed or not ---------------------------------------------------------------------------


def allow(world: World, is_allowed: bool, by: str = "host") -> None:
    world.do(AllowPresenting(by=session(by), is_allowed=is_allowed))


@pytest.mark.parametrize("policy", list(PolicyName))
def test_everyone_may_present_until_a_host_says_no(policy: PolicyName) -> None:
    world = World(policy, numbers=Numbers(social_unrecorded=True))
    if policy is PolicyName.SOCIAL:
        world.watch()
    world.join("lawyer")
    world.host()
    if policy in (PolicyName.SOCIAL, PolicyName.COMPASSIONATE):
        world.admit("lawyer")
    assert world.inside("lawyer").guests_may_present
    world.do(StartPresenting(session=LAWYER))
    assert world.inside("host").presenter == pid("lawyer")


def test_a_guest_whom_no_host_lets_present_is_refused() -> None:
    world = opened()
    allow(world, False)
    assert not world.inside("lawyer").guests_may_present
    assert "present" not in world.inside("lawyer").may
    with pytest.raises(NotPermitted):
        world.do(StartPresenting(session=LAWYER))
    with pytest.raises(NotPermitted):
        world.do(StartPresenting(session=LAWYER, take_over=True))


def test_a_host_presents_all_the_same() -> None:
    world = opened()
    allow(world, False)
    world.do(StartPresenting(session=session("host")))
    assert world.inside("lawyer").presenter == pid("host")


def test_a_guests_presentation_ends_when_it_is_not_allowed_any_more() -> None:
    world = opened()
    world.do(StartPresenting(session=LAWYER))
    allow(world, False)
    assert not gate(world, "lawyer").screen
    assert world.inside("host").presenter is None
    assert PresentationStopped(participant=pid("lawyer")) in world.told("aide")
    assert world.recorded() == ["presenting_forbidden", "presentation_stopped"]


def test_it_is_told_and_recorded_once() -> None:
    world = opened()
    allow(world, False)
    event = PresentingAllowed(is_allowed=False)
    assert (world.told("lawyer"), world.told("host")) == ([event], [])
    assert world.recorded() == ["presenting_forbidden"]
    allow(world, False)
    assert (world.told("lawyer"), world.recorded()) == ([], [])
    allow(world, True)
    assert world.recorded() == ["presenting_allowed"]
    world.do(StartPresenting(session=LAWYER))


def test_no_guest_allows_it_to_themselves() -> None:
    world = opened()
    allow(world, False)
    with pytest.raises(NotPermitted):
        allow(world, True, by="lawyer")


def test_it_stays_so_after_handing_over_and_after_a_restart() -> None:
    world = World()
    world.locked()
    allow(world, False)
    world.hand_over()
    assert "present" not in world.inside("lawyer").may
    world.restart()
    world.join("lawyer", page="lawyer again")
    assert "present" not in world.inside("lawyer again").may
