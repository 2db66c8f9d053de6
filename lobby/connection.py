"""What the network does to people: signalling and media are lost and come back.

A waiting page that is gone ends its knock later. A seat whose signalling is gone stays while its
media may still flow, for a short grace; when both are gone, its holder is away at once. Media
alone may be lost: its holder is still inside and builds it again. Media that the server lost costs
nobody a seat. Nobody awaits these commands, so what is not (or no longer) here is nothing to
complain about.
"""

from dataclasses import replace

from lobby.commands import MediaBack, MediaLost, SocketBack, SocketLost
from lobby.seats import lose
from lobby.state import State
from lobby.turn import Turn
from vmr.ids import SessionId


def lose_socket(turn: Turn, command: SocketLost) -> None:
    state = turn.state
    knock, seat = state.knock_of(command.session), state.seat_of(command.session)
    _mark_prompt(state, command.session, is_page_gone=True)
    if knock is not None:
        state.knocks[knock.id] = replace(knock, gone_at=turn.now)
    elif seat is not None and seat.is_media_lost:
        lose(turn, seat)
    elif seat is not None:
        turn.put(replace(seat, socket_lost_at=turn.now))


def regain_socket(turn: Turn, command: SocketBack) -> None:
    state = turn.state
    knock, seat = state.knock_of(command.session), state.seat_of(command.session)
    _mark_prompt(state, command.session, is_page_gone=False)
    if knock is not None:
        state.knocks[knock.id] = replace(knock, gone_at=None)
    elif seat is not None:
        turn.put(replace(seat, socket_lost_at=None))


def _mark_prompt(state: State, session: SessionId, *, is_page_gone: bool) -> None:
    if session in state.prompts:
        prompt = replace(state.prompts[session], is_page_gone=is_page_gone)
        state.prompts[session] = prompt


def lose_media(turn: Turn, command: MediaLost) -> None:
    seat = turn.state.seats.get(command.participant)
    if seat is None or seat.session is None:
        return
    if seat.socket_lost_at is not None and not command.is_ours:
        lose(turn, seat)
    else:
        turn.put(replace(seat, is_media_lost=True))
        if not seat.is_media_lost:
            turn.record("media_lost", subject=seat.label, facts=(("ours", command.is_ours),))


def regain_media(turn: Turn, command: MediaBack) -> None:
    seat = turn.state.seats.get(command.participant)
    if seat is not None and seat.is_media_lost:
        turn.put(replace(seat, is_media_lost=False))
        turn.record("media_back", subject=seat.label)
