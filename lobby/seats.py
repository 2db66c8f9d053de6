"""A seat's life: taken, kept while its holder is away, taken again, given up. No permissions here.

Invariant: a seat is kept for an absent holder only when the key of their device can prove them
and every person behind it was attested (a host by the PIN).
"""

from dataclasses import replace

from lobby.admission import How
from lobby.encoder import Encoder
from lobby.events import EndCode, ParticipantJoined, ParticipantLeft
from lobby.knock import Knock
from lobby.state import Seat
from lobby.turn import Acting, Turn
from vmr.ids import DeviceId, InviteId, SessionId
from vmr.record import Fact
from vmr.roles import Role


def seat_of_knock(knock: Knock) -> Seat:
    """The seat somebody at the door would take."""
    return Seat(
        id=knock.id,
        session=knock.session,
        role=knock.role,
        persons=knock.persons,
        invite=knock.invite,
        device=knock.device,
        socket_lost_at=knock.gone_at,
    )


def sit(turn: Turn, seat: Seat, *, how: str, by: Acting | None = None) -> None:
    """Somebody comes in, and those inside are told who, how, and by whom."""
    turn.put(seat)
    word = "" if by is None else by.word
    event = ParticipantJoined(participant=seat.id, name=seat.name, how=how, by=word)
    turn.announce(event, but=seat.session)


def give_up(turn: Turn, seat: Seat, *, how: str) -> None:
    """The seat is gone for good."""
    del turn.state.seats[seat.id]
    turn.announce(ParticipantLeft(participant=seat.id, name=seat.name, how=how))


def lose(turn: Turn, seat: Seat) -> None:
    """The network is lost: the seat is kept for who can prove to be its holder."""
    turn.is_host_lost |= seat.role is Role.HOST
    turn.end_session(seat.session, EndCode.CONNECTION_LOST)
    turn.record("lost", by=seat, facts=(("kept", seat.may_return),))
    if not seat.may_return:
        give_up(turn, seat, how="lost")
        return
    turn.put(away(seat, turn.now + turn.state.numbers.reentry_s))
    turn.announce(ParticipantLeft(participant=seat.id, name=seat.name, how="lost"))


def away(seat: Seat, until: float) -> Seat:
    """The seat as it is kept: nobody there, any step-up and any encoder over."""
    return replace(
        seat,
        session=None,
        encoder=Encoder.OFF,
        is_media_lost=False,
        socket_lost_at=None,
        absent_until=until,
        hands=seat.hands.lapse(),
    )


def lapse(turn: Turn, seat: Seat) -> None:
    """Nobody came back in time."""
    turn.record("seat_lapsed", subject=seat.label)
    del turn.state.seats[seat.id]


def take_again(
    turn: Turn,
    seat: Seat,
    session: SessionId,
    *,
    how: How,
    socket_lost_at: float | None = None,
    facts: tuple[Fact, ...] = (),
) -> None:
    """The same device takes its seat in a new session; the old one, if any, has moved.

    Those inside are told of who comes back, not of another page.
    """
    turn.end_session(seat.session, EndCode.MOVED)
    taken = replace(away(seat, turn.now), session=session, absent_until=None)
    turn.put(replace(taken, socket_lost_at=socket_lost_at))
    turn.record(how.value, by=seat, facts=facts)
    if how is How.RETURNED:
        event = ParticipantJoined(participant=seat.id, name=seat.name, how=how.value)
        turn.announce(event, but=session)


def void(turn: Turn, device: DeviceId | None, invite: InviteId | None) -> None:
    """Refused, removed or sent back: neither key nor personal link opens anything by itself."""
    state = turn.state
    if device is not None:
        state.voided_devices |= {device}
    if invite is not None:
        state.voided_invites |= {invite}
