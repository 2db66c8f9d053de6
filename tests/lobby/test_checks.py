"""ID checks: persons, the private check, attestations."""

from dataclasses import replace

import pytest

from lobby.commands import (
    AddPerson,
    Attest,
    BeginCheck,
    EndCheck,
    Leave,
    SendBack,
    StartPresenting,
)
from lobby.effects import Bind, Gate
from lobby.errors import (
    AttestationRequired,
    BadAttestation,
    CheckRunning,
    NameMissing,
    NoCheck,
    NoSuchParticipant,
    NoSuchPerson,
    NotAGuest,
    NotConnected,
    NotPermitted,
    TooManyPersons,
)
from lobby.events import CheckEnded, CheckStarted, PresentationStopped
from tests.lobby.world import OFFICER, World, claim, person, pid, session
from vmr.policies import PolicyName


def opened() -> World:
    world = World()
    world.join("lawyer")
    world.join("aide")
    world.host()
    return world


def begin(world: World, guest: str = "lawyer", by: str = "host") -> None:
    world.do(BeginCheck(by=session(by), participant=pid(guest)))


def receivers(world: World, of: str) -> set[str]:
    """Who is bound to this person after the last command, of those bound anew."""
    return {
        effect.participant.removeprefix("p-")
        for effect in world.effects
        if isinstance(effect, Bind) and pid(of) in {source.participant for source in effect.sources}
    }


# -- persons ----------------------------------------------------------------------------------


def test_an_interpreter_beside_the_lawyer_is_added_by_name_and_must_be_attested() -> None:
    world = opened()
    world.do(AddPerson(by=session("host"), participant=pid("lawyer"), name="Interpreter"))
    assert world.inside("host").unattested == (
        person("lawyer"),
        person("lawyer", 2),
        person("aide"),
    )
    assert world.recorded() == ["person_added"]
    assert world.records()[0].personal == (("p-lawyer.2", "Interpreter"),)


def test_added_persons_count() -> None:
    world = opened()
    for number in range(4):
        world.do(AddPerson(by=OFFICER, participant=pid("lawyer"), name=f"Person {number}"))
    with pytest.raises(TooManyPersons):
        world.do(AddPerson(by=session("host"), participant=pid("lawyer"), name="One more"))
    world.do(AddPerson(by=session("host"), participant=pid("host"), name="Supervisor"))


def test_nobody_is_added_unattested_to_a_locked_room_that_asks() -> None:
    world = World()
    world.locked()
    with pytest.raises(AttestationRequired):
        world.do(AddPerson(by=session("host"), participant=pid("lawyer"), name="Interpreter"))


def test_a_locked_room_that_does_not_ask_takes_further_persons_by_name() -> None:
    world = World(PolicyName.HEARING)
    world.join("lawyer")
    world.host()
    world.lock()
    world.do(AddPerson(by=session("host"), participant=pid("lawyer"), name="Interpreter"))
    assert len(world.seat("lawyer").persons) == 2


def test_a_person_needs_a_name_and_somebody_to_sit_beside() -> None:
    world = opened()
    for name in (" ", "\u3164"):
        with pytest.raises(NameMissing):
            world.do(AddPerson(by=session("host"), participant=pid("lawyer"), name=name))
    with pytest.raises(NoSuchParticipant):
        world.do(AddPerson(by=session("host"), participant=pid("nobody"), name="A"))


# -- the private check ------------------------------------------------------------------------


def test_during_a_check_the_guest_goes_to_the_checking_host_alone() -> None:
    world = opened()
    begin(world)
    assert world.told("lawyer") == [CheckStarted()]
    assert receivers(world, "lawyer") == set()
    assert world.inside("lawyer").presence.seen_by == (pid("host"),)
    assert world.inside("lawyer").presence.heard_by == (pid("host"),)
    checking = {seat.id for seat in world.inside("aide").participants if seat.is_checking}
    assert checking == {pid("lawyer")}
    world.do(EndCheck(by=session("host"), participant=pid("lawyer")))
    assert world.told("lawyer") == [CheckEnded()]
    assert receivers(world, "lawyer") == {"aide"}
    assert world.recorded() == ["check_ended"]


