"""`decide`: who comes in by themselves, who waits, who is refused."""

from dataclasses import replace

import pytest

from lobby.admission import Admit, How, Refuse, Request, Wait, decide
from lobby.errors import NoLease, TerminalNotEnrolled
from lobby.knock import Knock
from lobby.seats import away
from lobby.state import Seat, State
from lobby.step_up import Hands
from tests.lobby.world import START, make_room, pid, session
from vmr.ids import DeviceId, InviteId, MeetingId
from vmr.numbers import Numbers
from vmr.participants import name_persons
from vmr.policies import PolicyName
from vmr.roles import Role, Stage

NOW = START
DEVICE, INVITE = DeviceId("d1"), InviteId("i1")
GUEST = Request(role=Role.GUEST, persons=1, invite=INVITE, device=DEVICE)
STRANGER = replace(GUEST, invite=None)
HOST = Request(role=Role.HOST, persons=1, invite=None, device=None, is_pin_verified=True)


def meeting(policy: PolicyName = PolicyName.LEGAL, stage: Stage = Stage.OPEN) -> State:
    return State(id=MeetingId("m"), room=make_room(policy), numbers=Numbers(), stage=stage)


def seat(name: str, role: Role = Role.GUEST, persons: int = 1) -> Seat:
    return Seat(
        id=pid(name),
        session=session(name),
        role=role,
        persons=name_persons(pid(name), [name] * persons),
        invite=None,
        device=None,
    )


def put(state: State, *seats: Seat) -> State:
    state.seats = {seat.id: seat for seat in seats}
    return state


def ask(request: Request, state: State) -> Admit | Wait | Refuse:
    return decide(request, state, state.policy, NOW)


def without_lease(policy: PolicyName = PolicyName.LEGAL, stage: Stage = Stage.OPEN) -> State:
    state = meeting(policy, stage)
    state.is_leased = False
    return state


# -- guests -----------------------------------------------------------------------------------


def test_a_guest_with_a_personal_link_comes_into_an_open_legal_room() -> None:
    assert ask(GUEST, meeting()) == Admit(how=How.INVITED)


def test_a_guest_without_a_personal_link_knocks() -> None:
    assert ask(STRANGER, meeting()) == Wait(is_knocking=True)


@pytest.mark.parametrize("policy", [PolicyName.SOCIAL, PolicyName.COMPASSIONATE])
def test_in_a_room_that_admits_each_everybody_knocks(policy: PolicyName) -> None:
    assert ask(GUEST, meeting(policy)) == Wait(is_knocking=True)


def test_before_the_host_came_a_personal_link_waits_for_the_host_alone() -> None:
    assert ask(GUEST, meeting(stage=Stage.WAITING)) == Wait(is_knocking=False)
    assert ask(STRANGER, meeting(stage=Stage.WAITING)) == Wait(is_knocking=True)


def test_from_the_first_lock_on_everybody_knocks() -> None:
    state = meeting()
    state.was_locked = True
    assert ask(GUEST, state) == Wait(is_knocking=True)
    state.stage = Stage.LOCKED
    assert ask(GUEST, state) == Wait(is_knocking=True)


def test_who_was_turned_away_knocks() -> None:
    by_device, by_invite = meeting(), meeting()
    by_device.voided_devices = frozenset({DEVICE})
    by_invite.voided_invites = frozenset({INVITE})
    assert ask(GUEST, by_device) == ask(GUEST, by_invite) == Wait(is_knocking=True)


def test_a_personal_link_somebody_sits_on_lets_no_second_device_in() -> None:
    state = put(meeting(), replace(seat("a"), invite=INVITE, device=DeviceId("other")))
    assert ask(GUEST, state) == Wait(is_knocking=True)


def test_while_paused_nobody_comes_in_but_the_expected_wait_for_the_meeting_only() -> None:
    state = meeting()
    state.paused = "a concern"
    assert ask(GUEST, state) == Wait(is_knocking=False)
    assert ask(STRANGER, state) == Wait(is_knocking=True)


