"""Everything that happens by time alone, as one list: what is due when, and what it does.

Invariant: carrying out what is due takes its deadline away or moves it ahead of now.
"""

from collections.abc import Callable, Iterator
from functools import partial

from lobby.desk import next_end, watch
from lobby.door import expire_knock
from lobby.ending import end_hostless, end_slot
from lobby.events import EndCode
from lobby.handover import lapse as lapse_step_up
from lobby.host_pin import expire_prompt, reopen_entry
from lobby.seats import lapse as lapse_seat
from lobby.seats import lose
from lobby.slot import next_warning, warn
from lobby.state import Seat, State
from lobby.turn import Turn
from lobby.watching import end_following
from vmr.roles import Stage

Due = tuple[float, Callable[[Turn], None]]


def next_deadline(state: State) -> float | None:
    """When something will happen by time alone."""
    return min((at for at, _ in _all(state)), default=None)


def process_due(turn: Turn) -> None:
    """Do everything that is due at `turn.now`, in the order of its time."""
    while True:
        due = [entry for entry in _all(turn.state) if entry[0] <= turn.now]
        if not due:
            return
        _, act = min(due, key=lambda entry: entry[0])
        act(turn)


def _all(state: State) -> Iterator[Due]:
    yield from _at_door(state)
    for seat in state.seats.values():
        yield from _of_seat(state, seat)
    if state.stage is Stage.ENDED:
        return
    alert_ends_at = next_end(state)
    if alert_ends_at is not None:
        yield alert_ends_at, watch
    if state.hostless_until is not None:
        yield state.hostless_until, end_hostless
    warning_at = next_warning(state)
    if warning_at is not None:
        yield warning_at, warn
    if state.ends_at is not None:
        yield state.ends_at, end_slot
    if state.followers is not None:
        yield state.followers.until, end_following


def _at_door(state: State) -> Iterator[Due]:
    numbers = state.numbers
    pins_at = state.pins.next_deadline(numbers)
    if pins_at is not None:
        yield pins_at, reopen_entry
    for prompt in state.prompts.values():
        yield prompt.deadline, partial(expire_prompt, prompt=prompt)
    for knock in state.knocks.values():
        if state.stage is Stage.WAITING:
            too_long = partial(expire_knock, knock=knock, code=EndCode.WAITED_TOO_LONG)
            yield knock.waits_from + numbers.waiting_s, too_long
        if knock.gone_at is not None:
            gone = partial(expire_knock, knock=knock, code=EndCode.CONNECTION_LOST)
            yield knock.gone_at + numbers.knock_gone_s, gone


def _of_seat(state: State, seat: Seat) -> Iterator[Due]:
    if seat.absent_until is not None:
        yield seat.absent_until, partial(lapse_seat, seat=seat)
    if seat.socket_lost_at is not None:
        yield seat.socket_lost_at + state.numbers.socket_grace_s, partial(lose, seat=seat)
    if seat.hands.stepped_up_until is not None:
        yield seat.hands.stepped_up_until, partial(lapse_step_up, seat=seat)
