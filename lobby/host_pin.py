"""The Host PIN at the door: entries are counted, the right one opens the room or knocks.

A right PIN opens a waiting room, joins an open one, and knocks (marked as verified) at a locked
or handed-over one. Entries by a handed-over seat are `lobby.handover`'s.
"""

from dataclasses import replace

from lobby import admission
from lobby.admission import How, Request
from lobby.alerts import AlertKind
from lobby.commands import EnterPin
from lobby.door import start_knock
from lobby.errors import (
    ConfirmationMissing,
    MonitorRequired,
    PinAttemptsUsed,
    PinClosed,
    RecordingRequired,
    SlotOver,
    WrongPin,
)
from lobby.events import Admitted, EndCode, MeetingOpened
from lobby.knock import Knock
from lobby.pin import PinPrompt
from lobby.seats import seat_of_knock, sit, take_again
from lobby.slot import end_of_call, set_end
from lobby.stage import StageMove, move
from lobby.state import Seat, State
from lobby.turn import Acting, Turn, names
from vmr.policies import Recording
from vmr.roles import Role, Stage


def enter_at_door(turn: Turn, command: EnterPin, prompt: PinPrompt) -> None:
    if turn.state.pins.is_closed:
        raise PinClosed
    request = replace(_request(prompt), is_enrolled_terminal=command.is_enrolled_terminal)
    decision = admission.decide(request, turn.state, turn.state.policy, turn.now)
    if isinstance(decision, admission.Refuse):  # no terminal of the establishment, or not any more
        raise decision.error
    if not command.is_correct:
        _count_attempt(turn, prompt)
        return
    if isinstance(decision, admission.Admit):
        admit_host(turn, prompt, command.confirmed)
    else:
        del turn.state.prompts[prompt.session]
        start_knock(turn, _knock(prompt, turn.now))


def admit_host(
    turn: Turn, prompt: PinPrompt, confirmed: frozenset[str], by: Acting | None = None
) -> None:
    """A host comes in from the PIN prompt: by the PIN, or `by` an officer at the desk.

    Opens the room if it waits, or raises what stands in the way (`check_opening`).
    """
    own = admission.own_seat(_request(prompt), turn.state)
    is_opening = turn.state.stage is Stage.WAITING
    if is_opening:
        _open(turn, prompt, confirmed, by)
    del turn.state.prompts[prompt.session]
    if own is not None:
        if by is not None:
            _record_admitted(turn, own, after_lock(turn.state), by)
        lost_at = turn.now if prompt.is_page_gone else None
        facts = (("from", f"{Role.HOST.value}:{prompt.id}"),)
        take_again(
            turn,
            own,
            prompt.session,
            how=admission.how_again(own),
            socket_lost_at=lost_at,
            facts=facts,
        )
    else:
        _sit(turn, prompt, by)
    turn.tell(prompt.session, Admitted(participant=prompt.id if own is None else own.id))
    if is_opening:
        turn.announce(MeetingOpened())


def _sit(turn: Turn, prompt: PinPrompt, by: Acting | None) -> None:
    seat = seat_of_knock(_knock(prompt, turn.now))
    how = How.HOST_PIN.value if by is None else after_lock(turn.state)
    sit(turn, seat, how=how, by=by)
    if by is None:
        facts = (("how", how), ("persons", len(seat.persons)))
        turn.record("joined", by=seat, facts=facts, personal=names(seat.persons))
    else:
        _record_admitted(turn, seat, how, by)


def _record_admitted(turn: Turn, seat: Seat, how: str, by: Acting) -> None:
    """An officer's decision stands under their name, also where the device has a seat already."""
    facts = (("how", how), ("host_pin", False), ("persons", len(seat.persons)))
    turn.record("admitted", by=by, subject=seat.label, facts=facts, personal=names(seat.persons))


def after_lock(state: State) -> str:
    """How somebody comes in by a named decision, as those inside are told."""
    return "admitted_after_lock" if state.stage is Stage.LOCKED else "admitted"