def test_when_no_connection_is_free_a_guest_knocks() -> None:
    state = put(meeting(), *(seat(f"g{n}", Role.HOST) for n in range(8)))
    assert ask(GUEST, state) == Wait(is_knocking=True)


def test_limits_count_persons_not_connections() -> None:
    state = put(meeting(), seat("family", persons=5))
    assert ask(GUEST, state) == Admit(how=How.INVITED)
    assert ask(replace(GUEST, persons=2), state) == Wait(is_knocking=True)


def test_more_persons_than_the_room_ever_lets_in_are_refused() -> None:
    decision = ask(replace(GUEST, persons=7), meeting())
    assert isinstance(decision, Refuse)
    assert decision.code == "too_many_persons"


# -- hosts ------------------------------------------------------------------------------------


def test_a_host_without_the_pin_waits_to_enter_it() -> None:
    assert ask(replace(HOST, is_pin_verified=False), meeting()) == Wait(is_knocking=False)


def test_the_host_pin_opens_a_waiting_room_and_joins_an_open_one() -> None:
    assert ask(HOST, meeting(stage=Stage.WAITING)) == Admit(how=How.HOST_PIN)
    assert ask(HOST, meeting()) == Admit(how=How.HOST_PIN)


def test_in_a_locked_room_the_host_pin_knocks() -> None:
    assert ask(HOST, meeting(stage=Stage.LOCKED)) == Wait(is_knocking=True)


def test_in_a_handed_over_room_the_host_pin_knocks() -> None:
    prisoner = replace(seat("host", Role.HOST), hands=Hands(is_handed_over=True))
    assert ask(HOST, put(meeting(), prisoner)) == Wait(is_knocking=True)


def test_in_a_paused_or_full_room_the_host_pin_knocks() -> None:
    paused = meeting()
    paused.paused = "a concern"
    full = put(meeting(), *(seat(f"g{n}") for n in range(8)))
    assert ask(HOST, paused) == ask(HOST, full) == Wait(is_knocking=True)


# -- everybody --------------------------------------------------------------------------------


def test_only_guests_and_hosts_come_by_the_door() -> None:
    for role in (Role.MONITOR, Role.STAFF):
        decision = ask(replace(GUEST, role=role), meeting())
        assert isinstance(decision, Refuse)
        assert decision.code == "role_not_offered"


def test_a_closed_room_starts_nothing_but_a_running_meeting_goes_on() -> None:
    state = meeting(stage=Stage.WAITING)
    state.room = make_room(is_closed=True)
    decision = ask(GUEST, state)
    assert isinstance(decision, Refuse)
    assert decision.code == "room_closed"
    state.stage = Stage.OPEN
    assert ask(GUEST, state) == Admit(how=How.INVITED)


def test_after_the_end_nobody_comes_in() -> None:
    decision = ask(GUEST, meeting(stage=Stage.ENDED))
    assert isinstance(decision, Refuse)
    assert decision.code == "meeting_over"


# -- coming back ------------------------------------------------------------------------------

OWN = replace(seat("a"), device=DEVICE, invite=INVITE)


def test_a_kept_seat_is_taken_again_even_in_a_locked_room() -> None:
    state = put(meeting(stage=Stage.LOCKED), away(OWN, NOW + 1))
    assert ask(GUEST, state) == Admit(how=How.RETURNED, seat=OWN.id)
    assert ask(STRANGER, state) == Admit(how=How.RETURNED, seat=OWN.id)


def test_a_kept_seat_whose_time_is_over_is_not() -> None:
    state = put(meeting(stage=Stage.LOCKED), away(OWN, NOW))
    assert ask(GUEST, state) == Wait(is_knocking=True)


def test_another_device_another_link_or_another_role_is_another_person() -> None:
    state = put(meeting(stage=Stage.LOCKED), away(OWN, NOW + 1))
    for request in (
        replace(GUEST, device=DeviceId("d2")),
        replace(GUEST, device=None),
        replace(GUEST, invite=InviteId("i2")),
        replace(HOST, device=DEVICE),
    ):
        assert ask(request, state) == Wait(is_knocking=True)


