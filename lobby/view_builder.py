"""What each session may know of the meeting, built from the state: a pure function.

By place: the PIN prompt and the waiting room are told nothing of what goes on inside; inside,
names at the door are only for a seat that may admit.
"""

from lobby.encoder import Encoder
from lobby.expecting import arrived, expected_views, like, of_this_slot
from lobby.forwarding import Forwarding
from lobby.knock import Knock
from lobby.pin import PinPrompt
from lobby.state import Seat, State
from lobby.views import (
    InsideView,
    KnockView,
    ParticipantView,
    PersonView,
    PinView,
    PresenceView,
    RoomView,
    View,
    WaitingView,
)
from vmr.ids import PersonId, SessionId
from vmr.numbers import Numbers
from vmr.participants import Person
from vmr.policies import POLICIES, Recording
from vmr.roles import Permission, Role, SeatMode, Stage
from vmr.rooms import Room


def build_view(state: State, session: SessionId, forwarding: Forwarding) -> View | None:
    """None for a session that is not (or no longer) here."""
    return _view(state, session, forwarding, _Common(state))


def build_views(state: State, forwarding: Forwarding) -> dict[SessionId, View]:
    """Of everybody who is here. What they all see is made once."""
    common = _Common(state)
    views = {one: _view(state, one, forwarding, common) for one in state.sessions()}
    return {session: view for session, view in views.items() if view is not None}


class _Common:
    """What is the same in the views of several."""

    def __init__(self, state: State) -> None:
        self.room = room_view(state.room, state.numbers)
        self.participants = _participant_views(state)


def _view(state: State, session: SessionId, forwarding: Forwarding, common: _Common) -> View | None:
    if session in state.prompts:
        return _pin_view(state, state.prompts[session], common)
    knock = state.knock_of(session)
    if knock is not None:
        return _waiting_view(state, knock, common)
    seat = state.seat_of(session)
    return None if seat is None else _inside_view(state, seat, forwarding, common)


def room_view(room: Room, numbers: Numbers) -> RoomView:
    """What whoever holds the link may know of a room."""
    policy, establishment = POLICIES[room.policy], room.establishment
    is_unrecorded = policy.recording is Recording.BY_LAW and numbers.social_unrecorded
    return RoomView(
        name=room.name,
        establishment=establishment.name,
        policy=room.policy.value,
        phone=establishment.phone,
        safer_custody=establishment.safer_custody,
        recording="unrecorded_demonstration" if is_unrecorded else "none",
    )


def _pin_view(state: State, prompt: PinPrompt, common: _Common) -> PinView:
    is_opening = state.stage is Stage.WAITING
    return PinView(
        room=common.room,
        attempts_left=prompt.attempts_left,
        deadline=prompt.deadline,
        confirmations=state.policy.opening_confirmations if is_opening else (),
        is_closed=state.pins.is_closed,
    )


def _waiting_view(state: State, knock: Knock, common: _Common) -> WaitingView:
    """Of a meeting that runs somebody who comes for another slot is told nothing."""
    is_ours = state.is_slot_of(knock.booking)
    is_running = is_ours and state.is_running
    here, expected = arrived(state) if state.is_expected(knock) else (0, 0)
    return WaitingView(
        room=common.room,
        you=knock.id,
        name=knock.persons[0].name,
        host_arrived=is_running,
        knocking=knock.is_knocking,
        host_pin_verified=knock.is_pin_verified,
        since=knock.since,
        deadline=None if state.is_running else knock.waits_from + state.numbers.waiting_s,
        knock_count=knock.count,
        may_knock_at=knock.may_knock_at(state.numbers.knock_again_s),
        slot_starts_at=knock.slot_starts_at,
        expected=expected,
        arrived=here,
    )


def _inside_view(state: State, seat: Seat, forwarding: Forwarding, common: _Common) -> InsideView:
    assert state.opened_at is not None, "somebody is inside a meeting nobody opened"
    may = state.may(seat)
    may_admit = Permission.ADMIT in may
    knocks = of_this_slot(state) if may_admit else ()
    return InsideView(
        room=common.room,
        you=seat.id,
        may=tuple(sorted(permission.value for permission in may)),
        stage=state.stage.value,
        was_locked=state.was_locked,
        paused=state.paused,
        is_unwatched=state.is_unwatched,
        is_handed_over=seat.hands.is_handed_over,
        stepped_up_until=seat.hands.stepped_up_until,
        step_up_closed=seat.hands.is_closed(state.numbers),
        step_up_attempts_left=seat.hands.attempts_left(state.numbers),
        participants=common.participants,
        at_door=state.at_door,
        knocks=tuple(knock_view(state, knock) for knock in knocks),
        expected=expected_views(state) if may_admit else (),
        unattested=unattested(state) if Permission.CHECK in may else (),
        presenter=state.presenter,
        guests_may_present=state.guests_may_present,
        raised_hands=state.raised_hands,
        encoder=seat.encoder.value,
        presence=_presence_view(state, seat, forwarding),
        opened_at=state.opened_at,
        ends_at=state.ends_at,
    )


def unattested(state: State) -> tuple[PersonId, ...]:
    """Every guest's person inside whose ID was not checked yet."""
    return tuple(
        person.id
        for seat in state.seats.values()
        for person in seat.persons
        if seat.role is Role.GUEST and not person.is_attested
    )


def _participant_views(state: State) -> tuple[ParticipantView, ...]:
    return tuple(participant_view(state, seat) for seat in state.seats.values())


def participant_view(state: State, seat: Seat) -> ParticipantView:
    return ParticipantView(
        id=seat.id,
        name=seat.name,
        role=seat.role.value,
        persons=_person_views(seat.persons),
        microphone=seat.microphone,
        camera=seat.camera,
        is_presenting=state.presenter == seat.id,
        is_connected=seat.session is not None and not seat.is_media_lost,
        is_checking=seat.id in state.checks,
        is_handed_over=seat.hands.mode is SeatMode.HANDED_OVER,
        has_encoder=seat.encoder is Encoder.SENDING,
    )


def _person_views(persons: tuple[Person, ...]) -> tuple[PersonView, ...]:
    return tuple(PersonView(id=p.id, name=p.name, is_attested=p.is_attested) for p in persons)


def knock_view(state: State, knock: Knock) -> KnockView:
    return KnockView(
        id=knock.id,
        name=knock.persons[0].name,
        role=knock.role.value,
        persons=_person_views(knock.persons),
        since=knock.since,
        count=knock.count,
        is_expected=state.is_expected(knock),
        host_pin_verified=knock.is_pin_verified,
        page_gone=knock.gone_at is not None,
        like=like(state, knock),
        is_like_banned=knock.is_like_banned,
    )


def _presence_view(state: State, seat: Seat, forwarding: Forwarding) -> PresenceView:
    return PresenceView(
        seen_by=forwarding.seen_by(seat.id),
        heard_by=forwarding.heard_by(seat.id),
        monitors=state.monitors,
        is_recorded=False,
    )
