"""Who receives what: the rules that must hold whatever else is so."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from lobby.effects import BindTap, Picture
from lobby.forwarding import forward
from lobby.seats import away
from lobby.state import Seat, State, Watcher
from tests.lobby.world import MONITOR, START, make_room, pid, session
from vmr.ids import MeetingId, ParticipantId
from vmr.numbers import Numbers
from vmr.participants import name_persons
from vmr.policies import PolicyName
from vmr.roles import Role, Stage


def seat(name: str, role: Role = Role.GUEST) -> Seat:
    return Seat(
        id=pid(name),
        session=session(name),
        role=role,
        persons=name_persons(pid(name), (name,)),
        invite=None,
        device=None,
    )


def meeting(*seats: Seat, policy: PolicyName = PolicyName.LEGAL) -> State:
    return State(
        id=MeetingId("m"),
        room=make_room(policy),
        numbers=Numbers(),
        stage=Stage.OPEN,
        opened_at=START,
        seats={seat.id: seat for seat in seats},
    )


def sources(state: State, who: str) -> dict[ParticipantId, tuple[bool, bool, bool]]:
    """What this person is sent of whom: (audio, camera, screen)."""
    return {
        source.participant: (source.audio, source.camera, source.screen)
        for source in forward(state).binds[pid(who)].sources
    }


HOST = seat("host", Role.HOST)
LAWYER, AIDE = seat("lawyer"), seat("aide")


def test_everybody_inside_receives_everybody_else() -> None:
    state = meeting(HOST, LAWYER, AIDE)
    assert sources(state, "host") == {
        LAWYER.id: (True, True, False),
        AIDE.id: (True, True, False),
    }


def test_somebody_away_sends_and_receives_nothing() -> None:
    state = meeting(HOST, away(LAWYER, START + 300))
    assert sources(state, "host") == {}
    assert LAWYER.id not in forward(state).gates


def test_the_presenters_screen_goes_to_everybody_else() -> None:
    state = meeting(HOST, LAWYER)
    state.presenter = LAWYER.id
    assert sources(state, "host") == {LAWYER.id: (True, True, True)}
    assert [gate.screen for gate in forward(state).gates.values()] == [False, True]


def test_mute_and_camera_off_close_the_gate() -> None:
    state = meeting(HOST, replace(LAWYER, microphone=False, camera=False))
    gate = forward(state).gates[LAWYER.id]
    assert (gate.microphone, gate.camera, gate.screen) == (False, False, False)
    assert forward(state).seen_by(LAWYER.id) == forward(state).heard_by(LAWYER.id) == ()


def test_presence_is_read_from_what_is_bound() -> None:
    forwarding = forward(meeting(HOST, LAWYER, AIDE))
    assert forwarding.seen_by(LAWYER.id) == forwarding.heard_by(LAWYER.id) == (HOST.id, AIDE.id)


def test_a_screen_alone_is_seen() -> None:
    state = meeting(HOST, replace(LAWYER, camera=False))
    state.presenter = LAWYER.id
    assert forward(state).seen_by(LAWYER.id) == (HOST.id,)


def test_a_guest_being_checked_goes_to_the_checking_host_alone() -> None:
    second = seat("second", Role.HOST)
    state = meeting(HOST, second, LAWYER, AIDE)
    state.checks[LAWYER.id] = HOST.id
    assert LAWYER.id in sources(state, "host")
    assert LAWYER.id not in sources(state, "second") | sources(state, "aide")
    assert forward(state).heard_by(LAWYER.id) == (HOST.id,)


def test_the_last_second_of_a_guest_being_checked_is_kept_for_nobody() -> None:
    state = meeting(HOST, LAWYER)
    state.checks[LAWYER.id] = HOST.id
    gates = forward(state).gates
    assert gates[LAWYER.id].audience == ""
    assert gates[HOST.id].audience != ""


def test_the_audience_changes_with_a_lock_and_an_unlock_and_is_nobody_in_a_pause() -> None:
    state = meeting(HOST, LAWYER)
    found = []
    for stage in (Stage.OPEN, Stage.LOCKED, Stage.OPEN):
        state.stage = stage
        found.append(forward(state).gates[LAWYER.id].audience)
    state.paused = "a concern"
    assert found[0] != found[1] != found[2] != ""
    assert forward(state).gates[LAWYER.id].audience == ""


def test_a_paused_meeting_forwards_nothing() -> None:
    state = meeting(HOST, LAWYER)
    state.presenter, state.paused = LAWYER.id, "a concern"
    forwarding = forward(state)
    assert not any(bind.sources for bind in forwarding.binds.values())
    assert not any(g.microphone or g.camera or g.screen for g in forwarding.gates.values())


def pictures(state: State) -> dict[ParticipantId, tuple[bool, bool, tuple[int, int]]]:
    """What the monitor is shown of whom: (camera, screen, largest)."""
    return {
        picture.participant: (
            *(picture.camera, picture.screen),
            (picture.max_width, picture.max_height),
        )
        for picture in forward(state).taps[pid("monitor")].pictures
    }


def watched(*seats: Seat, policy: PolicyName = PolicyName.LEGAL) -> State:
    state = meeting(*seats, policy=policy)
    state.watchers[session("monitor")] = Watcher(
        id=pid("monitor"), session=session("monitor"), officer=MONITOR
    )
    return state


def test_a_monitor_of_a_social_room_sees_the_presentation_in_full() -> None:
    state = watched(HOST, LAWYER, policy=PolicyName.SOCIAL)
    state.presenter = HOST.id
    assert pictures(state) == {HOST.id: (True, True, (0, 0)), LAWYER.id: (True, False, (0, 0))}


def test_a_monitor_of_a_legal_room_sees_small_pictures_and_no_presentation() -> None:
    state = watched(HOST)
    state.presenter = HOST.id
    assert pictures(state) == {HOST.id: (True, False, (320, 180))}


def test_a_monitor_sees_nobody_in_a_private_check_and_nothing_while_paused() -> None:
    state = watched(HOST, LAWYER, policy=PolicyName.COMPASSIONATE)
    state.checks[LAWYER.id] = HOST.id
    assert set(pictures(state)) == {HOST.id}
    state.is_unwatched = True
    assert pictures(state) == {}
    state.is_unwatched, state.paused = False, "a concern"
    assert pictures(state) == {}


def test_a_monitor_sees_nothing_before_the_room_is_open() -> None:
    state = watched(HOST)
    state.stage = Stage.WAITING
    assert pictures(state) == {}


def test_what_is_bound_to_a_monitor_has_no_place_for_sound() -> None:
    assert {field.name for field in fields(Picture)} == {
        "participant", "camera", "screen", "max_width", "max_height",
    }  # fmt: skip
    assert {field.name for field in fields(BindTap)} == {"participant", "pictures"}


@given(
    roles=st.lists(st.sampled_from([Role.HOST, Role.GUEST]), min_size=1, max_size=6),
    policy=st.sampled_from(list(PolicyName)),
    presenter=st.integers(0, 5),
    is_paused=st.booleans(),
)
def test_nobody_inside_is_sent_anything_of_a_monitor(
    roles: list[Role], policy: PolicyName, presenter: int, is_paused: bool
) -> None:
    seats = [seat(f"p{number}", role) for number, role in enumerate(roles)]
    state = watched(*seats, policy=policy)
    state.presenter = seats[presenter % len(seats)].id
    state.paused = "a concern" if is_paused else None
    forwarding = forward(state)
    assert pid("monitor") not in forwarding.gates | forwarding.binds
    for one in seats:
        bound = {source.participant for source in forwarding.binds[one.id].sources}
        assert pid("monitor") not in bound
        assert pid("monitor") not in forwarding.seen_by(one.id) + forwarding.heard_by(one.id)
