"""Named decisions: admit, admit all expected, refuse."""

from dataclasses import replace

import pytest

from lobby.commands import (
    Admit,
    AdmitExpected,
    Leave,
    Pause,
    Refuse,
    Resume,
    SocketLost,
    Tick,
)
from lobby.errors import (
    AlreadyAnswered,
    AttestationRequired,
    BadAttestation,
    NobodyExpected,
    NoLease,
    NoSuchKnock,
    NotOpen,
    NotPermitted,
    PageGone,
    Paused,
    RoomFull,
    RoomLocked,
    TooManyPersons,
)
from lobby.events import Admitted, EndCode, ParticipantJoined
from tests.lobby.world import OFFICER, World, claim, pid, session
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.roles import Role


def knocked() -> World:
    world = World()
    world.host()
    world.join("late", invited=False)
    return world


def test_a_host_admits_who_knocks() -> None:
    world = knocked()
    world.admit("late")
    assert world.told("late") == [Admitted(participant=pid("late"))]
    assert world.told("host") == [
        ParticipantJoined(participant=pid("late"), name="Late", how="admitted", by="host")
    ]
    assert world.recorded() == ["admitted"]
    assert world.records()[0].actor == "host:p-host"


def test_the_desk_admits_and_its_role_is_announced() -> None:
    world = knocked()
    world.do(Admit(by=OFFICER, participant=pid("late")))
    (event,) = world.told("host")
    assert isinstance(event, ParticipantJoined)
    assert event.by == "staff"
    assert world.reply().session is None


def test_only_the_first_answer_counts() -> None:
    world = knocked()
    world.admit("late")
    with pytest.raises(AlreadyAnswered):
        world.do(Refuse(by=OFFICER, participant=pid("late"), reason="no"))
    assert "late" in world.who()


@pytest.mark.parametrize("answer", ["refused", "withdrawn", "expired"])
def test_an_answered_knock_cannot_be_admitted(answer: str) -> None:
    world = knocked()
    if answer == "refused":
        world.do(Refuse(by=session("host"), participant=pid("late"), reason="no"))
    elif answer == "withdrawn":
        world.do(Leave(session=session("late")))
    else:
        world.do(SocketLost(session=session("late")))
        world.wait(60)
    with pytest.raises(AlreadyAnswered):
        world.admit("late")


def test_a_knock_nobody_made_cannot_be_answered() -> None:
    world = knocked()
    for name in ("nobody", "host"):
        with pytest.raises(NoSuchKnock):
            world.admit(name)


def test_a_host_does_not_answer_a_pin_prompt() -> None:
    world = knocked()
    world.join("second", Role.HOST)
    with pytest.raises(NoSuchKnock):
        world.admit("second")


def test_a_guest_answers_nobody() -> None:
    world = knocked()
    world.join("lawyer")
    for name in ("lawyer", "late"):
        with pytest.raises(NotPermitted):
            world.admit("late", by=name)


def test_before_the_host_came_not_even_the_desk_admits_a_guest() -> None:
    world = World()
    world.join("lawyer")
    with pytest.raises(NotOpen):
        world.do(Admit(by=OFFICER, participant=pid("lawyer")))


def test_while_paused_nobody_is_admitted() -> None:
    world = knocked()
    world.join("second", Role.HOST)
    world.do(Pause(by=session("host"), reason="a concern"))
    with pytest.raises(Paused):
        world.admit("late")
    with pytest.raises(Paused):
        world.do(Admit(by=OFFICER, participant=pid("second")))


def test_without_a_lease_nobody_is_admitted_and_whoever_waited_comes_in_when_it_is_back() -> None:
    world = knocked()
    world.is_leased = False
    with pytest.raises(NoLease):
        world.admit("late")
    with pytest.raises(NoLease):
        world.do(Admit(by=OFFICER, participant=pid("late")))
    world.join("expected")
    assert not world.waiting("expected").knocking
    world.is_leased = True
    world.do(Tick())
    assert world.told("expected") == [Admitted(participant=pid("expected"))]
    world.admit("late")


def test_who_has_no_page_just_now_is_not_admitted() -> None:
    world = knocked()
    world.do(SocketLost(session=session("late")))
    with pytest.raises(PageGone):
        world.admit("late")


def test_connections_are_limited() -> None:
    world = World(numbers=Numbers(connections=2))
    world.host()
    world.join("a")
    world.join("b")
    with pytest.raises(RoomFull):
        world.admit("b")


def test_persons_outside_are_limited() -> None:
    world = World()
    world.host()
    world.join("family", persons=("Two", "Three", "Four", "Five"))
    world.join("more", persons=("Seven",))
    with pytest.raises(TooManyPersons):
        world.admit("more")


# -- after the lock ---------------------------------------------------------------------------


