"""Raised hands: whose, in the order in which they were raised. A wish to speak, and no record."""

from lobby.commands import LowerHand, Officer, RaiseHand
from lobby.events import HandLowered, HandRaised
from lobby.turn import Turn
from vmr.roles import Permission


def raise_hand(turn: Turn, command: RaiseHand) -> None:
    """A hand that is up keeps its place."""
    seat = turn.require_seat(command.session, Permission.RAISE_HAND)
    if seat.id in turn.state.raised_hands:
        return
    turn.state.raised_hands += (seat.id,)
    turn.announce(HandRaised(participant=seat.id, name=seat.name), but=seat.session)


def lower_hand(turn: Turn, command: LowerHand) -> None:
    """One that is down stays down."""
    own = None if isinstance(command.by, Officer) else turn.state.seat_of(command.by)
    is_own = own is not None and own.id == command.participant
    turn.require(command.by, Permission.RAISE_HAND if is_own else Permission.LOWER_HAND)
    seat = turn.seat(command.participant)
    if seat.id not in turn.state.raised_hands:
        return
    turn.state.raised_hands = tuple(one for one in turn.state.raised_hands if one != seat.id)
    if not is_own:
        turn.tell(seat.session, HandLowered())
