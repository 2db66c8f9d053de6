"""An encoder takes the place of a page's camera and microphone: allowed, connected, gone.

It is another device of somebody who is inside already: it admits nobody, receives nothing, and
goes when its seat does. It is set up in a room that is not locked. After the lock one that sends
goes on, but none connects: what comes back into a locked room proves itself by a key that cannot
be copied out of its browser, and an encoder has only a token.
"""

from dataclasses import replace

from lobby.commands import AllowEncoder, EncoderConnected, EncoderLost, OfferEncoder, StopEncoder
from lobby.encoder import Encoder, EncoderMove, move
from lobby.errors import NotPermitted
from lobby.events import EncoderStarted
from lobby.state import Seat, State
from lobby.turn import Turn
from vmr.roles import Permission, SeatMode


def allow_encoder(turn: Turn, command: AllowEncoder) -> None:
    seat = turn.require_seat(command.session, Permission.ENCODE)
    _move(turn, seat, EncoderMove.ALLOW)
    turn.record("encoder_allowed", by=seat)


def stop_encoder(turn: Turn, command: StopEncoder) -> None:
    """The page's own camera and microphone again."""
    seat = turn.require_seat(command.session, Permission.SHOW)
    _move(turn, seat, EncoderMove.STOP)
    turn.record("encoder_stopped", by=seat)


def offer_encoder(turn: Turn, command: OfferEncoder) -> None:
    """An encoder with the seat's token asks for a transport; nothing it sends is taken yet."""
    seat = turn.seat(command.participant)
    if not _may_encode(turn.state, seat):
        raise NotPermitted
    _move(turn, seat, EncoderMove.OFFER)


def connect_encoder(turn: Turn, command: EncoderConnected) -> None:
    """From now on it is what the others see and hear, unless the room was locked meanwhile."""
    seat = turn.state.seats.get(command.participant)
    if seat is None or seat.encoder is not Encoder.CONNECTING:
        return
    if not _may_encode(turn.state, seat):
        _move(turn, seat, EncoderMove.LOSE)
        return
    _move(turn, seat, EncoderMove.CONNECT)
    turn.record("encoder_connected", subject=seat.label)
    turn.announce(EncoderStarted(participant=seat.id, name=seat.name), but=seat.session)


def lose_encoder(turn: Turn, command: EncoderLost) -> None:
    """It ended, or its network did: the page's own camera and microphone count again."""
    seat = turn.state.seats.get(command.participant)
    if seat is None or not seat.encoder.has_transport:
        return
    _move(turn, seat, EncoderMove.LOSE)
    if seat.encoder is Encoder.SENDING:
        turn.record("encoder_disconnected", subject=seat.label)


def end_of_handed_over(turn: Turn) -> None:
    """A terminal in a prisoner's hands sends from itself alone."""
    for seat in list(turn.state.seats.values()):
        is_used = seat.encoder is not Encoder.OFF
        if is_used and seat.hands.mode is SeatMode.HANDED_OVER:
            _move(turn, seat, EncoderMove.STOP)
            turn.record("encoder_stopped", subject=seat.label)


def _may_encode(state: State, seat: Seat) -> bool:
    return seat.session is not None and Permission.ENCODE in state.may(seat)


def _move(turn: Turn, seat: Seat, by: EncoderMove) -> None:
    turn.put(replace(seat, encoder=move(seat.encoder, by)))
