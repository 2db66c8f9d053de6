"""Going out: on purpose, by a host's or officer's decision, or back to the waiting room."""

from dataclasses import replace

from lobby.commands import Actor, Leave, Remove, SendBack
from lobby.door import close_knock
from lobby.errors import NotAGuest, NotHere, NotYourself
from lobby.events import EndCode, SentBack
from lobby.knock import Knock, KnockState
from lobby.seats import give_up, void
from lobby.state import Seat
from lobby.turn import Turn
from vmr.roles import Permission, Role


def leave(turn: Turn, command: Leave) -> None:
    """Hang up, stop waiting, or give up at the PIN prompt."""
    state, session = turn.state, command.session
    seat, knock = state.seat_of(session), state.knock_of(session)
    if seat is not None:
        turn.require(session, Permission.LEAVE)
        turn.record("left", by=seat)
        give_up(turn, seat, how="hung_up")
    elif knock is not None:
        close_knock(turn, knock, KnockState.WITHDRAWN)
        turn.record("withdrew", subject=f"{knock.role.value}:{knock.id}")
    elif session in state.prompts:
        prompt = state.prompts.pop(session)
        turn.record("withdrew", subject=f"{Role.HOST.value}:{prompt.id}")
    else:
        raise NotHere
    turn.end_session(session, EndCode.HUNG_UP)


def remove(turn: Turn, command: Remove) -> None:
    acting = turn.require(command.by, Permission.REMOVE)
    seat = _other(turn, command.by, turn.seat(command.participant))
    turn.record("removed", by=acting, subject=seat.label, reason=command.reason)
    void(turn, seat.device, seat.invite)
    give_up(turn, seat, how="removed")
    turn.end_session(seat.session, EndCode.REMOVED, command.reason)


def send_back(turn: Turn, command: SendBack) -> None:
    """To the waiting room, until a named decision; nobody behind it counts as attested."""
    acting = turn.require(command.by, Permission.SEND_BACK)
    seat = _other(turn, command.by, turn.seat(command.participant))
    if seat.role is not Role.GUEST:
        raise NotAGuest
    turn.record("sent_back", by=acting, subject=seat.label, reason=command.reason)
    void(turn, seat.device, seat.invite)
    give_up(turn, seat, how="sent_back")
    turn.tell(seat.session, SentBack(reason=command.reason))
    if seat.session is not None:
        turn.state.answered.pop(seat.id, None)
        turn.state.knocks[seat.id] = Knock(
            id=seat.id,
            session=seat.session,
            role=seat.role,
            persons=tuple(replace(person, is_attested=False) for person in seat.persons),
            invite=seat.invite,
            device=seat.device,
            since=turn.now,
            last_at=turn.now,
            is_knocking=True,
            gone_at=seat.socket_lost_at,
        )


def _other(turn: Turn, by: Actor, seat: Seat) -> Seat:
    """Not oneself: for that there is Leave."""
    if seat.session is not None and seat.session == by:
        raise NotYourself
    return seat