def test_a_seat_open_in_another_tab_is_moved_only_when_asked() -> None:
    state = put(meeting(), OWN)
    decision = ask(GUEST, state)
    assert isinstance(decision, Refuse)
    assert decision.code == "already_inside"
    assert ask(replace(GUEST, move=True), state) == Admit(how=How.MOVED, seat=OWN.id)


def test_a_reloaded_page_takes_its_seat_again() -> None:
    state = put(meeting(), replace(OWN, socket_lost_at=NOW))
    assert ask(GUEST, state) == Admit(how=How.RETURNED, seat=OWN.id)


def test_a_knock_does_not_keep_its_device_from_asking() -> None:
    state = meeting()
    state.knocks[pid("a")] = Knock(
        id=pid("a"),
        session=session("a"),
        role=Role.GUEST,
        persons=OWN.persons,
        invite=INVITE,
        device=DEVICE,
        since=NOW,
        last_at=NOW,
        is_knocking=False,
    )
    assert ask(GUEST, state) == Admit(how=How.INVITED)


# -- enrolled terminals -----------------------------------------------------------------------


def only_at_terminals(state: State) -> State:
    establishment = replace(state.room.establishment, hosts_only_at_terminals=True)
    state.room = replace(state.room, establishment=establishment)
    return state


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.OPEN, Stage.LOCKED])
@pytest.mark.parametrize("is_pin_verified", [False, True])
@pytest.mark.parametrize(
    ("device", "is_enrolled"), [(None, False), (None, True), (DEVICE, False), (DEVICE, True)]
)
def test_a_host_away_from_an_enrolled_terminal_is_refused_pin_or_not(
    stage: Stage, is_pin_verified: bool, device: DeviceId | None, is_enrolled: bool
) -> None:
    request = replace(
        HOST, device=device, is_enrolled_terminal=is_enrolled, is_pin_verified=is_pin_verified
    )
    decision = ask(request, only_at_terminals(meeting(stage=stage)))
    is_refused = decision == Refuse(error=TerminalNotEnrolled)
    assert is_refused is (device is None or not is_enrolled)
    assert ask(request, meeting(stage=stage)) != Refuse(error=TerminalNotEnrolled)


def test_a_revoked_terminal_does_not_come_back_to_its_seat() -> None:
    away_host = away(replace(seat("host", Role.HOST), device=DEVICE), NOW + 10)
    request = replace(HOST, device=DEVICE)
    assert ask(request, put(meeting(), away_host)) == Admit(how=How.RETURNED, seat=pid("host"))
    refused = Refuse(error=TerminalNotEnrolled)
    assert ask(request, only_at_terminals(put(meeting(), away_host))) == refused


def test_guests_need_no_enrolled_terminal() -> None:
    assert ask(GUEST, only_at_terminals(meeting())) == Admit(how=How.INVITED)
    assert ask(STRANGER, only_at_terminals(meeting())) == Wait(is_knocking=True)


# -- a server without its lease ---------------------------------------------------------------


def test_without_a_lease_an_expected_guest_waits_for_it_and_needs_no_decision() -> None:
    assert ask(GUEST, without_lease()) == Wait(is_knocking=False)


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.OPEN, Stage.LOCKED])
def test_without_a_lease_no_host_pin_is_taken(stage: Stage) -> None:
    assert ask(HOST, without_lease(stage=stage)) == Refuse(error=NoLease)


def test_without_a_lease_a_host_is_asked_for_the_pin_all_the_same() -> None:
    request = replace(HOST, is_pin_verified=False)
    assert ask(request, without_lease()) == Wait(is_knocking=False)


def test_without_a_lease_who_has_a_seat_comes_back_to_it() -> None:
    kept = replace(seat("ann"), device=DEVICE, session=None, absent_until=NOW + 1.0)
    state = put(without_lease(stage=Stage.LOCKED), kept)
    assert ask(STRANGER, state) == Admit(how=How.RETURNED, seat=kept.id)