def _open(turn: Turn, prompt: PinPrompt, confirmed: frozenset[str], by: Acting | None) -> None:
    state = turn.state
    check_opening(state, confirmed, turn.now)
    state.enter(move(state.stage, StageMove.OPEN), turn.now)
    state.opened_at = turn.now
    set_end(state, end_of_call(state.policy, state.room, turn.now), turn.now)
    opener = seat_of_knock(_knock(prompt, turn.now)) if by is None else by
    confirmations = ",".join(sorted(confirmed.intersection(state.policy.opening_confirmations)))
    booking = () if state.room.slot is None else (("booking", state.room.slot.booking),)
    turn.record("opened", by=opener, facts=(("confirmed", confirmations), *booking))


def check_opening(state: State, confirmed: frozenset[str], now: float) -> None:
    """Raises what stands in the way of opening this room."""
    policy = state.policy
    if policy.is_monitor_required and not state.is_watched:
        raise MonitorRequired
    if policy.recording is Recording.BY_LAW and not state.numbers.social_unrecorded:
        raise RecordingRequired
    if not confirmed.issuperset(policy.opening_confirmations):
        raise ConfirmationMissing
    if state.room.ends_at is not None and state.room.ends_at <= now:
        raise SlotOver


def _count_attempt(turn: Turn, prompt: PinPrompt) -> None:
    """A wrong PIN costs the attempt a try, and counts on the room."""
    left = prompt.attempts_left - 1
    turn.state.prompts[prompt.session] = replace(prompt, attempts_left=left)
    count_on_room(turn, f"{Role.HOST.value}:{prompt.id}", attempts_left=left)
    turn.error = WrongPin
    if left == 0:
        del turn.state.prompts[prompt.session]
        turn.end_session(prompt.session, EndCode.PIN_ATTEMPTS_USED)
        turn.error = PinAttemptsUsed


def count_on_room(turn: Turn, who: str, *, attempts_left: int) -> None:
    """Write a wrong PIN down; too many close the room's PIN entry and raise the alarm."""
    state = turn.state
    was_closed = state.pins.is_closed
    state.pins = state.pins.count_wrong(turn.now, state.numbers)
    turn.record("pin_wrong", subject=who, facts=(("attempts_left", attempts_left),))
    if state.pins.closed_until is None or was_closed:
        return
    turn.record("pin_entry_closed", facts=(("until", state.pins.closed_until),))
    turn.alert(AlertKind.PIN_ALARM, None)
    deadline = state.pins.closed_until + state.numbers.pin_prompt_s
    for prompt in list(state.prompts.values()):
        state.prompts[prompt.session] = replace(prompt, deadline=deadline)


def reopen_entry(turn: Turn) -> None:
    """Old wrong PINs no longer count; a closed entry opens again."""
    was_closed = turn.state.pins.is_closed
    turn.state.pins = turn.state.pins.forget_old(turn.now, turn.state.numbers)
    if was_closed and not turn.state.pins.is_closed:
        turn.record("pin_entry_reopened")


def expire_prompt(turn: Turn, prompt: PinPrompt) -> None:
    """Nobody typed a PIN in time."""
    del turn.state.prompts[prompt.session]
    turn.end_session(prompt.session, EndCode.PIN_TIMED_OUT)
    turn.record("pin_timed_out", subject=f"{Role.HOST.value}:{prompt.id}")


def _request(prompt: PinPrompt) -> Request:
    return Request(
        role=Role.HOST,
        persons=len(prompt.persons),
        invite=None,
        device=prompt.device,
        is_pin_verified=True,
        move=True,
    )


def _knock(prompt: PinPrompt, now: float) -> Knock:
    """The prompt as somebody who knocks with the PIN verified."""
    return Knock(
        id=prompt.id,
        session=prompt.session,
        role=Role.HOST,
        persons=prompt.persons,
        invite=None,
        device=prompt.device,
        since=now,
        last_at=now,
        is_knocking=True,
        is_pin_verified=True,
        gone_at=now if prompt.is_page_gone else None,
    )
