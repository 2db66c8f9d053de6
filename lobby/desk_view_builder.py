"""The duty desk's view of a meeting, built from the state: a pure function."""

from lobby.desk_views import (
    DeskPersonView,
    DeskTerminalView,
    DeskView,
    DeskWaitingView,
    WatcherView,
)
from lobby.expecting import expected_views
from lobby.state import Seat, State
from lobby.view_builder import knock_view, participant_view
from vmr.roles import Role, Stage, permissions


def build_desk_view(state: State) -> DeskView:
    policy, is_waiting = state.policy, state.stage is Stage.WAITING
    slot = state.room.slot
    may = permissions(Role.STAFF, state.stage)
    return DeskView(
        meeting=state.id,
        policy=policy.name.value,
        stage=state.stage.value,
        since=state.staged_at,
        was_locked=state.was_locked,
        opened_at=state.opened_at,
        ends_at=state.ends_at,
        slot=None if slot is None else (slot.starts_at, slot.ends_at),
        expected=expected_views(state, with_tests=True),
        paused=state.paused,
        is_unwatched=state.is_unwatched,
        monitors=state.monitors,
        watchers=tuple(
            WatcherView(officer=one.officer.name, is_watching=one.is_watching)
            for one in state.watchers.values()
        ),
        may=tuple(sorted(permission.value for permission in may)),
        confirmations=policy.opening_confirmations if is_waiting else (),
        needs_attestation=policy.is_attestation_required and state.stage is Stage.LOCKED,
        pin_closed_until=state.pins.closed_until,
        people=tuple(_person(state, seat) for seat in state.seats.values()),
        waiting=tuple(
            DeskWaitingView(
                knock=knock_view(state, knock),
                is_knocking=knock.is_knocking,
                slot_starts_at=knock.slot_starts_at,
                is_of_this_slot=state.is_slot_of(knock.booking),
            )
            for knock in state.knocks.values()
        ),
        terminals=tuple(
            DeskTerminalView(
                id=prompt.id,
                name=prompt.persons[0].name,
                attempts_left=prompt.attempts_left,
                page_gone=prompt.is_page_gone,
            )
            for prompt in state.prompts.values()
        ),
        alerts=tuple(state.alerts.values()),
    )


def _person(state: State, seat: Seat) -> DeskPersonView:
    quality, picture = state.qualities.get(seat.id), state.pictures.get(seat.id)
    hands = state.raised_hands
    return DeskPersonView(
        seat=participant_view(state, seat),
        step_up_closed=seat.hands.is_closed(state.numbers),
        hand=hands.index(seat.id) + 1 if seat.id in hands else None,
        quality=None if quality is None else quality.value,
        picture=None if picture is None else picture.value,
    )