def test_what_a_check_shows_is_kept_for_nobody_while_it_lasts_and_forgotten_when_it_ends() -> None:
    world = opened()

    def audiences() -> list[str]:
        gates = [effect for effect in world.effects if isinstance(effect, Gate)]
        return [gate.audience for gate in gates if gate.participant == pid("lawyer")]

    begin(world)
    assert audiences() == [""]
    world.do(EndCheck(by=session("host"), participant=pid("lawyer")))
    assert audiences() == ["open"]


def test_one_host_checks_one_guest_and_one_guest_is_checked_by_one_host() -> None:
    world = opened()
    world.host("second")
    begin(world)
    with pytest.raises(CheckRunning):
        begin(world, "aide")
    with pytest.raises(CheckRunning):
        begin(world, "lawyer", by="second")
    begin(world, "aide", by="second")


def test_a_presentation_ends_when_its_presenter_is_checked_and_none_begins() -> None:
    world = opened()
    world.do(StartPresenting(session=session("lawyer")))
    begin(world)
    assert PresentationStopped(participant=pid("lawyer")) in world.told("aide")
    with pytest.raises(CheckRunning):
        world.do(StartPresenting(session=session("lawyer")))


def test_the_check_ends_when_the_host_leaves() -> None:
    world = opened()
    begin(world)
    world.do(Leave(session=session("host")))
    assert world.told("lawyer")[-1] == CheckEnded()
    assert receivers(world, "lawyer") == {"aide"}


def test_the_check_ends_when_the_host_is_lost() -> None:
    world = opened()
    begin(world)
    world.lose("host")
    assert CheckEnded() in world.told("lawyer")


def test_the_check_ends_when_the_guest_goes() -> None:
    world = opened()
    begin(world)
    world.do(SendBack(by=session("host"), participant=pid("lawyer"), reason=""))
    assert world.recorded() == ["sent_back", "check_ended"]
    assert CheckEnded() not in world.told("lawyer")
    begin(world, "aide")


def test_only_a_guest_who_is_there_is_checked() -> None:
    world = World()
    world.locked()
    with pytest.raises(NotAGuest):
        begin(world, "host")
    world.lose("lawyer")
    with pytest.raises(NotConnected):
        begin(world)
    with pytest.raises(NoCheck):
        world.do(EndCheck(by=OFFICER, participant=pid("lawyer")))


def test_who_waits_checks_nobody() -> None:
    world = opened()
    world.join("late", invited=False)
    with pytest.raises(NotPermitted):
        begin(world, by="late")


# -- attestations -----------------------------------------------------------------------------


def test_an_attestation_is_recorded_with_who_and_what_and_no_name_in_the_open() -> None:
    world = opened()
    world.attest("lawyer")
    (happening,) = world.records()
    assert (happening.what, happening.actor, happening.subject) == (
        "attested",
        "host:p-host",
        "guest:p-lawyer",
    )
    assert dict(happening.personal) == {"verified_name": "Verified lawyer"}
    assert world.seat("lawyer").persons[0].name == "Lawyer"


def test_a_claim_must_be_about_a_person_of_this_connection_and_be_enough() -> None:
    world = opened()
    for wrong, error in (
        (claim("aide"), NoSuchPerson),
        (replace(claim("lawyer"), documents=frozenset()), BadAttestation),
    ):
        with pytest.raises(error):
            world.do(Attest(by=session("host"), participant=pid("lawyer"), claim=wrong))


def test_a_guest_attests_nobody() -> None:
    world = opened()
    with pytest.raises(NotPermitted):
        world.do(Attest(by=session("aide"), participant=pid("lawyer"), claim=claim("lawyer")))