def test_an_admission_after_the_lock_needs_the_attestation_first() -> None:
    world = World()
    world.locked()
    world.join("late")
    with pytest.raises(AttestationRequired):
        world.admit("late")
    world.admit("late", attested=True)
    assert world.told("lawyer") == [
        ParticipantJoined(
            participant=pid("late"), name="Late", how="admitted_after_lock", by="host"
        )
    ]
    assert world.recorded() == ["attested", "admitted"]


def test_every_person_behind_the_connection_is_attested_first() -> None:
    world = World()
    world.locked()
    world.join("late", persons=("Interpreter",))
    with pytest.raises(AttestationRequired):
        world.admit("late", attested=True)
    claims = (claim("late"), claim("late", 2))
    world.do(Admit(by=session("host"), participant=pid("late"), attestations=claims))
    assert world.inside("host").unattested == ()


def test_a_bad_attestation_admits_nobody() -> None:
    world = World()
    world.locked()
    world.join("late")
    bad = replace(claim("late"), documents=frozenset())
    with pytest.raises(BadAttestation):
        world.do(Admit(by=session("host"), participant=pid("late"), attestations=(bad,)))
    assert "late" not in world.who()


def test_where_the_policy_asks_for_none_the_locked_room_admits_without() -> None:
    world = World(PolicyName.HEARING)
    world.host()
    world.lock()
    world.join("late")
    world.admit("late")
    assert "late" in world.who()


def test_the_verified_name_is_in_the_record_and_nowhere_else() -> None:
    world = World()
    world.locked()
    world.join("late")
    world.admit("late", attested=True)
    attested = world.records()[0]
    assert attested.personal == (("verified_name", "Verified late"),)
    assert attested.facts == (
        ("person", "p-late.1"),
        ("method", "professional_card"),
        ("documents", "professional_photo_card"),
    )
    assert "Verified" not in repr(world.inside("host"))
    assert "Verified" not in str(world.meeting.snapshot())


# -- all expected -----------------------------------------------------------------------------


def test_all_expected_come_in_by_one_click() -> None:
    world = World(PolicyName.COMPASSIONATE)
    for name in ("mother", "sister"):
        world.join(name)
    world.join("stranger", invited=False)
    world.host()
    world.do(AdmitExpected(by=session("host")))
    assert world.who() == {"host", "mother", "sister"}
    assert world.recorded() == ["admitted", "admitted"]
    with pytest.raises(NobodyExpected):
        world.do(AdmitExpected(by=session("host")))


def test_as_many_of_the_expected_come_in_as_fit() -> None:
    world = World(PolicyName.COMPASSIONATE, numbers=Numbers(connections=2))
    for name in ("mother", "sister"):
        world.join(name)
    world.host()
    world.do(AdmitExpected(by=session("host")))
    assert world.who() == {"host", "mother"}
    with pytest.raises(RoomFull):
        world.do(AdmitExpected(by=session("host")))


def test_one_click_does_not_open_a_locked_room() -> None:
    world = World()
    world.locked()
    world.join("late")
    with pytest.raises(RoomLocked):
        world.do(AdmitExpected(by=session("host")))


def test_who_was_turned_away_is_not_expected_any_more() -> None:
    world = World(PolicyName.COMPASSIONATE)
    world.join("mother")
    world.host()
    world.do(Refuse(by=session("host"), participant=pid("mother"), reason="no ID"))
    world.join("mother", page="again")
    assert not world.inside("host").knocks[0].is_expected
    with pytest.raises(NobodyExpected):
        world.do(AdmitExpected(by=session("host")))


# -- refusing ---------------------------------------------------------------------------------


def test_a_refusal_gives_its_reason_and_no_way_back() -> None:
    world = knocked()
    world.do(Refuse(by=session("host"), participant=pid("late"), reason="not expected"))
    ended = world.ended("late")
    assert (ended.code, ended.reason, ended.can_return) == (
        EndCode.REFUSED,
        "not expected",
        False,
    )
    assert [(h.what, h.reason) for h in world.records()] == [("refused", "not expected")]


@pytest.mark.parametrize("device", ["d-lawyer", None])
def test_who_was_refused_knocks_from_then_on_even_with_a_personal_link(
    device: str | None,
) -> None:
    world = World()
    world.host()
    world.do(Pause(by=session("host"), reason="a concern"))
    world.join("lawyer", device=device)
    world.do(Refuse(by=OFFICER, participant=pid("lawyer"), reason="no"))
    world.do(Resume(by=session("host")))
    world.join("lawyer", device=device, page="again")
    assert world.waiting("again").knocking


def test_a_refused_device_with_another_link_knocks() -> None:
    world = knocked()
    world.do(Refuse(by=session("host"), participant=pid("late"), reason="no"))
    world.join("late", invite="i-other", page="again")
    assert world.waiting("again").knocking
